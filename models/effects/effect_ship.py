"""A shipped item: one parcel, one delivery, just those quantities."""

from odoo import models

from .allocation import Need
from .ledger import EffectError


class FulfillmentEffectShip(models.AbstractModel):
    _name = "fulfillment.effect.ship"
    _inherit = "fulfillment.effect"
    _description = "Effect of a shipped item"

    def _plan(self, batch, message):
        if message.order_id.state == "cancel" and not message._is_known_shipment(batch):
            raise EffectError(self._text_cancelled(message))
        batch.book(message, "ship")

    def _apply(self, batch, messages):
        messages._set_parcels("out")
        needs, by_hand = [], {}
        for portion in batch.list_portions(messages):
            line = portion.line
            if line not in by_hand:
                by_hand[line] = line._fulfillment_by_hand()
            attached = max(0.0, min(portion.quantity, by_hand[line]))
            by_hand[line] -= attached
            if attached:
                self._attach(portion)
            needs += self._needs(portion, portion.quantity - attached)
        self.env["stock.move"]._fulfillment_deliver(needs)
        for message in messages:
            if batch.portions[message]:
                self._tell(batch, message, self._text(batch, message))
            else:
                message.parcel_id._join_shipment()

    def _needs(self, portion, pieces):
        line = portion.line
        if not pieces:
            return []
        if not line._fulfillment_is_moved():
            line.qty_delivered += line._fulfillment_in_line_unit(pieces)
            return []
        needs = line._fulfillment_needs(pieces)
        parcel = portion.message.parcel_id
        return [Need(line, product, need, parcel) for product, need in needs.items()]

    def _attach(self, portion):
        """Put the parcel on what staff delivered by hand."""
        done = portion.line.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_id._is_outgoing()
        ).picking_id
        untold = done.filtered(lambda picking: not picking.fulfillment_parcel_ids)
        portion.message.parcel_id._mark((untold or done)[:1])

    def _text_cancelled(self, message):
        return self.env._(
            "%(order)s is cancelled in Odoo, but the platform has shipped %(content)s "
            "of it (parcel %(parcel)s). If the customer keeps it: set the order to quotation, "
            "confirm it, then retry this message; no second order is sent. If the parcel is to "
            "come back: agree that with the platform and the customer; a manager can ignore "
            "this message.",
            order=message.order_id.display_name,
            content=message._describe_content(),
            parcel=message.tracking_ref or "-",
        )

    def _text(self, batch, message):
        return self.env._(
            "%(content)s shipped, parcel %(parcel)s",
            content=batch.describe(message),
            parcel=message.tracking_ref or "-",
        )
