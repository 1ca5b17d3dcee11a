"""A large waiting queue for benchmarks: generated orders, one SHIP per item."""

from collections.abc import Iterator, Sequence

SKUS = ("FC-MUG", "FC-TEE-M", "FC-TEE-L", "FC-LAMP", "FC-BAG")


def list_backlog(
    messages: int, items: int = 3, prefix: str = "LOAD", skus: Sequence[str] = SKUS
) -> Iterator[tuple[str, list[tuple]]]:
    """Key and items (key, SKU, quantity) of the orders that give this many messages."""
    for number, first in enumerate(range(0, messages, items), 1):
        key = f"{prefix}-{number:07d}"
        count = min(items, messages - first)
        lines = (
            (f"{key}-{n}", skus[(number + n) % len(skus)], 1 + n % 2) for n in range(1, count + 1)
        )
        yield key, list(lines)


def add_backlog(desk, messages: int, items: int = 3, **options) -> None:
    """Create the orders and let each leave in one parcel with a number of its own."""
    stamp = desk.platform.stamp()
    with desk.platform.lock:
        for key, lines in list_backlog(messages, items, **options):
            order = desk.add_order(key, lines)
            for item in order.items:
                desk.ship(
                    item,
                    item.quantity,
                    idcode=f"PARCEL-{order.tb_id}",
                    carrier="DHL_STD_NATIONAL",
                    date_created=stamp,
                    unchecked=True,
                )
