"""Asks what can be promised of each article: of all, or of those updated since a moment."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode

from ..canonical import StockFeed, StockLine
from .config import AcommerceConfig
from .event_values import read_cursor, to_second
from .paging import iter_pages
from .session import Session
from .stock_json import parse_stock


class StockPoll:
    """One reading; the cursor of its feed moves when the last line was handed out."""

    def __init__(self, session: Session, config: AcommerceConfig, cursor: str):
        self._session, self._config = session, config
        self._since = read_cursor(cursor)
        self._newest = self._as_of = None
        self.feed = StockFeed(self._read(), is_full=self._since is None, cursor=cursor)

    def _read(self) -> Iterator[StockLine]:
        for answer in iter_pages(self._session, self._build_url(), self._config.max_pages):
            self._as_of = self._as_of or answer.as_of
            for line, updated_at in self._session.parse(answer, parse_stock):
                if updated_at:
                    self._newest = max(updated_at, self._newest or updated_at)
                yield line
        self._advance()

    def _build_url(self) -> str:
        config, query = self._config, {}
        profile = config.profile
        if self._since:
            since = self._since - timedelta(seconds=config.overlap)
            query[profile.since_parameter] = to_second(since)
        if profile.stock_page_size_parameter:
            query[profile.stock_page_size_parameter] = profile.page_size
        return f"{config.order_url}{config.build_path('stock_path')}?{urlencode(query)}"

    def _advance(self) -> None:
        """By the platform's own times, and never beyond its clock."""
        if self._newest is None or self._as_of is None:
            return
        reached = min(self._newest, self._as_of)
        self.feed.cursor = to_second(max(reached, self._since) if self._since else reached)
