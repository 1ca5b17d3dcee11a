"""What an account does with a shipment of which the platform does not say what is in it."""

from odoo import fields, models


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    shipment_policy = fields.Selection(
        [("ask", "Ask a person"), ("all", "Ship all that is open")],
        string="One Shipment of Several, Contents Unknown",
        default="ask",
        required=True,
        help="An order may leave in several shipments. Where the platform does not say what is in "
        "one of them, a person validates the delivery and retries the message; or the first "
        "shipment ships all that is open.",
    )
