"""What Odoo itself knows of a line: delivered, given back, components."""

from collections import defaultdict

from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _fulfillment_in_line_unit(self, pieces):
        return self.product_id.uom_id._compute_quantity(
            pieces, self.product_uom_id, rounding_method="HALF-UP"
        )

    def _fulfillment_is_moved(self):
        """Whether stock moves deliver the line (not so services, nor products set by hand)."""
        return self.qty_delivered_method == "stock_move"

    def _fulfillment_needs(self, pieces):
        """What has to move for some pieces of the line.

        :return: {product: quantity in its own unit}; several products for a kit, each in the
            ratio of its demand to the line's.
        """
        products = self.move_ids.product_id
        if not products - self.product_id:
            return {self.product_id: pieces}
        demand = defaultdict(float)
        for move in self.move_ids:
            is_first = not move.move_orig_ids & self.move_ids
            if is_first and move.state != "cancel" and not move.origin_returned_move_id:
                demand[move.product_id] += move.product_qty
        ordered = self._fulfillment_pieces()
        return {
            product: pieces * quantity / ordered for product, quantity in demand.items() if ordered
        }

    def _fulfillment_came_back(self):
        """Pieces the platform reported as returned, without those whose goods stay away."""
        return self.fulfillment_qty_returned - self.fulfillment_qty_kept

    def _fulfillment_by_hand(self):
        """Pieces staff delivered that the platform has not told us of.

        Net of returns, so that an exchange by hand (one back, one out) is none.
        """
        told = self.fulfillment_qty_shipped - self._fulfillment_came_back()
        return self._fulfillment_delivered() - self._fulfillment_given_back() - told

    def _fulfillment_back_by_hand(self):
        """Pieces staff took back that the platform has not told us of."""
        return self._fulfillment_given_back() - self._fulfillment_came_back()

    def _fulfillment_delivered(self):
        """Pieces that left for the customer, in Odoo; returns are not subtracted."""
        if not self._fulfillment_is_moved():
            return self._fulfillment_pieces(self.qty_delivered) + self._fulfillment_came_back()
        return self._fulfillment_whole_pieces(
            self.move_ids.filtered(
                lambda move: (
                    move.state == "done"
                    and move.location_dest_id._is_outgoing()
                    and not move.origin_returned_move_id
                )
            )
        )

    def _fulfillment_given_back(self):
        """Pieces that came back or are expected back, in Odoo."""
        if not self._fulfillment_is_moved():
            return self._fulfillment_came_back()
        return self._fulfillment_whole_pieces(
            self.move_ids.filtered(
                lambda move: (
                    move.state != "cancel"
                    and move.origin_returned_move_id
                    and move.location_id._is_outgoing()
                )
            )
        )

    def _fulfillment_whole_pieces(self, moves):
        """Pieces of the line that some moves amount to; of a kit, only whole ones."""
        moved = defaultdict(float)
        for move in moves:
            done = move.quantity if move.state == "done" else move.product_uom_qty
            moved[move.product_id] += move.product_uom._compute_quantity(
                done, move.product_id.uom_id
            )
        return min(
            (
                moved[product] / per_piece
                for product, per_piece in self._fulfillment_needs(1.0).items()
                if per_piece
            ),
            default=0.0,
        )
