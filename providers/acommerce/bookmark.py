"""Where a poll that was broken off goes on, as a text that somebody keeps for it."""

import json
from dataclasses import dataclass
from datetime import datetime

from ..errors import Malformed
from .config import AcommerceConfig
from .paging import bring_home


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The next page, and what decides about the cursor in the end."""

    cursor: str  # the poll asks from
    url: str  # '' is the first page
    number: int = 1  # of the pass, the way through all pages
    pages: int = 0  # of this pass so far
    as_of: datetime | None = None  # the platform's clock when the poll began
    newest: datetime | None = None  # recorded so far

    def to_text(self) -> str:
        """As text; '' for the beginning."""
        if not self.url:
            return ""
        times = (self.as_of, self.newest)
        stamps = [moment.isoformat() if moment else None for moment in times]
        return json.dumps([self.cursor, self.url, self.number, self.pages, *stamps])


def read_bookmark(text: str, cursor: str, config: AcommerceConfig, is_wide=False) -> Bookmark:
    """The beginning, unless the text is of a poll from the same cursor at the same host.

    is_wide: the cursor does not matter, it has moved since.
    """
    beginning = Bookmark(cursor, "")
    try:
        of_cursor, url, number, pages, *stamps = json.loads(text or "[]")
        as_of, newest = (datetime.fromisoformat(one) if one else None for one in stamps)
        found = Bookmark(of_cursor, bring_home(url, config.order_url), number, pages, as_of, newest)
    except (ValueError, TypeError, Malformed):
        return beginning
    is_ours = of_cursor == cursor or is_wide
    return found if is_ours and number <= config.passes else beginning
