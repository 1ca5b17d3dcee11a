"""The exchange lane reads files: each in a transaction of its own, with its row in the log."""

import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...providers import ProviderError
from .exchange_run import LockLost, Run
from .fulfillment_exchange_transaction import FETCH_CRON

_logger = logging.getLogger(__name__)

FILES_AT_ONCE = 100  # of one run of the lane; the next one goes on


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    @api.model
    def _cron_exchange(self):
        # EXTENDS the lane: files that came by mail need no call, so no platform delays them
        self._read_waiting_files()
        return super()._cron_exchange()

    @api.model
    def _read_waiting_files(self):
        """Files that somebody else has stored; commits after each."""
        waiting = (
            self.env["fulfillment.file"]
            .sudo()
            .search(
                [("state", "=", "received"), ("account_id.active", "=", True)],
                order="id",
                limit=FILES_AT_ONCE,
            )
        )
        for file in waiting:
            self._read_file(file)
        if len(waiting) == FILES_AT_ONCE:
            self._wake(FETCH_CRON)

    @api.model
    def _read_file(self, file):
        """Store what a file says, and why it says nothing; commits.

        :return: the run, or nothing when another run has the account: then it is read later.
        """
        lane = self.sudo().with_company(file.company_id)
        lane = lane.with_context(lang=file.account_id.user_id.lang or self.env.lang)
        run = Run(account=file.account_id.with_env(lane.env), is_fetching=False)
        file = file.with_env(lane.env)
        try:
            lane._lock_or_stop(run)
            lane._take_file(run, file)
        except LockLost:
            self.env.cr.rollback()
            return None
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            lane._note_conflict(run)
        except Exception as error:  # whatever is in one file must not stop the others
            lane._refuse_file(run, file, error)
        return run

    def _take_file(self, run, file):
        """The row of the file is settled in the transaction that stores its messages."""
        run.sync = self.env["fulfillment.sync"]._start(run.account, "file")
        self._commit(run)
        self._store_file(run, file._get_content())
        file._note_reading(run)
        self._end_file(run, "warning" if run.notes else "done")
        file._tell()
        self.env["ir.cron"]._commit_progress()

    def _refuse_file(self, run, file, error):
        """A person looks at it; it is not tried again by itself."""
        self.env.cr.rollback()
        if not isinstance(error, ProviderError):
            _logger.exception("Account %s: unexpected error", run.account.id)
        run.add_note(run.account._describe_failure(error))

        def write():
            file._note_refusal(run)
            file._tell()
            if run.sync:
                self._end_file(run, "error")

        self._write_facts(run, write)
