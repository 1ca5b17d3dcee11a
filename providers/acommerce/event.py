"""One entry of a status history, from JSON or from CSV -> canonical Event.

Two digests are made of it. The revision tells a repeat from a revision of one event id. The key
names an entry that came without an id; the entry keeps it among its former ids once it has one,
so that whoever stored it under the key knows it again.
"""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from ..canonical import Kind
from ..events import OWN_ID, Event
from .event_kinds import find_kind, find_problem, read_code
from .event_values import LONGEST_ID, read_moment, to_second
from .profile import Reading


@dataclass(frozen=True, slots=True)
class Entry:
    """What was read, as texts; '' where nothing was said."""

    order_key: str
    level: str
    status: str
    raw: str
    event_id: str = ""
    shipment_ref: str = ""
    tracking_ref: str = ""
    only_tracking: str = ""  # of the only parcel around, when the entry itself names none
    recorded: str = ""
    happened: str = ""
    comment: str = ""
    place: str = ""
    contents: tuple[tuple[str, Decimal], ...] = ()
    scheme: str = "json"  # only what is read the same way can be compared


def build_event(entry: Entry, reading: Reading) -> Event:
    """Never raises: what cannot be understood is told in `problem`."""
    code = read_code(entry.status)
    recorded_at, _problem = read_moment(entry.recorded, reading.zone)
    happened_at, _problem = read_moment(entry.happened, reading.zone)
    occurred_at = happened_at or recorded_at
    keys = _build_keys(entry, code, to_second(occurred_at))
    has_id = is_usable_id(entry.event_id)
    problems = (
        find_flaws(entry, reading),
        find_problem(entry.level, code, entry.comment, reading.kinds),
    )
    return Event(
        external_id=entry.event_id if has_id else keys[0],
        acknowledgeable=False,
        kind=find_kind(entry.level, code, reading.kinds) if code else Kind.UNKNOWN,
        platform_type=entry.status,
        raw=entry.raw,
        problem=" ".join(filter(None, problems)),
        order_key=entry.order_key,
        tracking_ref=_find_tracking(entry),
        comment=entry.comment,
        delivery_information=entry.place,
        occurred_at=occurred_at,
        occurred_raw=entry.happened or entry.recorded,
        recorded_at=recorded_at,
        revision=_build_revision(entry, code, to_second(happened_at), to_second(recorded_at)),
        former_ids=keys if has_id else keys[1:],
        shipment_ref=entry.shipment_ref,
        contents=entry.contents,
    )


def find_flaws(entry: Entry, reading: Reading) -> str:
    """What in it cannot be understood; '' for what is only bad news."""
    is_id_strange = entry.event_id and not is_usable_id(entry.event_id)
    flaws = (
        read_moment(entry.recorded, reading.zone)[1],
        read_moment(entry.happened, reading.zone)[1],
        "" if read_code(entry.status) else "The status is missing.",
        "" if entry.order_key else "The order id is missing.",
        "The event id cannot be used." if is_id_strange else "",
    )
    return " ".join(filter(None, flaws))


def is_usable_id(text: str) -> bool:
    """Can it be unique in a database, and not be taken for one that we made?"""
    return bool(text) and len(text) <= LONGEST_ID and not text.startswith(OWN_ID)


def _find_tracking(entry: Entry) -> str:
    """What is said of a shipment is said of its only parcel."""
    return entry.tracking_ref or (entry.only_tracking if entry.level == "detail" else "")


def _build_keys(entry: Entry, code: str, when: str) -> tuple[str, ...]:
    """With the shipment, if there is one, and without: version 2 knows no shipments."""
    bare = (entry.order_key, entry.level, code, entry.tracking_ref, when)
    keys = (OWN_ID + _digest(*bare),)
    if entry.shipment_ref:
        return (OWN_ID + _digest(*bare, entry.shipment_ref), *keys)
    return keys


def _build_revision(entry: Entry, code: str, happened: str, recorded: str) -> str:
    """Of all that one entry says by itself, not of what stands around it or is spelt otherwise."""
    core = _digest(entry.order_key, entry.level, code, entry.tracking_ref, happened or recorded)
    return f"{entry.scheme}:{core}:{_digest(recorded, entry.comment, entry.place)}"


def _digest(*texts: str) -> str:
    return sha256("\x00".join(texts).encode()).hexdigest()
