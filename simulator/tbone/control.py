"""What the side door of TB.One's stand-in has besides that of all platforms."""

from collections.abc import Callable

from .. import control
from .ledger import expect_order
from .state import Account, Message, RawMessage

REPORTS = ("ship", "cancel", "return_", "refund", "acknowledge", "payment", "say")
DEDUCTIONS = ("deduct_shipping", "deduct_service", "deduct_payment")


class Control(control.Control):
    """Reports of the merchant, and all that was said, by HTTP."""

    SETTINGS = frozenset(
        {"rejection_status", "order_answer", "needs_currency", "needs_item_ids"},
    )

    def __init__(self, simulator):
        super().__init__(simulator)
        self.acts |= {
            "forget_failures": lambda values: simulator.journal.forget_failures(),
            "message": self._add_message,
            "order": self._add_order,
            "articles": lambda values: simulator.set_articles(*values["skus"]),
            "stock_many": lambda values: simulator.set_stock_many(**values),
            "reopen": lambda values: simulator.reopen(**values),
            **{name: self._reporter(name) for name in REPORTS + DEDUCTIONS},
        }

    def show(self) -> dict:
        accounts = self.simulator.platform.accounts.values()
        return {"accounts": [_show_account(account) for account in accounts]}

    def count(self) -> dict[str, int]:
        books = list(self.simulator.platform.accounts.values())
        return {
            "orders": sum(len(book.orders) for book in books),
            "messages": sum(len(book.messages) for book in books),
            "open": sum(len(queue) for book in books for queue in book.open.values()),
            "processed": sum(len(book.processed) for book in books),
        }

    def _add_message(self, values: dict) -> dict:
        return _show_message(self.simulator.add_raw_message(**values))

    def _add_order(self, values: dict) -> dict:
        order = self.simulator.add_order(**values)
        return {"tb_id": order.tb_id, "items": {i.channel_id: i.tb_id for i in order.items}}

    def _reporter(self, name: str) -> Callable[[dict], dict]:
        """A merchant's report about {"item": key} or {"order": key}."""

        def report(values: dict) -> dict:
            about = None
            if "order" in values:
                about = self.simulator.find_order(key := values.pop("order"))
                if about is None:
                    raise LookupError(f"no order {key}")
            elif "item" in values:
                about = self.simulator.find_item(values.pop("item"))
            if name == "say":
                return _show_message(self.simulator.say(values.pop("type"), about, **values))
            return _show_message(getattr(self.simulator, name)(about, **values))

        return report


def _show_account(account: Account) -> dict:
    return {
        "account": account.number,
        "channels": account.channels,
        "orders": {order.channel_id: expect_order(order) for order in account.orders.values()},
        "messages": [_show_message(message) for _, message in account.messages.values()],
    }


def _show_message(message: Message) -> dict:
    if isinstance(message, RawMessage):
        shown = {"message_id": message.message_id, "xml": message.xml}
        return shown | {"processed": message.processed}
    return {node.lower(): text for node, text in message.nodes()}
