"""Asks for the orders that changed since a moment, and says from when on to ask next time.

The cursor is the highest time the platform recorded, never one of our clock and never beyond the
platform's own. Each poll reaches back behind it. Between two pages an order may change and move,
and push another one over the edge of a page unseen; so a list of several pages is read again
until a pass brings nothing that is older than the poll and was not seen before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from ..errors import Malformed
from ..events import EventFeed, EventPage
from .bookmark import Bookmark
from .config import PLATFORM, AcommerceConfig
from .event_json import parse_histories
from .event_values import read_cursor, to_second
from .paging import SUPPORT, find_next, iter_pages
from .session import Answer, Session

MOVING = f"The list of {PLATFORM} kept changing while it was read; it is read again next time."
TIMELESS = f"{PLATFORM} does not tell its time (Date); it is asked for the same time again."
AHEAD = f"The time to ask from was ahead of the clock of {PLATFORM}; it was set back."

NARROW = (
    'Set "Asked Until" on the account to a time such as 2026-01-31T00:00:00Z: what changed before '
    "it is not asked for."
)


@dataclass(slots=True)
class _Pass:
    """One way through all pages."""

    number: int
    pages: int = 0
    seen: dict = field(default_factory=dict)  # content of an event -> when it was recorded

    def note(self, page: EventPage) -> None:
        self.pages += 1
        self.seen |= {(one.external_id, one.revision): one.recorded_at for one in page.messages}


class Poll:
    """One poll of one account.

    A poll that is broken off goes on at its bookmark, another time. What it had seen is forgotten
    then, so it takes the second pass for good whatever turns up in it. Nothing is lost by that: the
    cursor moves to where the poll began, so whatever moved in the list since is in the next one.
    Only what was pushed over the edge of a page in both passes is told later: by the next look
    back, or when the order is asked for by id.
    """

    def __init__(self, session: Session, config: AcommerceConfig, start: Bookmark):
        self._session, self._config, self._start = session, config, start
        self._url = build_status_url(config, start.cursor)
        self._overlap = timedelta(seconds=config.overlap)
        self._newest, self._as_of = start.newest, start.as_of
        self.feed = EventFeed(self._read(), start.cursor, bookmark=start.to_text())

    def _read(self) -> Iterator[EventPage]:
        seen, is_settled = set(), False
        for number in range(self._start.number, self._config.passes + 1):
            one = _Pass(number)
            yield from self._walk(one)
            is_settled = self._is_settled(one, one.seen.keys() - seen)
            seen |= one.seen.keys()
            if is_settled:
                break
        self._advance(is_settled)

    def _walk(self, one: _Pass) -> Iterator[EventPage]:
        is_resumed = one.number == self._start.number and self._start.url
        one.pages = self._start.pages if is_resumed else 0
        url = self._start.url if is_resumed else self._url
        advice = SUPPORT if self._start.cursor else NARROW
        pages_left = self._config.max_pages - one.pages
        for answer in iter_pages(self._session, url, pages_left, advice):
            page = read_histories(self._session, answer, self._config)
            one.note(page)
            self._as_of = self._as_of or answer.as_of
            times = [event.recorded_at for event in page.messages if event.recorded_at]
            self._newest = max([*times, self._newest] if self._newest else times, default=None)
            self.feed.bookmark = self._write_bookmark(one, answer)
            yield page

    def _write_bookmark(self, one: _Pass, answer: Answer) -> str:
        """Of the page behind this one; '' at the end of a pass, where it is known what was seen."""
        try:
            url = find_next(answer.link, answer.url)
        except Malformed:  # told when that page is asked for
            return ""
        times = (self._as_of, self._newest)
        return Bookmark(self._start.cursor, url, one.number, one.pages, *times).to_text()

    def _is_settled(self, one: _Pass, news: set) -> bool:
        """Was nothing overlooked? A list of one page is true as it is."""
        if one.pages == 1 or self._config.passes == 1:
            return True
        return one.number > 1 and (bool(self._start.url) or not self._has_old(one, news))

    def _has_old(self, one: _Pass, news: set) -> bool:
        """Was something overlooked before?"""
        if self._as_of is None:
            return False
        times = map(one.seen.get, news)
        return any(recorded is None or recorded < self._as_of for recorded in times)

    def _advance(self, is_settled: bool) -> None:
        """All pages were handed out. A doubt leaves the cursor where it is."""
        before = read_cursor(self.feed.cursor)
        if not is_settled:
            self.feed.problem = MOVING
        elif self._newest and self._as_of is None:
            self.feed.problem = TIMELESS
        elif before and self._as_of and before - self._as_of > self._overlap:
            self.feed.problem, self.feed.cursor = AHEAD, to_second(self._as_of)
        elif self._newest:
            reached = min(self._newest, self._as_of)
            self.feed.cursor = to_second(max(reached, before) if before else reached)


def read_histories(session: Session, answer: Answer, config: AcommerceConfig) -> EventPage:
    """The orders of one answer."""
    parse = partial(parse_histories, reading=config.reading, as_of=answer.as_of)
    return session.parse(answer, parse)


def reach_back(cursor: str, days: int) -> str:
    """The cursor so many days before this one."""
    moment = read_cursor(cursor)
    return to_second(moment - timedelta(days=days)) if moment else ""


def build_status_url(config: AcommerceConfig, cursor: str) -> str:
    """Of the first page; without a cursor of all the platform still shows."""
    profile = config.profile
    url = config.order_url + config.build_path(f"status_path_{config.version}")
    query = {}
    if moment := read_cursor(cursor):
        query[profile.since_parameter] = to_second(moment - timedelta(seconds=config.overlap))
    if profile.page_size_parameter:
        query[profile.page_size_parameter] = profile.page_size
    return f"{url}?{urlencode(query)}" if query else url
