"""ISO 8601 as platforms write it: with and without time, fraction and zone."""

import re
from datetime import datetime, timedelta, timezone, tzinfo

STAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?"
    r"\s?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


def parse_stamp(text: str, zone: tzinfo) -> datetime:
    """Aware; a stamp without zone is taken in `zone`. Of a fraction, microseconds are kept.

    Raises ValueError for another form, and for a day or hour that does not exist.
    """
    match = STAMP.fullmatch(text)
    if not match:
        raise ValueError(text)
    *numbers, fraction, offset = match.groups("0")
    microseconds = int(fraction[:6].ljust(6, "0"))
    place = zone if match[8] is None else _build_offset(offset)
    return datetime(*map(int, numbers), microseconds, place)


def _build_offset(text: str) -> timezone:
    if text == "Z":
        return timezone.utc
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
