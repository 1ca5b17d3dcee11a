"""What every platform says, in our words: frozen dataclasses without behaviour."""

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
