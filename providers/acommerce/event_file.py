"""A file with status events that came by hand, by mail or in a folder: JSON or CSV."""

import codecs

from ..events import EventPage
from .config import AcommerceConfig
from .event_csv import parse_csv
from .event_json import parse_push

BEFORE_JSON = codecs.BOM_UTF8 + codecs.BOM_UTF16 + b"\0 \t\r\n"  # bytes that may stand before it


def parse_file(content: bytes, config: AcommerceConfig) -> EventPage:
    """As the account reads it. A file never proves that an event is gone. Raises Malformed."""
    if content.lstrip(BEFORE_JSON)[:1] in (b"[", b"{"):
        return parse_push(content, config.reading)
    return parse_csv(content, config.reading, config.csv_form)
