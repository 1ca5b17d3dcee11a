"""The demo of TB.One: orders and messages, in one shape for Odoo and for the stand-in."""

from __future__ import annotations

from collections.abc import Iterator

from .demo_report import (
    QUANTITIES,
    count_delivered,
    describe_violations,
    draw_table,
    find_sent,
    find_transfers,
    list_numbers,
    list_references,
    say_value,
    tell_state,
)

HEADINGS = (
    *("Order", "Item", "Ordered", "Shipped", "Cancelled", "Returned", "Tracking numbers", "State"),
    "Attention",
)
NUMBERS = slice(2, 6)


# --- what Odoo knows


def read_account(account) -> dict:
    """Orders and messages of an account, in the shape of `expect_account`."""
    return {
        "orders": {order.fulfillment_key: _read_order(order) for order in find_sent(account)},
        "messages": {
            row.external_id: {"state": row.state, "marked as processed": bool(row.acknowledged_at)}
            for row in account.message_row_ids
        },
    }


def _read_order(order) -> dict:
    rows = order.fulfillment_message_ids
    money = rows.filtered(lambda row: row.kind in ("deduction", "refund")).sorted("external_id")
    parcels = order.fulfillment_parcel_ids
    out, back = find_transfers(order)
    leaves = order.commitment_date
    return {
        "TB.One order ID": order.fulfillment_ref,
        "items": {line.fulfillment_key: _read_line(line) for line in order._fulfillment_lines()},
        "parcels": list_numbers(parcels.filtered(lambda parcel: parcel.direction == "out")),
        "return parcels": list_numbers(
            parcels.filtered(lambda parcel: parcel.direction == "return")
        ),
        "tracking numbers of deliveries": list_references(out),
        "tracking numbers of return transfers": list_references(back),
        "acknowledged": bool(order.fulfillment_acknowledged_at),
        "expected date": leaves.date().isoformat() if leaves else None,
        "payment": order.fulfillment_payment_state or None,
        "amounts": {row.platform_type: f"{row.amount:.2f}" for row in money},
        "messages that need attention": _ids(rows.filtered(lambda row: row.state == "failed")),
        "messages of unknown type": _ids(rows.filtered(lambda row: row.kind == "unknown")),
    }


def _read_line(line) -> dict:
    rows = line.order_id.fulfillment_message_ids.filtered(
        lambda row: row.order_line_id == line and row.state == "applied"
    )
    quantities = {name: line[f"fulfillment_qty_{name}"] for name in QUANTITIES}
    return quantities | {
        "delivered by stock moves": count_delivered(line),
        "parcels": list_numbers(rows.filtered(lambda row: row.kind == "ship")),
        "return parcels": list_numbers(rows.filtered(lambda row: row.kind == "return")),
    }


def _ids(rows) -> list[str]:
    return sorted(rows.mapped("external_id"))


# --- what the stand-in sent


def expect_account(state: dict) -> dict:
    """The stand-in's own sums (`/_control/state`), and what must become of its messages."""
    orders = list_orders(state)
    refused = {str(number) for order in orders.values() for number in order["attention"]}
    known = {str(order["tb_id"]) for order in orders.values()}
    return {
        "orders": {key: _expect_order(order) for key, order in orders.items()},
        "messages": {
            message["message_id"]: {
                "state": _expect_state(message, refused, known),
                "marked as processed": True,
            }
            for message in list_messages(state)
        },
    }


def list_orders(state: dict) -> dict[str, dict]:
    """By key, of all accounts."""
    return {key: order for side in state["accounts"] for key, order in side["orders"].items()}


def list_messages(state: dict) -> list[dict]:
    """All that were sent."""
    return [message for side in state["accounts"] for message in side["messages"]]


def _expect_state(message: dict, refused: set[str], known: set[str]) -> str:
    if message["tb_order_id"] not in known:
        return "waiting"
    return "failed" if message["message_id"] in refused else "applied"


