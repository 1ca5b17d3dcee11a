"""The demo of aCommerce: orders, parcels and status events, in one shape for Odoo and for the
stand-in.
"""

from __future__ import annotations

from collections.abc import Iterator

from .demo_report import (
    count_delivered,
    describe_violations,
    find_sent,
    find_transfers,
    list_references,
)

QUANTITIES = ("ordered", "shipped", "cancelled")
STATUS = 1  # its place among the facts of an event
ATTENTION = {"FAILED_TO_DELIVER", "REJECTED", "ERROR"}  # a person has to ask what becomes of it


# --- what Odoo knows


def read_account(account) -> dict:
    """Orders and events of an account, in the shape of `expect_account`."""
    return {
        "orders": {order.fulfillment_key: _read_order(order) for order in find_sent(account)},
        "events": {
            row.external_id: {
                "status": row.platform_type,
                "order": row.order_key,
                "tracking number": row.tracking_ref or "",
                "state": row.state,
            }
            for row in account.message_row_ids.filtered("is_live")
        },
    }


def _read_order(order) -> dict:
    lines = order._fulfillment_lines()
    parcels = order.fulfillment_parcel_ids.filtered(lambda parcel: parcel.direction == "out")
    out, _back = find_transfers(order)
    return {
        "items": {line.product_id.default_code: _read_line(line) for line in lines},
        "parcels": {
            parcel.tracking_ref: {
                "shipment": parcel.shipment_ref,
                "delivered": bool(parcel.delivered_at),
            }
            for parcel in parcels
        },
        "tracking numbers of deliveries": list_references(out),
        "acknowledged": bool(order.fulfillment_acknowledged_at),
    }


def _read_line(line) -> dict:
    quantities = {name: line[f"fulfillment_qty_{name}"] for name in QUANTITIES}
    return quantities | {"delivered by stock moves": count_delivered(line)}


# --- what the stand-in told


def expect_account(state: dict) -> dict:
    """The stand-in's own sums (`/_control/state`), and what must become of its events."""
    return {
        "orders": {key: _expect_order(order) for key, order in state["orders"].items()},
        "events": {
            event["event_id"]: _expect_event(event, state["orders"][event["order"]]["parcels"])
            for event in list_events(state)
        },
    }


def list_events(state: dict) -> list[dict]:
    """All that are true now."""
    histories = [order["history"] for order in state["orders"].values()]
    return [event for history in histories for event in history if not event["is_deleted"]]


def _expect_order(order: dict) -> dict:
    return {
        "items": {sku: _expect_line(item) for sku, item in order["items"].items()},
        "parcels": {
            tracking: {"shipment": parcel["shipment"], "delivered": parcel["is_delivered"]}
            for tracking, parcel in order["parcels"].items()
        },
        "tracking numbers of deliveries": sorted(order["parcels"]),
        "acknowledged": bool(order["events"]),
    }


def _expect_line(item: dict) -> dict:
    quantities = {name: item[name] for name in QUANTITIES}
    return quantities | {"delivered by stock moves": item["shipped"]}


def _expect_event(event: dict, parcels: dict) -> dict:
    """What is said of a shipment is said of its parcel, if there is but one."""
    mine = [number for number, one in parcels.items() if one["shipment"] == event["shipment"]]
    of_shipment = mine[0] if len(mine) == 1 else ""
    return {
        "status": event["status"],
        "order": event["order"],
        "tracking number": event["tracking"] or of_shipment,
        "state": "failed" if event["status"] in ATTENTION else "applied",
    }


def is_done(account, books: dict) -> bool:
    """Whether nothing is on its way; `books` are `/_control/summary` and `expected`."""
    rows = account.message_row_ids
    to_come = books["unread"] + books["planned"] + books["pushes_waiting"]
    if to_come or "received" in rows.mapped("state"):
        return False
    told = {event: fact[STATUS] for event, fact in books["expected"].items()}
    return {row.external_id: row.platform_type for row in rows.filtered("is_live")} == told


# --- in words


def describe_leftovers(state: dict) -> Iterator[str]:
    """Which of the platform's rules were broken."""
    yield from describe_violations(state["violations"])


def describe_progress(account, books: dict) -> str:
    """How far it is."""
    rows = account.message_row_ids
    told = rows.filtered(lambda row: not row.sync_id)
    dealt_with = rows.filtered(lambda row: row.state != "received")
    return (
        f"aCommerce: {books['orders']} orders arrived; {len(rows)} of {books['events']} events "
        f"imported ({len(told)} by web hook), {len(dealt_with)} dealt with"
    )


def describe_agreement(state: dict) -> str:
    """What is the same on both sides."""
    return f"aCommerce {len(state['orders'])} orders, {len(list_events(state))} events"


def tell_orders(state: dict) -> dict[str, dict[str, str]]:
    """By order, what the platform says of it and of its parcels."""
    return {
        key: {"": order["status"]}
        | {tracking: parcel["status"] for tracking, parcel in order["parcels"].items()}
        for key, order in state["orders"].items()
    }
