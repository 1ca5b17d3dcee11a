"""Calls about web hooks in the sync log."""

from odoo import fields, models


class FulfillmentSync(models.Model):
    _inherit = "fulfillment.sync"

    kind = fields.Selection(selection_add=[("hook", "Web hook")], ondelete={"hook": "cascade"})
