"""The exchange lane of a platform that tells events: who is asked for what, and when.

    poll              what changed since the cursor, which moves when every page is stored
    doubtful orders   by id: what came before this run contradicts what is known
    look back         once a day all that changed in the last days; the cursor stays
    open orders       by id, some in each run, each of them every few hours

The poll decides whether a run succeeds. Whatever else fails for now is told and stops nothing:
orders are only sent by an account whose last run did not fail.

A run whose time is over keeps a bookmark on the account, and the next run goes on there. What has
moved over the edge of a page meanwhile is found by the next poll, which asks from the moment this
one began, and further back by its overlap; what stood still and was pushed out of sight by others
is found by the second pass, by the look back, or when its open order is asked for.
"""

from functools import partial

from odoo import models
from odoo.tools.misc import split_every

from ...providers import ProviderError, Refused, Throttled, Verdict

IDS_PER_STEP = 10  # orders asked for before the results are written
DOUBTFUL_PER_RUN = 100
OPEN_PER_RUN = 50
HAND_SECONDS = 20  # a person waits no longer; the rest goes on in the background


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    def _fetch_events(self, run):
        """One round; it is fetching still if its time was over before the end."""
        account = run.account
        for step in self._list_steps(run):
            step(run)
            if run.is_over:
                return
            if account._is_quiet():
                break
        run.is_fetching = False
        if account.event_is_polled:
            self._write_facts(run, lambda: account.write({"event_is_polled": False}))
            self._commit(run)

    def _list_steps(self, run):
        """What the poll doubts is asked for by the next run: a second look needs some time."""
        account = run.account
        doubtful = self.env["fulfillment.history"]._find_doubtful(account, DOUBTFUL_PER_RUN)
        ask_doubtful = partial(self._ask, keys=doubtful)
        if run.is_single_page:
            return [self._poll, ask_doubtful]
        is_polled = account.event_is_polled and not account.failure_count
        polls = [] if is_polled else [self._poll]
        return [*polls, ask_doubtful, self._look_back, self._ask_open]

    def _note_side_failure(self, run, error):
        """What is asked besides the poll and fails is told, once the platform has answered.

        :raise ProviderError: that error, if it concerns the account, or nothing came so far.
        """
        is_later = error.verdict is Verdict.LATER
        if error.verdict is not Verdict.PERSON and not (is_later and run.pages):
            raise error
        run.add_note(str(error))
        if isinstance(error, Throttled):
            self._write_facts(run, lambda: run.account._note_throttling(error))

    # --- polls

    def _poll(self, run):
        account = run.account
        cursor = account.event_cursor or ""
        feed = self._read_feed(run, partial(run.client.fetch_changes, cursor), "event_bookmark")
        if feed:
            self._write_facts(run, lambda: account._note_poll(cursor, feed, run.is_over))
            self._commit(run)

    def _look_back(self, run):
        """A platform that does not look back so far is none that cannot be polled.

        What is refused is tried again tomorrow, and what fails for now in an hour.
        """
        account = run.account
        if not account._is_look_back_due():
            return
        ask = partial(run.client.look_back, account.event_cursor, account.event_look_back_days)
        note = account._note_look_back
        try:
            is_settled = self._read_feed(run, ask, "event_look_back_bookmark")
        except ProviderError as error:
            self._note_side_failure(run, error)
            is_settled = True
            if error.verdict is Verdict.LATER:
                note = account._put_off_look_back
        if is_settled:
            self._write_facts(run, note)
            self._commit(run)

    def _read_feed(self, run, ask, name):
        """Begin at a bookmark; where the platform knows that page no more, at the first one.

        :param ask: makes the feed that begins at a bookmark.
        :param name: field of the account for where to go on, if the time is over before.
        :return: the feed, if its end was reached.
        """
        bookmark, pages = run.account[name] or "", run.pages
        try:
            return self._read_pages(run, ask(bookmark), name)
        except Refused as error:
            is_gone = bookmark and run.pages == pages and 400 <= (error.status or 0) < 500
            if not is_gone:
                raise
            run.add_note(self._text_lost_page(error))
        return self._read_pages(run, ask(""), name)

    def _text_lost_page(self, error):
        return self.env._(
            "The page where the last run ended is not there any more, so it began with the first "
            "page again. %s",
            error,
        )

    def _read_pages(self, run, feed, bookmark):
        """Store page by page; each is committed before the next one is asked for.

        :return: the feed, if its end was reached.
        """
        try:
            for page in feed:
                self._take_page(run, page)
                if run.is_over and feed.bookmark:
                    self._keep_bookmark(run, bookmark, feed.bookmark)
                    return None
        except ProviderError as error:
            # A page that is refused or not understood must not be the one each run begins with.
            is_lost = error.verdict is Verdict.PERSON
            self._keep_bookmark(run, bookmark, "" if is_lost else feed.bookmark)
            raise
        run.add_note(feed.problem)
        return feed

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

    def _ask_open(self, run):
        histories = self.env["fulfillment.history"]
        self._ask(run, histories._find_open(run.account, OPEN_PER_RUN))

    def _ask(self, run, keys):
        """Ask for orders by id, some at a time, as long as there is time.

        Where an answer about some orders is not understood, or refused, the others are asked for.
        """
        for some in split_every(IDS_PER_STEP, keys):
            if run.is_over:
                return
            try:
                self._ask_some(run, some)
            except ProviderError as error:
                self._note_side_failure(run, error)
                if error.verdict is Verdict.LATER:
                    return

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
