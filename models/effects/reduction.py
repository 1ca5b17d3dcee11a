"""Taking quantities off open moves: planned in memory, then done for all lines at once.

Quantities are in the unit of the product.
"""

from collections import defaultdict


class Reduction:
    """What is taken off the open moves of some lines.

    `freed` is what leaves a storable reservation, {(product, location): quantity}.
    """

    def __init__(self, lines):
        self.freed = defaultdict(float)
        self._taken = defaultdict(float)
        # What a record set filters out of itself it reads alone; these are read together.
        self._all = lines.move_ids._ids

    def take(self, line, product, quantity):
        """Plan to take a quantity off the open moves of a line, earlier stages of it included."""
        moves = line.move_ids.filtered(
            lambda move: (
                move.product_id == product
                and move._fulfillment_is_open()
                and not move.origin_returned_move_id
            )
        ).with_prefetch(self._all)
        moves = moves.sorted(lambda move: (move.date, move.id), reverse=True)
        # First what is furthest from the customer and has no next step yet.
        starts = moves.filtered(
            lambda move: not move.location_dest_id._is_outgoing() and not move.move_dest_ids
        )
        leaving = moves.filtered(lambda move: move.location_dest_id._is_outgoing())
        for move in (starts | leaving).with_prefetch(self._all):
            quantity -= self._take_off(move, quantity)

    def _take_off(self, move, quantity):
        """Plan for one move and what feeds it.

        :return: what it can give of the quantity.
        """
        quantity = min(quantity, move.product_qty - self._taken[move])
        if quantity <= 0:
            return 0.0
        left = quantity
        for earlier in move._fulfillment_open_origins():
            left -= self._take_off(earlier, left)
        if move.product_id.is_storable and left > 0:
            self.freed[move.product_id, move.location_id] += left
        self._taken[move] += quantity
        return quantity

    def do(self, nothing):
        """Cancel the moves of which nothing is left, lower the others, and reserve them again.

        :param nothing: an empty set of moves.
        """
        gone, lower = nothing, defaultdict(lambda: nothing)
        for move, quantity in self._taken.items():
            unit, rest = move.product_id.uom_id, move.product_qty - quantity
            if unit.compare(rest, 0.0) <= 0:
                gone |= move
            else:
                lower[unit._compute_quantity(rest, move.product_uom)] |= move
        gone._action_cancel()
        for quantity, moves in lower.items():
            moves.with_context(fulfillment_quiet=True).product_uom_qty = quantity
        left = nothing.concat(*lower.values()).exists()
        left.filtered(lambda move: move._fulfillment_is_open())._action_assign()
