"""The demo data load, they are the stand-in's scenario, and importing it ends in agreement."""

from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools.convert import convert_file

from ..simulator import TBOneSimulator
from ..simulator.tbone import demo
from ..tools import demo_report

MODULE = "fulfillment_connector"


def load_demo(env, mode="init"):
    for name in Manifest.for_addon(MODULE)["demo"]:
        convert_file(env, MODULE, name, {}, mode=mode, noupdate=True)


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        others = cls.env["fulfillment.account"].search([])
        others.active = False
        load_demo(cls.env)
        cls.account = cls.env.ref(f"{MODULE}.demo_account")
        cls.account.active = True
        cls.orders = cls.env["sale.order"].search(
            [("fulfillment_account_id", "=", cls.account.id)], order="name"
        )

    def test_quotations_are_those_of_the_scenario(self):
        """SKUs, quantities and prices, order by order and item by item; the last cannot go out."""
        found = [
            [
                (line.product_id.default_code, line.product_uom_qty, f"{line.price_total:.2f}")
                for line in order.order_line
            ]
            for order in self.orders
        ]
        expected = [
            [
                (item["sku"], item["quantity"], f"{item['quantity'] * float(item['price']):.2f}")
                for item in order["items"]
            ]
            for order in demo.list_orders()
        ]
        self.assertEqual(found[:-1], expected)
        self.assertEqual(set(self.orders.mapped("state")), {"draft"})
        self.assertEqual(self.orders.mapped("amount_tax"), [0.0] * len(self.orders))

    def test_products_are_those_of_the_scenario(self):
        for sku, (name, _price, kind) in demo.PRODUCTS.items():
            with self.subTest(sku=sku):
                product = self.env["product.product"].search([("default_code", "=", sku)])
                self.assertEqual(product.name, name)
                self.assertEqual("goods" if product.is_storable else product.type, kind)
                if product.is_storable:
                    self.assertGreater(product.free_qty, 0)

    def test_account_opens_the_door_of_the_stand_in(self):
        known = TBOneSimulator
        self.assertEqual(self.account.environment, "test")
        self.assertEqual(
            [self.account[name] for name in ("account_number", "username", "password")],
            [known.account, known.user, known.password],
        )
        self.assertEqual(self.account.channel_number, known.channel)

    def test_sam_is_a_salesperson_and_no_manager(self):
        sam = self.env.ref(f"{MODULE}.demo_user_sam")
        self.assertTrue(sam.has_group(f"{MODULE}.group_fulfillment_user"))
        self.assertFalse(sam.has_group(f"{MODULE}.group_fulfillment_manager"))
        mine = self.env["sale.order"].with_user(sam).search([("id", "in", self.orders.ids)])
        self.assertTrue(0 < len(mine) < len(self.orders))

    def test_loading_again_changes_nothing(self):
        before = self.orders.read(["write_date", "state", "amount_total"])
        self.account.name = "Renamed by its user"
        load_demo(self.env, mode="update")
        self.assertEqual(self.account.name, "Renamed by its user")
        self.assertEqual(self.orders.read(["write_date", "state", "amount_total"]), before)

    def test_full_circle_ends_in_agreement(self):
        """What `make demo` does, and that its comparison notices a wrong number."""
        self._go_round()
        rows = list(demo_report.prepare_rows(self.account, self.found))
        self.assertEqual(list(demo_report.describe_differences(self.found, self.expected)), [])
        table = demo_report.draw_table(rows)
        for key in demo.ORDERS:
            self.assertIn(key, table)
        self.found["orders"]["DEMO-1001"]["items"]["DEMO-1001-1"]["shipped"] = 3.0
        self.assertEqual(
            list(demo_report.describe_differences(self.found, self.expected)),
            [
                "orders, DEMO-1001, items, DEMO-1001-1, shipped: Odoo has 3, "
                "but after what the stand-in sent it is 4."
            ],
        )

    def test_the_incomplete_address_is_told_and_put_right(self):
        self._go_round()
        order = self.orders[-1]
        [row] = self.account.outbox_ids.filtered(lambda row: row.order_id == order)
        self.assertEqual((row.state, order.fulfillment_state), ("failed", "attention"))
        self.assertEqual(len(row.reason.splitlines()), 2, row.reason)

    def _go_round(self):
        """Confirm, send, fetch, apply; what both sides know in the end."""
        with TBOneSimulator() as tbone:
            demo.play(tbone)
            self.account.host = tbone.url
            self.orders.action_confirm()
            self._run("ir_cron_exchange")
            self._run("ir_cron_apply")
            messages = [
                {name.lower(): text for name, text in message.nodes()}
                for book in tbone.platform.accounts.values()
                for _channel, message in book.messages.values()
            ]
            self.expected = demo_report.expect_account(tbone.expected(), messages)
            self.assertEqual(list(demo_report.describe_leftovers(messages, tbone.violations)), [])
        self.found = demo_report.read_account(self.account)

    def _run(self, cron):
        """One run of a scheduled action, with commits that stay in this test."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.{cron}").method_direct_trigger()
        self.env.invalidate_all()
