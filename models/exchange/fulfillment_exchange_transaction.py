"""How the exchange lane holds an account and writes down what it did."""

from contextlib import contextmanager

from odoo import models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .exchange_run import LockLost

LOCK_CLASS = 0x46756C66  # of pg_try_advisory_xact_lock; any number no other add-on uses
RUN_SECONDS = 60  # a run may take this long although the cron's slot is over: it costs a log row
WRITE_TRIES = 3
FETCH_CRON = "fulfillment_connector.ir_cron_exchange"
APPLY_CRON = "fulfillment_connector.ir_cron_apply"


class FulfillmentExchange(models.AbstractModel):
    _name = "fulfillment.exchange"
    _description = "Fulfillment Exchange"

    def _lock_or_stop(self, run):
        """Hold the account until the end of the transaction, or end the run.

        Platforms want an account's calls one after another, whatever worker or host makes them.
        A lock on the account's row would do that too, but a call may take minutes, and for as long
        nobody could save the account's form. An advisory lock stands in nobody's way. It ends
        with the transaction, so a killed worker leaves none behind, and it is taken again after
        each commit. It is tried, never waited for: who waited would act on a stale snapshot.
        """
        if not self._try_lock(run.account):
            raise LockLost

    def _try_lock(self, account):
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, account.id])
        return self.env.cr.fetchone()[0]

    @contextmanager
    def _keep_account(self, run):
        """Do not let go of the account for a moment, as a commit does: a run that came in between
        would take a row that is being sent for interrupted. The caller holds the account.
        """
        account = [LOCK_CLASS, run.account.id]
        self.env.cr.execute("SELECT pg_advisory_lock(%s, %s)", account)  # of the session
        try:
            yield
        except BaseException:
            self.env.cr.rollback()
            raise
        finally:
            self.env.cr.execute("SELECT pg_advisory_unlock(%s, %s)", account)

    def _commit(self, run):
        """Commit what is done with its counts, then hold the account again."""
        if run.sync:
            run.sync.write(run.prepare_counts())
        seconds_left = self.env["ir.cron"]._commit_progress()
        run.is_over = run.is_over or (not seconds_left and run.seconds > RUN_SECONDS)
        self._lock_or_stop(run)

    def _write_facts(self, run, write):
        """Run `write` in a transaction of its own and commit, again if others changed the rows.

        What the platform answered is a fact and must not be lost, yet our snapshot is as old as the
        call, and meanwhile a person may have saved the account, or let an acknowledgement be tried
        again; no lane writes these rows but this one. The lock keeps the next run from starting
        meanwhile; without it the facts are written too.
        """
        for is_last in (*[False] * (WRITE_TRIES - 1), True):
            try:
                self.env["ir.cron"]._commit_progress()
                self._try_lock(run.account)
                write()
                self.env["ir.cron"]._commit_progress()
                return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if is_last:
                    raise

    def _wake(self, cron):
        found = self.env.ref(cron, raise_if_not_found=False)
        if found:
            found.sudo()._trigger()
