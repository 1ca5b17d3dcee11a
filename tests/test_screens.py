"""The screens: they open for each role, their filters work, and two people walk through them."""

from ast import literal_eval
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ..simulator import TBOneSimulator

USER = "fulfillment_connector.group_fulfillment_user"
MANAGER = "fulfillment_connector.group_fulfillment_manager"
WINDOWS = (
    *("overview", "outbox", "message", "parcel", "stock_level", "sync"),
    *("account", "carrier_map", "return_state"),
)


class TestWindows(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = [
            new_test_user(cls.env, "screens_user", USER),
            new_test_user(cls.env, "screens_manager", MANAGER),
        ]

    def windows(self):
        for name in WINDOWS:
            yield self.env.ref(f"fulfillment_connector.action_{name}")

    def test_every_window_opens_for_each_role(self):
        for window in self.windows():
            for person in self.people:
                with self.subTest(window=window.name, person=person.login):
                    views = [(False, mode) for mode in window.view_mode.split(",")]
                    model = self.env[window.res_model].with_user(person)
                    model.get_views([*views, (False, "search")])
                    model.web_search_read([], {"display_name": {}})

    def test_every_window_says_what_to_do_when_it_is_empty(self):
        for window in self.windows():
            with self.subTest(window=window.name):
                self.assertIn("o_view_nocontent", window.help)

    def test_every_filter_and_grouping_works(self):
        for window in self.windows():
            model = self.env[window.res_model].with_user(self.people[0])
            arch = etree.fromstring(model.get_view(view_type="search")["arch"])
            for node in arch.iter("filter"):
                with self.subTest(window=window.name, filter=node.get("name")):
                    domain = safe_eval(node.get("domain", "[]"), {"uid": self.env.uid})
                    group = literal_eval(node.get("context", "{}")).get("group_by")
                    model.search_count(domain)
                    if group:
                        model.formatted_read_group(domain, [group], ["__count"])

    def test_orders_are_filtered_by_state(self):
        view = self.env.ref("sale.sale_order_view_search_inherit_sale")
        arch = view._get_combined_arch()
        for name in ("to_send", "attention", "partly_shipped", "returned"):
            node = arch.find(f".//filter[@name='fulfillment_{name}']")
            with self.subTest(filter=name):
                self.env["sale.order"].search_count(literal_eval(node.get("domain")))


class TestCronWarning(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["fulfillment.account"].create({"name": "TB.One"})
        cls.crons = cls.env["ir.cron"].search([("model_id.model", "=like", "fulfillment.%")])
        cls.crons.nextcall = fields.Datetime.now() + timedelta(minutes=5)

    def warning(self):
        self.account.invalidate_recordset()
        return self.account.cron_warning

    def test_there_are_scheduled_actions(self):
        self.assertGreaterEqual(len(self.crons), 2)

    def test_all_is_well(self):
        self.assertFalse(self.warning())

    def test_one_is_switched_off(self):
        self.crons[0].active = False
        self.assertIn("switched off", self.warning())
        self.assertIn(self.crons[0].name, self.warning())

    def test_one_is_late(self):
        self.crons[0].nextcall = fields.Datetime.now() - timedelta(hours=1)
        self.assertIn("late", self.warning())

    def test_a_user_who_may_not_read_scheduled_actions_sees_it(self):
        self.crons[0].active = False
        user = new_test_user(self.env, "screens_warned", USER)
        self.assertIn("switched off", self.account.with_user(user).cron_warning)


class TestSettings(TransactionCase):
    def test_set_up_gives_the_company_an_account_once(self):
        company = self.env["res.company"].create({"name": "New"})
        settings = self.env["res.config.settings"].with_company(company).create({})
        settings.action_fulfillment_set_up()
        account = company.fulfillment_account_id
        self.assertEqual(account.company_id, company)
        self.assertEqual(account.environment, "test")
        settings.action_fulfillment_set_up()
        self.assertEqual(company.fulfillment_account_id, account)

    def test_saving_what_did_not_change_keeps_the_connection(self):
        account = self.env["fulfillment.account"].create({"name": "Shop", "password": "secret"})
        account.state = "connected"
        self.env.company.fulfillment_account_id = account
        with Form(self.env["res.config.settings"]) as settings:
            self.assertEqual(settings.fulfillment_password, "secret")
        self.assertEqual(account.state, "connected")
        with Form(self.env["res.config.settings"]) as settings:
            settings.fulfillment_password = "other"
        self.assertEqual(account.password, "other")
        self.assertEqual(account.state, "draft")

    def test_another_default_account_keeps_its_own_credentials(self):
        accounts = self.env["fulfillment.account"].create(
            [{"name": name, "password": name} for name in ("First", "Second")]
        )
        self.env.company.fulfillment_account_id = accounts[0]
        settings = self.env["res.config.settings"].create({})
        settings.write({"fulfillment_account_id": accounts[1].id})
        self.assertEqual(settings.fulfillment_password, "Second")
        self.assertEqual(accounts.mapped("password"), ["First", "Second"])
        self.assertEqual(self.env.company.fulfillment_account_id, accounts[1])


@tagged("post_install", "-at_install")
class TestTours(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tbone = TBOneSimulator()
        cls.tbone.start()
        cls.addClassCleanup(cls.tbone.stop)
        cls.env["fulfillment.account"].search([]).active = False
        cls.account = cls.env["fulfillment.account"].create(
            {"name": "Tour", "host": cls.tbone.url, "channel_sign": cls.tbone.channel_sign}
        )
        cls.env.company.fulfillment_account_id = cls.account

    def connect(self):
        self.account.write(
            {
                "account_number": self.tbone.account,
                "username": self.tbone.user,
                "password": self.tbone.password,
                "channel_number": self.tbone.channel,
                "state": "connected",
                "next_fetch_at": fields.Datetime.now() + timedelta(minutes=14),
            }
        )

    def make_order(self, seller):
        """An order of two cups that the platform knows and shipped, and a message that failed."""
        cup = self.env["product.product"].create(
            {"name": "Cup", "default_code": "CUP", "is_storable": True}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Ada Example"}).id,
                "user_id": seller.id,
                "fulfillment_account_id": self.account.id,
                "fulfillment_key": "TOUR-1",
                "order_line": [
                    Command.create(
                        {
                            "product_id": cup.id,
                            "product_uom_qty": 2,
                            "fulfillment_key": "TOUR-1-1",
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        known = self.tbone.add_order("TOUR-1", [("TOUR-1-1", "CUP", 2)])
        order.fulfillment_ref = str(known.tb_id)
        self.tbone.ship(known.items[0], 1, idcode="TRACK-1", carrier="DHL_STD_NATIONAL")
        self.env["fulfillment.message"].create(
            {
                "account_id": self.account.id,
                "company_id": self.account.company_id.id,
                "external_id": "1",
                "kind": "ship",
                "state": "failed",
                "reason": "Too many: 3 would be shipped, but 2 are open.",
                "order_id": order.id,
                "order_line_id": order.order_line.id,
                "order_key": "TOUR-1",
                "item_key": "TOUR-1-1",
                "sku": "CUP",
                "quantity": 3,
            }
        )
        return order

    def make_neighbour(self, order):
        """The order a pager shows next: older, and shipped in a parcel."""
        other = order.copy(
            {
                "date_order": order.date_order - timedelta(days=1),
                "fulfillment_account_id": self.account.id,
                "fulfillment_key": "TOUR-0",
                "fulfillment_ref": "7654321",
            }
        )
        other.action_confirm()
        self.env["fulfillment.parcel"].create(
            {
                "account_id": self.account.id,
                "company_id": self.account.company_id.id,
                "order_id": other.id,
                "direction": "out",
                "key": "TRACK-0",
                "tracking_ref": "TRACK-0",
            }
        )

    def test_a_salesperson_sees_retries_and_fetches(self):
        self.connect()
        seller = new_test_user(
            self.env, "tour_seller", "sales_team.group_sale_salesman", password="tour_seller"
        )
        self.assertFalse(seller.has_group(MANAGER))
        order = self.make_order(seller)
        self.make_neighbour(order)
        self.start_tour("/odoo/orders", "fulfillment_salesperson", login="tour_seller")
        self.env.invalidate_all()
        self.assertEqual(order.order_line.fulfillment_qty_shipped, 1)
        self.assertEqual(order.fulfillment_parcel_ids.tracking_ref, "TRACK-1")
        self.assertEqual(self.tbone.violations, [])

    def test_a_manager_fills_in_credentials_and_tests_them(self):
        self.start_tour("/odoo/settings", "fulfillment_manager", login="admin")
        self.env.invalidate_all()
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(self.account.password, self.tbone.password)
        self.assertEqual(self.account.channel_number, self.tbone.channel)
        self.assertEqual(self.tbone.violations, [])
