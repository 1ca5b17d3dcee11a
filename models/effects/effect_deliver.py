"""A parcel reached the customer: so it has left, and it has its day."""

from odoo import models


class FulfillmentEffectDeliver(models.AbstractModel):
    _name = "fulfillment.effect.deliver"
    _inherit = "fulfillment.effect"
    _description = "Effect of a delivered parcel"

    def _plan(self, batch, message):
        batch.portions[message] = []
        if not message._names_item():
            self.env["fulfillment.effect.ship"]._plan(batch, message)

    def _apply(self, batch, messages):
        leaving = messages.filtered(lambda message: batch.portions[message] or message.tracking_ref)
        if leaving:
            self.env["fulfillment.effect.ship"]._apply(batch, leaving)
        for message in messages:
            message.parcel_id = message.parcel_id or message._find_delivered_parcels()[:1]
            self._tell(
                batch, message, self.env._("parcel %s delivered", message.tracking_ref or "-")
            )
        self._calm_down(messages)

    def _calm_down(self, messages):
        """What went wrong on the way asks for nobody any more."""
        arrived = {(message.order_id, message.shipment_ref) for message in messages}
        moot = messages.order_id.fulfillment_message_ids.filtered(
            lambda one: (
                (one.state, one.kind) == ("failed", "info")
                and {(one.order_id, one.shipment_ref), (one.order_id, False)} & arrived
            )
        )
        moot._move_to("ignored", self.env._("It was delivered in the end."))

    def _settle(self, orders):
        """Derive the days of delivery from all messages that the platform still shows."""
        parcels = orders.fulfillment_parcel_ids.filtered(lambda one: one.direction == "out")
        told = orders.fulfillment_message_ids.filtered(
            lambda one: one.kind == "deliver" and one.is_live and one.state == "applied"
        )
        days = {}
        for message in told:
            for parcel in message._find_delivered_parcels():
                day = message.occurred_at or message.create_date
                days[parcel] = min(days.get(parcel, day), day)
        for parcel in parcels:
            if parcel.delivered_at != days.get(parcel, False):
                parcel.delivered_at = days.get(parcel, False)
