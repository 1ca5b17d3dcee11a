"""The platform has the order; perhaps it says when it will leave."""

from datetime import datetime, time

from odoo import fields, models


class FulfillmentEffectAcknowledge(models.AbstractModel):
    _name = "fulfillment.effect.acknowledge"
    _inherit = "fulfillment.effect"
    _description = "Effect of an acknowledged order"

    def _apply(self, batch, messages):
        for order, of_order in messages.grouped("order_id").items():
            told = order.fulfillment_message_ids.filtered(
                lambda message: message.kind == "acknowledge" and message.state == "applied"
            )
            latest = max(told | of_order, key=lambda message: message._number())
            if not order.fulfillment_acknowledged_at:
                order.fulfillment_acknowledged_at = fields.Datetime.now()
            if latest.expected_date:
                self._expect(order, latest.expected_date)
            self._tell(batch, of_order[:1], self._text(latest))

    def _expect(self, order, day):
        # Noon: the same day in (nearly) every time zone.
        moment = datetime.combine(day, time(12))
        if order.commitment_date != moment:
            order.commitment_date = moment
            still_open = order.picking_ids.filtered(
                lambda picking: picking.state not in ("done", "cancel")
            )
            still_open.scheduled_date = moment

    def _text(self, message):
        if message.expected_date:
            return self.env._(
                "acknowledged, expected to leave on %s",
                fields.Date.to_string(message.expected_date),
            )
        return self.env._("acknowledged")
