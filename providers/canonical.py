"""What is said to and by every platform, in our words: frozen dataclasses without behaviour.

In:  Page of Message, StockFeed of StockLine.
Out: Order of OrderItem with Address, Cancellation; Problem says why one cannot go out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum


class Kind(str, Enum):
    """Canonical type of a message."""

    ACKNOWLEDGE = "acknowledge"
    SHIP = "ship"
    DELIVER = "deliver"
    CANCEL = "cancel"
    RETURN = "return"
    DEDUCTION = "deduction"
    PAYMENT = "payment"
    REFUND = "refund"
    INFO = "info"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing a platform said. Absent texts are '', absent numbers and dates None."""

    external_id: str  # never empty; 'sha256:<hex of raw>' when the platform gave no usable id
    acknowledgeable: bool  # False when the platform gave no usable id
    kind: Kind
    platform_type: str  # the platform's own word, verbatim
    raw: str  # the message alone, in the platform's format
    problem: str = ""  # sentences about what in here cannot be understood
    order_ref: str = ""  # order id the platform gave
    item_ref: str = ""  # item id the platform gave
    order_key: str = ""  # order id we gave
    item_key: str = ""  # item id we gave
    channel_sign: str = ""
    sku: str = ""
    channel_sku: str = ""
    quantity: Decimal | None = None  # pieces of this message, an addition; may be a fraction
    carrier_key: str = ""
    tracking_ref: str = ""  # number of the parcel: outbound, or the return parcel of a return
    return_tracking_ref: str = ""  # proposal for a later return
    amount: Decimal | None = None  # money kept back, in the currency of the order
    comment: str = ""
    return_cause: str = ""
    return_state: str = ""
    service: str = ""
    delivery_information: str = ""
    expected_date: date | None = None  # expected dispatch
    occurred_at: datetime | None = None  # aware, UTC; for display, never for ordering
    occurred_raw: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to "what is new?"."""

    messages: tuple[Message, ...] = ()
    is_full: bool = False  # as many as asked for: ask again
    problem: str = ""  # sentences about the answer as a whole
    size: int = 0  # bytes of the answer, unpacked


@dataclass(frozen=True, slots=True)
class Address:
    """Where something goes, or who pays it. Absent texts are ''."""

    name: str = ""  # the whole name, of a person or a company
    first_name: str = ""  # both parts or none
    last_name: str = ""
    name_extension: str = ""  # e.g. the company of the person
    customer_number: str = ""
    street: str = ""  # street and number
    street_extension: str = ""
    zip: str = ""
    city: str = ""
    province: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, upper case
    phone_private: str = ""
    phone_office: str = ""
    email: str = ""
    vat: str = ""


@dataclass(frozen=True, slots=True)
class OrderItem:
    """Some pieces of one article at one price."""

    key: str  # item id we give, unique within the order
    sku: str
    quantity: int  # whole pieces, 1 or more
    price: Decimal  # gross, per piece, in whole cents; 0 for a gift
    ean: str = ""  # text, since zeros may lead
    text: str = ""  # what the invoice says
    delivery_days: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A confirmed order on its way out; all money is gross, in `currency`, in whole cents.

    The items' quantity x price plus shipping_price plus payment_costs is what the customer pays.
    """

    key: str  # order id we give, unique per account
    ordered_on: date
    currency: str  # ISO 4217
    ship_to: Address
    items: tuple[OrderItem, ...]
    sell_to: Address | None = None  # None: as ship_to
    number: str = ""  # order number for people, need not be unique
    invoice_number: str = ""
    channel_sign: str = ""
    shipping_price: Decimal = Decimal(0)
    carrier_key: str = ""
    payment_type: str = ""
    payment_costs: Decimal = Decimal(0)
    payment_ref: str = ""
    is_paid: bool = False
    is_payment_lost: bool = False
    comment: str = ""  # of the customer


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Pieces of an item of a sent order that the customer does not want any more."""

    order_ref: str  # order id the platform gave
    order_key: str
    item_key: str
    sku: str
    quantity: int
    item_ref: str = ""  # item id the platform gave; some platforms insist on it
    channel_sign: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a platform would refuse an order: told before it is sent.

    part: 'order', 'ship_to', 'sell_to' or 'item'. field: a field of that part's dataclass.
    """

    reason: str  # 'missing', 'too_long', 'not_allowed'
    part: str
    field: str
    item_key: str = ""  # when part is 'item'
    limit: int = 0  # characters, when too long
    value: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform's answer to an order it took."""

    order_ref: str = ""  # its id there; '' when the answer names none
    raw: str = ""  # the answer, masked


@dataclass(frozen=True, slots=True)
class StockLine:
    """What can still be sold of one article; it is named by `sku`, or by `ean` where that is ''."""

    sku: str = ""
    ean: str = ""
    total: Decimal | None = None  # the number without a warehouse
    by_warehouse: tuple[tuple[str, Decimal], ...] = ()  # key or name of the warehouse, number
    problem: str = ""
    is_unlimited: bool = False  # there is no number, and none is needed


@dataclass(slots=True)
class StockFeed:
    """The numbers of one answer, read while they are iterated; it can be iterated once.

    Iterating raises Malformed when the answer breaks off or is not understood: what came before
    it is then not the whole answer. Whoever may stop in the middle uses it as a context.
    """

    lines: Iterator[StockLine]
    is_full: bool  # all articles there are, not only what changed
    cursor: str = ""  # to ask with next time for what changed since; '' when there was none
    close: Callable[[], None] = lambda: None  # for good; at the end it happens by itself

    def __iter__(self) -> Iterator[StockLine]:
        return self.lines

    def __enter__(self) -> "StockFeed":
        return self

    def __exit__(self, *exc) -> None:
        self.close()
