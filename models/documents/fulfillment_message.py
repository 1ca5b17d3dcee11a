"""The documents a message belongs to."""

from odoo import fields, models


class FulfillmentMessage(models.Model):
    _inherit = "fulfillment.message"

    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    order_line_id = fields.Many2one(
        "sale.order.line", readonly=True, index="btree_not_null", ondelete="set null"
    )
    parcel_id = fields.Many2one(
        "fulfillment.parcel", readonly=True, index="btree_not_null", ondelete="set null"
    )
