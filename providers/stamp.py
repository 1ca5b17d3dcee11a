"""ISO 8601 as platforms write it: with and without time, fraction and zone."""

import re
from datetime import datetime, tzinfo

STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?\s?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
SECONDS = len("00:00:00")


def parse_stamp(text: str, zone: tzinfo) -> datetime:
    """Aware; a stamp without zone is taken in `zone`. Of a fraction, microseconds are kept.

    Raises ValueError for another form, and for a day or hour that does not exist.
    """
    match = STAMP.fullmatch(text)
    if not match:
        raise ValueError(text)
    day, clock, offset = match.groups("")
    if len(clock) > SECONDS:
        clock = f"{clock[:SECONDS]}.{clock[SECONDS + 1 :][:6]:0<6}"
    moment = f"{day}T{clock or '00:00'}"
    if not offset:
        return datetime.fromisoformat(moment).replace(tzinfo=zone)
    return datetime.fromisoformat(moment + _spell_out(offset))


def _spell_out(offset: str) -> str:
    """As every version of Python reads it."""
    if offset == "Z":
        return "+00:00"
    return offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"
