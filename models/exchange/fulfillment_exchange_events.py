"""The exchange lane of a platform that tells events: who is asked for what, and when.

    doubtful orders   first, by id: what came contradicts what is known
    poll              what changed since the cursor, which moves when every page is stored
    look back         once a day all that changed in the last days; the cursor stays
    open orders       by id, some in each run, each of them every few hours

A run whose time is over keeps a bookmark on the account, and the next run goes on there. What has
moved over the edge of a page meanwhile is found by the next poll, which asks from the moment this
one began, and further back by its overlap; what stood still and was pushed out of sight by others
is found by the second pass, by the look back, or when its open order is asked for.
"""

from odoo import models
from odoo.tools.misc import split_every

from ...providers import ProviderError, Verdict

IDS_PER_STEP = 10  # orders asked for before the results are written
DOUBTFUL_PER_RUN = 100
OPEN_PER_RUN = 50
HAND_SECONDS = 20  # a person waits no longer; the rest goes on in the background


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    def _fetch_events(self, run):
        """One round; it is fetching still if its time was over before the end."""
        account = run.account
        goes_on = account.event_is_polled and not account.failure_count
        steps = [] if goes_on and not run.is_single_page else self._list_first_steps(account)
        if not run.is_single_page:
            steps += [self._look_back, self._ask_open]
        for step in steps:
            step(run)
            if run.is_over:
                return
        run.is_fetching = False
        if account.event_is_polled:
            self._write_facts(run, lambda: account.write({"event_is_polled": False}))
            self._commit(run)

    def _list_first_steps(self, account):
        """After a failed run the poll comes first: whatever is wrong with an order that is asked
        for by id, it stops no poll.
        """
        steps = [self._ask_doubtful, self._poll]
        return steps[::-1] if account.failure_count else steps

    # --- polls

    def _poll(self, run):
        account = run.account
        cursor = account.event_cursor or ""
        feed = run.client.fetch_changes(cursor, account.event_bookmark or "")
        if self._read_feed(run, feed, "event_bookmark"):
            self._write_facts(run, lambda: account._note_poll(cursor, feed, run.is_over))
            self._commit(run)

    def _look_back(self, run):
        """A platform that does not look back so far is none that cannot be polled."""
        account = run.account
        if not account._is_look_back_due():
            return
        days, bookmark = account.event_look_back_days, account.event_look_back_bookmark or ""
        feed = run.client.look_back(account.event_cursor, days, bookmark)
        try:
            is_done = self._read_feed(run, feed, "event_look_back_bookmark")
        except ProviderError as error:
            if error.verdict is not Verdict.PERSON:
                raise
            run.add_note(str(error))
            is_done = True
        if is_done:
            self._write_facts(run, account._note_look_back)
            self._commit(run)

    def _read_feed(self, run, feed, bookmark):
        """Store page by page; each is committed before the next one is asked for.

        :param bookmark: field of the account for where to go on, if the time is over before.
        :return: whether the end was reached.
        """
        try:
            for page in feed:
                self._take_page(run, page)
                if run.is_over and feed.bookmark:
                    self._keep_bookmark(run, bookmark, feed.bookmark)
                    return False
        except ProviderError as error:
            # A page that is refused or not understood must not be the one each run begins with.
            is_lost = error.verdict is Verdict.PERSON
            self._keep_bookmark(run, bookmark, "" if is_lost else feed.bookmark)
            raise
        run.add_note(feed.problem)
        return True

    def _keep_bookmark(self, run, name, bookmark):
        if (run.account[name] or "") != bookmark:
            self._write_facts(run, lambda: run.account.write({name: bookmark or False}))

    def _take_page(self, run, page):
        """Store a page with a fresh snapshot, again if others stored events of its orders."""
        stored, known = [], []

        def store():
            stored[:], known[:] = self.env["fulfillment.message"]._store_events(run.sync, page)

        self._write_facts(run, store)
        run.pages += 1
        run.fetched += len(page.messages)
        run.new += len(stored)
        run.duplicates += len(known)
        run.add_note(page.problem)
        self._commit(run)
        run.is_over = run.is_over or (run.is_single_page and run.seconds > HAND_SECONDS)

    # --- orders by id

    def _ask_doubtful(self, run):
        histories = self.env["fulfillment.history"]
        self._ask(run, histories._find_doubtful(run.account, DOUBTFUL_PER_RUN))

    def _ask_open(self, run):
        histories = self.env["fulfillment.history"]
        self._ask(run, histories._find_open(run.account, OPEN_PER_RUN))

    def _ask(self, run, keys):
        """Ask for orders by id, some at a time, as long as there is time.

        That an answer about some orders is not understood, or refused, is told, and stops nothing.
        """
        for some in split_every(IDS_PER_STEP, keys):
            if run.is_over:
                return
            try:
                self._ask_some(run, some)
            except ProviderError as error:
                if error.verdict is not Verdict.PERSON:
                    raise
                run.add_note(str(error))

    def _ask_some(self, run, keys):
        account, histories = run.account, self.env["fulfillment.history"]
        self._write_facts(run, lambda: histories._note_asking(account, keys))
        self._commit(run)
        pages = []
        for page in run.client.fetch_orders(keys):
            self._take_page(run, page)
            pages.append(page)
        self._write_facts(run, lambda: histories._note_asked(account, keys, pages))
        self._commit(run)
