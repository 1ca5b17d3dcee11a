"""Bytes -> JSON that can be trusted to be a list or an object."""

import json
from decimal import Decimal

from ..errors import Malformed
from ..masking import excerpt
from .config import PLATFORM


def read_json(body: bytes, types: tuple[type, ...]) -> object:
    """Raises Malformed for what is not JSON, or none of the types."""
    try:
        value = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):  # also an encoding that is none, and numbers without end
        value = None
    if isinstance(value, types):
        return value
    raise Malformed(
        f'{PLATFORM} answered with something that is not understood: "{excerpt(body)}". '
        "Nothing was stored. Check host, IDs and paths in the account.",
        body=excerpt(body),
        raw=body,
    )


def write_json(value: object) -> bytes:
    """As it goes out: UTF-8, compact."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
