"""What is said by platforms whose messages are events: they come by many ways and in any order,
are revised and deleted, and are never acknowledged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .canonical import Message, Page

OWN_ID = "sha256:"  # begins an external id that we made, where the platform gave none


@dataclass(frozen=True, slots=True)
class Event(Message):
    """A message that may be revised: then it comes again, with the same id and other content."""

    recorded_at: datetime | None = None  # aware, UTC; when the platform wrote it down
    revision: str = ""  # "<scheme>:<core>:<rest>", digests of the content, see is_same_content
    former_ids: tuple[str, ...] = ()  # external ids it has where the platform leaves its own out
    shipment_ref: str = ""
    contents: tuple[tuple[str, Decimal], ...] = ()  # SKU, pieces of the shipment; () if not told


@dataclass(frozen=True, slots=True)
class History:
    """All events a platform shows of one order: what it showed before and is not here is gone."""

    order_key: str
    external_ids: frozenset[str]
    as_of: datetime  # by the platform's clock; says nothing about what was recorded later
    shipment_refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventPage(Page):
    """Some events, and the histories that are complete among them."""

    histories: tuple[History, ...] = ()
    unclear_keys: frozenset[str] = frozenset()  # orders of which a part was not understood


@dataclass(slots=True)
class EventFeed:
    """What changed since a cursor, page by page; it can be iterated once.

    Iterating raises ProviderError. Each page is stored before the next one is asked for.
    """

    pages: Iterator[EventPage]
    cursor: str  # to ask with next time; moves at the very end, when every page was handed out
    problem: str = ""  # why it did not move then, although there was something new
    bookmark: str = ""  # to go on with behind the page just handed out; '' where that cannot be

    def __iter__(self) -> Iterator[EventPage]:
        return self.pages


def is_same_content(revision: str, other: str) -> bool:
    """Do two revisions say the same? Read by different schemes, only their core can be compared.

    >>> is_same_content("json:1:2", "json:1:3"), is_same_content("json:1:2", "csv:1:3")
    (False, True)
    """
    scheme, _, content = revision.partition(":")
    other_scheme, _, other_content = other.partition(":")
    if scheme == other_scheme:
        return content == other_content
    return content.partition(":")[0] == other_content.partition(":")[0]
