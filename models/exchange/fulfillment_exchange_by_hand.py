"""Runs that a person starts: a connection test, a message file. Each has its row in the log."""

from dataclasses import replace

from odoo import models
from odoo.tools.misc import split_every

from ...providers import Malformed, ProviderError, read_file
from .exchange_run import Run
from .fulfillment_exchange_transaction import APPLY_CRON, FETCH_CRON

EVENTS_AT_ONCE = 300  # of a file; a web hook about the same orders waits for them, not for the file


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    def _test_connection(self, run):
        """One harmless call, logged as a run.

        :return: a sentence for a person.
        """
        self._lock_or_stop(run)
        run.sync = self.env["fulfillment.sync"]._start(run.account, "test")
        self._commit(run)
        run.client = run.account._get_client(on_exchange=run.count_call)
        sentence = run.client.check()
        run.add_note(sentence)
        self._write_facts(run, lambda: self._write_test_success(run))
        return sentence

    def _write_test_success(self, run):
        run.sync.write(run.prepare_counts())
        run.sync._end("done", "\n".join(run.notes), run.seconds)
        run.account._note_success(is_finished=False)
        self._wake(FETCH_CRON)

    def _import_file(self, account, content):
        """A file takes the way of a fetched page: parse, store, commit; then both lanes go on.

        :return: the run with its counts.
        :raise LockLost: a run of the account is going on.
        :raise ProviderError: the file holds no messages; nothing was stored.
        """
        lane = self.sudo().with_company(account.company_id)
        run = Run(account=account.with_env(lane.env), is_fetching=False)
        lane._lock_or_stop(run)
        run.sync = lane.env["fulfillment.sync"]._start(run.account, "file")
        lane._commit(run)
        try:
            lane._store_file(run, content)
        except ProviderError as error:
            run.add_note(str(error))
            lane._write_facts(run, lambda: lane._end_file(run, "error"))
            raise
        lane._end_file(run, "warning" if run.notes else "done")
        lane._wake(APPLY_CRON)
        lane._wake(FETCH_CRON)
        lane.env["ir.cron"]._commit_progress()
        return run

    def _store_file(self, run, content):
        account = run.account
        page = read_file(account.provider, content, account._prepare_client_settings())
        if not page.messages:
            raise Malformed(page.problem or self.env._("The file holds no message."))
        if account.has_events:
            self._store_slices(run, page)
        else:
            stored, known = self.env["fulfillment.message"]._store(run.sync, page.messages)
            run.fetched = len(page.messages)
            run.new, run.duplicates = len(stored), len(known)
        run.add_note(page.problem)

    def _store_slices(self, run, page):
        """Some events at a time, each time committed. A file never proves that an event is gone."""
        for some in split_every(EVENTS_AT_ONCE, page.messages, tuple):
            self._take_page(run, replace(page, messages=some, histories=()))

    def _end_file(self, run, state):
        run.sync.write(run.prepare_counts())
        run.sync._end(state, "\n".join(run.notes), run.seconds)
