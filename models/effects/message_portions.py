"""Which pieces of its order a message means."""

from odoo import models

from .ledger import EffectError, TooEarly
from .portions import Portion, spread


class FulfillmentMessage(models.Model):
    _inherit = "fulfillment.message"

    def _names_item(self):
        """Whether it is about an item, and not about a shipment or the order.

        Only platforms that tell events speak of whole shipments; of the others a message without
        an item is one that cannot be understood.
        """
        names = self.item_key or self.item_ref or self.sku
        return bool(names) or not self.account_id.has_events

    def _is_known_shipment(self, batch):
        """Whether it tells of a shipment that was booked before."""
        return not self._names_item() and batch.shipments.is_booked(self, "ship")

    def _describe_content(self):
        """ "2 x Mug", as far as the message tells it."""
        if self._names_item():
            name = self.order_line_id.product_id.display_name or self.sku
            return f"{self.quantity:g} x {name}"
        told = ", ".join(f"{quantity} x {sku}" for sku, quantity in self.contents or ())
        return told or self.env._("goods")

    def _find_portions(self, batch, entry):
        """Nothing, if it was done before for another message about the same shipment.

        :param entry: name of the ledger's method: ship, cancel or give_back.
        :raise EffectError: the pieces cannot be told.
        """
        if self._names_item():
            return [Portion(self, self.order_line_id, batch.whole_quantity(self))]
        if batch.shipments.is_booked(self, entry):
            return []
        if entry == "ship":
            return self._find_shipped(batch)
        if entry == "cancel":
            return self._find_cancelled(batch)
        return self._find_given_back(batch)

    def _find_shipped(self, batch):
        if self.contents:
            return self._spread_contents(lambda line: batch.ledger(line).open)
        self._check_heard(batch)
        open_ = self._find_open(batch)
        if not open_ or not batch.shipments.are_several(self.order_id):
            return open_
        if self.kind == "deliver" and not self.shipment_ref:
            raise TooEarly(self._text_not_all_shipped())
        if batch.account.shipment_policy == "all":
            return open_
        if by_hand := self._find_by_hand(open_):
            return by_hand
        raise EffectError(self._text_contents_unknown())

    def _find_cancelled(self, batch):
        if self.contents:
            return self._spread_contents(lambda line: batch.ledger(line).open)
        self._check_heard(batch)
        if self.shipment_ref and batch.shipments.are_several(self.order_id):
            raise EffectError(self._text_cancelled_unknown())
        return self._find_open(batch)

    def _check_heard(self, batch):
        """:raise TooEarly: it may be about a part, and the platform has not been asked yet."""
        if not batch.shipments.is_heard(self):
            raise TooEarly(self._text_not_heard())

    def _find_given_back(self, batch):
        if self.contents:
            return self._spread_contents(lambda line: batch.ledger(line).returnable)
        is_vague = self._is_vague(batch)
        shipped = batch.shipments.list_booked(self, "ship", of_order=is_vague)
        if not shipped:
            raise TooEarly(self._text_not_shipped())
        left = {portion.line: batch.ledger(portion.line).returnable for portion in shipped}
        portions = []
        for portion in shipped:
            part = min(portion.quantity, left[portion.line])
            left[portion.line] -= part
            portions += [Portion(self, portion.line, part)] if part else []
        return self._find_back_by_hand(portions) if is_vague else portions

    def _is_vague(self, batch):
        """Whether it is about one of several shipments that were booked as one."""
        if not self.shipment_ref or not batch.shipments.are_several(self.order_id):
            return False
        return batch.account.shipment_policy == "all" or batch.shipments.is_whole(self)

    def _find_back_by_hand(self, portions):
        """What of it staff took back, so that a person has said what was in the shipment."""
        found = [
            Portion(self, one.line, min(one.quantity, one.line._fulfillment_back_by_hand()))
            for one in portions
        ]
        found = [portion for portion in found if portion.quantity > 0]
        if not found:
            raise EffectError(self._text_returned_unknown())
        return found

    def _spread_contents(self, left_of):
        lines = self.order_id._fulfillment_lines()
        portions, unknown = spread(self, self.contents, lines, left_of)
        if unknown:
            raise EffectError(self._text_no_line_for(unknown))
        return portions

    def _find_open(self, batch):
        """All that is open in the order."""
        return [
            Portion(self, line, batch.ledger(line).open)
            for line in self.order_id._fulfillment_lines()
            if batch.ledger(line).open > 0
        ]

    def _find_by_hand(self, portions):
        """What of it staff delivered, so that a person has said what is in the shipment."""
        found = [
            Portion(self, portion.line, min(portion.quantity, portion.line._fulfillment_by_hand()))
            for portion in portions
        ]
        return [portion for portion in found if portion.quantity > 0]

    def _find_delivered_parcels(self):
        """The parcels a message of delivery is about."""
        parcels = self.order_id.fulfillment_parcel_ids.filtered(lambda one: one.direction == "out")
        if self.tracking_ref:
            return parcels.filtered(lambda parcel: parcel.tracking_ref == self.tracking_ref)
        if self.shipment_ref:
            return parcels.filtered(lambda parcel: parcel.shipment_ref == self.shipment_ref)
        return parcels

    # --- why they cannot be told

    def _text_contents_unknown(self):
        return self.env._(
            "The platform has shipped a part of %(order)s (shipment %(shipment)s, parcel "
            "%(parcel)s), but does not say what is in it. Validate a delivery of what is in it, "
            "then retry this message.",
            order=self.order_id.display_name,
            shipment=self.shipment_ref or "-",
            parcel=self.tracking_ref or "-",
        )

    def _text_cancelled_unknown(self):
        return self.env._(
            "The platform has cancelled shipment %(shipment)s of %(order)s, but does not say what "
            "is in it. Ask there; lower the quantities of the order, then ignore this message.",
            order=self.order_id.display_name,
            shipment=self.shipment_ref,
        )

    def _text_returned_unknown(self):
        return self.env._(
            "Shipment %(shipment)s of %(order)s comes back, but the platform does not say what is "
            "in it, and it was booked together with others. Return by hand what came back, then "
            "retry this message.",
            order=self.order_id.display_name,
            shipment=self.shipment_ref,
        )

    def _text_not_heard(self):
        return self.env._(
            "This alone does not say whether it is about all of %s. The platform is asked for the "
            "whole order, then it is applied.",
            self.order_id.display_name,
        )

    def _text_not_all_shipped(self):
        return self.env._(
            "The platform calls %s delivered, but has not told yet that all of it has left.",
            self.order_id.display_name,
        )

    def _text_not_shipped(self):
        return self.env._(
            "Shipment %(shipment)s of %(order)s comes back, but nothing of it has left yet.",
            order=self.order_id.display_name,
            shipment=self.shipment_ref or "-",
        )

    def _text_no_line_for(self, skus):
        return self.env._(
            "No line of %(order)s has the SKU %(sku)s.",
            order=self.order_id.display_name,
            sku=", ".join(skus),
        )
