"""Status documents, version 3 and 2 -> EventPage. Decided by content, not by what was asked.

A poll tells the complete history of each order; a web hook tells single new entries in a body of
the same form, and members may be left out of it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ..events import Event, EventPage, History
from ..masking import excerpt
from .event import build_event
from .event_walk import Walk
from .json_input import read_json
from .profile import Profile, Reading


def parse_push(body: bytes, reading: Reading) -> EventPage:
    """Entries of a web hook: news, and never a proof that something is gone. Raises Malformed."""
    records = read_json(body, (dict, list))
    return _build_page(_as_list(records), reading, None, len(body))


def parse_histories(body: bytes, reading: Reading, as_of: datetime | None) -> EventPage:
    """Orders of a poll. as_of: the platform's clock before it answered. Raises Malformed."""
    records = read_json(body, (list,))
    return _build_page(records, reading, as_of, len(body))


def _as_list(records: dict | list) -> list:
    return records if isinstance(records, list) else [records]


def _build_page(records: list, reading: Reading, as_of: datetime | None, size: int) -> EventPage:
    problems: list[str] = []
    events: list[Event] = []
    histories: list[History] = []
    unclear_keys: set[str] = set()
    for record in records:
        if problem := _find_problem(record, reading.profile):
            problems.append(problem)
            continue
        walk = Walk(record, reading.profile)
        if walk.is_lossy:
            problems.append(f"Order {excerpt(walk.order_key, 60)}: a part is not understood.")
            unclear_keys.add(walk.order_key)
        found = [build_event(entry, reading) for entry in walk.entries]
        events += found
        if as_of and _is_complete(record, walk, found, reading.profile):
            histories.append(_build_history(walk, found, as_of))
    kept, contradicted = _drop_repeats(events)
    problems += _tell_contradictions(contradicted)
    return EventPage(
        messages=tuple(kept),
        problem=" ".join(problems),
        size=size,
        histories=tuple(_keep_single(histories, kept, contradicted)),
        unclear_keys=frozenset(unclear_keys),
    )


def _find_problem(record: object, profile: Profile) -> str:
    """Why this record says nothing; '' if it does."""
    if not isinstance(record, dict):
        return f"A record is not understood: {excerpt(str(record), 60)}."
    error = record.get("error")
    if not error:
        return ""
    key = next((str(record[name]) for name in profile.names("order") if name in record), "?")
    words = error.values() if isinstance(error, dict) else [error]
    return f"Order {excerpt(key, 60)}: {excerpt(' '.join(map(str, words)))}."


def _is_complete(record: dict, walk: Walk, events: list[Event], profile: Profile) -> bool:
    """Does it prove that what is missing is gone? All arrays there, and nothing lost."""
    forms = (profile.names("history_3"), profile.names("history_2"))
    is_whole = any(all(isinstance(record.get(n), list) for n in form) for form in forms)
    has_times = all(event.recorded_at or event.occurred_at for event in events)
    return bool(walk.order_key) and is_whole and has_times and not walk.is_lossy


def _build_history(walk: Walk, events: list[Event], as_of: datetime) -> History:
    return History(
        order_key=walk.order_key,
        external_ids=frozenset(event.external_id for event in events),
        as_of=as_of,
        shipment_refs=tuple(dict.fromkeys(walk.shipment_refs)),
    )


def _drop_repeats(events: Iterable[Event]) -> tuple[list[Event], set[str]]:
    """Each id once; and ids that came twice with different content, of which the first counts."""
    first: dict[str, Event] = {}
    contradicted = set()
    for event in events:
        kept = first.setdefault(event.external_id, event)
        if kept.revision != event.revision:
            contradicted.add(event.external_id)
    return list(first.values()), contradicted


def _tell_contradictions(ids: set[str]) -> Iterator[str]:
    if ids:
        shown = excerpt(", ".join(sorted(ids)[:5]))
        yield f"Came twice with different content, the first one was kept: {shown}."


def _keep_single(
    histories: list[History], events: list[Event], contradicted: set[str]
) -> Iterator[History]:
    """A contradiction proves nothing, and neither does an order that is told twice."""
    doubtful = {event.order_key for event in events if event.external_id in contradicted}
    seen: dict[str, History] = {}
    for history in histories:
        other = seen.setdefault(history.order_key, history)
        if other.external_ids != history.external_ids:
            doubtful.add(history.order_key)
    return (history for key, history in seen.items() if key not in doubtful)
