"""What the platform knows: accounts, orders, items, messages, and who has to read what."""

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime, timezone
from decimal import Decimal
from xml.sax.saxutils import escape

from ..journal import Clock, Gate

FIRST_ORDER, FIRST_ITEM, FIRST_MESSAGE = 7000001, 8000001, 9000001
GAPS = (1, 3, 1, 7, 2, 12)  # message ids rise, but not one by one


@dataclass(eq=False, slots=True)
class Item:
    tb_id: int
    channel_id: str  # our key
    sku: str
    quantity: int
    price: Decimal = Decimal("10.00")
    order: "Order" = field(default=None, repr=False)
    messages: list["Message"] = field(default_factory=list, repr=False)


@dataclass(eq=False, slots=True)
class Order:
    tb_id: int
    channel_id: str  # our key
    channel: str
    account: str
    items: list[Item] = field(default_factory=list)
    messages: list["Message"] = field(default_factory=list, repr=False)
    xml: bytes = field(default=b"", repr=False)  # as the channel sent it


@dataclass(eq=False, slots=True, kw_only=True)
class Message:
    """One MESSAGE: the fields are its nodes in documented order; None leaves a node out."""

    message_id: int
    message_type: str | None = None
    tb_order_id: int | None = None
    tb_order_item_id: int | None = None
    sku: str | None = None
    channel_sign: str | None = None
    channel_order_id: str | None = None
    channel_order_item_id: str | None = None
    channel_sku: str | None = None
    quantity: int | None = None
    carrier_parcel_type: str | None = None
    idcode: str | None = None
    idcode_return_proposal: str | None = None
    deduction: str | None = None
    comment: str | None = None
    return_cause: str | None = None
    return_state: str | None = None
    service: str | None = None
    est_ship_date: str | None = None
    processed: int = 0
    exported: int = 0
    date_created: str | None = None
    delivery_information: str | None = None

    def nodes(self) -> Iterator[tuple[str, str]]:
        for node in NODES:
            value = getattr(self, node.lower())
            if value is not None:
                yield node, str(value)

    def as_xml(self) -> str:
        inner = "".join(f"\n    <{node}>{escape(text)}</{node}>" for node, text in self.nodes())
        return f"  <MESSAGE>{inner}\n  </MESSAGE>"


NODES = tuple(f.name.upper() for f in fields(Message))


@dataclass(eq=False, slots=True, kw_only=True)
class RawMessage(Message):
    """Something that is sent exactly as it was given."""

    xml: str

    def as_xml(self) -> str:
        return self.xml


@dataclass(slots=True)
class Shelf:
    """The number of one article, and by warehouse where it has several."""

    number: int | None  # None: the article is listed without a number
    changed: int  # unix seconds
    warehouses: dict[str, int] = field(default_factory=dict)
    node: str = "A_NR"  # or A_EAN: what the article is named by
    identifier: str = "key"  # or name: what a warehouse is named by

    def take(self, quantity: int, now: float) -> None:
        if self.number is not None:
            self.number, self.changed = max(0, self.number - quantity), int(now)


class Account:
    """One TB.One account (HNR): its users, its channels and all that happened in it."""

    def __init__(self, number: str, users: dict[str, str], channels: dict[str, str]):
        self.number, self.users, self.channels = number, users, channels
        self.gate = Gate()
        self.orders: dict[int, Order] = {}
        self.orders_by_key: dict[tuple[str, str], Order] = {}
        self.items_by_key: dict[str, Item] = {}
        self.messages: dict[int, tuple[str, Message]] = {}  # with the channel that may read it
        self.open: dict[str, dict[int, Message]] = {channel: {} for channel in channels}
        self.processed: list[int] = []
        self.articles: set[str] | None = None  # SKUs that can be ordered; None: any
        self.stock: dict[str, Shelf] = {}
        self.last_calls: dict[str, float] = {}

    def add_order(self, order: Order) -> Order:
        if (order.channel, order.channel_id) in self.orders_by_key:
            raise ValueError(f"Order {order.channel_id} exists already")
        self.orders[order.tb_id] = order
        self.orders_by_key[order.channel, order.channel_id] = order
        for item in order.items:
            item.order = order
            self.items_by_key.setdefault(item.channel_id, item)
        return order

    def add_message(self, message: Message, channel: str, is_open: bool = True) -> Message:
        """Keep a message and put it at the end of the channel's queue."""
        self.messages[message.message_id] = (channel, message)
        if is_open:
            self.open[channel][message.message_id] = message
        return message

    def waiting(self, channel: str, limit: int | None = None) -> list[Message]:
        """The oldest messages of a channel that are not processed; cheap for a small limit."""
        return list(itertools.islice(self.open[channel].values(), limit))

    def find_order(self, key: str) -> Order | None:
        hits = (self.orders_by_key.get((channel, key)) for channel in self.channels)
        return next(filter(None, hits), None)

    def process(self, message_id: int) -> None:
        channel, message = self.messages[message_id]
        message.processed = 1
        if self.open[channel].pop(message_id, None):
            self.processed.append(message_id)

    def reopen(self, message_id: int) -> None:
        """Make a processed message appear again, in its old place."""
        channel, message = self.messages[message_id]
        message.processed = 0
        self.open[channel][message_id] = message
        self.open[channel] = dict(sorted(self.open[channel].items()))


class Platform:
    """All accounts, one clock, one lock, and the counters that give out ids."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything; ids start again."""
        self.rejection_status = 200  # the documented schema error comes with success as status
        self.order_answer = "element"
        self.needs_currency = False  # one field table wants the attribute, another does not
        self.needs_item_ids = True  # of messages about items: documented, though optional
        self.on_order: Callable[[Order], None] = lambda order: None  # told of each accepted one
        self.accounts: dict[str, Account] = {}
        self.order_ids = itertools.count(FIRST_ORDER)
        self.item_ids = itertools.count(FIRST_ITEM)
        self.message_ids = itertools.accumulate(itertools.cycle(GAPS), initial=FIRST_MESSAGE)

    def stamp(self, days: float = 0) -> str:
        """The time of the platform, moved by some days, as messages write it."""
        moment = datetime.fromtimestamp(self.clock.now() + days * 86400, timezone.utc)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
