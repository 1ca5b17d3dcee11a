"""Allocation -> stock lines: what can be promised of each article."""

from datetime import datetime, timezone

from ..canonical import StockLine
from ..masking import excerpt
from .event_values import read_moment, read_quantity, read_text
from .json_input import read_json

UNLIMITED = "UNLIMITED"


def parse_stock(body: bytes) -> list[tuple[StockLine, datetime | None]]:
    """Each line with the time it was updated. Raises Malformed."""
    return [_read_record(record) for record in read_json(body, (list,))]


def _read_record(record: object) -> tuple[StockLine, datetime | None]:
    if not isinstance(record, dict):
        return StockLine(problem=f"Not understood: {excerpt(str(record), 60)}."), None
    updated_at = read_moment(read_text(record.get("updatedTime")), timezone.utc)[0]
    return _read_line(record), updated_at


def _read_line(record: dict) -> StockLine:
    sku, number = read_text(record.get("sku")), read_text(record.get("qty"))
    if not sku:
        return StockLine(problem=f"An article without SKU: {excerpt(str(record), 60)}.")
    if number.upper() == UNLIMITED:
        return StockLine(sku=sku, is_unlimited=True)
    total = read_quantity(number)
    problem = "" if total is not None else f"Not a number of pieces: '{excerpt(number, 60)}'."
    return StockLine(sku=sku, total=total, problem=problem)
