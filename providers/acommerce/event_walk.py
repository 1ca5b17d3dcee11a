"""Walks one record of the status feed and finds the entries in it, wherever they are nested.

How version 3 nests shipments is not public. So an entry is known by itself: it has an event id,
or a status and a time. What it belongs to is told by what it stands in.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .event import Entry
from .event_values import read_quantity, read_text
from .profile import Profile

DEEPEST = 20  # levels; documents have five
LEVEL_NAMES = {"order_status": "order", "detail_status": "detail", "package_status": "package"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the walk is."""

    order_key: str
    shipment_ref: str = ""
    tracking_ref: str = ""
    only_tracking: str = ""
    contents: tuple = ()
    depth: int = 0


class Walk:
    """The entries of one record; `is_lossy` when something in it was not understood."""

    def __init__(self, record: dict, profile: Profile):
        self._profile = profile
        self.entries: list[Entry] = []
        self.shipment_refs: list[str] = []
        self.is_lossy = False
        self.order_key = self._read(record, "order")
        self._visit(record, Place(self.order_key))

    def _visit(self, node: object, place: Place) -> None:
        if place.depth > DEEPEST:
            self.is_lossy = True
        elif isinstance(node, list):
            for child in node:
                self._visit_member(child, replace(place, depth=place.depth + 1))
        elif isinstance(node, dict):
            self._visit_record(node, replace(place, depth=place.depth + 1))

    def _visit_member(self, child: object, place: Place) -> None:
        """A member of a list says something, or something is lost."""
        found = len(self.entries)
        self._visit(child, place)
        is_plain = not isinstance(child, dict) or not any(map(_is_nested, child.values()))
        says = isinstance(child, dict) and any(
            self._read(child, what) for what in ("shipment", "tracking", "sku")
        )
        self.is_lossy |= is_plain and not says and len(self.entries) == found

    def _visit_record(self, node: dict, place: Place) -> None:
        place = self._enter(node, place)
        level, status = self._read_status(node, place)
        has_time = any(self._read(node, what) for what in ("recorded", "happened"))
        if self._read(node, "event") or (status and has_time):
            self.entries.append(self._build_entry(node, place, level, status))
        for child in node.values():
            self._visit(child, place)

    def _enter(self, node: dict, place: Place) -> Place:
        """What is said here is true of everything inside."""
        if shipment_ref := self._read(node, "shipment"):
            contents = self._read_contents(node)
            place = replace(place, shipment_ref=shipment_ref, contents=contents)
            self.shipment_refs.append(shipment_ref)
        if shipment_ref or place.depth == 1:
            place = replace(place, only_tracking=self._find_only_tracking(node))
        if tracking_ref := self._read(node, "tracking"):
            place = replace(place, tracking_ref=tracking_ref)
        return place

    def _find_only_tracking(self, node: dict) -> str:
        found = set(self._iter_trackings(node, 0))
        return found.pop() if len(found) == 1 else ""

    def _iter_trackings(self, node: object, depth: int) -> Iterator[str]:
        if depth > DEEPEST:
            return
        if isinstance(node, dict):
            if text := self._read(node, "tracking"):
                yield text
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                yield from self._iter_trackings(child, depth + 1)

    def _read_contents(self, node: dict) -> tuple:
        """() unless every item is understood: half of a shipment is worse than none."""
        items = next((node[n] for n in self._profile.names("items") if n in node), None)
        if not isinstance(items, list):
            return ()
        found = [
            (self._read(item, "sku"), read_quantity(self._find(item, "quantity")))
            for item in items
            if isinstance(item, dict)
        ]
        is_whole = len(found) == len(items) and all(sku and number for sku, number in found)
        self.is_lossy |= not is_whole
        return tuple(found) if is_whole else ()

    def _read_status(self, node: dict, place: Place) -> tuple[str, str]:
        """Level and status."""
        for what, level in LEVEL_NAMES.items():
            if status := self._read(node, what):
                return level, status
        level = "package" if place.tracking_ref else "detail" if place.shipment_ref else "order"
        return level, self._read(node, "status")

    def _build_entry(self, node: dict, place: Place, level: str, status: str) -> Entry:
        read = {what: self._read(node, what) for what in ("recorded", "happened", "comment")}
        context = {
            "orderId": place.order_key,
            "shipmentId": place.shipment_ref,
            "trackingId": place.tracking_ref,
            "entry": node,
        }
        return Entry(
            order_key=place.order_key,
            level=level,
            status=status,
            raw=read_text(json.dumps(context, ensure_ascii=False, default=str)),
            event_id=self._read(node, "event"),
            shipment_ref=place.shipment_ref,
            tracking_ref=place.tracking_ref,
            only_tracking=place.only_tracking,
            place=self._read(node, "place"),
            contents=place.contents,
            **read,
        )

    def _read(self, node: dict, what: str) -> str:
        return read_text(self._find(node, what))

    def _find(self, node: dict, what: str) -> object:
        """The first of its names that holds a plain value."""
        names = self._profile.names(what)
        return next((node[n] for n in names if n in node and not _is_nested(node[n])), None)


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)
