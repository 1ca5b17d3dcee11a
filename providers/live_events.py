"""Which events count, decided from what is stored and what has just come in; pure.

A history is the truth about its order at one moment. Everything else (web hook, file, record that
is not complete) is a hint: it may be late, repeated, or older than what is known. So a hint adds
what is new, and where it contradicts, the order is asked for again. Nor is a stored event given up
because one history misses it: the order is asked for again, and a later one has to miss it, too.

    plan = plan_changes(page, known, heard_at)

The result does not depend on the order in which pages arrive, once the doubtful orders have been
asked for again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from .event_book import Change, Known, Plan, Step, gets_id
from .events import Event, EventPage, History, is_same_content


def plan_changes(page: EventPage, known: Iterable[Known], heard_at: Mapping[str, datetime]) -> Plan:
    """known: all stored events of the orders on the page. heard_at: as_of of the newest history
    of each order so far.
    """
    plan, book = Plan(), _Book(known)
    histories = {history.order_key: history for history in page.histories}
    for event in page.messages:
        heard = heard_at.get(event.order_key)
        history = histories.get(event.order_key)
        if history is None:
            _take_hint(plan, event, book.claim(event), heard)
        elif not _is_stale(history, heard):
            plan.changes.append(_take_fact(event, book.claim(event), history))
    for history in page.histories:
        if not _is_stale(history, heard_at.get(history.order_key)):
            _give_up_missing(plan, history, book.list_unclaimed(history.order_key))
            plan.heard_at[history.order_key] = history.as_of
    return plan


class _Book:
    """Stored events by order, and by every id they are or were known under."""

    def __init__(self, known: Iterable[Known]):
        self._known: dict[str, Known] = {}
        self._orders: dict[str, list[Known]] = {}
        self._aliases: dict[str, list[Known]] = {}
        self._claimed: set[str] = set()
        for one in known:
            self._known[one.external_id] = one
            self._orders.setdefault(one.order_key, []).append(one)
            for alias in one.former_ids:
                self._aliases.setdefault(alias, []).append(one)

    def claim(self, event: Event) -> Known | None:
        """The same id; else what this was before it had one; else what has got an id since.

        For good: two ids on one page are never one stored event.
        """
        ids = (event.external_id, *event.former_ids)
        found = [self._known[id] for id in ids if id in self._known]
        found += self._aliases.get(event.external_id, [])
        free = (one for one in found if one.external_id not in self._claimed)
        if one := self._known.get(event.external_id) or next(free, None):
            self._claimed.add(one.external_id)
        return one

    def list_unclaimed(self, order_key: str) -> list[Known]:
        """Events of the order that its history does not show."""
        stored = self._orders.get(order_key, ())
        return [one for one in stored if one.external_id not in self._claimed]


def _is_stale(history: History, heard: datetime | None) -> bool:
    return heard is not None and history.as_of < heard


def _take_fact(event: Event, known: Known | None, history: History) -> Change:
    if known is None:
        step = Step.INSERT
    elif not known.is_live:
        step = Step.REVIVE
    elif gets_id(event, known):
        step = Step.ADOPT
    elif not is_same_content(known.revision, event.revision) or _is_repacked(event, known):
        step = Step.REVISE
    else:
        step = Step.CONFIRM
    return Change(step, known, event, history.as_of)


def _give_up_missing(plan: Plan, history: History, unclaimed: Iterable[Known]) -> None:
    """What was recorded later than the history was read cannot be in it."""
    for one in unclaimed:
        is_older = one.recorded_at < history.as_of if one.recorded_at else one.judged_at
        if not is_older:
            continue
        step = Step.CONFIRM
        if one.is_live:
            is_second_look = one.missed_at and one.missed_at < history.as_of
            step = Step.RETRACT if is_second_look else Step.MISS
        plan.changes.append(Change(step, one, None, history.as_of))
        if step is Step.MISS:
            plan.doubtful.add(history.order_key)


def _take_hint(plan: Plan, event: Event, known: Known | None, heard: datetime | None) -> None:
    is_news = _is_later(event, heard)
    if known is None:
        plan.changes.append(Change(Step.INSERT if is_news else Step.BURY, None, event, None))
        is_doubtful = not is_news
    elif not known.is_live:
        is_doubtful = True
    elif is_same_content(event.revision, known.revision):
        is_doubtful = False
        if gets_id(event, known):
            plan.changes.append(Change(Step.ADOPT, known, event, known.judged_at))
    else:
        is_named = event.external_id == known.external_id or gets_id(event, known)
        is_doubtful = not (is_named and is_news and _is_later(event, known.recorded_at))
        if not is_doubtful:
            plan.changes.append(Change(Step.REVISE, known, event, known.judged_at))
    if is_doubtful:
        plan.doubtful.add(event.order_key)


def _is_repacked(event: Event, known: Known) -> bool:
    return bool(event.contents) and event.contents != known.contents


def _is_later(event: Event, moment: datetime | None) -> bool:
    """Surely? What happened later was recorded later."""
    told = event.recorded_at or event.occurred_at
    return moment is None or (told is not None and told > moment)
