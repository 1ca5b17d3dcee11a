"""Several workers on one inbox: how much faster two are, and whether four do everything once."""

from .database import value
from .shop import LINES, PIECES
from .table import at_least, at_most, faster, over
from .workers import Team, apply_all, do_nothing, spin

TURNS = 20_000_000


def run(bench):
    """Rows for two workers, and for four."""
    one, _sales = _drain(bench, 1)
    two, _sales = _drain(bench, 2)
    four, sales = _drain(bench, 4)
    for name, seconds, target in (("Two", two, at_least(1.7)), ("Four", four, None)):
        yield faster(f"{name} workers: time", seconds, one, target, unit="s", name="one worker")
    yield faster("Two bare loops: time", _spin(2), 2 * _spin(1), unit="s", name="after each other")
    wrong = float(_count_wrong(bench, sales))
    yield over("Four workers: lost or doubled", wrong, 0, at_most(0), unit="", name="none")


def _drain(bench, workers: int):
    """Seconds that so many workers need for a full inbox, and what was sold."""
    sales = bench.fill_inbox(bench.size.crowd)
    return Team(*[(apply_all,)] * workers).start().finish(), sales


def _spin(processes: int) -> float:
    return Team(*[(spin, TURNS)] * processes, prepare=do_nothing).start().finish()


def _count_wrong(bench, sales) -> int:
    """Lines that were not told once, shipped once, in one move and one parcel."""
    ids = tuple(sale.id for sale in sales)
    return len(sales) * LINES - value(bench.env, RIGHT, {"orders": ids, "pieces": PIECES})


RIGHT = """
    SELECT count(*) FROM (
        SELECT line.id
        FROM sale_order_line line
        JOIN fulfillment_message message ON message.order_line_id = line.id
        JOIN stock_move move ON move.sale_line_id = line.id AND move.state != 'cancel'
        JOIN fulfillment_parcel_stock_picking_rel rel ON rel.stock_picking_id = move.picking_id
        WHERE line.order_id IN %(orders)s
        GROUP BY line.id
        HAVING count(*) = 1
            AND min(move.state) = 'done' AND sum(move.quantity) = %(pieces)s
            AND min(message.state) = 'applied' AND min(line.qty_delivered) = %(pieces)s
            AND min(line.fulfillment_qty_shipped) = %(pieces)s
    ) one_by_one
"""
