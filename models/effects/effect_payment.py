"""What the platform knows of the payment."""

from odoo import models

from ..activities import plan_activity

STATES = {
    "PAYMENT_STATE_OPEN": "open",
    "PAYMENT_STATE_PAID": "paid",
    "PAYMENT_STATE_SHORTFALL": "shortfall",
}


class FulfillmentEffectPayment(models.AbstractModel):
    _name = "fulfillment.effect.payment"
    _inherit = "fulfillment.effect"
    _description = "Effect of a payment state"

    def _apply(self, batch, messages):
        for order, of_order in messages.grouped("order_id").items():
            told = order.fulfillment_message_ids.filtered(
                lambda message: message.kind == "payment" and message.state == "applied"
            )
            latest = max(told | of_order, key=lambda message: message._number())
            state = STATES.get(latest.platform_type)
            if state and state != order.fulfillment_payment_state:
                order.fulfillment_payment_state = state
                self._announce(batch, of_order[:1], state)

    def _announce(self, batch, message, state):
        order = message.order_id
        words = dict(order._fields["fulfillment_payment_state"]._description_selection(self.env))
        self._tell(batch, message, self.env._("payment: %s", words[state]))
        if state == "shortfall":
            text = self.env._("The platform reports a payment loss.")
            plan_activity(order, "shortfall", text, order.user_id or batch.account.user_id)
