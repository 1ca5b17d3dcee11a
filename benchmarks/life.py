"""Mixed life: 60 % shipped, 10 % cancelled, 20 % returned, 10 % acknowledged or paid."""

from functools import partial

from .baselines import Naive
from .measure import Sample, by_turns, timed
from .table import at_least, faster, with_costs

SHIPPED, CANCELLED, RETURNED = 6, 1, 2  # messages in a pack of ten about three orders
ORDERS = 3


def run(bench):
    """Rows for the whole, against each message alone."""
    found = by_turns(
        bench.size.rounds, {"ours": partial(_ours, bench), "naive": partial(_naive, bench)}
    )
    ours, naive = found["ours"], found["naive"]
    row = faster("Mixed life: ms per message", ours.ms_each, naive.ms_each, at_least(4))
    yield with_costs(row, ours, naive)


def _ours(bench) -> Sample:
    shop = bench.shop
    sales, words = _tell(shop, bench.size.packs, linked=True)
    shop.store(words)
    sample = timed(bench.env, len(words), bench.apply_inbox)
    _ensure_lived(shop.orders(sales))
    return sample


def _naive(bench) -> Sample:
    shop = bench.shop
    sales, words = _tell(shop, bench.size.naive_packs, linked=False)
    sample = timed(bench.env, len(words), partial(Naive(bench.env).apply, words))
    _ensure_lived(shop.orders(sales))
    return sample


def _tell(shop, packs: int, linked: bool):
    sales = shop.sell(ORDERS * packs, linked)
    shop.tell_mixed_life(sales)
    return sales, shop.take_words()


def _ensure_lived(orders) -> None:
    """All that was told has happened: pieces out, and pieces back."""
    packs = len(orders) // ORDERS
    moves = orders.picking_ids.move_ids.filtered(lambda move: move.state == "done")
    back = moves.filtered("origin_returned_move_id")
    cut = orders.order_line.filtered(lambda line: not line.product_uom_qty)
    counts = (len(moves - back), len(back), len(cut))
    if counts != (packs * SHIPPED, packs * RETURNED, packs * CANCELLED):
        raise AssertionError(f"Out, back, cancelled: {counts} in {packs} packs")
    orders.env.cr.rollback()
