"""The sync log: one row per run of an exchange, with its counts and its error."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

CLEANED_AT_ONCE = 1000


class FulfillmentSync(models.Model):
    _name = "fulfillment.sync"
    _description = "Fulfillment Sync"
    _order = "id desc"
    _rec_name = "started_at"

    account_id = fields.Many2one(
        "fulfillment.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", related="account_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        [("messages", "Messages"), ("file", "Message file"), ("test", "Connection test")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("running", "Running"),
            ("done", "Done"),
            ("warning", "With warnings"),
            ("error", "Error"),
            ("interrupted", "Interrupted"),
        ],
        required=True,
        readonly=True,
        default="running",
    )
    started_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    ended_at = fields.Datetime(readonly=True)
    duration = fields.Float(string="Seconds", readonly=True)
    call_count = fields.Integer(string="Calls", readonly=True)
    fetched_count = fields.Integer(string="Fetched", readonly=True)
    new_count = fields.Integer(string="New", readonly=True)
    duplicate_count = fields.Integer(string="Known Already", readonly=True)
    acknowledged_count = fields.Integer(string="Marked as Processed", readonly=True)
    unacknowledged_count = fields.Integer(string="Not Marked", readonly=True)
    sent_count = fields.Integer(
        string="Sent", readonly=True, help="Orders and cancellations that the platform has taken."
    )
    unsent_count = fields.Integer(
        string="Not Sent", readonly=True, help="Those it has not taken, or of which nobody knows."
    )
    note = fields.Text(readonly=True, help="What happened, in words; errors and what to do.")
    message_ids = fields.One2many("fulfillment.message", "sync_id", string="New Messages")

    @api.model
    def _start(self, account, kind):
        """A new row; what is still `running` was killed, since the caller holds the lock."""
        self._end_killed(account)
        return self.create({"account_id": account.id, "kind": kind})

    @api.model
    def _end_killed(self, account):
        """Rows of runs that were killed; the caller holds the lock."""
        killed = self.search([("account_id", "=", account.id), ("state", "=", "running")])
        note = self.env._("The run was killed, or its server stopped. Nothing is lost.")
        killed.write({"state": "interrupted", "note": note})
        return killed

    def _end(self, state, note="", seconds=0.0):
        now = fields.Datetime.now()
        self.write({"state": state, "note": note, "ended_at": now, "duration": seconds})

    @api.autovacuum
    def _gc_syncs(self):
        """Delete old rows in slices; messages stay, whatever run they came with."""
        done, is_full = 0, False
        accounts = self.env["fulfillment.account"].with_context(active_test=False)
        for account in accounts.search([("sync_ids", "!=", False)]):
            until = fields.Datetime.now() - timedelta(days=account.log_retention_days)
            old = self.search(
                Domain("account_id", "=", account.id) & Domain("started_at", "<", until),
                order="id",
                limit=CLEANED_AT_ONCE,
            )
            done += len(old)
            is_full = is_full or len(old) == CLEANED_AT_ONCE
            old.unlink()
        return done, is_full
