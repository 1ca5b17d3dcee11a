"""What the platform can still sell, by article and warehouse: its last word, kept.

The exchange lane stores a feed here in one transaction and touches no stock; the stock lane makes
Odoo's stock equal to it.
"""

from odoo import fields, models


class FulfillmentStockLevel(models.Model):
    _name = "fulfillment.stock.level"
    _description = "Stock at the Platform"
    _order = "account_id, sku, ean, warehouse_key"
    _rec_name = "sku"

    account_id = fields.Many2one(
        "fulfillment.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", related="account_id.company_id", store=True, index=True
    )
    sku = fields.Char(string="SKU", required=True, readonly=True, default="")
    ean = fields.Char(
        string="EAN",
        required=True,
        readonly=True,
        default="",
        help="Of an article the platform names by its EAN alone.",
    )
    warehouse_key = fields.Char(
        string="Warehouse", required=True, readonly=True, default="", help="Empty: the total."
    )
    quantity = fields.Float(string="Can Be Sold", digits="Product Unit", readonly=True)
    is_unlimited = fields.Boolean(
        string="Unlimited",
        readonly=True,
        help="The platform sells it without counting, so there is nothing to compare.",
    )
    is_missing = fields.Boolean(
        string="Missing",
        readonly=True,
        help="The platform's last full update did not name it.",
    )
    sync_id = fields.Many2one(
        "fulfillment.sync",
        string="Last Change",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The run that brought this number.",
    )

    _article_unique = models.Constraint(
        "UNIQUE(account_id, sku, ean, warehouse_key)",
        "An article stands once per account and warehouse.",
    )
