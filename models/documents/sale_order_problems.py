"""Why an order cannot go out, in the words of a salesperson: ours, then the platform's."""

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...providers import PROVIDERS
from .order_amounts import count_coins, find_coin

_lt = LazyTranslate(__name__)

OURS = {("missing", "item", "sku"), ("missing", "order", "items")}  # told with what to do
TEXTS = {  # by part and reason of a problem
    "ship_to": {
        "missing": _lt("The delivery address has no %(field)s."),
        "too_long": _lt(
            "The %(field)s of the delivery address is longer than %(limit)s characters."
        ),
        "not_allowed": _lt(
            "%(platform)s does not take the %(field)s of the delivery address: %(value)s"
        ),
    },
    "sell_to": {
        "missing": _lt("The invoice address has no %(field)s."),
        "too_long": _lt(
            "The %(field)s of the invoice address is longer than %(limit)s characters."
        ),
        "not_allowed": _lt(
            "%(platform)s does not take the %(field)s of the invoice address: %(value)s"
        ),
    },
    "item": {  # or the order
        "missing": _lt("%(of)s has no %(field)s."),
        "too_long": _lt("The %(field)s of %(of)s is longer than %(limit)s characters."),
        "not_allowed": _lt("%(platform)s does not take the %(field)s of %(of)s: %(value)s"),
    },
}
FIELDS = {  # of the canonical order, as people know them from Odoo's screens
    "key": _lt("key"),
    "number": _lt("order reference"),
    "invoice_number": _lt("invoice number"),
    "channel_sign": _lt("channel sign of the account"),
    "currency": _lt("currency"),
    "partner_id": _lt("partner of the articles on its account"),
    "carrier_key": _lt("package type key of the delivery method"),
    "payment_type": _lt("payment method"),
    "payment_ref": _lt("payment reference"),
    "comment": _lt("comment for the merchant"),
    "name": _lt("name"),
    "first_name": _lt("first name"),
    "last_name": _lt("last name"),
    "name_extension": _lt("company name"),
    "customer_number": _lt("customer reference"),
    "street": _lt("street"),
    "street_extension": _lt("second street line"),
    "zip": _lt("ZIP"),
    "city": _lt("city"),
    "province": _lt("state"),
    "country": _lt("country"),
    "phone_private": _lt("phone number"),
    "phone_office": _lt("phone number"),
    "email": _lt("email"),
    "vat": _lt("tax ID"),
    "sku": _lt("internal reference"),
    "ean": _lt("barcode"),
    "text": _lt("description"),
    "quantity": _lt("quantity"),
    "price": _lt("price"),
    "shipping_price": _lt("shipping price"),
    "payment_costs": _lt("payment costs"),
    "delivery_days": _lt("lead time"),
}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _fulfillment_reasons(self, content, canonical):
        """Sentences, each once; none when the order can go out."""
        lines = {item.key: line for line, items in content.items.items() for item in items}
        problems = self.fulfillment_account_id._list_order_problems(canonical)
        reasons = [
            *self._fulfillment_state_reasons(),
            *(reason for line in content.items for reason in line._fulfillment_reasons()),
            *self._fulfillment_money_reasons(content),
            *(
                self._fulfillment_problem_text(problem, lines)
                for problem in problems
                if (problem.reason, problem.part, problem.field) not in OURS
            ),
        ]
        return list(dict.fromkeys(reasons))

    def _fulfillment_state_reasons(self):
        names = {"order": self.display_name, "platform": self._fulfillment_platform()}
        if self.state != "sale":
            yield self.env._("%(order)s is no confirmed order. Confirm it first.", **names)
        if self.fulfillment_ref:
            yield self.env._(
                "%(platform)s has %(order)s already, as %(ref)s.", ref=self.fulfillment_ref, **names
            )
        if twin := self._fulfillment_find_twin():
            yield self.env._(
                "%(twin)s has the order key %(key)s too. Enter another order key.",
                twin=twin.display_name,
                key=self._fulfillment_order_key(),
            )

    def _fulfillment_find_twin(self):
        """Another order of the account under the key of this one."""
        return self.search(
            [
                ("fulfillment_account_id", "=", self.fulfillment_account_id.id),
                ("fulfillment_key", "=", self._fulfillment_order_key()),
                ("id", "!=", self.id),
            ],
            limit=1,
        )

    def _fulfillment_money_reasons(self, content):
        if not content.items:
            yield self.env._(
                "There is nothing to send. Add a product with a quantity to the order."
            )
        elif self.currency_id.compare_amounts(self.amount_total, 0) < 0:
            yield self.env._(
                "The discounts are larger than the goods: the total is %(amount)s. Reduce them.",
                amount=self.currency_id.format(self.amount_total),
            )
        coin = find_coin(self.currency_id.decimal_places)
        for amount in (self.amount_total, *self.order_line.mapped("price_total")):
            if count_coins(amount, coin) % 1:
                yield self.env._(
                    "%(amount)s is no whole number of cents, which is all %(platform)s takes. "
                    "Change the prices.",
                    amount=self.currency_id.format(amount),
                    platform=self._fulfillment_platform(),
                )

    def _fulfillment_platform(self):
        return PROVIDERS[self.fulfillment_account_id.provider].label

    def _fulfillment_problem_text(self, problem, lines):
        """:param lines: {item key: line}"""
        line = lines.get(problem.item_key)
        texts = TEXTS.get(problem.part, TEXTS["item"])
        text = self.env._(texts.get(problem.reason, texts["not_allowed"]))
        return text % {
            "of": line.product_id.display_name if line else self.display_name,
            "field": self._fulfillment_field_name(problem.field),
            "limit": problem.limit,
            "value": problem.value,
            "platform": self._fulfillment_platform(),
        }

    def _fulfillment_field_name(self, name):
        return self.env._(FIELDS[name]) if name in FIELDS else name


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _fulfillment_reasons(self):
        """Why a line with goods cannot go out."""
        pieces = self._fulfillment_pieces()
        values = {
            "product": self.product_id.display_name,
            "quantity": f"{self.product_uom_qty:g}",
            "unit": self.product_uom_id.name,
            "pieces": f"{pieces:g}",
            "platform": self.order_id._fulfillment_platform(),
        }
        if not self._fulfillment_sku():
            yield self.env._(
                "%(product)s has no internal reference, which %(platform)s knows as SKU. "
                "Enter it on the product.",
                **values,
            )
        if pieces < 0:
            yield self.env._(
                "The quantity of %(product)s is negative. Take it off the order.", **values
            )
        elif pieces != round(pieces) or not pieces:
            yield self.env._(
                "%(quantity)s %(unit)s of %(product)s are %(pieces)s pieces, but only whole ones "
                "can be sent. Change the quantity.",
                **values,
            )
