"""Which open moves deliver what is needed: a plan in memory, nothing is written.

Quantities are in the unit of the product.
"""

from collections import defaultdict
from dataclasses import dataclass

from .ledger import EffectError

TINY = 1e-6  # below this, a float quantity is none


@dataclass(frozen=True, slots=True)
class Need:
    """Some quantity of a product of a line that has to leave in a parcel."""

    line: object
    product: object
    quantity: float
    parcel: object


@dataclass(frozen=True, slots=True)
class Share:
    """The part of an open move that leaves in a parcel."""

    move: object
    parcel: object
    quantity: float


class Allocation:
    """Spreads needs over open moves, oldest first.

    `shares` are parts of moves that leave the warehouse; `before` are the quantities of moves of
    earlier stages (pick, pack) that must be done first.
    """

    def __init__(self, needs):
        self.shares = []
        self.before = defaultdict(float)
        self._taken = defaultdict(float)
        # What a record set filters out of itself it reads alone; these are read together.
        self._all = {id_ for need in needs for id_ in need.line.move_ids._ids}
        for need in needs:
            self._add(need)

    def _add(self, need):
        moves = need.line.move_ids.filtered(
            lambda move: move.product_id == need.product and move._fulfillment_is_open()
        ).with_prefetch(self._all)
        moves = moves.sorted(lambda move: (move.date, move.id))
        leaving = moves.filtered(lambda move: move.location_dest_id._is_outgoing())
        leaving = leaving.with_prefetch(self._all)
        left = self._take_leaving(need, leaving)
        # Where a push rule makes the next step, it exists only once the step before is done.
        starting = (moves - leaving).filtered(lambda move: not move.move_dest_ids)
        left = self._take_starting(starting[::-1], left)
        if left > TINY:
            raise EffectError(self._text_nothing_open(need))

    def _take_leaving(self, need, moves):
        left = need.quantity
        for move in moves:
            part = min(left, move.product_qty - self._taken[move])
            if part > TINY:
                left -= part
                self._taken[move] += part
                self.shares.append(Share(move, need.parcel, part))
                self._pull(move, self._taken[move])
        return left

    def _take_starting(self, moves, left):
        for move in moves:
            part = min(left, move.product_qty - self.before.get(move, 0.0))
            if part > TINY:
                left -= part
                self.before[move] += part
        return left

    def _pull(self, move, quantity):
        """Note what the steps before a move must do so that it can do a quantity."""
        missing = quantity - move._fulfillment_reserved()
        for earlier in move._fulfillment_open_origins():
            part = min(missing, earlier.product_qty)
            if part > TINY:
                missing -= part
                self.before[earlier] = max(self.before[earlier], part)
                self._pull(earlier, part)

    def _text_nothing_open(self, need):
        return need.line.env._(
            "%(order)s has no open delivery for %(quantity)s of %(product)s.",
            order=need.line.order_id.display_name,
            quantity=f"{need.quantity:g}",
            product=need.product.display_name,
        )
