"""What one run of the apply lane holds in memory: ledgers, notes, refunds to propose."""

from collections import defaultdict
from dataclasses import astuple, dataclass, field, fields, replace
from functools import cached_property

from .ledger import EffectError, Excess, Ledger, ReturnTooEarly, TooEarly
from .portions import Shipments

ENTRY_OF_KIND = {"ship": "ship", "deliver": "ship", "cancel": "cancel", "return": "give_back"}
TOTALS = [f"fulfillment_qty_{number.name}" for number in fields(Ledger)]


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that goes back to the customer: for a quantity of a line, or an amount."""

    message: object
    label: str
    line: object = None
    quantity: float = 0.0
    amount: float = 0.0  # gross, in the currency of the order; negative is kept back


@dataclass
class Batch:
    """The messages of some orders of one account on their way into Odoo."""

    env: object
    account: object
    orders: object
    portions: dict = field(default_factory=dict)  # by message
    ledgers: dict = field(default_factory=dict)
    notes: dict = field(default_factory=lambda: defaultdict(list))
    refunds: dict = field(default_factory=lambda: defaultdict(list))
    redelivered: object = None  # orders whose days of delivery are to be derived again
    credited: dict = field(default_factory=lambda: defaultdict(float))  # by line, in its unit

    def __post_init__(self):
        self.redelivered = self.orders.browse()

    @cached_property
    def shipments(self):
        """Of all orders; read when the first message needs them."""
        return Shipments(self.env, self.account, self.orders)

    def list_portions(self, messages):
        """What the messages are about, in their order."""
        return [portion for message in messages for portion in self.portions.get(message, ())]

    def ledger(self, line):
        """The ledger of a line, read once per batch."""
        if line not in self.ledgers:
            self.ledgers[line] = Ledger(
                line.fulfillment_qty_ordered or line._fulfillment_pieces(),
                line.fulfillment_qty_shipped,
                line.fulfillment_qty_cancelled,
                line.fulfillment_qty_returned,
            )
        return self.ledgers[line]

    def book(self, message, entry):
        """Book the pieces a message is about on their lines, all or none.

        :param entry: name of the ledger's method: ship, cancel or give_back.
        :raise EffectError: with the numbers in a sentence.
        """
        portions = message._find_portions(self, entry)
        before = {portion.line: replace(self.ledger(portion.line)) for portion in portions}
        try:
            for portion in portions:
                self._book_portion(portion, entry)
        except EffectError:
            self.ledgers |= before
            raise
        self.portions[message] = portions
        if not message._names_item():
            self.shipments.note(message, entry, portions)

    def _book_portion(self, portion, entry):
        try:
            getattr(self.ledger(portion.line), entry)(portion.quantity)
        except Excess as excess:
            error = TooEarly if isinstance(excess, ReturnTooEarly) else EffectError
            raise error(self._text_excess(portion.line, entry, portion.quantity)) from excess

    def describe(self, message):
        """ "2 x Mug, 1 x Lamp"."""
        return ", ".join(portion.describe() for portion in self.portions.get(message, ()))

    def write_items(self, messages):
        """Remember what was booked for messages that do not name it themselves."""
        portions = self.list_portions(message for message in messages if not message._names_item())
        self.env["fulfillment.message.item"].create(
            [self._prepare_item_vals(portion) for portion in portions]
        )

    def _prepare_item_vals(self, portion):
        message = portion.message
        return {
            "message_id": message.id,
            "company_id": message.company_id.id,
            "order_id": message.order_id.id,
            "order_line_id": portion.line.id,
            "entry": ENTRY_OF_KIND[message.kind],
            "shipment_ref": self.shipments.ref(message) or False,
            "quantity": portion.quantity,
        }

    def write_totals(self):
        """Write the ledgers on their lines, those with the same numbers together."""
        lines = defaultdict(lambda: self.env["sale.order.line"])
        for line, ledger in self.ledgers.items():
            lines[astuple(ledger)] |= line
        for totals, alike in lines.items():
            alike.write(dict(zip(TOTALS, totals, strict=True)))

    def whole_quantity(self, message):
        """The pieces a message tells.

        :raise EffectError: they are not whole, or none.
        """
        quantity = message.quantity
        if quantity <= 0 or quantity != int(quantity):
            raise EffectError(
                self.env._(
                    "The quantity must be a whole number above 0, "
                    "but the message says %(quantity)s.",
                    quantity=f"{quantity:g}",
                )
            )
        return quantity

    def _text_excess(self, line, entry, quantity):
        ledger = self.ledger(line)
        values = {
            "quantity": f"{quantity:g}",
            "product": line.product_id.display_name,
            "open": f"{ledger.open:g}",
            "ordered": f"{ledger.ordered:g}",
            "shipped": f"{ledger.shipped:g}",
            "cancelled": f"{ledger.cancelled:g}",
            "returned": f"{ledger.returned:g}",
        }
        return self._text_too_many(entry, values) + self.env._(
            " (ordered %(ordered)s, shipped %(shipped)s, cancelled %(cancelled)s, "
            "returned %(returned)s).",
            **values,
        )

    def _text_too_many(self, entry, values):
        if entry == "ship":
            return self.env._(
                "%(quantity)s of %(product)s would be shipped, but only %(open)s can still be",
                **values,
            )
        if entry == "cancel":
            return self.env._(
                "%(quantity)s of %(product)s would be cancelled, but only %(open)s can still be",
                **values,
            )
        return self.env._(
            "%(quantity)s of %(product)s would come back, but that is too many", **values
        )
