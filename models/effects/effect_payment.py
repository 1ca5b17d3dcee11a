"""What the platform knows of the payment."""

from odoo import models

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
        self._tell(batch, message, self.env._("payment: %s", state))
        if state == "shortfall":
            message.order_id._fulfillment_activity(
                batch.account, "shortfall", self.env._("The platform reports a payment loss.")
            )
