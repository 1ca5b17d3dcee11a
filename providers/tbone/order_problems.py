"""Why TB.One would refuse an order: everything at once, before it is sent."""

from collections import Counter
from collections.abc import Iterable, Iterator

from ..canonical import Address, Order, OrderItem, Problem
from .message_values import quote_value
from .order_fields import ADDRESS, ITEM, OF_THE_ORDER, Field
from .xml_output import get_text

PARTS = {"order": "Order", "ship_to": "Delivery address", "sell_to": "Invoice address"}

NAMES = {
    "order_ref": "the order id of TB.One",
    "key": "the number we give",
    "sku": "the SKU",
    "ean": "the EAN",
    "zip": "the ZIP",
    "vat": "the VAT number",
}


def list_problems(order: Order, _config: object = None) -> list[Problem]:
    """In the order of the document; whether TB.One knows an article only TB.One can tell.

    It asks the same of every account.
    """
    problems = list(check_fields(order, OF_THE_ORDER, "order"))
    if order.sell_to:
        problems += _check_address(order.sell_to, "sell_to")
    problems += _check_address(order.ship_to, "ship_to")
    problems += _check_items(order.items)
    return problems


def check_fields(thing, fields: Iterable[Field], part: str, key: str = "") -> Iterator[Problem]:
    """What is wrong with the fields of a dataclass; `key` names an item."""
    for field in fields:
        if not field.name:
            continue
        value = getattr(thing, field.name)
        if reason := _find_reason(field, value):
            limit = field.limit if reason == "too_long" else 0
            shown = "" if value is None else str(value)
            yield Problem(reason, part, field.name, key, limit, shown)


def describe_problems(problems: Iterable[Problem]) -> str:
    """One sentence for each."""
    return " ".join(map(_describe, problems))


def _find_reason(field: Field, value) -> str:
    """'' when nothing is wrong."""
    text = get_text(value)
    if not text:
        return "missing" if field.is_mandatory and not field.may_be_empty else ""
    if field.limit and len(text) > field.limit and not field.is_cut:
        return "too_long"
    return "" if field.is_allowed(value) else "not_allowed"


def _check_address(address: Address, part: str) -> Iterator[Problem]:
    has_parts = get_text(address.first_name) and get_text(address.last_name)
    if not has_parts and not get_text(address.name):
        yield Problem("missing", part, "name")
    yield from check_fields(address, ADDRESS, part)


def _check_items(items: tuple[OrderItem, ...]) -> Iterator[Problem]:
    if not items:
        yield Problem("missing", "order", "items")
    for item in items:
        yield from check_fields(item, ITEM, "item", item.key)
    for key, count in Counter(item.key for item in items).items():
        if key and count > 1:
            yield Problem("not_allowed", "item", "key", key, value=key)


def _describe(problem: Problem) -> str:
    about = PARTS.get(problem.part) or f"Item {problem.item_key or 'without a key'}"
    what = NAMES.get(problem.field) or "the " + problem.field.replace("_", " ")
    match problem.reason:
        case "missing":
            return f"{about}: {what} is missing."
        case "too_long":
            return f"{about}: {what} is longer than {problem.limit} characters."
    return f"{about}: {what} cannot be {quote_value(problem.value)}."
