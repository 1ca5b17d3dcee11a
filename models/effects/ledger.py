"""The arithmetic of one order line, in pieces, without a database.

What must hold at every moment: shipped + cancelled <= ordered and returned <= shipped.
"""

from dataclasses import dataclass


class EffectError(Exception):
    """A message that cannot be applied; the text is for the person who looks at it."""


class TooEarly(EffectError):
    """A message that may be applied once something else has happened."""


class Excess(EffectError):
    """More than there is; carries the numbers for a sentence in the reader's language."""

    def __init__(self, asked, ordered, shipped, cancelled, returned):
        super().__init__(
            f"asked {asked:g}, ordered {ordered:g}, shipped {shipped:g}, "
            f"cancelled {cancelled:g}, returned {returned:g}"
        )
        self.asked = asked


class ReturnTooEarly(Excess, TooEarly):
    """More came back than was shipped so far, but not more than was ordered."""


@dataclass(slots=True)
class Ledger:
    """What one order line was ordered, and what became of it."""

    ordered: float
    shipped: float = 0.0
    cancelled: float = 0.0
    returned: float = 0.0

    @property
    def open(self):
        return self.ordered - self.shipped - self.cancelled

    @property
    def returnable(self):
        return self.shipped - self.returned

    def ship(self, quantity):
        if quantity > self.open:
            raise self._excess(Excess, quantity)
        self.shipped += quantity

    def cancel(self, quantity):
        if quantity > self.open:
            raise self._excess(Excess, quantity)
        self.cancelled += quantity

    def give_back(self, quantity):
        if self.returned + quantity > self.ordered - self.cancelled:
            raise self._excess(Excess, quantity)
        if self.returned + quantity > self.shipped:
            raise self._excess(ReturnTooEarly, quantity)
        self.returned += quantity

    def _excess(self, error, quantity):
        return error(quantity, self.ordered, self.shipped, self.cancelled, self.returned)
