"""The sums of an item and of an order, computed from the messages that the platform sent."""

from dataclasses import dataclass, field

from .state import Account, Item, Message, Order, RawMessage

COUNTERS = {
    "SHIP": "shipped",
    "NO_INVENTORY": "cancelled",
    "CUST_CANCEL": "cancelled",
    "RETURN": "returned",
}
AMOUNTS = ("DEDUCT_SHIPPING_COSTS", "DEDUCT_SERVICE_PRICE", "DEDUCT_PAYMENT_COSTS", "REFUND")


@dataclass
class Tally:
    """Quantities of one item; `refused` are messages that break the arithmetic."""

    ordered: int
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0
    tracking: list[str] = field(default_factory=list)
    return_tracking: list[str] = field(default_factory=list)
    refused: list[Message] = field(default_factory=list)

    def room(self, counter: str) -> int:
        """How much may still be added to a counter."""
        if counter == "returned":
            return self.shipped - self.returned
        return self.ordered - self.shipped - self.cancelled

    def add(self, message: Message) -> None:
        counter = COUNTERS[message.message_type]
        quantity = message.quantity or 0
        if not 0 < quantity <= self.room(counter):
            self.refused.append(message)
            return
        setattr(self, counter, getattr(self, counter) + quantity)
        codes = {"shipped": self.tracking, "returned": self.return_tracking}.get(counter, [])
        if message.idcode and message.idcode not in codes:
            codes.append(message.idcode)


def tally(item: Item) -> Tally:
    """Where an item stands; returns count last, since they may arrive ahead of their shipment."""
    sums = Tally(item.quantity)
    counted = [message for message in item.messages if message.message_type in COUNTERS]
    for message in sorted(counted, key=lambda message: message.message_type == "RETURN"):
        sums.add(message)
    return sums


def expect_order(order: Order) -> dict:
    """What a client must know of an order once it has taken in every message."""
    tallies = {item.channel_id: tally(item) for item in order.items}
    last = {message.message_type: message for message in order.messages}
    paid = [kind for kind in last if kind.startswith("PAYMENT_STATE_")]
    dates = [message.est_ship_date for message in order.messages if message.est_ship_date]
    return {
        "tb_id": order.tb_id,
        "items": {key: _expect_item(sums) for key, sums in tallies.items()},
        "tracking": _unique(code for sums in tallies.values() for code in sums.tracking),
        "return_tracking": _unique(c for sums in tallies.values() for c in sums.return_tracking),
        "acknowledged": "ORDER_ACKNOWLEDGE" in last,
        "est_ship_date": dates[-1] if dates else None,
        "payment": paid[-1].removeprefix("PAYMENT_STATE_") if paid else None,
        "amounts": {kind: last[kind].deduction for kind in AMOUNTS if kind in last},
        "attention": [m.message_id for sums in tallies.values() for m in sums.refused],
        "unknown": [m.message_id for m in order.messages if m.message_type not in KNOWN],
    }


def expect_account(account: Account) -> dict:
    """`expect_order` by our key, for all orders of an account."""
    return {order.channel_id: expect_order(order) for order in account.orders.values()}


def find_strays(account: Account) -> list[int]:
    """Messages that belong to no order of the account."""
    return [
        message.message_id
        for _, message in account.messages.values()
        if message.tb_order_id not in account.orders and not isinstance(message, RawMessage)
    ]


KNOWN = {
    *COUNTERS,
    *AMOUNTS,
    "ORDER_ACKNOWLEDGE",
    "PAYMENT_STATE_OPEN",
    "PAYMENT_STATE_PAID",
    "PAYMENT_STATE_SHORTFALL",
}


def _expect_item(sums: Tally) -> dict:
    return {
        "ordered": sums.ordered,
        "shipped": sums.shipped,
        "cancelled": sums.cancelled,
        "returned": sums.returned,
        "tracking": sums.tracking,
        "return_tracking": sums.return_tracking,
    }


def _unique(codes) -> list[str]:
    return list(dict.fromkeys(codes))
