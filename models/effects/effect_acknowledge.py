"""The platform has the order; perhaps it says when it will leave."""

from collections import defaultdict
from datetime import datetime, time

from odoo import fields, models


class FulfillmentEffectAcknowledge(models.AbstractModel):
    _name = "fulfillment.effect.acknowledge"
    _inherit = "fulfillment.effect"
    _description = "Effect of an acknowledged order"

    def _apply(self, batch, messages):
        nobody = self.env["sale.order"]
        expected = defaultdict(lambda: nobody)
        for order, of_order in messages.grouped("order_id").items():
            told = order.fulfillment_message_ids.filtered(
                lambda message: message.kind == "acknowledge" and message.state == "applied"
            )
            latest = max(told | of_order, key=lambda message: message._number())
            if latest.expected_date:
                expected[latest.expected_date] |= order
            self._tell(batch, of_order[:1], self._text(latest))
        new = messages.order_id.filtered(lambda order: not order.fulfillment_acknowledged_at)
        new.fulfillment_acknowledged_at = fields.Datetime.now()
        for day, orders in expected.items():
            self._expect(orders, day)

    def _expect(self, orders, day):
        # Noon: the same day in (nearly) every time zone.
        moment = datetime.combine(day, time(12))
        orders = orders.filtered(lambda order: order.commitment_date != moment)
        orders.commitment_date = moment
        still_open = orders.picking_ids.filtered(
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
