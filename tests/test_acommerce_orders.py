"""Orders to aCommerce: over HTTP, with everything that may become of a call."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from ..providers import PROVIDERS
from .event_case import EventCase
from .send_case import NEVER, SendCase

PLACE = {
    "street": "1 Sample Rd",
    "zip": "83000",
    "city": "Phuket",
    "phone": "+66 2 000 0000",
    "email": "ada@example.com",
}


@tagged("post_install", "-at_install")
class AcommerceOrdersCase(SendCase, EventCase):
    """A shop in Thailand; its account has no messages to fetch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        thailand = cls.env.ref("base.th")
        province = cls.env["res.country.state"].create(
            {"name": "Phuket", "code": "X-83", "country_id": thailand.id}
        )
        cls.customer.write(PLACE | {"country_id": thailand.id, "state_id": province.id})
        baht = cls.env.ref("base.THB")
        baht.active = True
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "Baht", "currency_id": baht.id}
        )

    @classmethod
    def confirm(cls, *products, **vals):
        return super().confirm(*products, **{"pricelist_id": cls.pricelist.id} | vals)

    def at_platform(self, order):
        return self.acommerce.platform.orders.get(order.fulfillment_key or order.name)

    def list_dates(self, account):
        return [date for date in super().list_dates(account) if date[1] != "next_fetch_at"]

    def assertSent(self, orders):
        """These orders are at the stand-in, once each, under our id."""
        for order in orders:
            row = self.outbox(order)
            self.assertEqual(row.state, "sent", row.reason)
            self.assertTrue(self.at_platform(order).document)
            self.assertEqual(order.fulfillment_ref, order.fulfillment_key)
            self.assertTrue(row.settled and not row.reason)


class TestOrders(AcommerceOrdersCase):
    def test_a_confirmed_order_goes_out(self):
        order = self.confirm()
        self.run_exchange()
        self.assertSent(order)
        self.assertCalls("put_order")
        self.assertCounts("done", sent=1)
        document = self.at_platform(order).document
        self.assertEqual(document["orderShipmentInfo"]["province"], "Phuket")
        self.assertEqual(document["orderShipmentInfo"]["country"], "Thailand")
        self.assertEqual(document["orderShipmentInfo"]["phone"], "+66 2 000 0000")
        self.assertEqual((document["grossTotal"], document["currUnit"]), (20.0, "THB"))
        self.assertEqual([line["itemId"] for line in document["orderItems"]], ["MUG", "TEE"])
        self.assertNoViolation()

    def test_the_settings_of_the_account_count(self):
        self.account.write(
            {
                "payment_type": "COD",
                "shipping_type": "NEXT_DAY",
                "country_form": "code",
                "price_form": "piece",
            }
        )
        order = self.confirm(self.mug)
        order.order_line.product_uom_qty = 3
        self.run_exchange()
        document = self.at_platform(order).document
        self.assertEqual((document["paymentType"], document["shippingType"]), ("COD", "NEXT_DAY"))
        self.assertEqual(document["orderShipmentInfo"]["country"], "TH")
        self.assertEqual(document["orderItems"][0]["subTotal"], 10.0)
        self.assertEqual(document["grossTotal"], 30.0)

    def test_what_would_be_refused_is_told_before_sending_all_of_it(self):
        self.customer.write(dict.fromkeys(("street", "phone", "zip"), False))
        self.customer.country_id = self.env.ref("base.de")
        self.account.partner_code = False
        order = self.confirm()
        self.run_exchange()
        self.assertFalse(self.calls())
        self.assertRow(order, "failed")
        self.assertEqual(
            set(self.outbox(order).reason.splitlines()),
            {
                f"{order.name} has no partner of the articles on its account.",
                "The delivery address has no street.",
                "The delivery address has no ZIP.",
                "The delivery address has no phone number.",
                "aCommerce does not take the country of the delivery address: DE",
            },
        )
        self.assertEqual(order.fulfillment_state, "attention")
        self.customer.write(PLACE | {"country_id": self.env.ref("base.th").id})
        self.account.partner_code = "501"
        self.call(order, "action_fulfillment_send")
        self.run_exchange()
        self.assertSent(order)

    def test_every_field_has_a_name_for_people(self):
        bare = self.env["res.partner"].create({"name": "Bare"})
        order = self.confirm(partner_id=bare.id, partner_shipping_id=bare.id)
        with self.assertRaises(UserError) as caught:
            order._fulfillment_prepare_order()
        self.assertNotRegex(str(caught.exception), "[a-z]_[a-z]")

    def test_a_refusal_is_shown_with_each_of_its_fields(self):
        order = self.confirm(pricelist_id=False, currency_id=self.env.ref("base.EUR").id)
        self.acommerce.platform.articles = {"OTHER"}
        other = self.confirm()
        self.run_exchange()
        self.assertRow(order, "failed", "currUnit. ")
        self.assertRow(other, "failed", "itemId. MUG is not known")
        self.assertFalse(order.fulfillment_went_out)
        self.run_again()
        self.assertEqual(len(self.calls("put_order")), 2)
        self.assertNoViolation()

    def test_one_that_exists_and_is_the_same_is_sent(self):
        order = self.confirm()
        self.run_exchange()
        document = self.at_platform(order).document
        twin = self.confirm(fulfillment_key=False)
        self.acommerce.add_order(twin.name).document = document
        self.run_exchange()
        self.assertSent(twin)
        self.assertCalls("put_order", "put_order", "get_order")

    def test_one_that_exists_and_differs_is_for_a_person(self):
        order = self.confirm()
        self.run_exchange()
        other = self.confirm(self.lamp)
        self.acommerce.add_order(other.name).document = self.at_platform(order).document
        self.run_exchange()
        self.assertRow(other, "failed", "has an order")
        self.assertIn("1 x LAMP here", self.outbox(other).reason)
        self.assertTrue(other.activity_ids)
        # it is not ours, so the key may be changed, and the order sent under another one
        other.fulfillment_key = f"{other.name}-2"
        self.call(other, "action_fulfillment_send")
        self.run_exchange()
        self.assertSent(other)

    def test_a_lost_answer_clears_up_by_itself(self):
        order = self.confirm()
        self.acommerce.fault("put_order", "accept_drop")
        self.run_exchange()
        self.assertRow(order, "to_send", "The next try finds out", may_have_arrived=True)
        self.assertTrue(order.fulfillment_went_out)
        self.assertFalse(order.activity_ids)
        self.run_exchange()
        self.assertCalls("put_order")  # not before the pause is over
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertSent(order)
        self.assertFalse(self.outbox(order).may_have_arrived)
        self.assertEqual(len(self.acommerce.platform.orders), 1)
        self.assertNoViolation()

    def test_a_call_that_did_not_arrive_is_made_again(self):
        for fault in ("drop", "server_error", "bad_gateway", "busy"):
            with self.subTest(fault):
                order = self.confirm()
                self.acommerce.fault("put_order", fault)
                self.run_exchange()
                self.assertRow(order, "to_send")
                self.let_pass(minutes=61)
                self.run_due()
                self.assertSent(order)
        self.assertNoViolation()

    def test_after_five_tries_a_person_is_asked(self):
        order = self.confirm()
        self.acommerce.fault("put_order", "drop", times=None)
        self.run_again(8)
        self.assertEqual(len(self.calls("put_order")), 5)
        self.assertRow(order, "unknown", "tried 5 times")
        self.assertTrue(order.activity_ids)

    def test_a_killed_run_clears_up_by_itself(self):
        order = self.confirm()
        row = self.outbox(order)
        order._fulfillment_prepare_order()
        row._move_to("sending", attempts=1)
        self.run_exchange()
        self.assertRow(order, "to_send", "was killed", may_have_arrived=True)
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertSent(order)

    def test_one_that_is_cancelled_while_it_is_unknown_is_told_to_a_person(self):
        order = self.confirm()
        self.acommerce.fault("put_order", "accept_drop")
        self.run_exchange()
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.run_again()
        self.assertEqual(len(self.calls("put_order")), 1)
        self.assertTrue(order.fulfillment_is_untold)

    def test_a_wrong_key_stops_the_account_and_nothing_is_lost(self):
        order = self.confirm()
        self.account.sudo().password = "wrong"
        self.account.state = "connected"
        self.run_exchange()
        self.assertEqual(self.account.state, "stopped")
        self.assertRow(order, "to_send")
        self.account.write({"password": self.acommerce.api_key, "state": "connected"})
        self.account.write({"next_fetch_at": NEVER, "failure_count": 0})
        self.run_exchange()
        self.assertSent(order)


