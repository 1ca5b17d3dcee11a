"""The exchange lane: per account acknowledge and send, then fetch, store, commit, and so on.

Every step has its own transaction. A message is acknowledged only after its row was committed, and
what is owed is read from the rows: whenever this is killed, the next run goes on from there.
"""

import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...providers import ProviderError
from .exchange_run import FAILED, LOCKED, LockLost, Run
from .fulfillment_exchange_transaction import APPLY_CRON, FETCH_CRON

_logger = logging.getLogger(__name__)

BACKLOG_LIMIT = 1000  # messages to apply, before the policy "when applied" fetches no more

# Messages asked for at most, however many stay at the platform unmarked: a bigger answer takes it
# longer than a call may last, and comes near what is read of one answer (64 MiB).
MAXIMUM_LIMIT = 10_000


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    @api.model
    def _cron_exchange(self):
        """Serve every account that is due; what fails at one never stops the next."""
        cron = self.env["ir.cron"]
        accounts = self.env["fulfillment.account"].sudo()._find_due()
        cron._commit_progress(remaining=len(accounts))
        for account in accounts:
            run = self._exchange_account(account)
            if not cron._commit_progress(1) or run.has_more:
                self._wake(FETCH_CRON)
                cron._commit_progress()
                return
        self._exchange_due_stock()

    @api.model
    def _exchange_account(self, account, is_by_hand=False):
        """One run of one account; commits. By hand: one page, also when the account is not due.

        :return: the run, with its outcome and its counts.
        """
        lane = self.sudo().with_company(account.company_id)
        lane = lane.with_context(lang=account.user_id.lang or self.env.lang)
        run = Run(
            account=account.with_env(lane.env),
            is_fetching=is_by_hand or account._is_fetch_due(),
            is_single_page=is_by_hand,
        )
        try:
            lane._lock_or_stop(run)
            lane._open(run)
            lane._exchange(run)
            lane._close(run)
        except LockLost:
            lane._note_lost(run)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            lane._note_conflict(run)
        except Exception as error:  # whatever happens to one account must not stop the others
            lane._note_failure(run, error)
        return run

    # --- steps of a run

    def _open(self, run):
        syncs = self.env["fulfillment.sync"]
        killed = syncs._end_killed(run.account)
        run.sync = syncs._start(run.account, "messages")
        if run.is_fetching:
            if "messages" in killed.mapped("kind"):
                run.account._note_kill()
            run.was_due_at = run.account.next_fetch_at
            run.planned_at = run.account._plan_after_kill()
        self._commit(run)
        run.client = run.account._get_client(on_exchange=run.count_call)

    def _exchange(self, run):
        """Acknowledge, send and fetch in turn, until nothing new comes or the time is over.

        After a failed run the page comes first: one call shows whether the platform is back, and
        nothing uses up its tries on a platform that is down. An order that is confirmed while a
        long backlog is fetched leaves after the page.
        """
        self._recover_outbox(run)
        if not run.account.failure_count:
            self._acknowledge_owed(run)
            self._send_due(run)
        while run.is_fetching and not run.is_over and not self._is_held_back(run):
            self._fetch(run)
            if run.account._is_quiet():
                return
            self._acknowledge_owed(run)
            self._send_due(run)
            run.is_over = run.is_over or run.is_single_page

    def _fetch(self, run):
        """One step: platforms of messages are asked for a page, those of events for all news."""
        if run.account.has_events:
            self._fetch_events(run)
        else:
            self._fetch_page(run)

    def _fetch_page(self, run):
        """Fetch and store one page; decide whether another one is asked for.

        The apply lane is woken by the same commit, before the first acknowledgement: a slow
        platform does not delay it.
        """
        acknowledgements = self.env["fulfillment.acknowledgement"]
        owed = acknowledgements._count_unacknowledged(run.account)
        limit = min(run.account.page_size + max(owed, run.window), MAXIMUM_LIMIT)
        page = run.client.fetch_messages(limit)
        self._commit(run)  # a fresh snapshot: the call may have taken minutes
        stored, known = self.env["fulfillment.message"]._store(run.sync, page.messages)
        run.reopened |= acknowledgements._reopen(run.account, known, run.reopened)
        run.pages += 1
        run.fetched += len(page.messages)
        run.new += len(stored)
        run.duplicates += len(known)
        run.add_note(page.problem)
        # A page without news ends the run, so that nothing can go round for ever. But messages
        # that stay at the platform whatever we do must not hide those behind them: then the
        # window grows by their number.
        run.is_fetching = page.is_full and (bool(stored) or len(known) > run.window)
        run.window = len(known)
        if page.is_full and limit == MAXIMUM_LIMIT and not stored:
            run.add_note(self._text_full_window())
        if stored:
            self._wake(APPLY_CRON)
        self._commit(run)

    def _text_full_window(self):
        return self.env._(
            "The platform shows %s messages that are stored here but not marked as processed. "
            "New ones may be hidden behind them: let those be marked as processed again.",
            MAXIMUM_LIMIT,
        )

    def _is_held_back(self, run):
        """Back-pressure: with the policy "when applied" the platform keeps what we cannot take."""
        if run.account.acknowledge_policy == "stored":
            return False
        backlog = self.env["fulfillment.message"]._count_backlog(run.account)
        if backlog <= BACKLOG_LIMIT:
            return False
        run.add_note(
            self.env._("Nothing was fetched: %s messages wait to be applied first.", backlog)
        )
        return True

    def _close(self, run):
        self._write_facts(run, lambda: self._write_success(run))

    def _write_success(self, run):
        is_good = not (run.notes or run.unacknowledged or run.unsent)
        run.sync.write(run.prepare_counts())
        run.sync._end("done" if is_good else "warning", "\n".join(run.notes), run.seconds)
        if run.calls:
            run.account._note_success(run.pages, is_finished=not run.is_fetching)
        if not run.pages:
            run.account._take_back_plan(run.planned_at, run.was_due_at)

    # --- what ends a run early

    def _note_lost(self, run):
        """Another worker serves the account: not an error."""
        self.env.cr.rollback()
        run.outcome = LOCKED
        self._end_early(run, "interrupted", self.env._("Another run went on with this account."))

    def _note_conflict(self, run):
        """Somebody else wrote what we wrote: the account is still due and runs again."""
        self.env.cr.rollback()
        self._wake(FETCH_CRON)
        run.outcome = FAILED
        _logger.info("Account %s: a concurrent change ended the run", run.account.id)
        note = self.env._("Somebody changed the same records at the same time. It runs again.")
        self._end_early(run, "interrupted", note)

    def _note_failure(self, run, error):
        self.env.cr.rollback()
        run.outcome = FAILED
        if not isinstance(error, ProviderError):
            _logger.exception("Account %s: unexpected error", run.account.id)
        run.add_note(run.account._describe_failure(error))
        self._write_facts(run, lambda: run.account._note_failure(error))
        self._end_early(run, "error", "\n".join(run.notes))

    def _end_early(self, run, state, note):
        if not run.sync or not run.sync.exists():
            return

        def write():
            run.sync.write(run.prepare_counts())
            run.sync._end(state, note, run.seconds)
            if state == "interrupted":
                run.account._take_back_plan(run.planned_at, run.was_due_at)

        self._write_facts(run, write)
