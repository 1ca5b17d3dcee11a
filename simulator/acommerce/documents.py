"""Status documents: complete histories for a poll, single entries for a web hook.

Version 2 is as it was seen in use. Version 3 is our own document; only its words are attested.
"""

import json

from .state import Event, Order, Platform


def build_record(platform: Platform, order: Order) -> dict:
    """The complete history of an order."""
    events = order.live()
    record = {
        "orderId": order.key,
        "partnerId": int(order.partner),
        "orderStatus": _list_entries(platform, events, "order"),
    }
    if platform.version == 2:
        return record | _build_fulfillment(platform, events, order.packages)
    shipments = []
    for shipment, items in order.shipments.items():
        inside = [event for event in events if event.shipment == shipment]
        packages = {t: s for t, s in order.packages.items() if s == shipment}
        head = {"shipmentId": shipment, "items": [{"itemId": s, "qty": q} for s, q in items]}
        shipments.append(head | _build_fulfillment(platform, inside, packages))
    return record | {"shipments": shipments}


def build_push(platform: Platform, event: Event) -> bytes:
    """One entry, in a body of the same form; everything else is left out."""
    entry = build_entry(platform, event)
    inner = {"orderStatus": [entry]} if event.level == "order" else {"orderDetailedStatus": [entry]}
    if event.level == "package":
        inner = {"shipPackage": [{"trackingId": event.tracking, "statusHistory": [entry]}]}
    if platform.version == 3 and event.level != "order":
        inner = {"shipments": [{"shipmentId": event.shipment, **inner}]}
    record = {"orderId": event.order.key, "partnerId": int(event.order.partner), **inner}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def build_entry(platform: Platform, event: Event) -> dict:
    """One event; the same moment is told with 0, 3 or 6 digits of a fraction."""
    digits = next(platform.fraction)
    entry = {"eventId": event.event_id} if platform.has_ids else {}
    recorded = platform.stamp(event.recorded, digits)
    happened = platform.stamp(event.happened or event.recorded, digits)
    if event.level == "order":
        entry |= {"orderStatus": event.status, "updatedTime": recorded}
        return entry | {"orderStatusDetail": event.comment or None}
    if event.level == "detail":
        entry |= {"orderDetailedStatus": event.status, "updatedTime": recorded}
        return entry | {"orderUpdatedTime": happened}
    entry |= {"shippingStatus": event.status, "shippingLocation": event.place or None}
    entry |= {"shippingDetail": event.comment or None, "updatedTime": recorded}
    return entry | {"shippingUpdatedTime": happened}


def _build_fulfillment(platform: Platform, events: list[Event], packages: dict) -> dict:
    boxes = []
    for tracking in packages:
        inside = [event for event in events if event.tracking == tracking]
        history = _list_entries(platform, inside, "package")
        boxes.append({"trackingId": tracking, "statusHistory": history})
    detail = _list_entries(platform, events, "detail")
    return {"orderDetailedStatus": detail, "shipPackage": boxes}


def _list_entries(platform: Platform, events: list[Event], level: str) -> list[dict]:
    return [build_entry(platform, event) for event in events if event.level == level]
