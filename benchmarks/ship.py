"""SHIP: a batch of three-line orders, against each message alone and against Odoo's bare engine."""

from functools import partial

from .baselines import Floor, Naive
from .measure import Sample, by_turns, timed
from .shop import LINES
from .table import at_least, at_most, faster, over, with_costs


def run(bench):
    """Rows for one parcel per line, and for one parcel per order."""
    yield from _parcel_per_line(bench)
    yield from _parcel_per_order(bench)


def _parcel_per_line(bench):
    tell = bench.shop.tell_parcel_per_line
    found = by_turns(
        bench.size.rounds,
        {
            "ours": partial(_ours, bench, tell),
            "floor": partial(_floor, bench, True),
            "splitting": partial(_split_and_floor, bench),
            "naive": partial(_naive, bench, tell),
        },
    )
    ours, floor, splitting, naive = found.values()
    what = "SHIP, a parcel per line"
    row = over(f"{what}: ms per message", ours.ms_each, floor.ms_each, at_most(1.3))
    yield with_costs(row, ours, floor)
    name = "floor, splitting too"
    row = over(f"{what}: ms per message", ours.ms_each, splitting.ms_each, name=name)
    yield with_costs(row, ours, splitting)
    yield over(
        f"{what}: queries per message", ours.queries_each, floor.queries_each, at_most(1.6), unit=""
    )
    row = faster(f"{what}: ms per message", ours.ms_each, naive.ms_each, at_least(6))
    yield with_costs(row, ours, naive)


def _parcel_per_order(bench):
    found = by_turns(
        bench.size.rounds,
        {
            "ours": partial(_ours, bench, bench.shop.tell_parcel_per_order),
            "floor": partial(_floor, bench, False),
        },
    )
    ours, floor = found["ours"], found["floor"]
    what = "SHIP, a parcel per order: ms per message"
    yield with_costs(over(what, ours.ms_each, floor.ms_each, at_most(1.3)), ours, floor)


# --- the sides; each brings orders of its own


def _ours(bench, tell) -> Sample:
    shop = bench.shop
    sales = shop.sell(bench.size.orders)
    tell(sales)
    shop.store(shop.take_words())
    sample = timed(bench.env, LINES * len(sales), bench.apply_inbox)
    _ensure_delivered(shop.orders(sales))
    return sample


def _floor(bench, parcel_per_line: bool) -> Sample:
    """One transfer per parcel stands ready when the clock starts."""
    shop, floor = bench.shop, Floor(bench.env)
    sales = shop.sell(bench.size.orders, linked=False)
    pickings = floor.lay_out(shop.orders(sales), parcel_per_line)
    sample = timed(bench.env, LINES * len(sales), partial(floor.validate, pickings))
    _ensure_delivered(shop.orders(sales))
    return sample


def _split_and_floor(bench) -> Sample:
    """The transfers are split while the clock runs, as ours are."""
    shop, floor = bench.shop, Floor(bench.env)
    sales = shop.sell(bench.size.orders, linked=False)
    work = partial(floor.lay_out_and_validate, shop.orders(sales))
    sample = timed(bench.env, LINES * len(sales), work)
    _ensure_delivered(shop.orders(sales))
    return sample


def _naive(bench, tell) -> Sample:
    shop = bench.shop
    sales = shop.sell(bench.size.naive_orders, linked=False)
    tell(sales)
    words = shop.take_words()
    sample = timed(bench.env, len(words), partial(Naive(bench.env).apply, words))
    _ensure_delivered(shop.orders(sales))
    return sample


def _ensure_delivered(orders) -> None:
    """Who has not done the work has not been fast."""
    wrong = orders.order_line.filtered(lambda line: line.qty_delivered != line.product_uom_qty)
    if wrong:
        raise AssertionError(f"Not delivered: {wrong.order_id.mapped('name')}")
    orders.env.cr.rollback()
