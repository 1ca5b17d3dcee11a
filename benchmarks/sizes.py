"""How much is measured: small in minutes, full with the backlog of a long holiday."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Numbers of repetitions, orders and messages."""

    rounds: int  # repetitions of each side, by turns
    orders: int  # of three lines, in one batch of ours and of the floor
    naive_orders: int  # the cost of one message at a time does not depend on how many there are
    packs: int  # of ten messages of mixed life
    naive_packs: int
    pages: int  # parsed, and stored, in a row
    backlog: int  # messages
    short_backlog: int  # what the backlog is compared with
    crowd: int  # messages for several workers
    overlap: int  # messages fetched and acknowledged
    views: int  # of each screen
    articles: int  # in the platform's stock
    changes: int  # of these
    stock_rounds: int  # of the whole stock, which takes minutes each


SIZES = {
    "small": Size(
        rounds=2,
        orders=30,
        naive_orders=3,
        packs=8,
        naive_packs=2,
        pages=5,
        backlog=750,
        short_backlog=450,
        crowd=600,
        overlap=60,
        views=5,
        articles=2_000,
        changes=100,
        stock_rounds=1,
    ),
    "normal": Size(
        rounds=5,
        orders=100,
        naive_orders=30,
        packs=30,
        naive_packs=10,
        pages=20,
        backlog=6000,
        short_backlog=1000,
        crowd=3000,
        overlap=300,
        views=60,
        articles=100_000,
        changes=2_500,
        stock_rounds=3,
    ),
    "full": Size(
        rounds=7,
        orders=100,
        naive_orders=100,
        packs=30,
        naive_packs=30,
        pages=50,
        backlog=100_000,
        short_backlog=1000,
        crowd=6000,
        overlap=600,
        views=100,
        articles=200_000,
        changes=5_000,
        stock_rounds=1,
    ),
}
