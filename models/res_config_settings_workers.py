"""Settings > Sales > Connectors: how many scheduled actions apply messages."""

from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    fulfillment_apply_workers = fields.Integer(
        string="Apply Workers",
        help="How many scheduled actions turn messages into documents side by side, 1 to 16, for "
        "all companies of this database. Each needs a cron thread: start the server with "
        "--max-cron-threads at least as high, or run further servers on the same database. "
        "One is enough for some hundred thousand messages a day.",
    )

    @api.model
    def get_values(self):
        workers = self.env["fulfillment.apply"]._workers()
        return super().get_values() | {"fulfillment_apply_workers": len(workers)}

    def set_values(self):
        self.env["fulfillment.apply"]._set_workers(self.fulfillment_apply_workers)
        return super().set_values()
