"""The exchange lane reads files: each alone, slice by slice, with its row in the log.

That a run begins to read a file is committed first: whoever finds such a mark, and nobody who holds
the account, knows that the file has killed its run, and lets a person decide.
"""

import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...providers import ProviderError, Refused
from .exchange_run import LockLost, Run
from .fulfillment_exchange_transaction import FETCH_CRON

_logger = logging.getLogger(__name__)

FILES_AT_ONCE = 100  # of one run of the lane; the next one goes on


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    @api.model
    def _cron_exchange(self):
        # EXTENDS the lane: a file that is too much for a worker comes after all accounts
        result = super()._cron_exchange()
        self._read_waiting_files()
        return result

    @api.model
    def _read_waiting_files(self):
        """Files that somebody else has stored, at least one; commits after each."""
        waiting = (
            self.env["fulfillment.file"]
            .sudo()
            .search(
                [("state", "=", "received"), ("account_id.active", "=", True)],
                order="id",
                limit=FILES_AT_ONCE,
            )
        )
        is_over = len(waiting) == FILES_AT_ONCE
        for file in waiting:
            self._read_file(file)
            if not self.env["ir.cron"]._commit_progress() and file != waiting[-1]:
                is_over = True
                break
        if is_over:
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
            with lane._keep_account(run):  # who came in between would take it for killed
                lane._try_file(run, file)
        except LockLost:
            self.env.cr.rollback()
            return None
        return run

    def _try_file(self, run, file):
        """Whatever is in one file must not stop the others."""
        try:
            self._commit(run)  # a fresh snapshot: another run may just have read it
            if file.state == "received":
                self._take_file(run, file)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self._note_conflict(run)
            self._write_facts(run, file._forget_attempt)
        except Exception as error:
            self._refuse_file(run, file, error)

    def _take_file(self, run, file):
        """Store what it says, then settle its row."""
        if file.is_being_read:
            raise Refused(self._text_killed())
        run.sync = self.env["fulfillment.sync"]._start(run.account, "file")
        file._note_attempt(run)
        self._commit(run)
        self._store_file(run, file._get_content())
        self._write_facts(run, lambda: self._settle_file(run, file))

    def _settle_file(self, run, file):
        file._note_reading(run)
        self._end_file(run, "warning" if run.notes else "done")
        file._tell()

    def _refuse_file(self, run, file, error):
        """A person looks at it; it is not tried again by itself."""
        self.env.cr.rollback()
        if not isinstance(error, ProviderError):
            _logger.exception("Account %s: unexpected error", run.account.id)
        run.add_note(run.account._describe_failure(error))

        def write():
            file._note_refusal(run)
            file._tell()
            if run.sync and run.sync.exists():
                self._end_file(run, "error")

        self._write_facts(run, write)

    def _text_killed(self):
        return self.env._(
            "The run that read it was killed. Press Read Again, or have it sent in parts."
        )
