"""The scenario `demo` as data: what happens to five orders once they came in.

The demo data of the add-on hold the same orders as quotations; confirmed, they are put here.
"""

from dataclasses import dataclass

PAUSE = 3  # seconds, in which a client can act on what it has read

ARTICLES = ("FC-MUG", "FC-TEE-M", "FC-TEE-L", "FC-LAMP", "FC-BAG")
STOCK = {"FC-MUG": 40, "FC-TEE-M": 20, "FC-TEE-L": "UNLIMITED", "FC-LAMP": 8, "FC-BAG": 12}

ORDERS = {  # key: what it shows, (SKU, quantity) per item
    "DEMO-2001": ("two shipments, delivered one after the other", (("FC-MUG", 4), ("FC-LAMP", 1))),
    "DEMO-2002": (
        "one shipment in transit, and a status nobody knows",
        (("FC-TEE-M", 2), ("FC-BAG", 1)),
    ),
    "DEMO-2003": ("wholly cancelled", (("FC-BAG", 2),)),
    "DEMO-2004": ("refused by the customer", (("FC-LAMP", 1),)),
    "DEMO-2005": (
        "reported as delivered by mistake; in truth the customer refused it",
        (("FC-TEE-L", 2),),
    ),
}

SHIPMENTS = {  # key of the order: what is in each
    "DEMO-2001": {
        "F-2001-1": [("FC-MUG", 3)],
        "F-2001-2": [("FC-MUG", 1), ("FC-LAMP", 1)],
    },
}
OF_ALL = "F-{}-1"  # the one shipment of every other order


@dataclass(frozen=True)
class Step:
    """One status event; or, with `revises`, what an earlier one of that parcel becomes."""

    order: str
    status: str
    level: str = "order"
    shipment: str = ""
    tracking: str = ""
    comment: str = ""
    place: str = ""
    is_later: bool = False  # a moment after a client has read what happened so far
    revises: str = ""


def _step(number: str, status: str, shipment: int = 0, parcel: str = "", **more) -> Step:
    level = "package" if parcel else "detail" if shipment else "order"
    of_order = f"F-{number}-{shipment}" if shipment else ""
    return Step(f"DEMO-{number}", status, level, of_order, parcel, **more)


BANGKOK, SINGAPORE = "Bangkok", "Singapore"
STEPS = (
    _step("2001", "NEW"),
    _step("2001", "IN_PROGRESS"),
    _step("2001", "RESERVED", 1),
    _step("2001", "RESERVED", 2),
    _step("2001", "PACKED", 1),
    _step("2001", "IN_TRANSIT", 1, "THX2001000017", place=BANGKOK),
    _step("2001", "COMPLETED", 1, "THX2001000017", place="Phuket", is_later=True),
    _step("2001", "PACKED", 2, is_later=True),
    _step("2001", "IN_TRANSIT", 2, "THX2001000024", place=BANGKOK, is_later=True),
    _step("2001", "COMPLETED", 2, "THX2001000024", place="Phuket", is_later=True),
    _step("2001", "COMPLETED", is_later=True),
    _step("2002", "NEW"),
    _step("2002", "IN_PROGRESS"),
    _step("2002", "PACKED", 1),
    _step("2002", "IN_TRANSIT", 1, "THX2002000016", place=BANGKOK),
    _step("2002", "CUSTOMS_CLEARED", 1, "THX2002000016", place=SINGAPORE),
    _step("2003", "NEW"),
    _step("2003", "BACK_ORDERED", comment="Waits for stock"),
    _step("2003", "CANCELLED", comment="The customer changed their mind"),
    _step("2004", "NEW"),
    _step("2004", "IN_PROGRESS"),
    _step("2004", "IN_TRANSIT", 1, "THX2004000014", place=BANGKOK),
    _step("2004", "FAILED_TO_DELIVER", 1, "THX2004000014", comment="Nobody at home"),
    _step("2004", "REJECTED", 1, "THX2004000014", comment="Ordered twice", is_later=True),
    _step("2005", "NEW"),
    _step("2005", "IN_PROGRESS"),
    _step("2005", "IN_TRANSIT", 1, "THX2005000013", place=BANGKOK),
    _step("2005", "COMPLETED", 1, "THX2005000013", place="Chiang Mai"),
    _step(
        "2005",
        "REJECTED",
        1,
        "THX2005000013",
        place="Chiang Mai",
        comment="Reported as delivered by mistake",
        is_later=True,
        revises="COMPLETED",
    ),
)


def play(desk) -> None:
    """Fill the shelves; let each order that comes in live, and go on after it was read."""
    desk.set_articles(*ARTICLES)
    for sku, quantity in STOCK.items():
        desk.set_stock(sku, quantity)
    waiting: set[str] = set()

    def begin(order) -> None:
        waiting.add(order.key)
        order.shipments = dict(_list_shipments(order))
        _go_on(desk, order, is_later=False)

    def go_on(order) -> None:
        if order.key in waiting:
            waiting.remove(order.key)
            desk.plan(PAUSE, lambda: _go_on(desk, order, is_later=True))

    desk.platform.on_order, desk.platform.on_read = begin, go_on


def _go_on(desk, order, is_later: bool) -> None:
    for step in _list_steps(order):
        if step.is_later == is_later:
            _act(desk, order, step)


def _list_shipments(order) -> dict[str, list]:
    if order.key in SHIPMENTS:
        return SHIPMENTS[order.key]
    contents = [(line["itemId"], line["qty"]) for line in order.document["orderItems"]]
    return {OF_ALL.format(order.key.removeprefix("DEMO-")): contents}


def _list_steps(order) -> list[Step]:
    """What the script says; an order it does not know leaves at once in one parcel."""
    if order.key in ORDERS:
        return [step for step in STEPS if step.order == order.key]
    [shipment] = order.shipments
    parcel = f"THX{order.key}"
    return [
        Step(order.key, "NEW"),
        Step(order.key, "IN_PROGRESS"),
        Step(order.key, "IN_TRANSIT", "package", shipment, parcel),
    ]


def _act(desk, order, step: Step) -> None:
    details = {"comment": step.comment, "place": step.place}
    if not step.revises:
        where = {"shipment": step.shipment, "tracking": step.tracking}
        desk.report(order, step.status, step.level, **where, **details)
        return
    [wrong] = [
        event
        for event in order.events
        if (event.status, event.tracking) == (step.revises, step.tracking)
    ]
    now = desk.platform.clock.now()
    desk.revise(wrong, status=step.status, recorded=now, happened=now, **details)
