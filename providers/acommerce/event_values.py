"""Values of a status event -> texts, moments and numbers that a database takes."""

import re
from datetime import datetime, timezone, tzinfo
from decimal import Decimal, InvalidOperation

from ..errors import Misconfigured
from ..stamp import parse_stamp

LONGEST_ID = 200  # characters; a database index has its limits
NOT_FOR_A_DATABASE = re.compile("[\x00\ud800-\udfff]")
QUANTITY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")


def read_text(value: object) -> str:
    """Of a text or a number, stripped; '' for anything else, null included."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return ""
    return NOT_FOR_A_DATABASE.sub("\N{REPLACEMENT CHARACTER}", str(value)).strip()


def read_moment(text: str, zone: tzinfo) -> tuple[datetime | None, str]:
    """In UTC, with 0 to 9 digits of a fraction; and what is wrong with it."""
    if not text:
        return None, ""
    try:
        return parse_stamp(text, zone).astimezone(timezone.utc), ""
    except (ValueError, OverflowError):
        return None, f"This is not a time: {text[:60]!r}."


def read_cursor(text: str) -> datetime | None:
    """None for ''; raises Misconfigured for what is no time, rather than ask for everything."""
    moment, _problem = read_moment(text, timezone.utc)
    if text and (moment is None or moment.year < 2000):
        raise Misconfigured(f"The time to ask from must look like 2026-01-31T00:00:00Z: {text!r}.")
    return moment


def read_quantity(value: object) -> Decimal | None:
    """None for what is not a number of pieces."""
    text = read_text(value)
    try:
        return Decimal(text) if QUANTITY.fullmatch(text) else None
    except InvalidOperation:
        return None


def to_second(moment: datetime | None) -> str:
    """The same moment is told with and without a fraction, so no key may depend on it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
