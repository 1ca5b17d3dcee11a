"""What is still to leave for orders the platform has counted, and which products have a stock."""

from odoo import models
from odoo.fields import Domain

from .effect_stock import Homes


class StockMove(models.Model):
    _inherit = "stock.move"

    def _fulfillment_count_leaving(self, account, places):
        """Write on each place what leaves it for orders that the platform's numbers know of."""
        locations = list({place.location.id for place in places})
        is_open = Domain("state", "not in", ("draft", "done", "cancel"))
        # Where two steps are planned already, the second one is what leaves.
        leaves = ~Domain("location_dest_id", "child_of", locations) | Domain(
            "move_dest_ids", "=", False
        )
        groups = self._read_group(
            Domain("product_id", "in", [place.product.id for place in places])
            & Domain("location_id", "child_of", locations)
            & Domain("sale_line_id.order_id", "any", self._fulfillment_counted_domain(account))
            & is_open
            & leaves,
            ["product_id", "location_id", "location_dest_id", "location_final_id"],
            ["product_qty:sum"],
        )
        homes = Homes(places)
        for product, location, next_location, last_location, quantity in groups:
            place, goal = homes.find(product, location), last_location or next_location
            if place and homes.root(goal) != place.location:
                place.leaving += quantity

    def _fulfillment_counted_domain(self, account):
        """Orders the stored numbers were counted without: sent before they were asked for.

        One that never was in the outbox and is linked all the same was sent by other means; so was
        one that was withdrawn from it and has an id of the platform.
        """
        is_order = Domain("kind", "=", "order")
        is_sent = is_order & Domain("state", "=", "sent")
        if account.stock_stored_at:
            is_sent &= Domain("sent_at", "<=", account.stock_stored_at)
        is_live = is_order & Domain("state", "!=", "cancelled")
        has_key, has_ref = (Domain(f"fulfillment_{name}", "!=", False) for name in ("key", "ref"))
        return Domain("fulfillment_account_id", "=", account.id) & (
            Domain("fulfillment_outbox_ids", "any", is_sent)
            | (has_ref & ~Domain("fulfillment_outbox_ids", "any", is_live))
            | (has_key & ~Domain("fulfillment_outbox_ids", "any", is_order))
        )


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _fulfillment_why_no_stock(self):
        """A sentence when a number cannot become the stock of this product, else nothing."""
        if "is_kits" in self._fields and self.is_kits:
            return self.env._("A kit has no stock of its own: its components have.")
        template = self.product_tmpl_id  # what a product only relates to costs ten times as much
        if not template.is_storable:
            return self.env._("Its inventory is not tracked: tick that on the product.")
        if template.tracking != "none":
            return self.env._(
                "It is tracked by lot or serial number, and the platform names none: "
                "count it by hand."
            )
        return ""
