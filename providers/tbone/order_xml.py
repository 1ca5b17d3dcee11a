"""Canonical order -> ORDER document. What the fields hold was checked by `order_problems`.

TB.One refuses an order whose ITEM_COUNT differs from the number of its positions, or whose
TOTAL_ITEM_AMOUNT differs from the sum of printed price x quantity; shipping is in neither.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

from lxml import etree

from ..canonical import Order
from .order_fields import ADDRESS, ITEM, ORDER_DATA, PAYMENT, SHIPMENT, Field
from .xml_output import add_node, get_text, write


def build_order(order: Order, with_currency: bool) -> bytes:
    """The document; `with_currency` writes the currency beside every amount."""
    attributes = {"currency": get_text(order.currency)} if with_currency else {}
    root = etree.Element("ORDER")
    _add_block(root, "ORDER_DATA", ORDER_DATA, order, attributes)
    if order.sell_to:
        _add_block(root, "SELL_TO", ADDRESS, order.sell_to, attributes)
    _add_block(root, "SHIP_TO", ADDRESS, order.ship_to, attributes)
    _add_block(root, "SHIPMENT", SHIPMENT, order, attributes)
    _add_block(root, "PAYMENT", PAYMENT, order, attributes)
    items = etree.SubElement(root, "ITEMS")
    for item in order.items:
        _add_block(items, "ITEM", ITEM, item, attributes)
    return write(root)


def _add_block(
    parent: etree._Element, name: str, fields: Iterable[Field], thing, attributes: dict[str, str]
) -> None:
    """One block of nodes written from a dataclass; none when no node of it says anything."""
    block = etree.Element(name)
    for field in fields:
        value = getattr(thing, field.name) if field.name else COMPUTED[field.node](thing)
        is_money = isinstance(value, Decimal)
        text = get_text(value)
        if field.is_cut:
            text = text[: field.limit].rstrip()
        if field.is_mandatory or (value if is_money else text):
            add_node(block, field.node, text, **(attributes if is_money else {}))
    if len(block):
        parent.append(block)


def _get_payment_state(order: Order) -> int:
    """0 not paid, 1 paid, 2 payment lost, which is the later news when both are said."""
    return 2 if order.is_payment_lost else int(order.is_paid)


def _get_total(order: Order) -> Decimal:
    return sum((item.price * item.quantity for item in order.items), Decimal(0))


COMPUTED: dict[str, Callable[[Order], object]] = {
    "PAID": _get_payment_state,
    "APPROVED": lambda order: 1,
    "ITEM_COUNT": lambda order: len(order.items),
    "TOTAL_ITEM_AMOUNT": _get_total,
}
