"""What is still open of an order the platform has, to be cancelled there."""

from odoo import models
from odoo.exceptions import UserError

from ...providers.canonical import Cancellation

BOOKED = ("ship", "cancel")  # kinds of messages after which pieces are not open any more


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _fulfillment_prepare_cancellations(self):
        """One cancellation per item of which something is open; none when nothing is.

        :raise UserError: it cannot be told which order or which items, since ids are not known.
        """
        self.ensure_one()
        order = self.sudo()  # every message counts, whoever may read it
        if not order.fulfillment_ref:
            raise UserError(
                self.env._(
                    "The platform's order ID of %s is not known, so it cannot be cancelled there. "
                    "It comes with the first message, or enter it on the order.",
                    order.display_name,
                )
            )
        open_items = [
            (line, item)
            for line in order.order_line
            for item in line._fulfillment_open_items()
            if item["quantity"] > 0
        ]
        order._fulfillment_ensure_items_named(open_items)
        return [
            Cancellation(
                order_ref=order.fulfillment_ref,
                order_key=order.fulfillment_key or "",
                channel_sign=(order.fulfillment_account_id.channel_sign or "").strip(),
                sku=line._fulfillment_sku(),
                **item,
            )
            for line, item in open_items
        ]

    def _fulfillment_ensure_items_named(self, open_items):
        """:raise UserError: the platform has open items that we know no number of."""
        nameless = [
            line.product_id.display_name
            for line, item in open_items
            if not (item["item_key"] or item["item_ref"])
        ]
        if nameless:
            raise UserError(
                self.env._(
                    "The item numbers of %(products)s are not known, so %(order)s cannot be "
                    "cancelled at %(platform)s from here. Cancel it there.",
                    products=", ".join(nameless),
                    order=self.display_name,
                    platform=self._fulfillment_platform(),
                )
            )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _fulfillment_open_items(self):
        """The items of the line with the pieces that are neither shipped nor cancelled."""
        still_open = round(
            self.fulfillment_qty_ordered
            - self.fulfillment_qty_shipped
            - self.fulfillment_qty_cancelled
        )
        of_extra = min(still_open, self.fulfillment_extra_quantity - self._fulfillment_told_extra())
        of_extra = max(0, of_extra)
        return [
            {
                "item_key": self.fulfillment_key or "",
                "item_ref": self.fulfillment_ref or "",
                "quantity": still_open - of_extra,
            },
            {
                "item_key": self.fulfillment_extra_key or "",
                "item_ref": self.fulfillment_extra_ref or "",
                "quantity": of_extra,
            },
        ]

    def _fulfillment_told_extra(self):
        """Pieces of the second item that applied messages shipped or cancelled."""
        if not self.fulfillment_extra_quantity:
            return 0
        told = self.order_id.fulfillment_message_ids.filtered(
            lambda message: (
                message.order_line_id == self
                and message.state == "applied"
                and message.kind in BOOKED
                and self._fulfillment_is_extra(message.item_key, message.item_ref)
            )
        )
        return round(sum(told.mapped("quantity")))

    def _fulfillment_is_extra(self, key, ref):
        """Whether a message with these item ids is about the second item of the line."""
        keys = self._fulfillment_keys()
        if key in keys:
            return key == self.fulfillment_extra_key
        return bool(ref) and ref == self.fulfillment_extra_ref
