"""What an account remembers of a platform that tells events: up to when it was asked."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

LOOK_BACK_PACE = timedelta(days=1)
LOOK_BACK_PAUSE = timedelta(hours=1)  # after one that failed


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    event_cursor = fields.Char(
        string="Asked Until",
        copy=False,
        help="Changes up to this time of the platform are stored here; the next run asks for "
        "later ones. Set it back, such as 2026-01-31T00:00:00Z, to have older ones told again.",
    )
    event_look_back_days = fields.Integer(
        string="Look Back (days)",
        default=14,
        required=True,
        help="Once a day all that changed in these days is fetched again, in case something was "
        "overlooked. 0: never.",
    )
    event_looked_back_at = fields.Datetime(string="Looked Back", copy=False, readonly=True)
    event_look_back_after = fields.Datetime(
        copy=False, readonly=True, help="The last try failed: when the next one is made."
    )
    event_bookmark = fields.Text(
        copy=False, readonly=True, help="Where a run goes on whose time was over."
    )
    event_look_back_bookmark = fields.Text(copy=False, readonly=True)
    event_is_polled = fields.Boolean(
        copy=False,
        readonly=True,
        help="The time of a run was over after it had polled: the next one does the rest.",
    )

    @api.constrains("event_look_back_days")
    def _check_look_back_days(self):
        for account in self:
            if account.event_look_back_days < 0:
                raise ValidationError(
                    self.env._("The days to look back cannot be less than 0. 0 means never.")
                )

    @api.model
    def _prepare_untested_vals(self):
        # EXTENDS the account: pages of another connection lead nowhere, and its pauses are its own.
        names = ("event_bookmark", "event_look_back_bookmark", "event_look_back_after")
        return super()._prepare_untested_vals() | dict.fromkeys((*names, "quiet_until"), False)

    def _is_look_back_due(self):
        """Without a cursor nothing was asked for yet, or all there is."""
        self.ensure_one()
        if not (self.event_cursor and self.event_look_back_days):
            return False
        now, last = fields.Datetime.now(), self.event_looked_back_at
        if self.event_look_back_after and self.event_look_back_after > now:
            return False
        return not last or last <= now - LOOK_BACK_PACE

    def _note_poll(self, before, feed, is_over):
        """All pages are stored; the cursor moves, unless somebody has set another one meanwhile."""
        self.ensure_one()
        vals = {"event_bookmark": False, "event_is_polled": is_over}
        if (self.event_cursor or "") == before:
            vals["event_cursor"] = feed.cursor
        if not before:  # that was all there is: no need to look back
            vals["event_looked_back_at"] = fields.Datetime.now()
        self.write(vals)

    def _note_look_back(self):
        self.ensure_one()
        self.write(
            {
                "event_look_back_bookmark": False,
                "event_look_back_after": False,
                "event_looked_back_at": fields.Datetime.now(),
            }
        )

    def _put_off_look_back(self):
        """It failed; it goes on later where it was."""
        self.ensure_one()
        self.event_look_back_after = fields.Datetime.now() + LOOK_BACK_PAUSE
