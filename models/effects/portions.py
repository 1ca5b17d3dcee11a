"""Pieces of order lines that messages are about, in memory.

A message that names an item is about that item. One that does not is about a shipment, or about
the whole order, and its pieces are found out: from what the platform says is in the shipment, else
from what is open.
"""

from collections import defaultdict
from dataclasses import dataclass

from odoo.fields import Domain


@dataclass(frozen=True, slots=True)
class Portion:
    """Some pieces of an order line that a message is about."""

    message: object
    line: object
    quantity: float

    def describe(self):
        """ "2 x Mug"."""
        return f"{self.quantity:g} x {self.line.product_id.display_name}"


def spread(message, contents, lines, open_of):
    """Portions for pieces by SKU; what is more than open is left on the last line, to be refused.

    :param contents: pairs of SKU and pieces.
    :return: the portions, and the SKUs that no line has.
    """
    portions, unknown = [], []
    for sku, quantity in contents:
        alike = lines.filtered(lambda line, sku=sku: line._fulfillment_sku() == sku)
        left = float(quantity)
        for line in alike:
            part = left if line == alike[-1] else min(left, open_of(line))
            left -= part
            if part:
                portions.append(Portion(message, line, part))
        unknown += [] if alike else [sku]
    return portions, unknown


class Shipments:
    """The shipments of some orders: which there are, and what was booked for each."""

    def __init__(self, env, account, orders):
        self._refs = defaultdict(set)
        self._heard = {}
        self._booked = defaultdict(list)
        self._read_refs(env, account, orders)
        for item in env["fulfillment.message.item"].search([("order_id", "in", orders.ids)]):
            portion = Portion(item.message_id, item.order_line_id, item.quantity)
            self._booked[item.order_id, item.entry, item.shipment_ref or ""].append(portion)

    def _read_refs(self, env, account, orders):
        by_key = {order.fulfillment_key: order for order in orders if order.fulfillment_key}
        told = Domain("account_id", "=", account.id) & Domain("order_key", "in", list(by_key))
        for history in env["fulfillment.history"].search(told):
            order = by_key[history.order_key]
            self._refs[order] |= set(history.shipment_refs or ())
            self._heard[order] = history.heard_at
        is_named = Domain("shipment_ref", "!=", False) & Domain("is_live", "=", True)
        for message in env["fulfillment.message"].search(
            Domain("order_id", "in", orders.ids) & is_named
        ):
            self._refs[message.order_id].add(message.shipment_ref)

    def are_several(self, order):
        return len(self._refs[order]) > 1

    def ref(self, message):
        """The shipment a message is about; '' is the order as a whole.

        What is said of an order with one shipment is said of the shipment.
        """
        refs = self._refs[message.order_id]
        return message.shipment_ref or (next(iter(refs)) if len(refs) == 1 else "")

    def is_heard(self, message):
        """Whether the platform has told of the whole order since.

        What a web hook or a file tells by itself may be about one of several shipments.
        """
        if (message.memory or {}).get("judged_at"):
            return True
        heard = self._heard.get(message.order_id)
        return bool(heard and heard >= (message.recorded_at or message.create_date))

    def is_booked(self, message, entry):
        """Whether it was done before, for another message about the same."""
        return bool(
            self._booked[message.order_id, entry, self.ref(message)]
            or self._booked[message.order_id, entry, ""]
        )

    def list_booked(self, message, entry, of_order=False):
        """Portions booked for the shipment of a message, or for all shipments of its order."""
        ref = "" if of_order else self.ref(message)
        return [
            portion
            for (order, name, booked_ref), portions in self._booked.items()
            if (order, name) == (message.order_id, entry) and (not ref or booked_ref in (ref, ""))
            for portion in portions
        ]

    def is_whole(self, message):
        """Whether the shipments of the order were booked as one, before they were known."""
        return bool(self._booked[message.order_id, "ship", ""])

    def note(self, message, entry, portions):
        self._booked[message.order_id, entry, self.ref(message)] += portions
