"""What one run of the apply lane holds in memory: ledgers, notes, refunds to propose."""

from collections import defaultdict
from dataclasses import astuple, dataclass, field, fields

from .ledger import EffectError, Excess, Ledger, ReturnTooEarly, TooEarly

TOTALS = [f"fulfillment_qty_{number.name}" for number in fields(Ledger)]


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that goes back to the customer: for a quantity of a line, or an amount."""

    message: object
    label: str
    line: object = None
    quantity: float = 0.0
    amount: float = 0.0  # gross, in the currency of the order; negative is kept back


@dataclass(slots=True)
class Batch:
    """The messages of some orders of one account on their way into Odoo."""

    env: object
    account: object
    ledgers: dict = field(default_factory=dict)
    notes: dict = field(default_factory=lambda: defaultdict(list))
    refunds: dict = field(default_factory=lambda: defaultdict(list))
    credited: dict = field(default_factory=lambda: defaultdict(float))  # by line, in its unit

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
        """Book a message's quantity on its line.

        :param entry: name of the ledger's method: ship, cancel or give_back.
        :raise EffectError: with the numbers in a sentence.
        """
        quantity = self._whole_quantity(message)
        line = message.order_line_id
        try:
            getattr(self.ledger(line), entry)(quantity)
        except Excess as excess:
            error = TooEarly if isinstance(excess, ReturnTooEarly) else EffectError
            raise error(self._text_excess(line, entry, quantity)) from excess

    def write_totals(self):
        """Write the ledgers on their lines, those with the same numbers together."""
        lines = defaultdict(lambda: self.env["sale.order.line"])
        for line, ledger in self.ledgers.items():
            lines[astuple(ledger)] |= line
        for totals, alike in lines.items():
            alike.write(dict(zip(TOTALS, totals, strict=True)))

    def _whole_quantity(self, message):
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
