"""The platform's package type keys (CARRIER_PARCEL_TYPE) and our carriers."""

from odoo import fields, models


class FulfillmentCarrierMap(models.Model):
    _name = "fulfillment.carrier.map"
    _description = "Fulfillment Carrier Map"
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
        string="Package Type Key",
        required=True,
        help="As the platform sends it, CARRIER_PARCEL_TYPE.",
    )
    carrier_id = fields.Many2one("delivery.carrier", check_company=True)
    tracking_url = fields.Char(
        string="Tracking Link",
        help="Link to the carrier's page with <shipmenttrackingnumber> where the number goes. "
        "Left empty, the tracking link of the delivery method is used.",
    )

    _key_unique = models.Constraint(
        "UNIQUE(account_id, key)", "A package type key stands once per account."
    )

    def _find_by_key(self, accounts, keys):
        """{(account, key): rule}, in one query."""
        rules = self.search_fetch(
            [("account_id", "in", accounts.ids), ("key", "in", keys)],
            ["account_id", "key", "carrier_id", "tracking_url"],
        )
        return {(rule.account_id, rule.key): rule for rule in rules}
