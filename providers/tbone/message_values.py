"""Texts of a TB.One message -> numbers, dates, ids. Each returns (value, problem)."""

import re
from datetime import date, datetime, timezone, tzinfo
from decimal import Decimal

from ..stamp import parse_stamp

LONGEST_ID = 200  # characters; TB.One's ids are integers, a database index has its limits
QUOTED = 60  # characters of a value in a sentence

NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,6})?")
THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")  # 1,234 may be either
UNIX_SECONDS = re.compile(r"[0-9]{9,10}")


def is_usable_id(text: str) -> bool:
    """Can it be part of an address and of a unique index? '.' and '..' would change the path."""
    return (
        bool(text) and len(text) <= LONGEST_ID and not is_own_id(text) and text not in (".", "..")
    )


def is_own_id(text: str) -> bool:
    """Did we make it up because the platform gave none?"""
    return text.startswith("sha256:")


def parse_number(node: str, text: str) -> tuple[Decimal | None, str]:
    """Decimal point or comma; no exponent, no thousands separator, nothing guessed."""
    if not text:
        return None, ""
    if NUMBER.fullmatch(text) and not THOUSANDS.fullmatch(text):
        return Decimal(text.replace(",", ".")), ""
    what = "a whole number" if node == "QUANTITY" else "a number"
    return None, f"{node} is not {what}: {quote_value(text)}."


def parse_moment(node: str, text: str, zone: tzinfo) -> tuple[datetime | None, str]:
    """In UTC. A stamp without zone is taken in `zone`; unix seconds are UTC.

    TB.One's general rule says unix seconds, its messages carry ISO stamps with and without Z.
    An hour that occurs twice counts as the first one; one that does not occur moves on.
    """
    if not text or text.startswith("0000-00-00"):  # an empty date of a database
        return None, ""
    try:
        if text.isdecimal() and UNIX_SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), timezone.utc), ""
        return parse_stamp(text, zone).astimezone(timezone.utc), ""
    except (ValueError, OverflowError):
        return None, f"{node} is not a date: {quote_value(text)}."


def parse_date(node: str, text: str) -> tuple[date | None, str]:
    """The calendar day as written, whatever time and zone follow."""
    if not text or text.startswith("0000-00-00"):
        return None, ""
    try:
        return parse_stamp(text, timezone.utc).date(), ""
    except (ValueError, OverflowError):
        return None, f"{node} is not a date: {quote_value(text)}."


def quote_value(text: str) -> str:
    """In quotes, cut when it is long."""
    return repr(text if len(text) <= QUOTED else text[:QUOTED] + "\N{HORIZONTAL ELLIPSIS}")
