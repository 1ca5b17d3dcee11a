"""The sale order line: its key at the platform and what the platform did with it."""

from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    fulfillment_key = fields.Char(
        string="Item Key",
        copy=False,
        help="The item number the platform knows from us.",
    )
    fulfillment_ref = fields.Char(
        string="Platform Item ID", copy=False, help="The number the platform gave the item."
    )
    fulfillment_extra_key = fields.Char(
        string="Second Item Key",
        copy=False,
        help="A line whose amount does not divide into cents goes out as two items at two prices. "
        "This is the item number of the second one.",
    )
    fulfillment_extra_ref = fields.Char(
        string="Second Platform Item ID",
        copy=False,
        help="The number the platform gave the second item.",
    )
    fulfillment_extra_quantity = fields.Integer(
        string="Pieces of the Second Item",
        copy=False,
        readonly=True,
        help="Part of Ordered. 0: the line is one item.",
    )
    # In pieces: the unit of the product, as the platform counts.
    fulfillment_qty_ordered = fields.Float(
        string="Ordered (pieces)", digits="Product Unit", copy=False, readonly=True
    )
    fulfillment_qty_shipped = fields.Float(
        string="Shipped", digits="Product Unit", copy=False, readonly=True
    )
    fulfillment_qty_cancelled = fields.Float(
        string="Cancelled", digits="Product Unit", copy=False, readonly=True
    )
    fulfillment_qty_kept = fields.Float(
        string="Returned without goods",
        digits="Product Unit",
        copy=False,
        readonly=True,
        help="Part of Returned: the platform says that nothing comes back.",
    )
    fulfillment_qty_returned = fields.Float(
        string="Returned", digits="Product Unit", copy=False, readonly=True
    )

    def _fulfillment_pieces(self, quantity=None):
        """A quantity of the line (default: ordered now) in pieces, the unit of the product."""
        quantity = self.product_uom_qty if quantity is None else quantity
        return self.product_uom_id._compute_quantity(
            quantity, self.product_id.uom_id, rounding_method="HALF-UP"
        )
