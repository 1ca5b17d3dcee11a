"""What is remembered of each event, and what can become of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import Enum

from .events import OWN_ID, Event


class Step(str, Enum):
    """What becomes of a stored event."""

    INSERT = "insert"  # new, and it counts
    BURY = "bury"  # new, but a later history does not show it: kept, and it does not count
    ADOPT = "adopt"  # stored under a key of its own; now it has the platform's id
    REVISE = "revise"  # other content
    CONFIRM = "confirm"  # still there or still gone; what was blank may be filled from the event
    REVIVE = "revive"  # was gone, and is back
    MISS = "miss"  # not there; it counts until a second look confirms that
    RETRACT = "retract"  # gone


@dataclass(frozen=True, slots=True)
class Known:
    """What must be remembered of an event."""

    external_id: str
    order_key: str
    revision: str
    recorded_at: datetime | None
    contents: tuple = ()
    former_ids: frozenset[str] = frozenset()  # all it ever had
    is_live: bool = True
    judged_at: datetime | None = None  # as_of of the last history that showed or missed it
    missed_at: datetime | None = None  # the same, if it missed it and nothing has shown it since


@dataclass(frozen=True, slots=True)
class Change:
    """One step; `event` is what to store, `judged_at` what to remember with it.

    A key of our own gives way to the platform's id, and never the other way round.
    """

    step: Step
    known: Known | None
    event: Event | None
    judged_at: datetime | None = None


@dataclass(slots=True)
class Plan:
    """What a page changes."""

    changes: list[Change] = field(default_factory=list)
    heard_at: dict[str, datetime] = field(default_factory=dict)  # of orders, to remember
    doubtful: set[str] = field(default_factory=set)  # orders to ask for again, by id


def gets_id(event: Event, known: Known) -> bool:
    """Was it stored without an id of the platform, and has it one now?"""
    return known.external_id in event.former_ids and not event.external_id.startswith(OWN_ID)


def settle(change: Change) -> Known:
    """What is to be remembered once the change is made."""
    known, event = change.known, change.event
    if event is None:
        is_missed = change.step is Step.MISS
        return replace(
            known,
            is_live=is_missed,
            judged_at=change.judged_at,
            missed_at=change.judged_at if is_missed else None,
        )
    if known is None:
        former_ids, external_id = frozenset(event.former_ids), event.external_id
    else:
        former_ids = known.former_ids | {*event.former_ids}
        external_id = known.external_id
        if gets_id(event, known):
            external_id, former_ids = event.external_id, former_ids | {known.external_id}
    return Known(
        external_id=external_id,
        order_key=event.order_key,
        revision=event.revision,
        recorded_at=event.recorded_at,
        contents=event.contents or (known.contents if known else ()),
        former_ids=former_ids,
        is_live=change.step is not Step.BURY,
        judged_at=change.judged_at,
    )


def is_other(change: Change) -> bool:
    """Does an event that comes again say something else, and not only more or fewer details?"""
    known, event = change.known, change.event
    if _read_core(known.revision) != _read_core(event.revision):
        return True
    return bool(known.contents and event.contents) and known.contents != event.contents


def is_worth_keeping(known: Known, settled: Known) -> bool:
    """Must what was remembered be written anew? A later look alone is no reason, and neither is the
    same time with a fraction of a second, or without one."""
    if _coarsen(settled) != _coarsen(known):
        return True
    return settled.is_live and settled.recorded_at is None and known.judged_at is None


def write_known(known: Known) -> dict:
    """As JSON keeps it; times to the microsecond."""
    return {
        "external_id": known.external_id,
        "order_key": known.order_key,
        "revision": known.revision,
        "recorded_at": _write_time(known.recorded_at),
        "contents": [[sku, str(pieces)] for sku, pieces in known.contents],
        "former_ids": sorted(known.former_ids),
        "is_live": known.is_live,
        "judged_at": _write_time(known.judged_at),
        "missed_at": _write_time(known.missed_at),
    }


def read_known(memory: Mapping) -> Known:
    """What write_known wrote."""
    times = ("recorded_at", "judged_at", "missed_at")
    return Known(
        **{**memory, **{name: _read_time(memory[name]) for name in times}}
        | {
            "contents": tuple((sku, Decimal(pieces)) for sku, pieces in memory["contents"]),
            "former_ids": frozenset(memory["former_ids"]),
        }
    )


def _read_core(revision: str) -> str:
    return revision.partition(":")[2].partition(":")[0]


def _coarsen(known: Known) -> Known:
    recorded_at = known.recorded_at and known.recorded_at.replace(microsecond=0)
    return replace(known, judged_at=None, recorded_at=recorded_at)


def _write_time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="microseconds") if moment else None


def _read_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
