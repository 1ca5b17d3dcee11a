"""What an account means for documents: its maps, its orders, its parcels."""

from odoo import api, fields, models, tools
from odoo.fields import Domain

IN_USE = {"active", "company_id"}  # what decides whether a company has an account


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

    # --- which companies have one: every order form asks

    @api.model
    @tools.ormcache()
    def _get_companies_with_account(self):
        """Ids of the companies that have an account in use."""
        accounts = self.sudo().with_context(active_test=True)
        return frozenset(company.id for [company] in accounts._read_group([], ["company_id"]))

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        self.env.registry.clear_cache()
        return accounts

    def write(self, vals):
        result = super().write(vals)
        if IN_USE & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # --- orders and messages

    def _late_domain(self):
        """Messages that came longer ago than this account lets them wait."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=self.wait_days)
        return Domain("create_date", "<", since)

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        return action | {"domain": [("fulfillment_account_id", "=", self.id)], "context": {}}
