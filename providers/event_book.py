"""What is remembered of each event, and what can become of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
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
        return replace(known, is_live=False, judged_at=change.judged_at)
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
