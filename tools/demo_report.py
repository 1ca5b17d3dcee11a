"""What `make demo` shows and checks: Odoo's side and the stand-in's side in one shape.

Plain Python: records and answers come from the caller, so that a test can use it as well.
"""

from __future__ import annotations

from collections.abc import Iterator

HEADINGS = (
    *("Order", "Item", "Ordered", "Shipped", "Cancelled", "Returned", "Tracking numbers", "State"),
    "Attention",
)
NUMBERS = slice(2, 6)
QUANTITIES = ("ordered", "shipped", "cancelled", "returned")


# --- what Odoo knows


def read_account(account) -> dict:
    """Orders and messages of an account, in the shape of `expect_account`."""
    return {
        "orders": {order.fulfillment_key: _read_order(order) for order in _find_sent(account)},
        "messages": {
            row.external_id: {"state": row.state, "marked as processed": bool(row.acknowledged_at)}
            for row in account.message_row_ids
        },
    }


def _find_sent(account):
    """The orders the platform has."""
    sent = [("fulfillment_account_id", "=", account.id), ("fulfillment_ref", "!=", False)]
    return account.env["sale.order"].search(sent, order="fulfillment_key")


def _read_order(order) -> dict:
    rows = order.fulfillment_message_ids
    money = rows.filtered(lambda row: row.kind in ("deduction", "refund")).sorted("external_id")
    parcels = order.fulfillment_parcel_ids
    done = order.picking_ids.filtered(lambda picking: picking.state == "done")
    back = done.filtered(lambda picking: picking.location_id.usage == "customer")
    leaves = order.commitment_date
    return {
        "TB.One order ID": order.fulfillment_ref,
        "items": {line.fulfillment_key: _read_line(line) for line in order._fulfillment_lines()},
        "parcels": _numbers(parcels.filtered(lambda parcel: parcel.direction == "out")),
        "return parcels": _numbers(parcels.filtered(lambda parcel: parcel.direction == "return")),
        "tracking numbers of deliveries": _references(done - back),
        "tracking numbers of return transfers": _references(back),
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
        "delivered by stock moves": _delivered(line),
        "parcels": _numbers(rows.filtered(lambda row: row.kind == "ship")),
        "return parcels": _numbers(rows.filtered(lambda row: row.kind == "return")),
    }


def _delivered(line) -> float:
    """What left for the customer minus what came back; a service has no moves."""
    if line.product_id.type == "service":
        return line.qty_delivered
    moves = line.move_ids.filtered(lambda move: move.state == "done")
    out = moves.filtered(lambda move: move.location_dest_id.usage == "customer")
    back = moves.filtered(lambda move: move.location_id.usage == "customer")
    return sum(out.mapped("quantity")) - sum(back.mapped("quantity"))


def _numbers(records) -> list[str]:
    return sorted({record.tracking_ref for record in records if record.tracking_ref})


def _references(pickings) -> list[str]:
    """A transfer with several parcels has their numbers with commas between them."""
    refs = ",".join(filter(None, pickings.mapped("carrier_tracking_ref")))
    return sorted(set(refs.split(",")) - {""})


def _ids(rows) -> list[str]:
    return sorted(rows.mapped("external_id"))


# --- what the stand-in sent


def expect_account(expected: dict, messages: list[dict]) -> dict:
    """The stand-in's own sums (`/_control/expected`), and what must become of its messages."""
    refused = {str(number) for order in expected.values() for number in order["attention"]}
    known = {str(order["tb_id"]) for order in expected.values()}
    return {
        "orders": {key: _expect_order(order) for key, order in expected.items()},
        "messages": {
            message["message_id"]: {
                "state": _expect_state(message, refused, known),
                "marked as processed": True,
            }
            for message in messages
        },
    }


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


# --- in words


def describe_differences(found: dict, expected: dict, where: str = "") -> Iterator[str]:
    """A sentence for everything in which Odoo and the stand-in do not agree."""
    for name in dict.fromkeys((*expected, *found)):
        if name not in found or name not in expected:
            side = "Odoo" if name not in found else "the stand-in"
            yield f"{where}{name} is missing in {side}."
        elif isinstance(expected[name], dict):
            yield from describe_differences(found[name], expected[name], f"{where}{name}, ")
        elif found[name] != expected[name]:
            yield (
                f"{where}{name}: Odoo has {_say(found[name])}, "
                f"but after what the stand-in sent it is {_say(expected[name])}."
            )


def describe_leftovers(messages: list[dict], violations: list[dict]) -> Iterator[str]:
    """What the stand-in still waits for, and which of its rules were broken."""
    for message in messages:
        if message["processed"] != "1":
            yield f"Message {message['message_id']} is not marked as processed at the stand-in."
    for violation in violations:
        details = ", ".join(f"{name} {value}" for name, value in violation.items())
        yield f"A rule of the platform was broken: {details}."


def _say(value) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "nothing" if value is None else str(value)


# --- the table


def prepare_rows(account, found: dict) -> Iterator[list[str]]:
    """The cells of the table: a row per item and further tracking number."""
    orders = _find_sent(account)
    labels = dict(orders._fields["fulfillment_state"]._description_selection(account.env))
    for order in orders:
        facts = found["orders"][order.fulfillment_key]
        trouble = len(facts["messages that need attention"])
        head = [order.fulfillment_key, labels.get(order.fulfillment_state, "")]
        head.append(f"{trouble} message{'s' * (trouble > 1)}" if trouble else "")
        for line in order._fulfillment_lines():
            yield from _prepare_line_rows(head, line, facts["items"][line.fulfillment_key])
            head = ["", "", ""]


def _prepare_line_rows(head: list[str], line, item: dict) -> Iterator[list[str]]:
    numbers = item["parcels"] + [f"{number} back" for number in item["return parcels"]]
    order, state, trouble = head
    quantities = [_say(item[name]) for name in QUANTITIES]
    first, *more = numbers or [""]
    yield [order, line.product_id.default_code, *quantities, first, state, trouble]
    for number in more:
        yield [*[""] * 6, number, "", ""]


def draw_table(rows: list[list[str]]) -> str:
    """Columns as wide as their widest cell, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(HEADINGS, *rows, strict=True)]
    numeric = range(len(HEADINGS))[NUMBERS]

    def draw(cells) -> str:
        padded = (
            cell.rjust(width) if place in numeric else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(padded).rstrip()

    ruler = "  ".join("-" * width for width in widths)
    return "\n".join([draw(HEADINGS), ruler, *map(draw, rows)])
