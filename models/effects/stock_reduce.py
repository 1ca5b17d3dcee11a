"""Taking quantities off open moves, and off the shelf."""

from odoo import api, models

from .reduction import Reduction


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _action_cancel(self):
        # While the apply lane works, the effect of the platform's own word holds what it frees.
        if self.env.context.get("fulfillment_apply"):
            return super()._action_cancel()
        held = self.sudo()._fulfillment_find_freed()
        result = super()._action_cancel()
        for account, freed in held.items():
            # Whoever may cancel an order may not adjust the stock.
            quants = self.env["stock.quant"].with_user(api.SUPERUSER_ID)
            quants.with_company(account.company_id)._fulfillment_hold(freed)
        return result

    def _fulfillment_find_freed(self):
        """{account: {(product, location): quantity}} that a person frees by cancelling.

        The platform's number is without them, and it does not know yet that they are free.
        """
        holding = self.filtered(
            lambda order: (
                order.state == "sale"
                and order.fulfillment_account_id.cancel_stock_policy == "hold"
                and order._fulfillment_is_known()
            )
        )
        return {
            account: orders.order_line._fulfillment_count_open()
            for account, orders in holding.grouped("fulfillment_account_id").items()
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _fulfillment_count_open(self):
        """{(product, location): quantity} that open moves of these lines are to take away."""
        off = Reduction(self)
        for line in self:
            for product in line.move_ids.product_id:
                off.take(line, product, float("inf"))
        return off.freed

    def _update_line_quantity(self, values):
        # One note per order and batch tells it all, see `_fulfillment_note`.
        if self.env.context.get("fulfillment_quiet"):
            return None
        return super()._update_line_quantity(values)


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _fulfillment_hold(self, freed):
        """Take freed goods off the shelf: in the platform's numbers they are not there.

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
            inventory_name=self.env._("Cancelled, held until the platform's stock update"),
        )
        quants.create(vals_list)._apply_inventory()


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _log_message(self, record, move, template, vals):
        # One note per order and batch tells it all; a split is no news to anybody.
        if self.env.context.get("fulfillment_quiet"):
            return None
        return super()._log_message(record, move, template, vals)
