"""What `make demo` shows and checks, whichever platform: differences in words, and tables.

Plain Python: records and answers come from the caller, so that a test can use it as well. What
there is to know of an order, in one shape for Odoo and for the stand-in, says a file per platform:
`demo_tbone` and `demo_acommerce`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SIDES = ("Platform", "Order", "State in Odoo", "Tracking numbers", "State at the platform")
QUANTITIES = ("ordered", "shipped", "cancelled", "returned")


# --- what Odoo knows


def find_sent(account):
    """The orders the platform has."""
    sent = [("fulfillment_account_id", "=", account.id), ("fulfillment_ref", "!=", False)]
    return account.env["sale.order"].search(sent, order="fulfillment_key")


def count_delivered(line) -> float:
    """What left for the customer minus what came back; a service has no moves."""
    if line.product_id.type == "service":
        return line.qty_delivered
    moves = line.move_ids.filtered(lambda move: move.state == "done")
    out = moves.filtered(lambda move: move.location_dest_id.usage == "customer")
    back = moves.filtered(lambda move: move.location_id.usage == "customer")
    return sum(out.mapped("quantity")) - sum(back.mapped("quantity"))


def find_transfers(order):
    """What left, and what came back."""
    done = order.picking_ids.filtered(lambda picking: picking.state == "done")
    back = done.filtered(lambda picking: picking.location_id.usage == "customer")
    return done - back, back


def list_numbers(records) -> list[str]:
    """Tracking numbers of parcels or messages."""
    return sorted({record.tracking_ref for record in records if record.tracking_ref})


def list_references(pickings) -> list[str]:
    """A transfer with several parcels has their numbers with commas between them."""
    refs = ",".join(filter(None, pickings.mapped("carrier_tracking_ref")))
    return sorted(set(refs.split(",")) - {""})


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
                f"{where}{name}: Odoo has {say_value(found[name])}, "
                f"but after what the stand-in sent it is {say_value(expected[name])}."
            )


def describe_violations(violations: list[dict]) -> Iterator[str]:
    """Which rules of the platform were broken."""
    for violation in violations:
        details = ", ".join(f"{name} {value}" for name, value in violation.items())
        yield f"A rule of the platform was broken: {details}."


def say_value(value) -> str:
    """A value of either side."""
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "nothing" if value is None else str(value)


# --- tables


def prepare_sides(account, told: dict) -> Iterator[list[str]]:
    """A row per order and further tracking number, with what the platform says of both.

    told: by order, what the platform says of it (under "") and of its tracking numbers.
    """
    mine = [("fulfillment_account_id", "=", account.id)]
    orders = account.env["sale.order"].search(mine, order="name")
    platforms = dict(account._fields["provider"]._description_selection(account.env))
    head = platforms[account.provider]
    for order in orders:
        words = told.get(order.fulfillment_key or order.name, {"": "not there"})
        back = list_numbers(order.fulfillment_parcel_ids.filtered(_comes_back))
        for place, number in enumerate(list_numbers(order.fulfillment_parcel_ids) or [""]):
            said = dict.fromkeys([words[""]] * (not place) + [words.get(number, "")])
            yield [
                head,
                "" if place else order.name,
                "" if place else tell_state(order),
                f"{number} back" if number in back else number,
                ", ".join(filter(None, said)),
            ]
            head = ""


def _comes_back(parcel) -> bool:
    return parcel.direction == "return"


def tell_state(order) -> str:
    """The state of an order, as its list shows it."""
    labels = dict(order._fields["fulfillment_state"]._description_selection(order.env))
    return labels.get(order.fulfillment_state, "")


def draw_table(
    rows: list[list[str]], headings: Sequence[str] = SIDES, numbers: slice = slice(0)
) -> str:
    """Columns as wide as their widest cell, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    numeric = range(len(headings))[numbers]

    def draw(cells) -> str:
        padded = (
            cell.rjust(width) if place in numeric else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(padded).rstrip()

    ruler = "  ".join("-" * width for width in widths)
    return "\n".join([draw(headings), ruler, *map(draw, rows)])
