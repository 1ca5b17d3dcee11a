"""Asks for the orders that changed since a moment, and says from when on to ask next time.

The cursor is the highest time the platform recorded, never one of our clock and never beyond the
platform's own. Each poll reaches back behind it. Between two pages an order may change and move,
and push another one over the edge of a page unseen; so a list of several pages is read again
until a pass brings nothing that is older than the poll and was not seen before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from ..events import Event, EventFeed, EventPage
from .config import PLATFORM, AcommerceConfig
from .event_json import parse_histories
from .event_values import read_cursor, to_second
from .paging import iter_pages
from .session import Answer, Session

MOVING = f"The list of {PLATFORM} kept changing while it was read; it is read again next time."
TIMELESS = f"{PLATFORM} does not tell its time (Date); it is asked for the same time again."
AHEAD = f"The time to ask from was ahead of the clock of {PLATFORM}; it was set back."


@dataclass(slots=True)
class _Pass:
    """One way through all pages."""

    pages: int = 0
    as_of: datetime | None = None  # the platform's clock before the first page
    seen: set = field(default_factory=set)

    def note(self, answer: Answer, page: EventPage) -> None:
        self.pages += 1
        self.as_of = self.as_of or answer.as_of
        self.seen |= set(map(_identify, page.messages))


class Poll:
    """One poll of one account."""

    def __init__(self, session: Session, config: AcommerceConfig, cursor: str):
        self._session, self._config = session, config
        self._url = build_status_url(config, cursor)
        self._overlap = timedelta(seconds=config.overlap)
        self._newest = self._as_of = None
        self.feed = EventFeed(self._read(), cursor)

    def _read(self) -> Iterator[EventPage]:
        seen = set()
        for number in range(1, self._config.passes + 1):
            one = _Pass()
            yield from self._walk(one)
            self._as_of = self._as_of or one.as_of
            is_first = number == 1 and self._config.passes > 1
            is_settled = one.pages == 1 or not (is_first or self._has_old(one.seen - seen))
            seen |= one.seen
            if is_settled:
                break
        self._advance(is_settled)

    def _walk(self, one: _Pass) -> Iterator[EventPage]:
        for answer in iter_pages(self._session, self._url, self._config.max_pages):
            page = read_histories(self._session, answer, self._config)
            one.note(answer, page)
            times = [event.recorded_at for event in page.messages if event.recorded_at]
            self._newest = max([*times, self._newest] if self._newest else times, default=None)
            yield page

    def _has_old(self, news: set) -> bool:
        """Was something overlooked before? With a single pass nobody knows: the overlap must do."""
        if self._config.passes == 1 or self._as_of is None:
            return False
        return any(recorded is None or recorded < self._as_of for _id, _rev, recorded in news)

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


def _identify(event: Event) -> tuple:
    return event.external_id, event.revision, event.recorded_at