def _expect_order(order: dict) -> dict:
    return {
        "TB.One order ID": str(order["tb_id"]),
        "items": {key: _expect_line(item) for key, item in order["items"].items()},
        "parcels": sorted(order["tracking"]),
        "return parcels": sorted(order["return_tracking"]),
        "tracking numbers of deliveries": sorted(order["tracking"]),
        "tracking numbers of return transfers": sorted(order["return_tracking"]),
        "acknowledged": order["acknowledged"],
        "expected date": order["est_ship_date"],
        "payment": order["payment"] and order["payment"].lower(),
        "amounts": order["amounts"],
        "messages that need attention": sorted(map(str, order["attention"])),
        "messages of unknown type": sorted(map(str, order["unknown"])),
    }


def _expect_line(item: dict) -> dict:
    return {name: item[name] for name in QUANTITIES} | {
        "delivered by stock moves": item["shipped"] - item["returned"],
        "parcels": sorted(item["tracking"]),
        "return parcels": sorted(item["return_tracking"]),
    }


def is_done(account, books: dict) -> bool:
    """Whether nothing is on its way; `books` are `/_control/summary` and `expected`."""
    states = account.message_row_ids.mapped("state")
    dealt_with = len(states) - states.count("received")
    counts = (len(states), dealt_with, books["processed"])
    return counts == (books["messages"],) * 3 and not books["open"]


# --- in words


def describe_leftovers(state: dict) -> Iterator[str]:
    """What the stand-in still waits for, and which of its rules were broken."""
    for message in list_messages(state):
        if message["processed"] != "1":
            yield f"Message {message['message_id']} is not marked as processed at the stand-in."
    yield from describe_violations(state["violations"])


def describe_progress(account, books: dict) -> str:
    """How far it is."""
    states = account.message_row_ids.mapped("state")
    return (
        f"TB.One: {books['orders']} orders arrived; {len(states)} of {books['messages']} messages "
        f"imported, {len(states) - states.count('received')} dealt with, "
        f"{books['processed']} marked as processed"
    )


def describe_agreement(state: dict) -> str:
    """What is the same on both sides."""
    count = len(list_messages(state))
    return f"TB.One {len(list_orders(state))} orders, {count} messages, each marked as processed"


def tell_orders(state: dict) -> dict[str, dict[str, str]]:
    """By order, what the platform says of it; TB.One says it of items, so here are their sums."""
    return {key: {"": _tell_order(order)} for key, order in list_orders(state).items()}


def _tell_order(order: dict) -> str:
    sums = {name: sum(item[name] for item in order["items"].values()) for name in QUANTITIES}
    happened = [f"{sums[name]} {name}" for name in QUANTITIES[1:] if sums[name]]
    said = ", ".join(happened) or ("acknowledged" if order["acknowledged"] else "open")
    return f"of {sums['ordered']}: {said}"


# --- the table


def draw_items(account, found: dict) -> str:
    """A row per item and further tracking number."""
    return draw_table(list(_prepare_rows(account, found)), HEADINGS, NUMBERS)


def _prepare_rows(account, found: dict) -> Iterator[list[str]]:
    for order in find_sent(account):
        facts = found["orders"][order.fulfillment_key]
        trouble = len(facts["messages that need attention"])
        head = [order.fulfillment_key, tell_state(order)]
        head.append(f"{trouble} message{'s' * (trouble > 1)}" if trouble else "")
        for line in order._fulfillment_lines():
            yield from _prepare_line_rows(head, line, facts["items"][line.fulfillment_key])
            head = ["", "", ""]


def _prepare_line_rows(head: list[str], line, item: dict) -> Iterator[list[str]]:
    numbers = item["parcels"] + [f"{number} back" for number in item["return parcels"]]
    order, state, trouble = head
    quantities = [say_value(item[name]) for name in QUANTITIES]
    first, *more = numbers or [""]
    yield [order, line.product_id.default_code, *quantities, first, state, trouble]
    for number in more:
        yield [*[""] * 6, number, "", ""]
