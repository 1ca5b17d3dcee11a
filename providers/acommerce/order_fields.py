"""What aCommerce wants to know of an order, and what it would refuse."""

from collections.abc import Iterator
from decimal import Decimal

from ..canonical import Address, Order, OrderItem, Problem
from .config import AcommerceConfig

COUNTRIES = {  # its name as the platform's own documents spell it
    "HK": "Hong Kong",
    "ID": "Indonesia",
    "MY": "Malaysia",
    "PH": "Philippines",
    "SG": "Singapore",
    "TH": "Thailand",
    "VN": "Vietnam",
}
LONGEST_KEY = 64  # characters; the key is part of an address
WANTED = ("street", "zip", "country")


def list_problems(order: Order, config: AcommerceConfig) -> list[Problem]:
    """Everything at once; whether the platform knows an article only the platform can tell."""
    problems = list(_check_key(order))
    if not config.partner_id:
        problems.append(Problem("missing", "order", "partner_id"))
    if not order.items:
        problems.append(Problem("missing", "order", "items"))
    if not order.currency:
        problems.append(Problem("missing", "order", "currency"))
    problems += _check_address(order.ship_to, "ship_to")
    if order.sell_to:
        problems += _check_address(order.sell_to, "sell_to")
    if config.country_form == "name":
        problems += _check_countries(order)
    for item in order.items:
        problems += _check_item(item)
    return problems


def get_name(address: Address) -> str:
    """The whole name; the company too, if it stands apart."""
    name = address.name or f"{address.first_name} {address.last_name}".strip()
    return " ".join(filter(None, (name, address.name_extension)))


def get_phone(address: Address) -> str:
    """The one a driver calls."""
    return address.phone_private or address.phone_office


def describe_problems(problems: list[Problem]) -> str:
    """One sentence for each."""
    return " ".join(map(_describe, problems))


def _check_key(order: Order) -> Iterator[Problem]:
    if not order.key:
        yield Problem("missing", "order", "key")
    elif len(order.key) > LONGEST_KEY:
        yield Problem("too_long", "order", "key", limit=LONGEST_KEY, value=order.key)
    elif order.key in (".", "..") or not order.key.isprintable():
        yield Problem("not_allowed", "order", "key", value=order.key)


def _check_address(address: Address, part: str) -> Iterator[Problem]:
    for field in WANTED:
        if not getattr(address, field).strip():
            yield Problem("missing", part, field)
    if not get_name(address).strip():
        yield Problem("missing", part, "name")
    if not get_phone(address).strip():
        yield Problem("missing", part, "phone_private")


def _check_countries(order: Order) -> Iterator[Problem]:
    """Countries whose name in the platform's documents we do not know."""
    for part in ("ship_to", "sell_to"):
        country = getattr(getattr(order, part), "country", "")
        if country and country not in COUNTRIES:
            yield Problem("not_allowed", part, "country", value=country)


def _check_item(item: OrderItem) -> Iterator[Problem]:
    if not item.sku.strip():
        yield Problem("missing", "item", "sku", item.key)
    if item.quantity < 1:
        yield Problem("not_allowed", "item", "quantity", item.key, value=str(item.quantity))
    if item.price != item.price.quantize(Decimal("0.01")):
        yield Problem("not_allowed", "item", "price", item.key, value=str(item.price))


def _describe(problem: Problem) -> str:
    parts = {"order": "Order", "ship_to": "Delivery address", "sell_to": "Invoice address"}
    about = parts.get(problem.part) or f"Item {problem.item_key or 'without a key'}"
    what = problem.field.replace("_private", "").replace("_", " ")
    match problem.reason:
        case "missing":
            return f"{about}: {what} is missing."
        case "too_long":
            return f"{about}: {what} is longer than {problem.limit} characters."
    return f"{about}: {what} cannot be '{problem.value}'."
