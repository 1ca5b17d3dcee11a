"""What must have become of an order, worked out from what the platform shows in the end.

Independent of the app: from the live events of the stand-in alone, without an order of arrival.
"""

from dataclasses import dataclass

SHIPPED = {"IN_TRANSIT", "COMPLETED"}


@dataclass(frozen=True)
class Fate:
    """Pieces by SKU, and which of several shipments reached the customer; '' is the only one."""

    shipped: dict
    cancelled: dict
    returned: dict
    delivered: frozenset


def foresee(order, ordered):
    """The fate of an order of the stand-in; ordered: {SKU: pieces}."""
    live = order.live()
    of_order = {event.status for event in live if not event.shipment}
    said = {
        ref: {event.status for event in live if event.shipment == ref} for ref in order.shipments
    }
    contents = {ref: dict(items) or dict(ordered) for ref, items in order.shipments.items()}
    if len(said) < 2:
        # One shipment is the order: which of the two is spoken of makes no difference.
        said = {"": of_order.union(*said.values())}
        contents = {"": dict(ordered)}
    left = {ref for ref, statuses in said.items() if statuses & SHIPPED}
    shipped = _add(contents[ref] for ref in left)
    open_ = {sku: pieces - shipped.get(sku, 0) for sku, pieces in ordered.items()}
    cancelled = {}
    if "CANCELLED" in of_order:
        cancelled = open_
    elif len(said) > 1:
        cancelled = _add(
            contents[ref]
            for ref, statuses in said.items()
            if "CANCELLED" in statuses and ref not in left
        )
    elif not left and "CANCELLED" in next(iter(said.values())):
        cancelled = open_
    back = {ref for ref in left if "REJECTED" in said[ref]}
    is_complete = "COMPLETED" in of_order and not any(
        open_[sku] - cancelled.get(sku, 0) for sku in open_
    )
    arrived = {ref for ref in left if "COMPLETED" in said[ref] or is_complete}
    return Fate(
        _clean(shipped),
        _clean(cancelled),
        _clean(_add(contents[ref] for ref in back)),
        frozenset(arrived),
    )


def _add(counts):
    total = {}
    for count in counts:
        for sku, pieces in count.items():
            total[sku] = total.get(sku, 0) + pieces
    return total


def _clean(count):
    return {sku: float(pieces) for sku, pieces in sorted(count.items()) if pieces}
