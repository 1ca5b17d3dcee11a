"""The JSON side door /_control/ for people, demos and tests in other processes."""

import json
from collections.abc import Callable
from dataclasses import asdict

from ..http_server import Reply, Request
from .ledger import expect_order
from .state import Account, Message, RawMessage

REPORTS = ("ship", "cancel", "return_", "refund", "acknowledge", "payment", "say")
DEDUCTIONS = ("deduct_shipping", "deduct_service", "deduct_payment")

SETTINGS = {"rejection_status", "order_answer", "needs_currency", "needs_item_ids"}


class Control:
    """Reads by GET, acts by POST with a JSON object."""

    ROOT = "/_control/"

    def __init__(self, simulator):
        self.simulator = simulator
        self.scenario: Callable[[], None] = lambda: None  # what a reset plays again
        self.reads = {
            "state": self._read_state,
            "summary": self._read_summary,
            "expected": simulator.expected,
            "calls": lambda: [call.as_json() for call in simulator.calls],
            "violations": lambda: [asdict(violation) for violation in simulator.violations],
        }
        self.acts = {
            "fault": lambda values: asdict(simulator.fault(**values)),
            "clear_faults": lambda values: simulator.faults.clear(),
            "latency": lambda values: simulator.set_latency(**values),
            "clock": lambda values: simulator.clock.advance(**values),
            "forget_failures": lambda values: simulator.journal.forget_failures(),
            "message": self._add_message,
            "order": self._add_order,
            "articles": lambda values: simulator.set_articles(*values["skus"]),
            "stock": lambda values: simulator.set_stock(**values),
            "stock_many": lambda values: simulator.set_stock_many(**values),
            "settings": lambda values: vars(simulator.platform).update(_only_known(values)),
            "reopen": lambda values: simulator.reopen(**values),
            "reset": self._reset,
            **{name: self._reporter(name) for name in REPORTS + DEDUCTIONS},
        }

    def answer(self, request: Request) -> Reply:
        name = request.path.removeprefix(self.ROOT).rstrip("/")
        table = self.reads if request.method == "GET" else self.acts
        if name not in table:
            known = {"GET": sorted(self.reads), "POST": sorted(self.acts)}
            return _json({"error": f"unknown: {name!r}", "known": known}, 404)
        try:
            if request.method == "GET":
                return _json(table[name]())
            return _json(table[name](json.loads(request.body or b"{}")) or {"done": name})
        except (TypeError, ValueError, LookupError) as problem:
            return _json({"error": f"{type(problem).__name__}: {problem}"}, 400)

    def _read_state(self) -> dict:
        with self.simulator.platform.lock:
            accounts = self.simulator.platform.accounts.values()
            state = {"accounts": [_show_account(account) for account in accounts]}
        return state | {name: self.reads[name]() for name in ("calls", "violations")}

    def _read_summary(self) -> dict:
        """Numbers only, also quick for a large backlog."""
        with self.simulator.platform.lock:
            books = list(self.simulator.platform.accounts.values())
            return {
                "orders": sum(len(book.orders) for book in books),
                "messages": sum(len(book.messages) for book in books),
                "open": sum(len(queue) for book in books for queue in book.open.values()),
                "processed": sum(len(book.processed) for book in books),
                "calls": len(self.simulator.journal.calls),
                "violations": len(self.simulator.journal.violations),
                "faults_waiting": self.simulator.faults.waiting(),
            }

    def _add_message(self, values: dict) -> dict:
        return _show_message(self.simulator.add_raw_message(**values))

    def _add_order(self, values: dict) -> dict:
        order = self.simulator.add_order(**values)
        return {"tb_id": order.tb_id, "items": {i.channel_id: i.tb_id for i in order.items}}

    def _reset(self, values: dict) -> None:
        self.simulator.reset()
        self.scenario()

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


def _only_known(values: dict) -> dict:
    if unknown := values.keys() - SETTINGS:
        raise ValueError(f"unknown settings: {', '.join(unknown)}")
    return values


def _json(value: object, status: int = 200) -> Reply:
    body = json.dumps(value, indent=1, default=str).encode()
    return Reply(status, body, content_type="application/json")
