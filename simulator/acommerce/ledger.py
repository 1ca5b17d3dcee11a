"""What became of an order, computed from the status events that are true now."""

from collections import Counter

from .state import Event, Order

LEFT = {"IN_TRANSIT", "FAILED_TO_DELIVER", "REJECTED", "COMPLETED", "DELIVERED"}
ARRIVED = {"COMPLETED", "DELIVERED"}
REFUSED = {"REJECTED"}
CANCELLED = {"CANCELLED", "CANCELED"}


def expect_order(order: Order) -> dict:
    """What a client must know of an order once it has heard of every event."""
    events = order.live()
    return {
        "status": _find_status(event for event in events if event.level == "order"),
        "items": _expect_items(order, events),
        "parcels": {
            tracking: _expect_parcel(tracking, shipment, events)
            for tracking, shipment in order.packages.items()
        },
        "events": {event.event_id: event.status for event in events},
    }


def _expect_items(order: Order, events: list[Event]) -> dict[str, dict]:
    lines = order.document["orderItems"] if order.document else []
    ordered = _count((line["itemId"], line["qty"]) for line in lines)
    shipped, cancelled = Counter(), Counter()
    for shipment, contents in order.shipments.items():
        inside = {event.status for event in events if event.shipment == shipment}
        if inside & LEFT:
            shipped += _count(contents)
        elif inside & CANCELLED:
            cancelled += _count(contents)
    if CANCELLED & {event.status for event in events if event.level == "order"}:
        cancelled = ordered - shipped
    return {
        sku: {"ordered": pieces, "shipped": shipped[sku], "cancelled": cancelled[sku]}
        for sku, pieces in ordered.items()
    }


def _expect_parcel(tracking: str, shipment: str, events: list[Event]) -> dict:
    """A parcel is where its own events say, or those of its shipment or its whole order."""
    about = [event for event in events if event.tracking == tracking]
    wider = [event for event in events if not event.tracking and event.shipment in ("", shipment)]
    said = {event.status for event in about + wider}
    return {
        "shipment": shipment,
        "status": _find_status(about),
        "is_delivered": bool(said & ARRIVED) and not said & REFUSED,
        "is_refused": bool(said & REFUSED),
    }


def _find_status(events) -> str:
    """The one that was recorded last."""
    return max(events, key=lambda event: event.recorded).status if (events := [*events]) else ""


def _count(rows) -> Counter:
    total = Counter()
    for sku, pieces in rows:
        total[sku] += pieces
    return total
