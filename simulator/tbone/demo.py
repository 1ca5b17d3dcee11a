"""The scenario `demo` as data: what the merchant reports about eight orders once they came in.

The demo data of the add-on hold the same orders as quotations; confirmed, they are sent here.
"""

from dataclasses import dataclass, field

STRAY_ORDER, STRAY_KEY = 7199999, "DEMO-9999"

PRODUCTS = {  # SKU: name, unit price, kind
    "FC-MUG": ("Mug", "9.90", "goods"),
    "FC-TEE-M": ("T-shirt M", "19.90", "goods"),
    "FC-TEE-L": ("T-shirt L", "19.90", "goods"),
    "FC-LAMP": ("Desk lamp", "49.00", "goods"),
    "FC-BAG": ("Canvas bag", "24.50", "goods"),
    "FC-CARD": ("Gift card", "25.00", "service"),
}

STOCK = {"FC-MUG": 90, "FC-TEE-M": 60, "FC-TEE-L": 60, "FC-LAMP": 25, "FC-BAG": 38, "FC-POSTER": 15}

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
    """One report: verb of the merchant, order key or item key, values."""

    verb: str
    about: str
    values: dict = field(default_factory=dict)


def _step(verb: str, about: str, **values) -> Step:
    return Step(verb, f"DEMO-{about}", values)


DHL, DPD, POST = "DHL_STD_NATIONAL", "DPD_STD_NATIONAL", "OTHER"
STEPS = (
    _step("acknowledge", "1001"),
    _step("ship", "1001-1", quantity=3, idcode="00340434161094000101", carrier=DHL),
    _step("cancel", "1001-2", quantity=2, comment="Sold out"),
    _step("ship", "1001-1", quantity=1, idcode="00340434161094000118", carrier=DHL),
    _step(
        "ship",
        "1001-3",
        quantity=2,
        idcode="00340434161094000125",
        carrier=DHL,
        return_proposal="00340434161094990125",
    ),
    _step("ship", "1002-1", quantity=1, idcode="01505021000201", carrier=DPD),
    _step("ship", "1002-2", quantity=2, idcode="01505021000201", carrier=DPD),
    _step("ship", "1002-3", quantity=1, idcode="01505021000201", carrier=DPD),
    _step("ship", "1006-1", quantity=1, idcode="00340434161094000606", carrier=DHL),
    _step("ship", "1006-2", quantity=2, idcode="00340434161094000606", carrier=DHL),
    _step("cancel", "1004-1", quantity=3),
    _step("cancel", "1004-2", quantity=1),
    _step("ship", "1005-1", quantity=2, idcode="01505021000502", carrier=DPD),
    _step("ship", "1005-2", quantity=4, idcode="01505021000519", carrier=DPD),
    _step("ship", "1007-1", quantity=1, idcode="POST-0070", carrier=POST),
    _step("ship", "1007-1", quantity=3, idcode="POST-0071", carrier=POST, unchecked=True),
    _step("say", "1007", type="PICKUP_READY", comment="Waits at the counter"),
    _step("say", "9999", type="SHIP", quantity=1, idcode="POST-0072", sku="FC-MUG"),
    _step("acknowledge", "1008"),
    _step("payment", "1008", state="SHORTFALL"),
    _step(
        "return_",
        "1001-3",
        quantity=1,
        idcode="00340434161094990125",
        cause="NOT_AS_DESCRIBED",
        state="AS_NEW",
        comment="Colour differs from the picture",
    ),
    _step(
        "return_",
        "1006-1",
        quantity=1,
        idcode="00340434161094990606",
        cause="DAMAGED_IN_TRANSIT",
        state="B_GRADE",
        deduction="9.00",
    ),
    _step(
        "return_",
        "1006-2",
        quantity=2,
        idcode="00340434161094990606",
        cause="CHANGED_MIND",
        state="AS_NEW",
    ),
    _step("refund", "1006", amount="89.00"),
    _step("acknowledge", "1003", est_ship_days=12),
)


def play(desk) -> None:
    """Fill the shelves, say what concerns no order, and report on each order that comes in."""
    desk.set_articles(*PRODUCTS)
    for sku, number in STOCK.items():
        desk.set_stock(sku, number)
    for step in STEPS:
        if step.about == STRAY_KEY:
            _report(desk, step)
    desk.platform.on_order = lambda order: _report_on(desk, order)


def list_orders() -> list[dict]:
    """The orders as plain data: key, what they show, items."""
    return [
        {
            "key": key,
            "shows": shows,
            "items": [
                {
                    "key": f"{key}-{position}",
                    "sku": sku,
                    "quantity": quantity,
                    "price": PRODUCTS[sku][1],
                }
                for position, (sku, quantity) in enumerate(lines, 1)
            ],
        }
        for key, (shows, lines) in ORDERS.items()
    ]


def _report_on(desk, order) -> None:
    """What the script says about an order; one it does not know leaves at once in one parcel."""
    if order.channel_id not in ORDERS:
        desk.acknowledge(order)
        for item in order.items:
            desk.ship(item, item.quantity, idcode=f"0034043416{order.tb_id:010}", carrier=DHL)
    for step in STEPS:
        if step.about == order.channel_id or step.about.startswith(f"{order.channel_id}-"):
            _report(desk, step)


def _report(desk, step: Step) -> None:
    values = dict(step.values)
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
