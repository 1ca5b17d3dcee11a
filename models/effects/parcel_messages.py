"""Messages of one order with the same carrier key and number are one parcel."""

from odoo import models

from .assigning import assigning


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
        self._number_parcels(parcels)
        known = {parcel._get_identity(): parcel for parcel in parcels}
        identities, new = self._identify_parcels(parcels), {}
        for message, identity in identities.items():
            if identity not in known:
                new.setdefault(identity, message)
        vals_list = [
            message._prepare_parcel_vals(direction, identity) for identity, message in new.items()
        ]
        known |= dict(zip(new, parcels.create(vals_list), strict=True))
        with assigning(self, "parcel_id"):
            for message, identity in identities.items():
                message.parcel_id = known[identity]

    def _number_parcels(self, parcels):
        """Give its number to the parcel of a shipment that was told without one."""
        nameless = parcels.filtered(lambda parcel: not parcel.tracking_ref)
        if not nameless:
            return
        by_shipment = {(one.order_id, one.shipment_ref): one for one in nameless}
        numbers = {(parcel.order_id, parcel.tracking_ref) for parcel in parcels}
        for message in self:
            order, ref = message.order_id, message.tracking_ref
            if not ref or (order, ref) in numbers or message._names_item():
                continue
            if parcel := by_shipment.pop((order, message.shipment_ref), None):
                parcel._set_number(ref)

    def _identify_parcels(self, parcels):
        """{message: identity of its parcel}. What is said of a shipment is said of its parcel."""
        of_shipment, identities = {}, {}
        for parcel in parcels:
            for ref in (parcel.shipment_ref, False):
                of_shipment.setdefault((parcel.order_id, ref), parcel._get_identity())
        for message in self.sorted(lambda message: not message.tracking_ref):
            order, ref = message.order_id, message.shipment_ref
            identity = message._parcel_identity()
            if not message.tracking_ref and not message._names_item():
                identity = of_shipment.get((order, ref), identity)
            identities[message] = identity
            for told in (ref, False):
                of_shipment.setdefault((order, told), identity)
        return identities

    def _parcel_identity(self):
        # Without a number, what left on one day is taken as one parcel.
        day = self.occurred_at and self.occurred_at.date().isoformat()
        key = self.tracking_ref or self.shipment_ref or day or self.external_id
        return (self.order_id, self.carrier_key or "", key)

    def _prepare_parcel_vals(self, direction, identity):
        _order, carrier_key, key = identity
        rules = self.account_id.carrier_map_ids
        return {
            "account_id": self.account_id.id,
            "company_id": self.company_id.id,
            "order_id": self.order_id.id,
            "direction": direction,
            "carrier_key": carrier_key,
            "key": key,
            "shipment_ref": self.shipment_ref,
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
