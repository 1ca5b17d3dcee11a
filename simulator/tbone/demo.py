"""The scenario `demo` as data: eight orders and what the merchant reports about them.

The demo data of the add-on create the same orders, with these keys, TB.One ids and quantities.
"""

from dataclasses import dataclass, field

FIRST_ORDER, FIRST_ITEM = 7100001, 8100001
STRAY_ORDER, STRAY_KEY = 7199999, "DEMO-9999"

PRODUCTS = {  # SKU: name, unit price, kind
    "FC-MUG": ("Mug", "9.90", "goods"),
    "FC-TEE-M": ("T-shirt M", "19.90", "goods"),
    "FC-TEE-L": ("T-shirt L", "19.90", "goods"),
    "FC-LAMP": ("Desk lamp", "49.00", "goods"),
    "FC-BAG": ("Canvas bag", "24.50", "goods"),
    "FC-CARD": ("Gift card", "25.00", "service"),
}

ORDERS = {  # key: what it shows, (SKU, quantity) per item
    "DEMO-1001": (
        "one item in two parcels, one cancelled, one half returned a week later",
        (("FC-MUG", 4), ("FC-TEE-M", 2), ("FC-LAMP", 2)),
    ),
    "DEMO-1002": ("all in one parcel", (("FC-BAG", 1), ("FC-TEE-L", 2), ("FC-CARD", 1))),
    "DEMO-1003": ("acknowledged with an expected date", (("FC-LAMP", 1), ("FC-MUG", 6))),
    "DEMO-1004": ("wholly cancelled", (("FC-TEE-L", 3), ("FC-BAG", 1))),
    "DEMO-1005": ("partly shipped, the rest is open", (("FC-MUG", 5), ("FC-TEE-M", 4))),
    "DEMO-1006": (
        "shipped, fully returned with a deduction, refunded",
        (("FC-LAMP", 1), ("FC-BAG", 2)),
    ),
    "DEMO-1007": (
        "needs attention: too large a quantity, a type nobody knows",
        (("FC-TEE-M", 2), ("FC-CARD", 1)),
    ),
    "DEMO-1008": ("payment shortfall", (("FC-BAG", 1), ("FC-LAMP", 1))),
}


@dataclass(frozen=True)
class Step:
    """One report: days ago, verb of the merchant, order key or item key, values."""

    days_ago: float
    verb: str
    about: str
    values: dict = field(default_factory=dict)


def _step(days_ago: float, verb: str, about: str, **values) -> Step:
    return Step(days_ago, verb, f"DEMO-{about}", values)


DHL, DPD, POST = "DHL_STD_NATIONAL", "DPD_STD_NATIONAL", "OTHER"
STEPS = (
    _step(11, "acknowledge", "1001"),
    _step(10, "ship", "1001-1", quantity=3, idcode="00340434161094000101", carrier=DHL),
    _step(10, "cancel", "1001-2", quantity=2, comment="Sold out"),
    _step(9, "ship", "1001-1", quantity=1, idcode="00340434161094000118", carrier=DHL),
    _step(
        9,
        "ship",
        "1001-3",
        quantity=2,
        idcode="00340434161094000125",
        carrier=DHL,
        return_proposal="00340434161094990125",
    ),
    _step(8, "ship", "1002-1", quantity=1, idcode="01505021000201", carrier=DPD),
    _step(8, "ship", "1002-2", quantity=2, idcode="01505021000201", carrier=DPD),
    _step(8, "ship", "1002-3", quantity=1, idcode="01505021000201", carrier=DPD),
    _step(7, "ship", "1006-1", quantity=1, idcode="00340434161094000606", carrier=DHL),
    _step(7, "ship", "1006-2", quantity=2, idcode="00340434161094000606", carrier=DHL),
    _step(6, "cancel", "1004-1", quantity=3),
    _step(6, "cancel", "1004-2", quantity=1),
    _step(5, "ship", "1005-1", quantity=2, idcode="01505021000502", carrier=DPD),
    _step(5, "ship", "1005-2", quantity=4, idcode="01505021000519", carrier=DPD),
    _step(4, "ship", "1007-1", quantity=1, idcode="POST-0070", carrier=POST),
    _step(4, "ship", "1007-1", quantity=3, idcode="POST-0071", carrier=POST, unchecked=True),
    _step(4, "say", "1007", type="PICKUP_READY", comment="Waits at the counter"),
    _step(4, "say", "9999", type="SHIP", quantity=1, idcode="POST-0072", sku="FC-MUG"),
    _step(3, "acknowledge", "1008"),
    _step(3, "payment", "1008", state="SHORTFALL"),
    _step(
        2,
        "return_",
        "1001-3",
        quantity=1,
        idcode="00340434161094990125",
        cause="NOT_AS_DESCRIBED",
        state="AS_NEW",
        comment="Colour differs from the picture",
    ),
    _step(
        2,
        "return_",
        "1006-1",
        quantity=1,
        idcode="00340434161094990606",
        cause="DAMAGED_IN_TRANSIT",
        state="B_GRADE",
        deduction="9.00",
    ),
    _step(
        2,
        "return_",
        "1006-2",
        quantity=2,
        idcode="00340434161094990606",
        cause="CHANGED_MIND",
        state="AS_NEW",
    ),
    _step(1, "refund", "1006", amount="89.00"),
    _step(1, "acknowledge", "1003", est_ship_days=12),
)


def play(desk) -> None:
    """Put the orders into a simulator and report everything about them."""
    for order in list_orders():
        items = [(i["key"], i["sku"], i["quantity"], i["price"]) for i in order["items"]]
        ids = [item["tb_id"] for item in order["items"]]
        desk.add_order(order["key"], items, tb_id=order["tb_id"], item_tb_ids=ids)
    for step in STEPS:
        _report(desk, step)


def list_orders() -> list[dict]:
    """The orders as plain data: key, TB.One id, what they show, items."""
    rows, item_id = [], FIRST_ITEM
    for number, (key, (shows, lines)) in enumerate(ORDERS.items()):
        items = []
        for position, (sku, quantity) in enumerate(lines, 1):
            price = PRODUCTS[sku][1]
            item = {"key": f"{key}-{position}", "tb_id": item_id, "sku": sku}
            items.append(item | {"quantity": quantity, "price": price})
            item_id += 1
        rows.append({"key": key, "tb_id": FIRST_ORDER + number, "shows": shows, "items": items})
    return rows


def _report(desk, step: Step) -> None:
    values = dict(step.values, date_created=desk.platform.stamp(-step.days_ago))
    if days := values.pop("est_ship_days", None):
        values["est_ship_date"] = desk.platform.stamp(days)[:10]
    if step.about == STRAY_KEY:
        values |= {"tb_order_id": STRAY_ORDER, "channel_order_id": STRAY_KEY}
        desk.say(values.pop("type"), **values)
    elif step.verb == "say":
        desk.say(values.pop("type"), desk.find_order(step.about), **values)
    else:
        find = desk.find_item if step.about.count("-") > 1 else desk.find_order
        getattr(desk, step.verb)(find(step.about), **values)
