"""What happens to returned goods, by the platform's RETURN_STATE."""

from odoo import fields, models


class FulfillmentReturnState(models.Model):
    _name = "fulfillment.return.state"
    _description = "Fulfillment Return State"
    _order = "account_id, key"
    _rec_name = "key"
    _check_company_auto = True

    account_id = fields.Many2one(
        "fulfillment.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", related="account_id.company_id", store=True, index=True
    )
    key = fields.Char(
        string="Return State", required=True, help="As the platform sends it, RETURN_STATE."
    )
    goods = fields.Selection(
        [
            ("restock", "Back to stock"),
            ("scrap", "Received, then scrapped"),
            ("none", "Nothing comes back"),
        ],
        default="restock",
        required=True,
    )
    location_id = fields.Many2one(
        "stock.location",
        check_company=True,
        domain="[('usage', '=', 'internal')]",
        help="Where the goods go. Empty: where Odoo puts the returns of that delivery.",
    )

    _key_unique = models.Constraint(
        "UNIQUE(account_id, key)", "A return state stands once per account."
    )
