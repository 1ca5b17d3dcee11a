"""The locations of an account that the platform's stock goes to."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    stock_location_ids = fields.One2many(
        "fulfillment.stock.location", "account_id", string="Locations"
    )

    @api.constrains("stock_policy", "stock_location_ids")
    def _check_stock_locations(self):
        for account in self:
            if account.stock_policy != "off" and not account.stock_location_ids:
                raise ValidationError(
                    self.env._(
                        "%s: choose the location that the platform's stock belongs to, under "
                        "Locations on the page Stock.",
                        account.name,
                    )
                )

    @api.constrains("active")
    def _check_stock_is_apart(self):
        self.filtered("active").stock_location_ids._check_location()

    def action_view_stock_levels(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "fulfillment_connector.action_stock_level"
        ) | {"domain": [("account_id", "in", self.ids)]}
