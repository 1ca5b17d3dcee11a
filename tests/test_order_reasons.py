"""Why an order cannot go out: everything at once, in words that say what to do."""

from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestOrderReasons(OrderCase):
    def test_every_reason_at_once(self):
        nameless = self.make_product("Vase", False)
        self.customer.write({"city": False, "zip": False})
        order = self.sell(
            (nameless, 1),
            (self.mug, 1.5),
            (self.tee, -1),
            (self.rebate, 1, self.price(-50)),
        )
        self.assertEqual(
            self.reasons(order),
            [
                "Vase has no internal reference, which TB.One knows as SKU. "
                "Enter it on the product.",
                "1.5 Units of [MUG] Mug are 1.5 pieces, but only whole ones can be sent. "
                "Change the quantity.",
                "The quantity of [TEE] Tee is negative. Take it off the order.",
                "The discounts are larger than the goods: the total is "
                f"{order.currency_id.format(-35)}. Reduce them.",
                "The delivery address has no ZIP.",
                "The delivery address has no city.",
            ],
        )
        self.assertFalse(order.fulfillment_key)
        self.assertFalse(any(order.order_line.mapped("fulfillment_key")))

    def test_part_of_a_dozen(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.sell((self.mug, 0.3, {"product_uom_id": dozen.id}))
        self.assertIn("0.3 Dozens of [MUG] Mug are 3.6 pieces", self.reasons(order)[0])

    def test_nothing_to_send(self):
        order = self.sell((self.tee, 0), self.postage(5))
        self.assertEqual(
            self.reasons(order),
            ["There is nothing to send. Add a product with a quantity to the order."],
        )

    def test_what_the_platform_would_refuse_in_our_words(self):
        self.mug.default_code = "M" * 51
        office = self.env["res.partner"].create(
            {"name": "A" * 101, "street": "x", "city": "y", "zip": "1" * 11}
        )
        order = self.sell((self.mug, 1), partner_invoice_id=office.id, client_order_ref="4" * 51)
        self.assertEqual(
            self.reasons(order),
            [
                f"The order reference of {order.name} is longer than 50 characters.",
                "The name of the invoice address is longer than 100 characters.",
                "The ZIP of the invoice address is longer than 10 characters.",
                "The invoice address has no country.",
                f"The internal reference of [{'M' * 51}] Mug is longer than 50 characters.",
            ],
        )

    def test_what_the_platform_does_not_take(self):
        self.mug.default_code = "M\x07UG"
        self.customer.country_id.code = "D1"
        reasons = self.reasons(self.sell((self.mug, 1)))
        self.assertEqual(
            reasons,
            [
                "TB.One does not take the country of the delivery address: D1",
                "TB.One does not take the internal reference of [M\x07UG] Mug: M\x07UG",
            ],
        )

    def test_keys_the_platform_knows_already(self):
        first = self.sell((self.mug, 1))
        self.prepare(first)
        second = self.sell((self.mug, 1))
        second.name = first.name
        self.assertIn("has the order key", self.reasons(second)[0])
        first.fulfillment_ref = "4711"
        self.assertEqual(self.reasons(first), [f"TB.One has {first.name} already, as 4711."])

    def test_only_confirmed_orders_of_an_account(self):
        order = self.sell((self.mug, 1), confirm=False)
        self.assertEqual(
            self.reasons(order), [f"{order.name} is no confirmed order. Confirm it first."]
        )
        order.fulfillment_account_id = False
        self.assertEqual(
            self.reasons(order), ["Choose a fulfillment account for this order first."]
        )
