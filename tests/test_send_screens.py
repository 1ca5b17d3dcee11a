"""The screens of orders that go out: they open for each role, and a salesperson walks through."""

from ast import literal_eval
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..simulator import TBOneSimulator
from .sending_case import HOME, SendingCase

SELLER = "sales_team.group_sale_salesman"
MODULE = "fulfillment_connector"
MANAGER = f"{MODULE}.group_fulfillment_manager"


@tagged("post_install", "-at_install")
class TestSendScreens(SendingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "screens_seller", SELLER)
        cls.manager = new_test_user(cls.env, "screens_boss", f"{SELLER},{MANAGER}")

    def arch(self, user, kind="form", model="sale.order", view=None):
        found = self.env[model].with_user(user).get_view(view and view.id, kind)
        return etree.fromstring(found["arch"])

    def test_the_outbox_opens_for_each_role(self):
        window = self.env.ref("fulfillment_connector.action_outbox")
        self.assertIn("o_view_nocontent", window.help)
        self.sell(user_id=self.seller.id)
        for person in (self.seller, self.manager):
            rows = self.env["fulfillment.outbox"].with_user(person)
            rows.get_views([(False, "list"), (False, "form"), (False, "search")])
            self.assertTrue(rows.web_search_read([], {"partner_id": {}, "state": {}})["records"])

    def test_every_filter_and_grouping_of_the_outbox_works(self):
        rows = self.env["fulfillment.outbox"].with_user(self.seller)
        for node in self.arch(self.seller, "search", "fulfillment.outbox").iter("filter"):
            with self.subTest(filter=node.get("name")):
                rows.search_count(safe_eval(node.get("domain", "[]"), {"uid": self.env.uid}))
                if group := literal_eval(node.get("context", "{}")).get("group_by"):
                    rows.formatted_read_group([], [group], ["__count"])

    def test_orders_are_found_by_what_became_of_them(self):
        orders = {state: self.sell() for state in ("to_send", "not_sent", "unknown")}
        self.end(orders["not_sent"], "failed", reason="No.")
        self.end(orders["unknown"], "unknown", reason="?")
        arch = self.env.ref("sale.sale_order_view_search_inherit_sale")._get_combined_arch()
        ours = self.env["sale.order"].union(*orders.values())
        for name, order in orders.items():
            with self.subTest(filter=name):
                node = arch.find(f".//filter[@name='fulfillment_{name}']")
                found = self.env["sale.order"].search(literal_eval(node.get("domain")))
                self.assertEqual(found & ours, order)

    def test_the_answer_is_for_managers(self):
        for person, is_there in ((self.seller, False), (self.manager, True)):
            arch = self.arch(person, model="fulfillment.outbox")
            self.assertEqual(bool(arch.findall(".//field[@name='answer']")), is_there)
            arch = self.arch(person, view=self.env.ref(f"{MODULE}.view_order_fulfillment_form"))
            self.assertEqual(bool(arch.findall(".//field[@name='answer']")), is_there)

    def test_the_form_of_an_order_in_each_state(self):
        order = self.sell(user_id=self.seller.id)
        for state, reason in (("to_send", ""), ("failed", "No."), ("unknown", "?")):
            if state != "to_send":
                self.end(order, state, reason=reason)
            with Form(order.with_user(self.seller)) as form:
                self.assertEqual(form.fulfillment_send_state, state)
                self.assertEqual(form.fulfillment_send_reason or "", reason)
            self.rows(order)._send_again()

    def test_an_order_that_waits_for_a_silent_account_says_so(self):
        order = self.sell()
        served = {"state": "draft", "password": "secret", "active": True}
        for change, is_stopped in (
            ({}, False),  # not tested, but served
            ({"state": "connected"}, False),
            ({"state": "stopped"}, True),
            ({"password": False}, True),
            ({"active": False}, True),
        ):
            with self.subTest(change):
                vals = served | change
                self.env.cr.execute(
                    "UPDATE fulfillment_account SET state = %s, password = %s, active = %s"
                    " WHERE id = %s",
                    (vals["state"], vals["password"] or None, vals["active"], self.account.id),
                )
                self.env.invalidate_all()
                self.assertEqual(order.with_user(self.seller).fulfillment_is_stopped, is_stopped)

    def test_keys_and_account_are_closed_once_the_order_is_out(self):
        order = self.sent(user_id=self.seller.id)
        with Form(order.with_user(self.seller)) as form:
            for name in ("fulfillment_account_id", "fulfillment_key"):
                with self.assertRaisesRegex(AssertionError, "readonly"):
                    form[name] = False

    def test_a_cancellation_that_was_not_sent_has_a_way_out(self):
        self.account.cancel_policy = "send"
        order = self.sent(user_id=self.seller.id)
        self.cancel(order)
        self.end(order, "unknown", "cancel")  # without a reason
        order = order.with_user(self.seller)
        self.assertEqual(order.fulfillment_recall_state, "unknown")
        banner = self.arch(self.seller).find(".//field[@name='fulfillment_recall_reason']/..")
        self.assertIn("fulfillment_recall_state not in", banner.get("invisible"))
        for button in banner.iter("button"):
            self.assertTrue(callable(getattr(order, button.get("name"))))
        order.action_fulfillment_recall_done()
        self.assertEqual(order.fulfillment_recall_state, "sent")

    def test_the_overview_counts_what_is_to_send_and_what_was_not_sent(self):
        orders = self.env["sale.order"].union(*(self.sell() for _index in range(4)))
        for order, state in zip(orders, ("failed", "unknown", "sent"), strict=False):
            self.end(order, state)
        elsewhere = self.sell(fulfillment_account_id=self.other_account.id)
        accounts = self.account | self.other_account
        accounts.invalidate_recordset()
        self.assertEqual(accounts.mapped("to_send_count"), [1, 1])
        self.assertEqual(accounts.mapped("not_sent_count"), [1, 0])
        self.assertEqual(accounts.mapped("doubtful_count"), [1, 0])
        self.end(elsewhere, "failed")
        self.env.flush_all()
        accounts.invalidate_recordset()
        with self.assertQueryCount(1):
            accounts.mapped("not_sent_count")
        action = self.account.action_view_not_sent()
        self.assertEqual(action["res_model"], "fulfillment.outbox")

    def test_the_account_of_a_team_is_entered_on_its_form(self):
        leader = new_test_user(self.env, "screens_leader", "sales_team.group_sale_manager")
        with Form(self.team.with_user(leader)) as form:
            form.fulfillment_account_id = self.account
        self.assertEqual(self.team.fulfillment_account_id, self.account)

    def test_the_policies_are_entered_on_the_account(self):
        with Form(self.account.with_user(self.manager)) as form:
            form.send_policy = "manual"
            form.cancel_policy = "send"
            form.send_currency = True
            form.payment_fee_product_id = self.mug
        self.assertEqual(self.account.cancel_policy, "send")

    def test_many_orders_are_sent_from_the_list(self):
        self.account.send_policy = "manual"
        orders = self.sell(user_id=self.seller.id) | self.sell(user_id=self.seller.id)
        action = self.env.ref("fulfillment_connector.action_order_send").with_user(self.seller)
        action.with_context(active_model="sale.order", active_ids=orders.ids).run()
        self.assertEqual(self.rows(orders).mapped("state"), ["to_send", "to_send"])


