"""How a document for TB.One is written: texts that XML can carry, no empty optional nodes."""

import re
from decimal import Decimal

from lxml import etree

# No byte may stand before it; TB.One apparently refuses a document that begins otherwise.
PROLOG = b'<?xml version="1.0" encoding="UTF-8"?>\n'
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def get_text(value: object) -> str:
    """A value as it stands in a node: money with a point and two digits, None as ''."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value + 0:.2f}"  # a zero has no sign
    return NOT_IN_XML.sub("", str(value)).strip()


def add_node(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    """Append a node with a text."""
    node = etree.SubElement(parent, name, attributes)
    node.text = text or None


def write(root: etree._Element) -> bytes:
    """The document in UTF-8, indented for the people who read it in a support case."""
    return PROLOG + etree.tostring(root, encoding="UTF-8", xml_declaration=False, pretty_print=True)
