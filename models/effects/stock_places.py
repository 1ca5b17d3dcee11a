"""What the platform says of a product in a location of ours, and what Odoo has there.

Plain values. On hand shall be what can still be sold, plus what is still to leave for orders that
the platform has counted already: then what is free here is what can be sold there.
"""

from dataclasses import dataclass, field

EQUAL, DIFFERS, SKIPPED, FAILED = "equal", "differs", "skipped", "failed"
UNKNOWN, UNUSED, MISSING, UNLIMITED = "unknown", "unused", "missing", "unlimited"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a number is not compared."""

    state: str
    reason: str = ""


@dataclass(eq=False, slots=True)
class Place:
    """A product in a location; the numbers of several warehouses may add up to it."""

    product: object
    location: object
    levels: list = field(default_factory=list)
    on_hand: float = 0.0
    leaving: float = 0.0
    reason: str = ""  # why it could not be adjusted

    @property
    def number(self) -> float:
        return sum(level.quantity for level in self.levels)

    @property
    def target(self) -> float:
        return self.number + self.leaving

    @property
    def difference(self) -> float:
        """What is to be added, or taken away; in the unit of the product."""
        unit = self.product.uom_id
        return unit.round(self.target - self.on_hand) if self.is_different else 0.0

    @property
    def is_different(self) -> bool:
        target = self.target  # nearly all are equal to the last bit, and the unit is not asked
        return target != self.on_hand and bool(self.product.uom_id.compare(target, self.on_hand))
