"""Messages that the platform has changed or deleted after they were applied.

What was booked is never undone silently. If another message says the same, that one stands for it
from now on; else a person is told.
"""

from collections import Counter

from odoo import models

from .batch import ENTRY_OF_KIND
from .ledger import EffectError

QUANTITY_OF_ENTRY = {
    "ship": "fulfillment_qty_shipped",
    "cancel": "fulfillment_qty_cancelled",
    "give_back": "fulfillment_qty_returned",
}


class FulfillmentMessage(models.Model):
    _inherit = "fulfillment.message"

    def _check_change(self):
        """Whether what was booked for this message still stands.

        :return: whether there is anything left to apply.
        :raise EffectError: it was booked, and the platform does not say so any more.
        """
        if self.order_line_id and self.booked_as in ("ship", "cancel", "return"):
            raise EffectError(self._text_taken_back())
        if self.item_ids and not self._still_says(self.item_ids):
            other = self._find_other_witness()
            if not other:
                raise EffectError(self._text_taken_back())
            self.item_ids.message_id = other
        self.booked_as = False
        if not self.is_live:
            self._move_to("ignored", self._text_deleted())
        return self.is_live

    def _still_says(self, items):
        entry = ENTRY_OF_KIND.get(self.kind)
        told = self.shipment_ref or items[:1].shipment_ref
        return (
            self.is_live
            and items.mapped("entry") == [entry] * len(items)
            and set(items.mapped("shipment_ref")) == {told}
            and (not self.contents or self._has_contents(items))
        )

    def _has_contents(self, items):
        booked, told = Counter(), Counter()
        for item in items:
            booked[item.order_line_id._fulfillment_sku()] += item.quantity
        for sku, quantity in self.contents:
            told[sku] += float(quantity)
        return booked == told

    def _find_other_witness(self):
        """Another applied message about the same shipment that says the same."""
        entry, ref = self.item_ids[:1].entry, self.item_ids[:1].shipment_ref
        return self.order_id.fulfillment_message_ids.filtered(
            lambda other: (
                other != self
                and other.is_live
                and other.state == "applied"
                and ENTRY_OF_KIND.get(other.kind) == entry
                and other.shipment_ref in (ref, False)
            )
        )[:1]

    def _release(self):
        """A person has looked: what was booked for these is booked no more.

        Transfers stay as staff left them. What was not undone counts as done by hand from now on,
        so that a message that tells of it later attaches to it.
        """
        for item in self.item_ids:
            item.order_line_id[QUANTITY_OF_ENTRY[item.entry]] -= item.quantity
        self.item_ids.unlink()
        self.booked_as = False
        return super()._release()

    def _text_taken_back(self):
        values = {
            "order": self.order_id.display_name,
            "booked": ", ".join(
                f"{quantity:g} x {line.product_id.display_name}"
                for _message, line, quantity in self._list_contents()
            ),
            "before": self._describe_kind(self.booked_as),
            "now": self.platform_type or "-",
        }
        if not self.is_live:
            return self.env._(
                "The platform has deleted this message, but in Odoo %(booked)s of %(order)s is "
                "booked as: %(before)s. Ask there what is true; put right the transfers if need "
                "be, then ignore this message.",
                **values,
            )
        return self.env._(
            "The platform has changed this message to %(now)s, but in Odoo %(booked)s of "
            "%(order)s is booked as: %(before)s. Ask there what is true; put right the transfers "
            "if need be, then ignore this message.",
            **values,
        )

    def _describe_kind(self, kind):
        return dict(self._fields["kind"]._description_selection(self.env)).get(kind, "-")

    def _text_deleted(self):
        return self.env._("The platform does not show this message any more.")
