"""Whether the scheduled actions that serve the accounts really run."""

from datetime import timedelta

from odoo import api, fields, models

LATE = timedelta(minutes=30)


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    cron_warning = fields.Char(
        string="Scheduled Actions", compute="_compute_cron_warning", compute_sudo=True
    )

    @api.depends_context("uid")
    def _compute_cron_warning(self):
        self.cron_warning = self._get_cron_warning()

    @api.model
    def _get_cron_warning(self):
        """A sentence when a scheduled action of ours is off or late, else False."""
        crons = (
            self.env["ir.cron"]
            .with_context(active_test=False)
            .search([("model_id.model", "=like", "fulfillment.%")])
        )
        off = crons.filtered(lambda cron: not cron.active)
        if off:
            return self.env._(
                "Nothing runs by itself: the scheduled action %(names)s is switched off. "
                "An administrator switches it on under Settings > Technical > Scheduled Actions.",
                names=self._quoted(off),
            )
        late = crons.filtered(lambda cron: cron.nextcall < fields.Datetime.now() - LATE)
        if late:
            return self.env._(
                "The scheduled action %(names)s is late. "
                "An administrator checks that the server runs scheduled actions.",
                names=self._quoted(late),
            )
        return False

    @staticmethod
    def _quoted(crons):
        return ", ".join(f'"{cron.name}"' for cron in crons)
