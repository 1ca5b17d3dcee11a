"""The calls that answer with lists: order status and stock."""

import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

from .contract import Answer, Context, Refusal
from .documents import build_record
from .state import Order

SINCE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
MOST_IDS = 10
FILTERS = {"NEW", "IN_PROGRESS", "COMPLETED", "CANCELED", "ERROR"}


def list_changed(context: Context) -> Answer:
    """Orders updated after `since`, the least recently updated first."""
    since = _read_since(context)
    if context.get("orderStatus") not in (None, *FILTERS):
        raise Refusal(422, "Validation failed", "orderStatus. unknown value")
    orders = sorted(context.platform.orders.values(), key=lambda order: order.updated)
    changed = [order for order in orders if order.updated > since]
    return _turn_page(context, changed, lambda order: _show(context, order))


def list_named(context: Context) -> Answer:
    """Orders by id; one that is not there is an error inside of the list."""
    ids = [value for name, value in context.query if name == "id"]
    if len(ids) > MOST_IDS:
        context.breach("too_many_ids", f"{len(ids)} ids in one call")
        raise Refusal(422, "Validation failed", f"id. at most {MOST_IDS}")
    if not ids or len(set(ids)) < len(ids):
        context.breach("odd_ids", f"ids {ids}")
    return Answer([_build_named(context, key) for key in ids])


def list_stock(context: Context) -> Answer:
    """What can be promised, of articles updated after `since`."""
    since = _read_since(context)
    changed = [row for row in context.platform.stock.items() if row[1][1] > since]
    changed.sort(key=lambda row: row[1][1])
    digits = next(context.platform.fraction)

    def build(row: tuple) -> dict:
        sku, (quantity, updated) = row
        stamp = context.platform.stamp(updated, digits)
        return {"sku": sku, "qty": quantity, "updatedTime": stamp}

    return _turn_page(context, changed, build)


def _build_named(context: Context, key: str) -> dict:
    if order := context.platform.orders.get(key):
        return _show(context, order)
    return {"orderId": key, "error": {"code": 404, "message": "Not Found"}}


def _show(context: Context, order: Order) -> dict:
    record = build_record(context.platform, order)
    order.is_read = True
    context.platform.on_read(order)
    return record


def _read_since(context: Context) -> float:
    text = context.get("since")
    if text is None:
        return float("-inf")
    if not SINCE.fullmatch(text):
        context.breach("since_format", text)
        raise Refusal(422, "Validation failed", "since. must be a time in UTC")
    since = datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    if since > context.platform.clock.now():
        context.breach("since_in_future", text)
    return since


def _turn_page(context: Context, rows: list, build) -> Answer:
    """A page of what is true now: between two pages rows may move."""
    number = _read_number(context, "page", 1)
    most = context.platform.page_size
    size = min(_read_number(context, "page_size", most), most)
    shown = rows[(number - 1) * size : number * size]
    links = []
    if number * size < len(rows):
        links = [("next", number + 1), ("last", "last")]
    if number > 1:
        links += [("prev", number - 1), ("first", 1)]
    headers = {"Link": ", ".join(_build_links(context, links, size))} if links else {}
    return Answer([build(row) for row in shown], headers=headers)


def _build_links(context: Context, links: Iterable[tuple], size: int) -> Iterable[str]:
    rest = [(name, value) for name, value in context.query if name not in ("page", "page_size")]
    for rel, page in links:
        query = urlencode([*rest, ("page", page), ("page_size", size)])
        yield f'<{context.url}?{query}>; rel="{rel}"'


def _read_number(context: Context, name: str, default: int) -> int:
    text = context.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not int(text):
        context.breach("page_number", f"{name}={text}")
        raise Refusal(422, "Validation failed", f"{name}. must be a number")
    return int(text)
