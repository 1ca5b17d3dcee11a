"""The company's default account."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    fulfillment_account_id = fields.Many2one(
        "fulfillment.account",
        string="Default Fulfillment Account",
        domain="[('company_id', '=', id)]",
        ondelete="set null",
        help="New orders get this account, unless their sales team has another one, and are sent "
        "to its platform when they are confirmed.",
    )
