"""The prices of an order on its way out: every tax, discount, fee and currency adds up."""

from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestOrderMoney(OrderCase):
    def test_taxes_included_excluded_and_several(self):
        order = self.sell(
            (self.mug, 3, self.price(9.99, self.excluded)),
            (self.tee, 7, self.price(4.99, self.included)),
            (self.lamp, 2, self.price(19.95, self.excluded, self.reduced)),
        )
        self.assertEqual(
            self.items(order),
            [
                ("MUG", 1, "11.88"),
                ("MUG", 2, "11.89"),
                ("TEE", 7, "4.99"),
                ("LAMP", 2, "25.14"),
            ],
        )

    def test_line_discount(self):
        order = self.sell((self.mug, 3, self.price(9.99, self.excluded, discount=12.5)))
        self.prepare(order)

    def test_shipping_and_payment_fee_are_no_items(self):
        order = self.sell(
            (self.mug, 1),
            self.postage(4.9, self.included),
            (self.fee, 1, self.price(1, self.excluded)),
        )
        canonical = self.prepare(order)
        self.assertEqual(len(canonical.items), 1)
        self.assertEqual(canonical.shipping_price, Decimal("4.90"))
        self.assertEqual(canonical.payment_costs, Decimal("1.19"))

    def test_promotions_are_taken_off_the_goods(self):
        order = self.sell(
            (self.mug, 2), (self.lamp, 1, self.price(30)), (self.rebate, 1, self.price(-5))
        )
        self.assertEqual(self.items(order), [("MUG", 2, "9.00"), ("LAMP", 1, "27.00")])

    def test_global_discounts(self):
        for kind, amount in (
            ("so_discount", {"discount_percentage": 0.1}),
            ("amount", {"discount_amount": 7.77}),
        ):
            order = self.sell(
                (self.mug, 3, self.price(9.99, self.excluded)),
                (self.tee, 1, self.price(4.99, self.reduced)),
                confirm=False,
            )
            self.env["sale.order.discount"].create(
                {"sale_order_id": order.id, "discount_type": kind, **amount}
            ).action_apply_discount()
            order.action_confirm()
            self.assertTrue(order.order_line.filtered(lambda line: line.price_total < 0))
            self.assertEqual({item.sku for item in self.prepare(order).items}, {"MUG", "TEE"})

    def test_negative_shipping_is_taken_off_the_goods(self):
        order = self.sell((self.mug, 1), self.postage(-2))
        self.assertEqual(self.items(order), [("MUG", 1, "8.00")])

    def test_discount_beyond_the_goods_is_taken_off_the_shipping(self):
        order = self.sell((self.mug, 1), self.postage(5), (self.rebate, 1, self.price(-12)))
        canonical = self.prepare(order)
        self.assertEqual(canonical.items[0].price, 0)
        self.assertEqual(canonical.shipping_price, 3)

    def test_taxes_rounded_for_the_whole_order(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        order = self.sell(
            *((product, 1, self.price(0.13, self.excluded)) for product in self.three()),
            (self.wrapping, 1, self.price(0.53, self.excluded)),
        )
        self.assertNotEqual(
            order.amount_total, round(sum(order.order_line.mapped("price_total")), 2)
        )
        self.prepare(order)

    def three(self):
        return (self.mug, self.tee, self.lamp)

    def test_taxes_of_early_payment(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in ten days",
                "early_discount": True,
                "discount_percentage": 2,
                "early_pay_discount_computation": "mixed",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100})],
            }
        )
        order = self.sell(
            (self.mug, 3, self.price(99.99, self.excluded)),
            (self.tee, 1, self.price(49.99, self.reduced)),
            payment_term_id=term.id,
        )
        self.assertLess(order.amount_total, sum(order.order_line.mapped("price_total")) - 1)
        self.prepare(order)

    def test_foreign_currency(self):
        order = self.sell((self.mug, 3, self.price(9.99)), **self.in_currency("CHF"))
        self.assertEqual(self.prepare(order).currency, "CHF")

    def test_currency_without_cents(self):
        order = self.sell((self.mug, 3, self.price(33.3)), **self.in_currency("JPY"))
        self.assertEqual(order.amount_total, 100)
        self.assertEqual(self.items(order), [("MUG", 2, "33"), ("MUG", 1, "34")])

    def test_currency_with_three_decimals(self):
        dinar = self.in_currency("KWD")
        self.prepare(self.sell((self.mug, 3, self.price(1.11)), **dinar))
        order = self.sell((self.mug, 3, self.price(1.115)), **dinar)
        reasons = self.reasons(order)
        self.assertEqual(len(reasons), 1)
        self.assertIn("3.345", reasons[0])
        self.assertIn("no whole number of cents", reasons[0])
