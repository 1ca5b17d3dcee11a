"""The exchange lane's stock: ask for all of it or for what changed, and store it as a whole.

A run of its own, under the same lock of the account and with its own row in the log. The numbers,
the cursor and the work for the stock lane are committed together: killed before, the next run asks
for the same again; killed after, the stored rows are compared whenever the stock lane comes by. So
the cursor may move when they are stored, not only when Odoo's stock is changed.
"""

import logging
from dataclasses import dataclass

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...providers import Malformed, ProviderError
from .exchange_run import FAILED, LockLost, Run
from .fulfillment_account_stock_pace import FULL
from .fulfillment_exchange_transaction import FETCH_CRON

_logger = logging.getLogger(__name__)

STOCK_CRON = "fulfillment_connector.ir_cron_stock"


@dataclass(eq=False, slots=True)
class StockRun(Run):
    """A run that asks for stock; `fetched` counts articles and `new` numbers."""

    source: dict | None = None  # the system that is asked
    call: str = ""  # full or delta; empty when it was too early for either
    left_out: int = 0
    missing: int = 0

    @property
    def is_wanted(self) -> bool:
        """Is it still this system's stock that somebody wants to have?"""
        return self.account._get_stock_source() == self.source

    def prepare_counts(self) -> dict[str, int]:
        counts = {"stock_bad_count": self.left_out, "stock_missing_count": self.missing}
        return Run.prepare_counts(self) | counts


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    @api.model
    def _exchange_due_stock(self):
        """Ask for the stock of every account where it is due; commits after each."""
        for account in self.env["fulfillment.account"].sudo()._find_stock_due():
            self._exchange_stock(account)
            if not self.env["ir.cron"]._commit_progress():
                self._wake(FETCH_CRON)
                self.env["ir.cron"]._commit_progress()
                return

    @api.model
    def _exchange_stock(self, account, is_by_hand=False):
        """One run of one account; commits.

        :return: the run, with its outcome and its counts.
        """
        lane = self.sudo().with_company(account.company_id)
        lane = lane.with_context(lang=account.user_id.lang or self.env.lang)
        run = StockRun(
            account=account.with_env(lane.env),
            is_fetching=False,
            is_single_page=is_by_hand,
            source=account.sudo()._get_stock_source(),
        )
        try:
            lane._lock_or_stop(run)
            if lane._open_stock(run):
                lane._fetch_stock(run)
        except LockLost:
            lane._note_lost(run)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            lane._note_conflict(run)
        except Exception as error:  # whatever happens to one account must not stop the others
            lane._note_stock_failure(run, error)
        lane._sweep_stage(run)
        return run

    def _open_stock(self, run):
        """Begin a row in the log, unless it is too early for a call."""
        run.call = run.account._pick_stock_call()
        if not run.call:
            run.account.next_stock_at = run.account._get_stock_allowed_at()
            return False
        run.sync = self.env["fulfillment.sync"]._start(run.account, "stock")
        run.sync.stock_is_full = run.call == FULL
        run.account._note_stock_call(run.call)
        self._commit(run)
        run.client = run.account._get_client(on_exchange=run.count_call)
        return True

    def _fetch_stock(self, run):
        """Make the call, stage what it brings while it is read, then take it over at once.

        :raise ProviderError: the answer is not complete, so nothing of it is taken.
        """
        cursor = "" if run.call == FULL else run.account.stock_cursor
        levels = self.env["fulfillment.stock.level"]
        with run.client.fetch_stock(cursor) as feed:
            run.fetched, run.left_out = levels._stage_feed(feed)
        if run.call == FULL and not run.fetched:
            raise Malformed(
                self.env._("The platform's whole stock names no article. Nothing was changed.")
            )
        if run.left_out:
            run.add_note(self._text_left_out(run))
        self._commit(run)
        self._write_facts(run, lambda: self._take_over_stock(run, feed.cursor))

    def _take_over_stock(self, run, cursor):
        """The numbers, what is next, and the work for the stock lane, in one transaction."""
        if not run.is_wanted:
            self._abandon_stock(run)
            return
        if run.call == FULL:
            run.account._drop_stock_work()  # this update says it all anew
        levels = self.env["fulfillment.stock.level"]
        run.new, run.missing = levels._merge_feed(run.sync)
        run.account._note_stock_success(run.call, cursor, asked_at=run.sync.started_at)
        run.sync.write(run.prepare_counts() | {"stock_is_pending": True})
        state = "warning" if run.notes else "done"
        run.sync._end(state, "\n".join(run.notes), run.seconds)
        self._wake_stock()

    def _abandon_stock(self, run):
        """A person was faster than the platform."""
        run.outcome = FAILED
        run.add_note(
            self.env._(
                "The account was changed while the platform was asked, so nothing of its answer "
                "was taken over."
            )
        )
        run.sync._end("interrupted", "\n".join(run.notes), run.seconds)

    def _note_stock_failure(self, run, error):
        def write():
            if run.is_wanted:
                run.account._note_stock_failure(run.call, error)

        self.env.cr.rollback()
        run.outcome = FAILED
        if not isinstance(error, ProviderError):
            _logger.exception("Account %s: unexpected error", run.account.id)
        run.add_note(run.account._describe_failure(error))
        self._write_facts(run, write)
        self._end_early(run, "error", "\n".join(run.notes))

    def _sweep_stage(self, run):
        """A connection goes back to the pool, and takes the staging table along."""
        if run.call:
            self.env["fulfillment.stock.level"]._drop_feed()
            self.env["ir.cron"]._commit_progress()

    @api.model
    def _wake_stock(self):
        self._wake(STOCK_CRON)

    def _text_left_out(self, run):
        return self.env._(
            "Articles left out: %s. They came without an article number, without a number of "
            "pieces, or with one that is none, such as a negative one.",
            run.left_out,
        )
