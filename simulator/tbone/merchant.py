"""The other side of the counter: what a merchant reports, as calls a test can write down."""

import re

from .desk import Desk
from .ledger import COUNTERS, tally
from .state import Item, Message, Order, RawMessage

ID = re.compile(r"<MESSAGE_ID>\s*(\d+)\s*</MESSAGE_ID>")


class Merchant(Desk):
    """Reports on orders of a platform. Further node values may be given in lower case, such as
    `comment="..."` or `date_created="..."`; None leaves a node out."""

    def ship(
        self,
        item: Item,
        quantity: int,
        idcode: str | None = None,
        carrier: str | None = None,
        return_proposal: str | None = None,
        **more,
    ) -> Message:
        """Part of an item has left with this tracking number."""
        more.update(carrier_parcel_type=carrier, idcode_return_proposal=return_proposal)
        return self._report("SHIP", item, quantity, idcode=idcode, **more)

    def cancel(self, item: Item, quantity: int, type: str = "NO_INVENTORY", **more) -> Message:
        """Part of an item will never leave."""
        return self._report(type, item, quantity, **more)

    def return_(
        self,
        item: Item,
        quantity: int,
        idcode: str | None = None,
        cause: str | None = None,
        state: str | None = None,
        deduction: object = None,
        **more,
    ) -> Message:
        """Part of an item has come back; `deduction` is what is kept back from the refund."""
        more.update(return_cause=cause, return_state=state, deduction=_money(deduction))
        return self._report("RETURN", item, quantity, idcode=idcode, **more)

    def acknowledge(self, order: Order, est_ship_date: str | None = None, **more) -> Message:
        return self.say("ORDER_ACKNOWLEDGE", order, est_ship_date=est_ship_date, **more)

    def payment(self, order: Order, state: str, **more) -> Message:
        """Payment is OPEN, PAID or in SHORTFALL."""
        return self.say(f"PAYMENT_STATE_{state}", order, **more)

    def deduct_shipping(self, order: Order, amount: object, **more) -> Message:
        return self.say("DEDUCT_SHIPPING_COSTS", order, deduction=_money(amount), **more)

    def deduct_service(self, order: Order, amount: object, service=None, **more) -> Message:
        more.update(deduction=_money(amount), service=service)
        return self.say("DEDUCT_SERVICE_PRICE", order, **more)

    def deduct_payment(self, order: Order, amount: object, **more) -> Message:
        return self.say("DEDUCT_PAYMENT_COSTS", order, deduction=_money(amount), **more)

    def refund(self, about: Order | Item, amount: object, **more) -> Message:
        """Money goes back, for a whole order or for one item."""
        return self.say("REFUND", about, deduction=_money(amount), **more)

    def say(
        self,
        type: str,
        about: Order | Item | None = None,
        account: str | None = None,
        **nodes,
    ) -> Message:
        """Any message; without an order or item about an order that the nodes name."""
        with self.platform.lock:
            item = about if isinstance(about, Item) else None
            order = item.order if item else about
            book = self._book(order.account if order else account)
            channel = order.channel if order else next(iter(book.channels))
            values = _ids(order, item) | {"channel_sign": book.channels[channel]}
            values |= {"quantity": 0, "date_created": self.platform.stamp()} | nodes
            message_id = values.pop("message_id", None) or next(self.platform.message_ids)
            message = Message(message_id=message_id, message_type=type, **values)
            for owner in (order, item):
                if owner:
                    owner.messages.append(message)
            return book.add_message(message, channel)

    def add_raw_message(self, xml: str, account: str | None = None) -> Message:
        """Put anything into the queue, word for word; a known MESSAGE_ID replaces that message."""
        with self.platform.lock:
            found = ID.search(xml)
            number = int(found[1]) if found else next(self.platform.message_ids)
            raw = RawMessage(message_id=number, xml=xml)
            book = self._book(account)
            return book.add_message(raw, next(iter(book.channels)))

    def _report(self, type, item, quantity, unchecked=False, **nodes) -> Message:
        counter = COUNTERS.get(type)
        with self.platform.lock:
            sums = tally(item) if counter and not unchecked else None
            if sums and not 0 < quantity <= sums.room(counter):
                raise ValueError(
                    f"{type} of {quantity} for {item.channel_id}: {sums.ordered} ordered, "
                    f"{sums.shipped} shipped, {sums.cancelled} cancelled, {sums.returned} returned"
                )
            return self.say(type, item, quantity=quantity, **nodes)


def _ids(order: Order | None, item: Item | None) -> dict:
    ids = {}
    if order:
        ids |= {"tb_order_id": order.tb_id, "channel_order_id": order.channel_id}
    if item:
        ids |= {
            "tb_order_item_id": item.tb_id,
            "channel_order_item_id": item.channel_id,
            "sku": item.sku,
        }
    return ids


def _money(amount: object) -> str | None:
    return None if amount is None else f"{amount:.2f}" if not isinstance(amount, str) else amount
