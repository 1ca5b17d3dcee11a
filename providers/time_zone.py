"""Names of time zones, as an account keeps them."""

from datetime import timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def find_zone(name: str) -> tzinfo | None:
    """None for a name this machine does not know; UTC needs no zone files."""
    if name == "UTC":
        return timezone.utc
    try:
        return ZoneInfo(name or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
