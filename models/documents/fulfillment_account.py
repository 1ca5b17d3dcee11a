"""What an account means for documents: its maps, its orders, its parcels."""

from odoo import fields, models
from odoo.fields import Domain


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    carrier_map_ids = fields.One2many("fulfillment.carrier.map", "account_id", copy=True)
    return_state_ids = fields.One2many("fulfillment.return.state", "account_id", copy=True)
    payment_fee_product_id = fields.Many2one(
        "product.product",
        check_company=True,
        help="Order lines with this product are sent as costs of the payment, not as goods.",
    )
    order_count = fields.Integer(string="Orders", compute="_compute_order_count", compute_sudo=True)

    def _compute_order_count(self):
        counts = dict(
            self.env["sale.order"]._read_group(
                [("fulfillment_account_id", "in", self.ids)],
                ["fulfillment_account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.order_count = counts.get(account, 0)

    def _late_domain(self):
        """Messages that came longer ago than this account lets them wait."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=self.wait_days)
        return Domain("create_date", "<", since)

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        return action | {"domain": [("fulfillment_account_id", "=", self.id)], "context": {}}
