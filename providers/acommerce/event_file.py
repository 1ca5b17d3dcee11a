"""A file with status events that came by hand, by mail or in a folder: JSON or CSV."""

from datetime import tzinfo

from ..events import EventPage
from .event_csv import CsvForm, parse_csv
from .event_json import parse_push
from .profile import Reading


def parse_file(body: bytes, *, limit: int, zone: tzinfo) -> EventPage:
    """With the names that are known anyway; `limit` is of no use here. Raises Malformed."""
    return read_event_file(body, Reading(zone=zone))


def read_event_file(body: bytes, reading: Reading, form: CsvForm | None = None) -> EventPage:
    """As the account reads it. A file never proves that an event is gone. Raises Malformed."""
    if body.lstrip()[:1] in (b"[", b"{"):
        return parse_push(body, reading)
    return parse_csv(body, reading, form)
