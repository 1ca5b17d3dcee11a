"""What the platform knows: orders with their status events, tokens, hooks and stock."""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ..journal import Clock

FRACTIONS = (0, 3, 6)  # digits; all occur


@dataclass(eq=False)
class Event:
    """One entry of a status history. Times are unix seconds."""

    event_id: str
    order: "Order" = field(repr=False)
    level: str  # order, detail or package
    status: str
    recorded: float
    happened: float | None = None
    shipment: str = ""
    tracking: str = ""
    comment: str = ""
    place: str = ""
    is_deleted: bool = False

    def fact(self) -> tuple:
        """What a client must believe about it, by the second."""
        return (
            self.order.key,
            self.status,
            self.tracking,
            self.shipment,
            int(self.happened or self.recorded),
            self.comment,
            self.place,
        )


@dataclass(eq=False)
class Order:
    """A sales order; it is fulfilled by zero, one or many shipments."""

    key: str
    partner: str
    updated: float
    shipments: dict[str, list[tuple[str, int]]] = field(default_factory=dict)  # with their items
    packages: dict[str, str] = field(default_factory=dict)  # tracking id -> shipment
    events: list[Event] = field(default_factory=list)
    document: dict | None = None  # as it was put
    is_read: bool = False  # by a client, as it is now

    def live(self) -> list[Event]:
        return [event for event in self.events if not event.is_deleted]


@dataclass(eq=False)
class Token:
    token_id: str
    ends: float
    calls_left: int | None = None  # None: as many as you like


@dataclass(eq=False)
class Hook:
    hook_id: str
    body: dict


@dataclass(eq=False)
class Push:
    """A body on its way to a web hook."""

    hook: Hook
    body: bytes
    not_before: float = 0.0
    statuses: list[int] = field(default_factory=list)  # what the receiver answered


class Platform:
    """Everything behind the API of one account."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        self.orders: dict[str, Order] = {}
        self.tokens: dict[str, Token] = {}
        self.hooks: dict[str, Hook] = {}
        self.pushes: list[Push] = []
        self.stock: dict[str, tuple[str, float]] = {}  # SKU -> quantity as text, updated
        self.articles: set[str] | None = None  # SKUs that can be ordered; None: any
        self.on_order: Callable[[Order], None] = lambda order: None  # told of each accepted one
        self.on_read: Callable[[Order], None] = lambda order: None  # and of each that was read
        self.plans: list[tuple[float, Callable[[], None]]] = []  # when, and what happens then
        self.ids = itertools.count(1)
        self.version = 3
        self.has_ids = True  # version 2 of 2017 had no event ids
        self.lifts_on_change = True  # does a revision move the order to the end of the list?
        self.page_size = 100
        self.token_life = 3600.0
        self.fraction = itertools.cycle(FRACTIONS)

    def stamp(self, moment: float, digits: int = 0) -> str:
        found = datetime.fromtimestamp(moment, timezone.utc)
        text = found.strftime("%Y-%m-%dT%H:%M:%S")
        return f"{text}.{found.microsecond:06}"[: 20 + digits] + "Z" if digits else f"{text}Z"
