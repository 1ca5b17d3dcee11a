"""The lines of an order as the platform's items: which, under which keys, at which prices."""

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from odoo import fields, models

from ...providers.canonical import OrderItem
from .order_amounts import count_coins, divide, find_coin, split_order, split_pieces

EAN = re.compile(r"[0-9]{8,13}")  # one of 14 digits is on a case of pieces


@dataclass(slots=True)
class Content:
    """What an order consists of on its way out; all money is Decimal, in its currency."""

    items: dict  # {line: its one or two OrderItem}
    shipping_price: Decimal
    payment_costs: Decimal


def find_highest(keys):
    """The highest number that item keys end with; 0 when there is none."""
    numbers = [key.rpartition("-")[2] for key in keys]
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    fulfillment_item_number = fields.Integer(
        copy=False, readonly=True, help="The highest number an item key of this order ends with."
    )

    def _fulfillment_content(self):
        """Lines, keys and amounts of the order; nothing is written.

        What is wrong is bent to fit here, since every reason against the order is told at once.
        """
        lines = self.order_line.grouped(lambda line: line._fulfillment_role())
        coin = find_coin(self.currency_id.decimal_places)
        coins = {
            role: sum(line._fulfillment_coins(coin) for line in of_role)
            for role, of_role in lines.items()
        }
        target, shipping, costs = split_order(
            max(0, round(count_coins(self.amount_total, coin))),
            coins.get("shipping", 0),
            coins.get("costs", 0),
        )
        goods = lines.get("item", self.order_line.browse())
        amounts = [max(0, line._fulfillment_coins(coin)) for line in goods]
        shares = divide(target, amounts, coins.get("other", 0)) if goods else []
        items = self._fulfillment_items(zip(goods, shares, strict=True), coin)
        return Content(items, shipping * coin, costs * coin)

    def _fulfillment_items(self, shares, coin):
        """Items of lines with their coins; a second one where these do not divide into pieces."""
        new_keys = self._fulfillment_new_item_keys()
        items = {}
        for line, share in shares:
            keys = (line.fulfillment_key, line.fulfillment_extra_key)
            items[line] = [
                line._fulfillment_item(key or next(new_keys), pieces, price * coin)
                for key, (pieces, price) in zip(
                    keys, split_pieces(share, line._fulfillment_sent_pieces()), strict=False
                )
            ]
        return items

    def _fulfillment_order_key(self):
        return self.fulfillment_key or (self.name or "").strip()

    def _fulfillment_new_item_keys(self):
        """Item keys after the highest that was given: a key is never used for another line."""
        order_key = self._fulfillment_order_key()
        given = [key for line in self.order_line for key in line._fulfillment_keys()]
        highest = max(self.fulfillment_item_number, find_highest(given))
        return (f"{order_key}-{number}" for number in count(highest + 1))

    def _fulfillment_keep_content(self, content):
        """Write the keys, and what was ordered, as it is sent."""
        keys = [item.key for items in content.items.values() for item in items]
        vals = {
            "fulfillment_key": self._fulfillment_order_key(),
            "fulfillment_item_number": max(self.fulfillment_item_number, find_highest(keys)),
        }
        self._fulfillment_keep(self, vals)
        for line in self.order_line.filtered(lambda line: not line.display_type):
            first, second = [*content.items.get(line, ()), None, None][:2]
            vals = {
                "fulfillment_qty_ordered": sum(item.quantity for item in (first, second) if item),
                "fulfillment_extra_quantity": second.quantity if second else 0,
            }
            if first:
                vals["fulfillment_key"] = first.key
            if second:
                vals["fulfillment_extra_key"] = second.key
            self._fulfillment_keep(line, vals)

    @staticmethod
    def _fulfillment_keep(record, vals):
        """Write what differs, in one go."""
        if changed := {name: value for name, value in vals.items() if record[name] != value}:
            record.write(changed)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _fulfillment_role(self):
        """What the line is for the platform: 'item', 'shipping', 'costs', 'other' or ''.

        'other' is money without goods: discounts and rewards, or a combination, whose parts are
        lines of their own.
        """
        if self.display_type:
            return ""
        if self.is_delivery:
            return "shipping"
        if self.product_id == self.order_id.fulfillment_account_id.payment_fee_product_id:
            return "costs"
        if self._fulfillment_is_goods():
            return "item" if self.product_uom_qty else ""
        return "other"

    def _fulfillment_is_goods(self):
        if self.is_downpayment or self.product_type == "combo" or self._is_discount_line():
            return False
        if self.product_type == "service" and not (self.price_total or self._fulfillment_sku()):
            return False  # e.g. a reward that takes nothing off
        return self.price_total >= 0 or self.product_uom_qty < 0

    def _fulfillment_coins(self, coin):
        return round(count_coins(self.price_total, coin))

    def _fulfillment_sku(self):
        return (self.product_id.default_code or "").strip()

    def _fulfillment_ean(self):
        """The barcode, if it looks like one of the trade for a piece; others are in-house."""
        barcode = (self.product_id.barcode or "").strip()
        return barcode if EAN.fullmatch(barcode) else ""

    def _fulfillment_sent_pieces(self):
        """Whole pieces, at least one; what is no whole piece is a reason not to send at all."""
        return max(1, round(self._fulfillment_pieces()))

    def _fulfillment_item(self, key, pieces, price):
        return OrderItem(
            key=key,
            sku=self._fulfillment_sku(),
            quantity=pieces,
            price=price,
            ean=self._fulfillment_ean(),
            text=next(iter((self.name or "").strip().splitlines()), "").strip(),
            delivery_days=max(0, round(self.customer_lead)) or None,
        )

    def _fulfillment_keys(self):
        """The item keys of the line: none, one or two."""
        return [key for key in (self.fulfillment_key, self.fulfillment_extra_key) if key]

    def _fulfillment_refs(self):
        """The platform's ids of its items."""
        return [ref for ref in (self.fulfillment_ref, self.fulfillment_extra_ref) if ref]
