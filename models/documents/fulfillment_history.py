"""Which orders a platform may still have news about."""

from datetime import timedelta

from odoo import api, fields, models

OPEN = ("sent", "unknown", "acknowledged", "partly_shipped", "attention")
OPEN_DAYS = 90  # an order that is older is not asked for by itself any more


class FulfillmentHistory(models.Model):
    _inherit = "fulfillment.history"

    @api.model
    def _find_open_keys(self, account):
        # EXTENDS the exchange lane: confirmed orders that are there, or may be, the newest first.
        orders = self.env["sale.order"].search_fetch(
            [
                ("fulfillment_account_id", "=", account.id),
                ("fulfillment_key", "!=", False),
                ("fulfillment_state", "in", OPEN),
                ("state", "=", "sale"),
                ("date_order", ">=", fields.Datetime.now() - timedelta(days=OPEN_DAYS)),
            ],
            ["fulfillment_key"],
            order="id desc",
        )
        return [*super()._find_open_keys(account), *orders.mapped("fulfillment_key")]
