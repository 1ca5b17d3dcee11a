"""Taking quantities off open moves, and off the shelf."""

from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _update_line_quantity(self, values):
        # One note per order and batch tells it all, see `_fulfillment_note`.
        if self.env.context.get("fulfillment_quiet"):
            return None
        return super()._update_line_quantity(values)

    def _fulfillment_reduce_moves(self, product, quantity, freed):
        """Take a quantity off the open moves of the line, earlier stages of it included.

        :param freed: {(product, location): quantity}; what leaves a storable reservation is added.
        :return: the moves that stay open with less.
        """
        moves = self.move_ids.filtered(
            lambda move: (
                move.product_id == product
                and move._fulfillment_is_open()
                and not move.origin_returned_move_id
            )
        ).sorted(lambda move: (move.date, move.id), reverse=True)
        # First what is furthest from the customer and has no next step yet.
        starts = moves.filtered(
            lambda move: not move.location_dest_id._is_outgoing() and not move.move_dest_ids
        )
        leaving = moves.filtered(lambda move: move.location_dest_id._is_outgoing())
        touched = self.env["stock.move"]
        for move in starts | leaving:
            part = min(quantity, move.product_qty)
            quantity -= part
            touched |= move._fulfillment_reduce(part, freed)
        return touched


class StockMove(models.Model):
    _inherit = "stock.move"

    def _fulfillment_reduce(self, quantity, freed):
        """Take a quantity (in the unit of the product) off this move and off what feeds it."""
        if quantity <= 0:
            return self.browse()
        touched = self.browse()
        left = quantity
        for move in self._fulfillment_open_origins():
            part = min(left, move.product_qty)
            left -= part
            touched |= move._fulfillment_reduce(part, freed)
        if self.product_id.is_storable and left:
            freed[self.product_id, self.location_id] += left
        if self.product_id.uom_id.compare(quantity, self.product_qty) >= 0:
            self._action_cancel()
            return touched
        rest = self.product_id.uom_id._compute_quantity(
            self.product_qty - quantity, self.product_uom
        )
        self.with_context(fulfillment_quiet=True).product_uom_qty = rest
        return touched | self


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _fulfillment_hold(self, freed):
        """Take freed goods off the shelf: the platform says that they are not there.

        Its next stock update brings back what there is.

        :param freed: {(product, location): quantity}
        """
        vals_list = []
        for (product, location), quantity in freed.items():
            on_hand = sum(
                self.search(
                    [
                        ("product_id", "=", product.id),
                        ("location_id", "=", location.id),
                        ("lot_id", "=", False),
                        ("package_id", "=", False),
                        ("owner_id", "=", False),
                    ]
                ).mapped("quantity")
            )
            if on_hand > 0:
                vals_list.append(
                    {
                        "product_id": product.id,
                        "location_id": location.id,
                        "inventory_quantity": max(0.0, on_hand - quantity),
                    }
                )
        quants = self.with_context(
            inventory_mode=True,
            inventory_name=self.env._("Cancelled at the platform, held until its stock update"),
        )
        quants.create(vals_list)._apply_inventory()


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _log_message(self, record, move, template, vals):
        # One note per order and batch tells it all; a split is no news to anybody.
        if self.env.context.get("fulfillment_quiet"):
            return None
        return super()._log_message(record, move, template, vals)