class TestCancellations(AcommerceOrdersCase):
    def test_a_cancelled_order_is_for_a_person(self):
        for policy in ("tell", "send"):
            with self.subTest(policy):
                self.account.cancel_policy = policy
                order = self.confirm()
                self.run_exchange()
                order.with_context(disable_cancel_warning=True).action_cancel()
                self.run_exchange()
                self.assertTrue(order.activity_ids)
                if policy == "send":
                    row = self.outbox(order, "cancel")
                    self.assertEqual(row.state, "failed")
                    self.assertIn("cannot be told by this connector", row.reason)
                    self.assertIn("cannot be told", order.fulfillment_recall_reason)


class TestScreensOfOrders(AcommerceOrdersCase):
    def test_the_id_is_called_as_the_platform_calls_it(self):
        seller = new_test_user(self.env, "platform_seller", "sales_team.group_sale_salesman")
        tbone = self.env["fulfillment.account"].create({"name": "TB.One"})
        for account in (self.account, tbone):
            order = self.make_order((self.mug, 1), user_id=seller.id, confirm=False)
            order.fulfillment_account_id = account
            order.action_confirm()
            form = Form(order.with_user(seller))
            self.assertEqual(form.fulfillment_provider, account.provider)
            self.assertEqual(form.fulfillment_ref, order.fulfillment_ref)
            self.assertEqual(order.picking_ids.fulfillment_provider, account.provider)

    def test_every_view_has_both_labels(self):
        for model in ("sale.order", "stock.picking"):
            arch = self.env[model].get_view(view_type="form")["arch"]
            self.assertIn("TB.One Order ID", arch)
            label = self.env[model].fields_get(["fulfillment_ref"])["fulfillment_ref"]["string"]
            self.assertEqual(label, "Platform Order ID")

    def test_an_id_that_was_seen_there_is_entered(self):
        order = self.confirm()
        self.outbox(order)._move_to("sending")
        self.outbox(order)._move_to("unknown")
        wizard = self.env["fulfillment.enter.ref"].create({"order_id": order.id, "ref": order.name})
        self.assertEqual(wizard.provider, "acommerce")
        wizard.action_enter()
        self.assertEqual(self.outbox(order).state, "sent")
        with self.assertRaisesRegex(UserError, "has the aCommerce order ID"):
            wizard.action_enter()

    def test_sentences_name_the_platform(self):
        order = self.confirm()
        self.run_exchange()
        texts = order.message_ids.mapped("body")
        self.assertTrue(any("aCommerce has the order" in text for text in texts), texts)
        self.assertEqual(order._fulfillment_platform(), PROVIDERS["acommerce"].label)
        self.assertLessEqual(self.outbox(order).sent_at, fields.Datetime.now())
