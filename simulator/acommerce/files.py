"""CSV files with status events, as they come by mail and into folders; the layout is ours."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from .state import Event, Platform

COLUMNS = (
    "Order ID",
    "Event ID",
    "Order Status",
    "Order Detailed Status",
    "Shipping Status",
    "Shipment ID",
    "Tracking ID",
    "Updated Time",
    "Order Updated Time",
    "Status Detail",
    "Location",
)


@dataclass(frozen=True)
class Style:
    """How a file is written; every oddity was seen in some file."""

    separator: str = ","
    encoding: str = "utf-8"
    line_end: str = "\r\n"
    quote_all: bool = False
    padding: str = ""  # behind each header
    unnamed: bool = False  # a column without a name
    has_ids: bool = True
    columns: tuple[str, ...] = COLUMNS


def build_csv(platform: Platform, events: Iterable[Event], style: Style | None = None) -> bytes:
    """One row for each event as it is now."""
    style = style or Style()
    file = io.StringIO()
    quoting = csv.QUOTE_ALL if style.quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(
        file, delimiter=style.separator, lineterminator=style.line_end, quoting=quoting
    )
    extra = ("",) if style.unnamed else ()
    writer.writerow([*(f"{name}{style.padding}" for name in style.columns), *extra])
    for event in events:
        writer.writerow([*_list_cells(platform, event, style), *extra])
    return file.getvalue().encode(style.encoding)


def _list_cells(platform: Platform, event: Event, style: Style) -> list[str]:
    happened = platform.stamp(event.happened) if event.happened else ""
    return [
        event.order.key,
        event.event_id if style.has_ids else "",
        event.status if event.level == "order" else "",
        event.status if event.level == "detail" else "",
        event.status if event.level == "package" else "",
        event.shipment,
        event.tracking,
        platform.stamp(event.recorded),
        happened,
        event.comment,
        event.place,
    ]
