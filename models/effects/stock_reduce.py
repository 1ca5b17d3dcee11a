"""Taking quantities off open moves, and off the shelf."""

from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _update_line_quantity(self, values):
        # One note per order and batch tells it all, see `_fulfillment_note`.
        if self.env.context.get("fulfillment_quiet"):
            return None
        return super()._update_line_quantity(values)


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
