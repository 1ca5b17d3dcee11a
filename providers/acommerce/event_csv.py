"""Status events of a CSV file, from mail or folder -> EventPage.

The platform publishes no columns: an account says which of its headers is what, and common
spellings are known. A file never proves that an event is gone. Each bad row is reported with the
number of its line; the good ones count.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import Malformed
from ..events import Event, EventPage
from ..masking import excerpt
from .csv_table import Row, Table, read_table
from .event import Entry, build_event, find_flaws
from .profile import Reading

HEADERS = {  # what it is -> spellings, compared without blanks, signs and case
    "order_key": ("orderid", "salesorderid", "orderno", "ordernumber", "orderkey"),
    "event_id": ("eventid",),
    "order": ("orderstatus",),
    "detail": ("orderdetailedstatus", "detailedstatus", "shipmentstatus"),
    "package": ("shippingstatus", "packagestatus", "trackingstatus", "deliverystatus"),
    "status": ("status",),
    "tracking_ref": ("trackingid", "trackingno", "trackingnumber", "awb"),
    "shipment_ref": ("shipmentid", "fulfillmentorderid", "shiporderid"),
    "happened": (
        "orderupdatedtime",
        "shippingupdatedtime",
        "happenedtime",
        "eventtime",
        "statustime",
        "statusdate",
    ),
    "recorded": ("updatedtime", "recordedtime", "lastupdated", "updatedat"),
    "comment": ("orderstatusdetail", "shippingdetail", "statusdetail", "remark", "comment"),
    "place": ("shippinglocation", "location"),
}
LEVELS = ("package", "detail", "order")  # the most special one first
DAMAGED = re.compile(r"[0-9][.,][0-9]+E\+[0-9]+")


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How the files of an account look. columns: what it is, see HEADERS -> the header there."""

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""  # '' is found out
    separator: str = ""  # '' is found out

    def list_problems(self) -> list[str]:
        """What is wrong with the columns, one sentence each."""
        known = ", ".join(HEADERS)
        return [
            f"'{what}' is no column we know of. Known: {known}."
            for what in self.columns
            if what not in HEADERS
        ]


def parse_csv(data: bytes, reading: Reading, form: CsvForm | None = None) -> EventPage:
    """Raises Malformed for a file without the columns that are needed."""
    form = form or CsvForm()
    table = read_table(data, form.encoding, form.separator)
    header, rows = table.rows[:1], table.rows[1:]
    columns = _find_columns(header[0].cells if header else (), form)
    _ensure_columns(columns, data, table)
    events: dict[str, Event] = {}
    problems = [table.problem] if table.problem else []
    for row in rows:
        if problem := row.problem or _find_problem(row, columns):
            problems.append(f"Line {row.number}: {problem}.")
            continue
        for entry in _read_entries(row, columns):
            event = build_event(entry, reading)
            if flaws := find_flaws(entry, reading):
                problems.append(f"Line {row.number}: {flaws}")
            events[event.external_id] = event  # the last line about an event counts
    return EventPage(tuple(events.values()), problem="\n".join(problems), size=len(data))


def _find_columns(header: tuple[str, ...], form: CsvForm) -> dict[str, int]:
    """What it is -> position. A column without a name is left out."""
    positions = {}
    for position, name in enumerate(header):
        if name:
            positions.setdefault(_simplify(name), position)
    wanted = {
        what: (_simplify(form.columns[what]),) if what in form.columns else spellings
        for what, spellings in HEADERS.items()
    }
    found = {
        what: next((positions[name] for name in names if name in positions), None)
        for what, names in wanted.items()
    }
    return {what: position for what, position in found.items() if position is not None}


def _ensure_columns(columns: dict[str, int], data: bytes, table: Table) -> None:
    has_status = columns.keys() & {*LEVELS, "status"}
    if "order_key" in columns and has_status:
        return
    header = table.rows[0].cells if table.rows else ()
    raise Malformed(
        "The file has no column for the order ID, or none for a status. Its columns are: "
        f"{excerpt(', '.join(header))}. Say in the account which of them is what.",
        body=excerpt(data),
        raw=data,
    )


def _find_problem(row: Row, columns: dict[str, int]) -> str:
    """Why a row says nothing."""
    key = _get(row, columns, "order_key")
    damaged = [text for text in (key, _get(row, columns, "tracking_ref")) if DAMAGED.search(text)]
    if not key:
        return "the order ID is missing"
    if damaged:
        return f"a spreadsheet has changed the number {damaged[0]}"
    if not any(_get(row, columns, what) for what in (*LEVELS, "status")):
        return "the status is missing"
    has_time = _get(row, columns, "happened") or _get(row, columns, "recorded")
    if not (has_time or _get(row, columns, "event_id")):
        return "there is neither an event ID nor a time, so a repeat could not be told"
    return ""


def _read_entries(row: Row, columns: dict[str, int]) -> Iterator[Entry]:
    """One for each status; with an event id there is one, the most special."""
    found = [(level, text) for level in LEVELS if (text := _get(row, columns, level))]
    if text := _get(row, columns, "status"):
        found = found or [(_guess_level(row, columns), text)]
    event_id = _get(row, columns, "event_id")
    for level, status in found[:1] if event_id else found:
        tracking_ref = _get(row, columns, "tracking_ref")
        is_package = level == "package"
        yield Entry(
            order_key=_get(row, columns, "order_key"),
            level=level,
            status=status,
            raw=json.dumps(row.cells, ensure_ascii=False),
            event_id=event_id,
            shipment_ref=_get(row, columns, "shipment_ref"),
            tracking_ref=tracking_ref if is_package else "",
            only_tracking=tracking_ref,
            recorded=_get(row, columns, "recorded"),
            happened=_get(row, columns, "happened"),
            comment=_get(row, columns, "comment"),
            place=_get(row, columns, "place"),
            scheme="csv",
        )


def _guess_level(row: Row, columns: dict[str, int]) -> str:
    if _get(row, columns, "tracking_ref"):
        return "package"
    return "detail" if _get(row, columns, "shipment_ref") else "order"


def _get(row: Row, columns: dict[str, int], what: str) -> str:
    """'' for a cell that a short row does not have."""
    position = columns.get(what)
    return row.cells[position] if position is not None and position < len(row.cells) else ""


def _simplify(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())
