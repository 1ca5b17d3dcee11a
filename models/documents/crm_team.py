"""The account that a sales team sends its orders to."""

from odoo import fields, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    # No check_company: a team of all companies may have an account, for orders of its company.
    fulfillment_account_id = fields.Many2one(
        "fulfillment.account",
        domain="[('company_id', '=?', company_id)]",
        ondelete="set null",
        help="Orders of this team go to this account, if it is one of their company. "
        "Empty: to the account of the company.",
    )
