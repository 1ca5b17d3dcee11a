"""A shipped item: one parcel, one delivery, just those quantities."""

from odoo import models

from .allocation import Need
from .ledger import EffectError


class FulfillmentEffectShip(models.AbstractModel):
    _name = "fulfillment.effect.ship"
    _inherit = "fulfillment.effect"
    _description = "Effect of a shipped item"

    def _plan(self, batch, message):
        if message.order_id.state == "cancel":
            raise EffectError(self._text_cancelled(message))
        batch.book(message, "ship")

    def _apply(self, batch, messages):
        messages._set_parcels("out")
        needs, by_hand = [], {}
        for message in messages:
            line = message.order_line_id
            if line not in by_hand:
                by_hand[line] = line._fulfillment_by_hand()
            attached = max(0.0, min(message.quantity, by_hand[line]))
            by_hand[line] -= attached
            if attached:
                self._attach(message)
            needs += self._needs(message, message.quantity - attached)
            self._tell(batch, message, self._text(message))
        self.env["stock.move"]._fulfillment_deliver(needs)

    def _needs(self, message, pieces):
        line = message.order_line_id
        if not pieces:
            return []
        if not line._fulfillment_is_moved():
            line.qty_delivered += line._fulfillment_in_line_unit(pieces)
            return []
        needs = line._fulfillment_needs(pieces)
        return [Need(line, product, need, message.parcel_id) for product, need in needs.items()]

    def _attach(self, message):
        """Put the parcel on what staff delivered by hand."""
        done = message.order_line_id.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_id._is_outgoing()
        ).picking_id
        untold = done.filtered(lambda picking: not picking.fulfillment_parcel_ids)
        message.parcel_id._mark((untold or done)[:1])

    def _text_cancelled(self, message):
        return self.env._(
            "%(order)s is cancelled in Odoo, but the platform has shipped %(quantity)s x %(sku)s "
            "of it (parcel %(parcel)s). If the customer keeps it: set the order to quotation, "
            "confirm it, then retry this message; no second order is sent. If the parcel is to "
            "come back: agree that with the platform and the customer; a manager can ignore "
            "this message.",
            order=message.order_id.display_name,
            quantity=f"{message.quantity:g}",
            sku=message.order_line_id.product_id.display_name or message.sku,
            parcel=message.tracking_ref or "-",
        )

    def _text(self, message):
        return self.env._(
            "%(quantity)s x %(product)s shipped, parcel %(parcel)s",
            quantity=f"{message.quantity:g}",
            product=message.order_line_id.product_id.display_name,
            parcel=message.tracking_ref or "-",
        )
