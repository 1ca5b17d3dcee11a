"""A parcel reached the customer."""

from odoo import fields, models


class FulfillmentEffectDeliver(models.AbstractModel):
    _name = "fulfillment.effect.deliver"
    _inherit = "fulfillment.effect"
    _description = "Effect of a delivered parcel"

    def _apply(self, batch, messages):
        for message in messages:
            parcels = message.order_id.fulfillment_parcel_ids.filtered(
                lambda parcel, message=message: (
                    parcel.direction == "out"
                    and message.tracking_ref in (False, parcel.tracking_ref)
                )
            )
            parcels.delivered_at = message.occurred_at or fields.Datetime.now()
            self._tell(
                batch, message, self.env._("parcel %s delivered", message.tracking_ref or "-")
            )
