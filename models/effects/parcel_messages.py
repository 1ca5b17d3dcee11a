"""Messages of one order with the same carrier key and number are one parcel."""

from odoo import models


class FulfillmentMessage(models.Model):
    _inherit = "fulfillment.message"

    def _set_parcels(self, direction):
        """Set the parcel of each message; make parcels and learn carrier keys that are new.

        :param direction: "out", or "return".
        """
        self._learn_carrier_keys()
        parcels = self.env["fulfillment.parcel"].search(
            [("order_id", "in", self.order_id.ids), ("direction", "=", direction)]
        )
        known = {
            (parcel.order_id, parcel.carrier_key or "", parcel.key): parcel for parcel in parcels
        }
        new = {}
        for message in self:
            identity = message._parcel_identity()
            if identity not in known:
                new.setdefault(identity, message)
        created = parcels.create([m._prepare_parcel_vals(direction) for m in new.values()])
        known |= dict(zip(new, created, strict=True))
        for message in self:
            message.parcel_id = known[message._parcel_identity()]

    def _parcel_identity(self):
        # Without a number, what left on one day is taken as one parcel.
        day = self.occurred_at and self.occurred_at.date().isoformat()
        return (self.order_id, self.carrier_key or "", self.tracking_ref or day or self.external_id)

    def _prepare_parcel_vals(self, direction):
        _order, carrier_key, key = self._parcel_identity()
        rules = self.account_id.carrier_map_ids
        return {
            "account_id": self.account_id.id,
            "company_id": self.company_id.id,
            "order_id": self.order_id.id,
            "direction": direction,
            "carrier_key": carrier_key,
            "key": key,
            "tracking_ref": self.tracking_ref,
            "return_tracking_ref": self.return_tracking_ref,
            "carrier_id": rules.filtered(lambda rule: rule.key == carrier_key).carrier_id.id,
            "shipped_at": self.occurred_at,
            "return_cause": self.return_cause,
            "return_state": self.return_state,
            "comment": self.comment,
        }

    def _learn_carrier_keys(self):
        """List package type keys seen for the first time, to be mapped by a person."""
        for account, messages in self.grouped("account_id").items():
            known = set(account.carrier_map_ids.mapped("key"))
            keys = sorted({key for key in messages.mapped("carrier_key") if key} - known)
            account.carrier_map_ids.create([{"account_id": account.id, "key": key} for key in keys])