@tagged("post_install", "-at_install")
class TestSendTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tbone = TBOneSimulator().start()
        cls.addClassCleanup(cls.tbone.stop)
        cls.env["fulfillment.account"].search([]).active = False
        cls.account = cls.env["fulfillment.account"].create(
            {
                "name": "Tour",
                "host": cls.tbone.url,
                "account_number": cls.tbone.account,
                "username": cls.tbone.user,
                "password": cls.tbone.password,
                "channel_number": cls.tbone.channel,
                "channel_sign": cls.tbone.channel_sign,
            }
        )
        cls.account.write(
            {
                "state": "connected",
                "next_fetch_at": fields.Datetime.now() + timedelta(minutes=14),
            }
        )
        cls.env.company.fulfillment_account_id = cls.account
        cls.seller = new_test_user(cls.env, "tour_sender", SELLER, password="tour_sender")
        cls.cup, cls.saucer = cls.env["product.product"].create(
            [
                {"name": "Cup", "default_code": "CUP", "taxes_id": [Command.clear()]},
                {"name": "Saucer", "taxes_id": [Command.clear()]},
            ]
        )

    def quote(self, name, *items):
        country = self.env.ref("base.de").id
        customer = self.env["res.partner"].create({"name": name, "country_id": country} | HOME)
        return self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "user_id": self.seller.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    for product, quantity in items
                ],
            }
        )

    def walk(self, tour):
        self.start_tour("/odoo/sales", tour, login="tour_sender", timeout=180)
        self.env.invalidate_all()
        self.assertEqual(self.tbone.violations, [])

    def assertSent(self, order):
        self.assertEqual(order.fulfillment_ref, str(self.tbone.find_order(order.name).tb_id))
        self.assertEqual(order.fulfillment_state, "sent")

    def test_a_salesperson_confirms_and_sees_the_platforms_number(self):
        order = self.quote("Ada Example", (self.cup, 2))
        self.walk("fulfillment_sent")
        self.assertSent(order)

    def test_a_salesperson_corrects_an_order_and_sends_it_again(self):
        order = self.quote("Bert Example", (self.cup, 1.5), (self.saucer, 1))
        self.walk("fulfillment_corrected")
        self.assertSent(order)

    def test_a_salesperson_clears_up_an_order_without_an_answer(self):
        order = self.quote("Cora Example", (self.cup, 1))
        self.tbone.fault("orders", "drop")
        self.walk("fulfillment_arrived")
        self.assertEqual(order.fulfillment_ref, "7654321")
        self.assertEqual(order.fulfillment_state, "sent")
        self.assertFalse(self.tbone.find_order(order.name))
