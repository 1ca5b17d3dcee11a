"""When an account may ask for the stock, and what the outcome of a call means for the next one.

    success                   next call after the interval of the account
    platform down, 5xx, 429   10 minutes at the earliest, doubling up to an hour
    answer not understood     next call after the interval; the stored numbers stay
    run killed                as late as if it had failed
    refused (4xx)             no call until somebody presses Fetch Stock Now
    wrong credentials         the account stops

Every call counts for the platform's minimum pauses, whatever became of it. None of this delays
messages, and while the account backs off for them, no stock is asked for.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...providers import Malformed, Verdict
from .fulfillment_account_outcome import PATIENCE
from .fulfillment_account_stock import MINIMUM_DELTA, MINIMUM_FULL

FULL, DELTA = "full", "delta"
PAUSES = {FULL: timedelta(hours=MINIMUM_FULL), DELTA: timedelta(minutes=MINIMUM_DELTA)}
# A killed run does not write down when its call ended: a bit more than the pause.
PAUSE_AFTER_KILL = timedelta(hours=MINIMUM_FULL, minutes=1)
ACTIVITY = "fulfillment_connector.mail_activity_fulfillment_stock"


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    @api.model
    def _find_stock_due(self):
        """Accounts whose stock is asked for now, the longest due first."""
        now = fields.Datetime.now()
        is_due = Domain("next_stock_at", "=", False) | Domain("next_stock_at", "<=", now)
        backs_off = Domain("failure_count", ">", 0) & Domain("next_fetch_at", ">", now)
        return self.search(
            Domain("stock_policy", "!=", "off")
            & Domain("stock_is_stopped", "=", False)
            & Domain("state", "!=", "stopped")
            & Domain("password", "!=", False)
            & Domain("company_id.active", "=", True)
            & is_due
            & ~backs_off
            & ~self._quiet_domain(),
            order="next_stock_at, id",
        )

    def _pick_stock_call(self):
        """Which call is made now: `full`, `delta`, or none while it is too early for either."""
        now = fields.Datetime.now()
        if self.stock_failure_count and not self.stock_is_stopped and self.next_stock_at > now:
            return ""
        if self._wants_full_stock() and self._get_allowed_at(FULL) <= now:
            return FULL
        if self.stock_cursor and self._get_allowed_at(DELTA) <= now:
            return DELTA
        return ""

    def _wants_full_stock(self):
        return not self.stock_cursor or self._get_full_due_at() <= fields.Datetime.now()

    def _get_full_due_at(self):
        if not self.stock_full_at:
            return fields.Datetime.now()
        return self.stock_full_at + timedelta(hours=self.stock_full_interval)

    def _get_allowed_at(self, call):
        """When the platform's minimum pause after the last such call is over."""
        last = self.stock_full_called_at if call == FULL else self.stock_called_at
        return last + PAUSES[call] if last else fields.Datetime.now()

    def _get_stock_allowed_at(self):
        """When a person may press the button again."""
        calls = [FULL] if self._wants_full_stock() else []
        calls += [DELTA] if self.stock_cursor else []
        soonest = min(self._get_allowed_at(call) for call in calls)
        is_backing_off = self.stock_failure_count and not self.stock_is_stopped
        return max(soonest, self.next_stock_at) if is_backing_off else soonest

    def _is_stock_fresh(self):
        """Are the stored numbers young enough to act on them without asking again?"""
        if not self.stock_stored_at:
            return False
        age = fields.Datetime.now() - self.stock_stored_at
        return age <= timedelta(minutes=2 * self.stock_delta_interval)

    # --- outcomes

    def _note_stock_call(self, call):
        """Before the call, so that a killed run does not make it again too early."""
        self.ensure_one()
        self._note_stock_called(call)
        self.next_stock_at = fields.Datetime.now() + PAUSE_AFTER_KILL

    def _note_stock_called(self, call):
        now = fields.Datetime.now()
        self.stock_called_at = now
        if call == FULL:
            self.stock_full_called_at = now

    def _note_stock_success(self, call, cursor, asked_at):
        """The numbers are stored in the same transaction: so the cursor may move."""
        self.ensure_one()
        now = fields.Datetime.now()
        self._note_stock_called(call)
        self.write(
            {
                # without a change date the old one still finds all that changed since
                "stock_cursor": cursor or self.stock_cursor,
                "stock_full_at" if call == FULL else "stock_delta_at": now,
                "stock_stored_at": asked_at,
                "stock_failure_count": 0,
                "stock_error": False,
                "stock_is_stopped": False,
            }
        )
        self.activity_unlink([ACTIVITY])
        self._plan_stock()

    def _plan_stock(self, not_before=None):
        """The next regular call."""
        full_at = max(self._get_full_due_at(), self._get_allowed_at(FULL))
        due = full_at
        if self.stock_cursor and self.stock_called_at:
            pause = timedelta(minutes=self.stock_delta_interval)
            due = min(full_at, self.stock_called_at + pause)
        self.next_stock_at = max(due, not_before or due)

    def _note_stock_failure(self, call, error):
        """Back off for the stock alone, or stop asking when the same call can only fail again."""
        self.ensure_one()
        if getattr(error, "verdict", None) == Verdict.STOP_ACCOUNT:
            self._note_failure(error)
        self._note_stock_called(call)
        self.stock_failure_count += 1
        self.stock_error = self._describe_failure(error)
        self.stock_is_stopped = _stops_stock(error)
        wish = timedelta(seconds=getattr(error, "retry_after", None) or 0)
        pause = max(self._get_pause_after(self.stock_failure_count), wish)
        self._plan_stock(not_before=fields.Datetime.now() + pause)
        if self.stock_is_stopped or self.stock_failure_count >= PATIENCE:
            self._tell_of_stock()

    def _tell_of_stock(self):
        """One open activity at a time."""
        if self.state == "stopped" or self.activity_search([ACTIVITY]):
            return
        self.activity_schedule(
            ACTIVITY,
            note=plaintext2html(self.stock_error),
            user_id=(self.user_id or self.create_uid).id,
        )


def _stops_stock(error):
    if isinstance(error, Malformed):
        return False
    return getattr(error, "verdict", None) == Verdict.PERSON
