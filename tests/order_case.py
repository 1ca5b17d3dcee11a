"""Base of the tests of orders that go out: a customer with an address, taxes, ways to sell."""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command

from ..providers import PROVIDERS
from .documents_case import DocumentsCase, Shop

HOME = {
    "street": "Am Hafen 3",
    "zip": "20457",
    "city": "Hamburg",
    "email": "ada@example.com",
    "phone": "+49 40 1234",
}


class Sales(Shop):
    """Orders of `cls.account` the platform does not know yet; a part of test cases."""

    @classmethod
    def furnish(cls):
        cls.customer.write(HOME | {"country_id": cls.env.ref("base.de").id})
        cls.excluded, cls.reduced, cls.included = (
            cls.make_tax(name, **vals)
            for name, vals in (
                ("19 %", {"amount": 19}),
                ("7 %", {"amount": 7}),
                ("19 % incl.", {"amount": 19, "price_include_override": "tax_included"}),
            )
        )
        cls.shipping, cls.fee, cls.rebate, cls.wrapping = (
            cls.make_product(name, sku, type="service", list_price=0)
            for name, sku in (
                ("Shipping", False),
                ("Payment fee", False),
                ("Promotion", False),
                ("Gift wrapping", "WRAP"),
            )
        )
        cls.account.payment_fee_product_id = cls.fee

    @classmethod
    def make_tax(cls, name, **vals):
        return cls.env["account.tax"].create(
            {"name": name, "price_include_override": "tax_excluded"} | vals
        )

    @classmethod
    def sell(cls, *items, **vals):
        """A sale order as a salesperson enters it: items are (product, quantity[, values])."""
        unknown = {"fulfillment_key": False, "fulfillment_ref": False}
        lines = [
            (product, quantity, {"fulfillment_key": False} | (more[0] if more else {}))
            for product, quantity, *more in items
        ]
        return cls.make_order(*lines, **(unknown | vals))

    @staticmethod
    def price(price, *taxes, **vals):
        """Values of a line at a price."""
        tax_ids = [Command.set([tax.id for tax in taxes])]
        return {"price_unit": price, "tax_ids": tax_ids, **vals}

    def postage(self, price, *taxes):
        return (self.shipping, 1, self.price(price, *taxes, is_delivery=True))

    def prepare(self, order):
        """The canonical order; TB.One has nothing against it, and it adds up to Odoo's total."""
        canonical = order._fulfillment_prepare_order()
        self.assertEqual(PROVIDERS["tbone"].list_problems(canonical), [])
        self.assertEqual(self.sum_of(canonical), self.total_of(order))
        keys = [item.key for item in canonical.items]
        self.assertEqual(len(keys), len(set(keys)))
        return canonical

    @staticmethod
    def sum_of(canonical):
        goods = sum(item.quantity * item.price for item in canonical.items)
        return goods + canonical.shipping_price + canonical.payment_costs

    @staticmethod
    def total_of(order):
        return round(Decimal(order.amount_total), 4)

    def items(self, order):
        """What is sent, as [(SKU, pieces, price)]."""
        return [(item.sku, item.quantity, str(item.price)) for item in self.prepare(order).items]


class OrderCase(Sales, DocumentsCase):
    def reasons(self, order):
        with self.assertRaises(UserError) as caught:
            order._fulfillment_prepare_order()
        return str(caught.exception).splitlines()

    def in_currency(self, name):
        """Values of an order in a currency."""
        currency = self.env.ref(f"base.{name}")
        currency.active = True
        self.env["res.currency.rate"].create({"currency_id": currency.id, "rate": 1.5})
        pricelist = self.env["product.pricelist"].create({"name": name, "currency_id": currency.id})
        return {"pricelist_id": pricelist.id}
