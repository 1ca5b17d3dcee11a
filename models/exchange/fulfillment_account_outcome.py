"""What the outcome of a run means for its account: when it runs again, and who is told.

    success                      next run after the fetch interval
    platform down, 5xx, 429      10 minutes at the earliest, doubling up to an hour
    answer not understood        next run after the fetch interval
    run killed                   as if the platform was down
    refused, wrong credentials   the account stops until a person has tested it again

From the fifth failure on the responsible user has one activity, and the account goes on at a slow
pace, so that it recovers alone when the platform does. Platforms want a 5xx to be repeated after
ten minutes at the earliest, and at most five times.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...providers import Malformed, ProviderError, Verdict

FIRST_PAUSE = 10  # minutes
SLOW_PACE = 60  # minutes
PATIENCE = 5  # failures in a row before a person is told
ACTIVITY = "mail.mail_activity_data_warning"


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    quiet_until = fields.Datetime(
        copy=False, readonly=True, help="The platform asks for no call before, though all is well."
    )

    @api.model
    def _find_due(self):
        """Accounts that have something to do now, the longest due first.

        One without password was never set up, or its database was neutralized: not due.
        Nor is one whose company is archived.
        """
        now = fields.Datetime.now()
        is_due = Domain("next_fetch_at", "=", False) | Domain("next_fetch_at", "<=", now)
        return self.search(
            Domain("state", "!=", "stopped")
            & Domain("password", "!=", False)
            & Domain("company_id.active", "=", True)
            & (is_due | self._owes_domain())
            & ~self._quiet_domain(),
            order="next_fetch_at, id",
        )

    def _owes_domain(self):
        """Accounts with acknowledgements or orders to send; one that backs off makes no call."""
        acknowledgements = self.env["fulfillment.acknowledgement"]
        owes = Domain.OR(
            Domain("acknowledge_policy", "=", policy)
            & Domain("acknowledgement_ids", "any", acknowledgements._owed_domain(policy))
            for policy in ("stored", "applied")
        )
        sends = Domain("outbox_ids", "any", self.env["fulfillment.outbox"]._open_domain())
        return Domain("failure_count", "=", 0) & (owes | sends)

    def _is_backing_off(self):
        """Did the last run fail, or was it throttled, and is it too early for the next one?"""
        self.ensure_one()
        is_failing = self.failure_count and self.next_fetch_at > fields.Datetime.now()
        return bool(is_failing or self._is_quiet())

    def _is_quiet(self):
        """Does the platform ask for no call now, although the last run was a success?"""
        self.ensure_one()
        return bool(self.quiet_until and self.quiet_until > fields.Datetime.now())

    @api.model
    def _quiet_domain(self):
        return Domain("quiet_until", ">", fields.Datetime.now())

    def _is_fetch_due(self):
        return not self.next_fetch_at or self.next_fetch_at <= fields.Datetime.now()

    def _plan_after_kill(self):
        """When to run again should this run be killed; a run that ends plans anew.

        Odoo kills a worker after --limit-time-real-cron. The account would still be the longest
        due, be served first, and killed again: no other one would ever have its turn.
        """
        self.ensure_one()
        after = fields.Datetime.now() + self._get_pause_after(self.failure_count + 1)
        self.next_fetch_at = max(self.next_fetch_at or after, after)
        return self.next_fetch_at

    def _note_kill(self):
        """The last run was killed: for the account a failure like others."""
        self.ensure_one()
        self.failure_count += 1
        self.last_error = self.env._(
            "The last run was killed, or its server stopped. If this goes on, give runs more time "
            "(option --limit-time-real-cron of the server), or lower the page size."
        )
        if self.failure_count >= PATIENCE:
            self._tell_responsible(self.env._("Runs of the fulfillment account are killed"))

    def _take_back_plan(self, planned, was_due_at):
        """Still due, as before the run, but behind the others; unless somebody planned anew."""
        self.ensure_one()
        if planned and self.next_fetch_at == planned:
            now = fields.Datetime.now()
            self.next_fetch_at = max(was_due_at or now, now)

    def _note_success(self, has_fetched=True, is_finished=True):
        """The platform answered. The next run is due after the interval, unless work is left."""
        self.ensure_one()
        now = fields.Datetime.now()
        vals = {
            "last_success_at": now,
            "failure_count": 0,
            "last_error": False,
            "state": "connected",
        }
        if has_fetched:
            pause = timedelta(minutes=self.fetch_interval if is_finished else 0)
            vals["next_fetch_at"] = max(now + pause, self.quiet_until or now)
        self.activity_unlink([ACTIVITY])
        self.write({name: value for name, value in vals.items() if self[name] != value})

    def _note_throttling(self, error):
        """A call besides the poll was too much: the run is a success, and the next call waits."""
        self.ensure_one()
        pause = timedelta(seconds=error.retry_after or 0)
        pause = max(timedelta(minutes=FIRST_PAUSE), pause)
        self.quiet_until = fields.Datetime.now() + pause

    def _note_failure(self, error):
        """Back off, or stop when the same call can only fail again."""
        self.ensure_one()
        self.failure_count += 1
        self.last_error = self._describe_failure(error)
        if _stops_account(error):
            self.state = "stopped"
            self._tell_responsible(self.env._("The fulfillment account is stopped"))
            return
        self.next_fetch_at = fields.Datetime.now() + self._get_pause(error)
        if self.failure_count >= PATIENCE:
            self._tell_responsible(self.env._("The fulfillment platform cannot be reached"))

    def _describe_failure(self, error):
        """The provider's sentence; of an error that is our bug only its name, it may hold data."""
        if isinstance(error, ProviderError):
            return str(error)
        return self.env._(
            "Unexpected error %s. The log of the server tells more.", type(error).__name__
        )

    def _get_pause(self, error):
        if isinstance(error, Malformed) and self.failure_count < PATIENCE:
            return timedelta(minutes=self.fetch_interval)
        wish = getattr(error, "retry_after", None) or 0
        return max(self._get_pause_after(self.failure_count), timedelta(seconds=wish))

    def _get_pause_after(self, failures):
        slow = max(self.fetch_interval, SLOW_PACE)
        if failures >= PATIENCE:
            return timedelta(minutes=slow)
        return timedelta(minutes=min(FIRST_PAUSE * 2 ** (failures - 1), slow))

    def _tell_responsible(self, summary):
        """One open activity at a time, whatever goes wrong how often."""
        if self.activity_search([ACTIVITY]):
            return
        self.activity_schedule(
            ACTIVITY,
            summary=summary,
            note=plaintext2html(self.last_error),
            user_id=(self.user_id or self.create_uid).id,
        )


def _stops_account(error):
    if isinstance(error, Malformed):
        return False
    verdict = getattr(error, "verdict", None)
    return verdict in (Verdict.STOP_ACCOUNT, Verdict.PERSON)
