"""Which order and which line a message is about."""

from odoo import models
from odoo.fields import Domain

from ..activities import plan_activity
from .assigning import assigning
from .ledger import EffectError, TooEarly

ITEM_KINDS = {"ship", "cancel", "return"}  # about an item, or about a whole shipment
MONEY_KINDS = {"deduction", "refund"}  # about an item, if they name one


class FulfillmentMessage(models.Model):
    _inherit = "fulfillment.message"

    def _match_orders(self):
        """Set the order of each message, in one query for all of one account.

        Anew at each try: until a message is applied, people may have linked another order.
        """
        self.account_id.ensure_one()
        refs = {message.order_ref for message in self if message.order_ref}
        keys = {message.order_key for message in self if message.order_key}
        orders = self.env["sale.order"].search(
            Domain("fulfillment_account_id", "=", self.account_id.id)
            & (Domain("fulfillment_ref", "in", refs) | Domain("fulfillment_key", "in", keys))
        )
        by_ref = {order.fulfillment_ref: order for order in orders}
        by_key = {order.fulfillment_key: order for order in orders}
        found = {
            message: by_ref.get(message.order_ref or None)
            or by_key.get(message.order_key or None)
            or self.env["sale.order"]
            for message in self
        }
        moved = {message: order for message, order in found.items() if message.order_id != order}
        with assigning(self.concat(*moved), "order_id"):
            for message, order in moved.items():
                message.order_id = order

    def _check_order(self):
        """Say why the message cannot be about its order.

        :raise TooEarly: the order is not here yet, or not confirmed.
        :raise EffectError: the two ids of the message contradict each other.
        """
        order = self.order_id
        if not order:
            raise TooEarly(self._text_unknown_order())
        if self.order_ref and order.fulfillment_ref not in (False, self.order_ref):
            raise EffectError(self._text_contradiction(order.fulfillment_ref, self.order_ref))
        if self.order_key and order.fulfillment_key not in (False, self.order_key):
            raise EffectError(self._text_contradiction(order.fulfillment_key, self.order_key))
        if order.state in ("draft", "sent"):
            raise TooEarly(
                self.env._("%s is still a quotation. Confirm it first.", order.display_name)
            )

    def _match_line(self):
        """Set the line an item message is about.

        By our item key within the order, else by the platform's item id learned earlier, else by
        SKU when exactly one line has it. A line may be two items there, so it may have two of
        each.

        :raise EffectError: no line, or several.
        """
        names_item = self.item_key or self.item_ref or self.sku
        is_about_item = self.kind in ITEM_KINDS and self._names_item()
        if not is_about_item and not (self.kind in MONEY_KINDS and names_item):
            return
        lines = [line for line in self.order_id.order_line if not line.display_type]
        found = (
            [line for line in lines if self.item_key in line._fulfillment_keys()]
            or [line for line in lines if self.item_ref in line._fulfillment_refs()]
            or [line for line in lines if self.sku and line._fulfillment_sku() == self.sku]
        )
        if len(found) != 1:
            raise EffectError(self._text_no_line(found))
        [self.order_line_id] = found

    def _learn_ids(self):
        """Keep the platform's ids on order and line, where they were not known."""
        with assigning(self.order_line_id, "fulfillment_ref", "fulfillment_extra_ref"):
            for message in self:
                order, line = message.order_id, message.order_line_id
                if message.order_ref and not order.fulfillment_ref:
                    order.fulfillment_ref = message.order_ref
                if line and message.item_ref:
                    name = message._get_item_ref_field()
                    if name and not line[name]:
                        line[name] = message.item_ref

    def _get_item_ref_field(self):
        """Where the line keeps the platform's id of the item that the message names.

        :return: '' if the line is two items, and the message does not say which.
        """
        line = self.order_line_id
        if self.item_key and self.item_key == line.fulfillment_extra_key:
            return "fulfillment_extra_ref"
        is_told = not line.fulfillment_extra_quantity or self.item_key == line.fulfillment_key
        return "fulfillment_ref" if is_told else ""

    def _raise_attention(self):
        """Plan one activity for messages that failed: per order, else on the account."""
        for message in self.filtered(lambda message: message.state == "failed"):
            account = message.account_id
            record = message.order_id or account
            user = message.order_id.user_id or account.user_id
            plan_activity(record, "attention", message.reason or "", user)

    def _settle(self):
        # EXTENDS the inbox: an ignored message asks for nothing any more.
        self.sudo().order_id._fulfillment_calm_down()
        return super()._settle()

    def _number(self):
        """Sort key: the platform's message ids rise, but they are text to us."""
        return (len(self.external_id), self.external_id)

    def _text_waited(self):
        return self.env._(
            "Waited %(days)s days. %(reason)s",
            days=self.account_id.wait_days,
            reason=self.reason or "",
        )

    def _text_unknown_order(self):
        return self.env._(
            "No order here has the platform order ID %(ref)s or the key %(key)s. "
            "Link the order to this account, then it is applied.",
            ref=self.order_ref or "-",
            key=self.order_key or "-",
        )

    def _text_contradiction(self, ours, theirs):
        return self.env._(
            "To the platform the order is %(theirs)s, but on %(order)s stands %(ours)s. "
            "Correct that in its tab Fulfillment.",
            theirs=theirs,
            ours=ours,
            order=self.order_id.display_name,
        )

    def _text_no_line(self, found):
        values = {
            "order": self.order_id.display_name,
            "sku": self.sku or "-",
            "key": self.item_key or "-",
            "count": len(found),
        }
        if found:
            return self.env._("%(count)s lines of %(order)s have the SKU %(sku)s.", **values)
        return self.env._(
            "No line of %(order)s has the item key %(key)s or the SKU %(sku)s.", **values
        )
