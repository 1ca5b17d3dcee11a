"""Settings > Sales > Connectors: the company's default account, editable right there."""

from odoo import api, fields, models

from ..providers import PROVIDERS
from .exchange.fulfillment_account import MANAGER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    fulfillment_account_id = fields.Many2one(
        related="company_id.fulfillment_account_id",
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    fulfillment_provider = fields.Selection(related="fulfillment_account_id.provider")
    fulfillment_state = fields.Selection(related="fulfillment_account_id.state")
    fulfillment_environment = fields.Selection(
        related="fulfillment_account_id.environment", readonly=False
    )
    fulfillment_host = fields.Char(related="fulfillment_account_id.host", readonly=False)
    fulfillment_order_host = fields.Char(
        related="fulfillment_account_id.order_host", readonly=False
    )
    fulfillment_account_number = fields.Char(
        related="fulfillment_account_id.account_number", readonly=False, groups=MANAGER
    )
    fulfillment_username = fields.Char(
        related="fulfillment_account_id.username", readonly=False, groups=MANAGER
    )
    fulfillment_password = fields.Char(
        related="fulfillment_account_id.password", readonly=False, groups=MANAGER
    )
    fulfillment_channel_number = fields.Char(
        related="fulfillment_account_id.channel_number", readonly=False
    )
    fulfillment_side = fields.Selection(related="fulfillment_account_id.side", readonly=False)
    fulfillment_scope_id = fields.Char(related="fulfillment_account_id.scope_id", readonly=False)
    fulfillment_partner_code = fields.Char(
        related="fulfillment_account_id.partner_code", readonly=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base', which drops unchanged values, but not those behind a many2one that it has
        # dropped itself: written again, they would count as new credentials, not yet tested.
        for vals in vals_list:
            account = self.env["fulfillment.account"].browse(vals.get("fulfillment_account_id"))
            for name in self._fulfillment_account_fields() & vals.keys():
                if account and account[self._fields[name].related.split(".")[-1]] == vals[name]:
                    del vals[name]
        return super().create(vals_list)

    def _fulfillment_account_fields(self):
        """The settings that are fields of the default account."""
        return {
            name
            for name, field in self._fields.items()
            if (field.related or "").startswith("fulfillment_account_id.")
        }

    def action_fulfillment_set_up(self):
        """Give the company an account, and show the settings again with its fields.

        Of which platform, the button says by `default_provider`; else of the first.
        """
        company = self.company_id
        if not company.fulfillment_account_id:
            accounts = self.env["fulfillment.account"]
            provider = accounts.default_get(["provider"])["provider"]
            company.fulfillment_account_id = accounts.create(
                {"name": PROVIDERS[provider].label, "company_id": company.id}
            )
        return {"type": "ir.actions.client", "tag": "reload"}

    def action_fulfillment_test_connection(self):
        return self.fulfillment_account_id.action_test_connection()

    def action_fulfillment_open_account(self):
        return self.fulfillment_account_id.get_formview_action()
