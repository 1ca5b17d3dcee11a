"""Cancellations -> MESSAGES_LIST of CUST_CANCEL, in the documented order of nodes."""

from collections.abc import Iterable

from lxml import etree

from ..canonical import Cancellation, Problem
from .order_fields import Field, is_count
from .order_problems import check_fields
from .xml_output import add_node, get_text, write

CANCELLATION = (
    Field("TB_ORDER_ID", "order_ref", is_mandatory=True),
    # Mandatory for items by the manual, but TB.One tells it with the first message about the item
    # at the earliest. Until then the other ids name it, and TB.One says whether they are enough.
    Field("TB_ORDER_ITEM_ID", "item_ref"),
    Field("SKU", "sku", 50),
    Field("CHANNEL_SIGN", "channel_sign", 12),
    Field("CHANNEL_ORDER_ID", "order_key", 50),
    Field("CHANNEL_ORDER_ITEM_ID", "item_key", 50),
    Field("QUANTITY", "quantity", is_mandatory=True, is_allowed=lambda n: is_count(n) and n > 0),
    Field("COMMENT", "comment"),
)


def build_cancellations(cancellations: Iterable[Cancellation]) -> bytes:
    """One message for each item."""
    root = etree.Element("MESSAGES_LIST")
    for cancellation in cancellations:
        message = etree.SubElement(root, "MESSAGE")
        add_node(message, "MESSAGE_TYPE", "CUST_CANCEL")
        for field in CANCELLATION:
            if text := get_text(getattr(cancellation, field.name)):
                add_node(message, field.node, text)
    return write(root)


def list_cancel_problems(cancellations: Iterable[Cancellation]) -> list[Problem]:
    """Why TB.One would refuse them: everything at once."""
    return [
        problem
        for cancellation in cancellations
        for problem in check_fields(cancellation, CANCELLATION, "item", cancellation.item_key)
    ]
