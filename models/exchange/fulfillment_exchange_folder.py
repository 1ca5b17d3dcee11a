"""The exchange lane looks into folders: list, read, store, commit, and only then set aside.

Killed before the commit, the file is read at the next look; killed after it, its content is known
and it is only set aside. A file is read when it has not grown since the last look. One that is
refused for good is left alone for a day, unless it changes or a person looks.
"""

import logging
from dataclasses import dataclass, field

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...providers import ProviderError, Verdict
from .exchange_run import FAILED, LOCKED, LockLost, Run
from .fulfillment_exchange_transaction import FETCH_CRON

_logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class FolderRun(Run):
    """One look into a folder."""

    said: list[str] = field(default_factory=list)  # about each file, for a person who waits
    refused: dict[str, str] = field(default_factory=dict)  # by name: what a person must know

    @property
    def is_by_hand(self) -> bool:
        return self.is_single_page


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    def action_look_into_folder(self):
        """Read what lies in the folder now, also files that have just come; commits."""
        self.ensure_one()
        self.check_access("write")
        if not self.folder_host:
            raise UserError(self.env._("Enter the server of the folder first, and save."))
        if self.state == "stopped":
            raise UserError(self.env._("The account is stopped. Press Test Connection first."))
        account = self.sudo()
        run = self.env["fulfillment.exchange"].sudo()._exchange_folder(account, is_by_hand=True)
        if run.outcome == LOCKED:
            return self._notify(self.env._("A run is going on already: see Sync log."), "info")
        if run.outcome == FAILED:
            raise UserError("\n".join(run.notes))
        lines = run.said or [self.env._("There is no new file.")]
        problems = [*run.refused.values(), *run.notes]
        return self._notify("\n".join([*lines, *problems]), "warning" if problems else "success")


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    @api.model
    def _cron_exchange(self):
        # EXTENDS the lane: a platform that is down may still leave files
        result = super()._cron_exchange()
        self._exchange_due_folders()
        return result

    @api.model
    def _exchange_due_folders(self):
        """Look into the folder of every account where it is time; commits after each."""
        for account in self.env["fulfillment.account"].sudo()._find_folder_due():
            if not self.env["ir.cron"]._commit_progress():
                self._wake(FETCH_CRON)
                self.env["ir.cron"]._commit_progress()
                return
            self._exchange_folder(account)

    @api.model
    def _exchange_folder(self, account, is_by_hand=False):
        """One look into one folder; commits.

        :return: the run, with its outcome and its files.
        """
        lane = self.sudo().with_company(account.company_id)
        lane = lane.with_context(lang=account.user_id.lang or self.env.lang)
        run = FolderRun(
            account=account.with_env(lane.env), is_fetching=False, is_single_page=is_by_hand
        )
        try:
            lane._lock_or_stop(run)
            run.account._plan_look_after_kill()
            lane._commit(run)
            with run.account._open_folder() as folder:
                lane._take_files(run, folder)
        except LockLost:
            self.env.cr.rollback()
            run.outcome = LOCKED
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            lane._note_conflict(run)
        except Exception as error:  # whatever happens to one folder must not stop the others
            lane._note_folder_failure(run, error)
        return run

    def _take_files(self, run, folder):
        """Each file alone: what happens to one is no matter of the others."""
        sizes = {file.name: file.size for file in folder.list_files()}
        before = run.account.folder_sizes or {}
        growing = [name for name, size in sizes.items() if before.get(name) != size]
        left = {} if run.is_by_hand else run.account._find_left_files(sizes)
        run.refused.update(left)
        skipped = set() if run.is_by_hand else {*growing, *left}
        for name in sizes:
            if name not in skipped:
                self._take_from_folder(run, folder, name)
        is_settling = bool(growing) and not run.is_by_hand
        self._write_facts(run, lambda: self._end_look(run, sizes, is_settling))

    def _end_look(self, run, sizes, is_settling):
        next_look = run.account._note_look(sizes, is_settling)
        run.account._note_refused_files(sizes, run.refused)
        run.account.folder_error = "\n".join([*run.refused.values(), *run.notes])
        if is_settling:
            self.env.ref(FETCH_CRON).sudo()._trigger(at=next_look)

    def _take_from_folder(self, run, folder, name):
        try:
            self._take_file_of_folder(run, folder, name)
        except (LockLost, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except Exception as error:  # whatever is wrong with one file must not hide the others
            self._note_bad_file(run, name, error)

    def _take_file_of_folder(self, run, folder, name):
        content = folder.read_file(name)
        file = self.env["fulfillment.file"]._receive(run.account, name, content, "folder")
        self._commit(run)
        is_known = file.state != "received"
        if not is_known:
            self._read_file(file)
        run.said.append(file._describe_repeat() if is_known else file._describe())
        if file.state != "received":
            folder.set_aside(name)
            file.is_set_aside = True
            self._commit(run)

    def _note_bad_file(self, run, name, error):
        self.env.cr.rollback()
        self._lock_or_stop(run)
        sentence = f"{name}: {run.account._describe_failure(error)}"
        if not isinstance(error, ProviderError):
            _logger.exception("Account %s: unexpected error", run.account.id)
        elif error.verdict is Verdict.PERSON:
            run.refused[name] = sentence
            return
        run.add_note(sentence)

    def _note_folder_failure(self, run, error):
        self.env.cr.rollback()
        run.outcome = FAILED
        if not isinstance(error, ProviderError):
            _logger.exception("Account %s: unexpected error", run.account.id)
        run.add_note(run.account._describe_failure(error))

        def write():
            run.account._note_folder_failure(error)
            run.sync = self.env["fulfillment.sync"]._start(run.account, "file")
            run.sync._end("error", run.account._text_folder_hidden(), run.seconds)

        self._write_facts(run, write)
