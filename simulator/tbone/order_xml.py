"""An order as the platform shows it to those who ask for it."""

from lxml import etree

from .state import Order

HOME = {
    "FIRSTNAME": "Ada",
    "LASTNAME": "Example",
    "STREET_NO": "Am Hafen 3",
    "ZIP": "20457",
    "CITY": "Hamburg",
    "COUNTRY": "DE",
}


def build_order(order: Order, channel_sign: str) -> str:
    """One ORDER with its platform ids: as it was sent, or made up if it never was."""
    root = etree.fromstring(order.xml) if order.xml else _make_up(order, channel_sign)
    data = root.find("ORDER_DATA")
    data.insert(1, _node("TB_ID", order.tb_id))
    for item, node in zip(order.items, root.find("ITEMS"), strict=True):
        node.insert(0, _node("TB_ID", item.tb_id))
    return etree.tostring(root, encoding="unicode")


def _make_up(order: Order, channel_sign: str) -> etree._Element:
    root = etree.Element("ORDER")
    total = sum(item.price * item.quantity for item in order.items)
    data = {
        "ORDER_DATE": "2026-01-05",
        "CHANNEL_SIGN": channel_sign,
        "CHANNEL_ID": order.channel_id,
        "APPROVED": 1,
        "ITEM_COUNT": len(order.items),
        "TOTAL_ITEM_AMOUNT": f"{total:.2f}",
    }
    _add(root, "ORDER_DATA", data)
    _add(root, "SHIP_TO", HOME)
    items = etree.SubElement(root, "ITEMS")
    for item in order.items:
        values = {"CHANNEL_ID": item.channel_id, "SKU": item.sku, "QUANTITY": item.quantity}
        _add(items, "ITEM", values | {"ITEM_PRICE": item.price})
    return root


def _add(parent: etree._Element, name: str, values: dict[str, object]) -> None:
    block = etree.SubElement(parent, name)
    block.extend(_node(name, value) for name, value in values.items())


def _node(name: str, value: object) -> etree._Element:
    node = etree.Element(name)
    node.text = str(value)
    return node
