"""The demo data load, they are the stand-ins' scenarios, and importing them ends in agreement."""

from odoo import fields
from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools.convert import convert_file

from ..simulator import TBOneSimulator
from ..simulator.acommerce import AcommerceSimulator
from ..simulator.acommerce import demo as acommerce_demo
from ..simulator.tbone import demo as tbone_demo
from ..tools import demo_acommerce, demo_report, demo_tbone

MODULE = "fulfillment_connector"


def load_demo(env, mode="init"):
    for name in Manifest.for_addon(MODULE)["demo"]:
        convert_file(env, MODULE, name, {}, mode=mode, noupdate=True)


class DemoCase(TransactionCase):
    """Loaded demo data; `account` is the one of a platform, the only one in use."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        is_there = cls.env.ref(f"{MODULE}.demo_account", raise_if_not_found=False)
        load_demo(cls.env, "update" if is_there else "init")
        cls.env["fulfillment.account"].search([]).active = False
        cls.account = cls.env.ref(f"{MODULE}.{cls.demo_account}")
        cls.account.active = True
        cls.orders = cls.env["sale.order"].search(
            [("fulfillment_account_id", "=", cls.account.id)], order="name"
        )

    def list_contents(self):
        """SKU and pieces, order by order and item by item."""
        return [
            [(line.product_id.default_code, line.product_uom_qty) for line in order.order_line]
            for order in self.orders
        ]

    def run_cron(self, cron):
        """One run of a scheduled action, with commits that stay in this test."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.{cron}").method_direct_trigger()
        self.env.invalidate_all()

    def exchange(self):
        """Send, fetch, apply."""
        self.run_cron("ir_cron_exchange")
        self.run_cron("ir_cron_apply")

    def differences(self):
        return list(demo_report.describe_differences(self.found, self.expected))


@tagged("post_install", "-at_install")
class TestDemo(DemoCase):
    demo_account = "demo_account"

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
            for order in tbone_demo.list_orders()
        ]
        self.assertEqual(found[:-1], expected)
        self.assertEqual(set(self.orders.mapped("state")), {"draft"})
        self.assertEqual(self.orders.mapped("amount_tax"), [0.0] * len(self.orders))

    def test_products_are_those_of_the_scenario(self):
        for sku, (name, _price, kind) in tbone_demo.PRODUCTS.items():
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
        self.go_round()
        self.assertEqual(self.differences(), [])
        table = demo_tbone.draw_items(self.account, self.found)
        for key in tbone_demo.ORDERS:
            self.assertIn(key, table)
        self.found["orders"]["DEMO-1001"]["items"]["DEMO-1001-1"]["shipped"] = 3.0
        self.assertEqual(
            self.differences(),
            [
                "orders, DEMO-1001, items, DEMO-1001-1, shipped: Odoo has 3, "
                "but after what the stand-in sent it is 4."
            ],
        )

    def test_both_sides_stand_side_by_side(self):
        self.go_round()
        told = demo_tbone.tell_orders(self.state)
        rows = list(demo_report.prepare_sides(self.account, told))
        self.assertEqual([row[1] for row in rows if row[1]], self.orders.mapped("name"))
        first, last = rows[0], rows[-1]
        self.assertEqual(
            (first[0], first[4]), ("TB.One", "of 8: 6 shipped, 2 cancelled, 1 returned")
        )
        self.assertIn("00340434161094990125 back", [row[3] for row in rows])
        self.assertEqual(last, ["", "DEMO-1009", "Needs attention", "", "not there"])

    def test_the_incomplete_address_is_told_and_put_right(self):
        self.go_round()
        order = self.orders[-1]
        [row] = self.account.outbox_ids.filtered(lambda row: row.order_id == order)
        self.assertEqual((row.state, order.fulfillment_state), ("failed", "attention"))
        self.assertEqual(len(row.reason.splitlines()), 2, row.reason)

    def go_round(self):
        """Confirm, send, fetch, apply; what both sides know in the end."""
        with TBOneSimulator() as tbone:
            tbone_demo.play(tbone)
            self.account.host = tbone.url
            self.orders.action_confirm()
            self.exchange()
            self.state = tbone.control.reads["state"]()
            books = tbone.control.reads["summary"]()
        self.assertTrue(demo_tbone.is_done(self.account, books))
        self.assertEqual(list(demo_tbone.describe_leftovers(self.state)), [])
        self.found = demo_tbone.read_account(self.account)
        self.expected = demo_tbone.expect_account(self.state)


@tagged("post_install", "-at_install")
class TestDemoOfAcommerce(DemoCase):
    demo_account = "demo_acommerce"

    def test_quotations_are_those_of_the_scenario(self):
        """SKUs and quantities; the last cannot go out."""
        expected = [list(items) for _shows, items in acommerce_demo.ORDERS.values()]
        self.assertEqual(self.list_contents()[:-1], expected)
        self.assertEqual(self.orders[:-1].mapped("name"), list(acommerce_demo.ORDERS))
        self.assertEqual(self.orders.mapped("state"), ["draft"] * len(self.orders))
        self.assertEqual(self.orders.currency_id.mapped("name"), ["THB"])
        self.assertEqual(self.orders.mapped("amount_tax"), [0.0] * len(self.orders))
        self.assertNotIn(0.0, self.orders.mapped("amount_total"))

    def test_account_opens_the_door_of_the_stand_in(self):
        known = AcommerceSimulator
        self.assertEqual(
            [self.account[name] for name in ("username", "password", "scope_id", "partner_code")],
            [known.user, known.api_key, known.channel, known.partner],
        )
        self.assertEqual(self.account.environment, "test")
        self.assertEqual(self.account.host, self.account.order_host)

    def test_the_default_account_stays_that_of_tbone(self):
        company = self.env.ref("base.main_company")
        self.assertEqual(company.fulfillment_account_id, self.env.ref(f"{MODULE}.demo_account"))

    def test_only_its_customers_have_its_pricelist(self):
        self.env.user.group_ids += self.env.ref("product.group_product_pricelist")
        pricelist = self.env.ref(f"{MODULE}.demo_pricelist_thb")
        for name, is_its in (("mei", True), ("alma", False)):
            partner = self.env.ref(f"{MODULE}.demo_partner_{name}")
            with self.subTest(partner=partner.name):
                self.assertEqual(partner.property_product_pricelist == pricelist, is_its)

    def test_full_circle_ends_in_agreement(self):
        """What `make demo` does, and that its comparison notices a wrong number."""
        self.go_round()
        self.assertEqual(self.differences(), [])
        self.found["orders"]["DEMO-2005"]["parcels"]["THX2005000013"]["delivered"] = True
        self.assertEqual(
            self.differences(),
            [
                "orders, DEMO-2005, parcels, THX2005000013, delivered: Odoo has True, "
                "but after what the stand-in sent it is False."
            ],
        )

    def test_both_sides_stand_side_by_side(self):
        self.go_round()
        told = demo_acommerce.tell_orders(self.state)
        rows = list(demo_report.prepare_sides(self.account, told))
        self.assertEqual([row[1] for row in rows if row[1]], self.orders.mapped("name"))
        self.assertEqual(
            [row[3:] for row in rows[:2]],
            [["THX2001000017", "COMPLETED"], ["THX2001000024", "COMPLETED"]],
        )
        self.assertEqual(rows[-1], ["", "DEMO-2006", "Needs attention", "", "not there"])

    def test_the_delivery_by_mistake_was_told_first(self):
        self.go_round()
        rows = self.account.message_row_ids
        [row] = rows.filtered("revision_ids")
        self.assertEqual((row.order_key, row.platform_type), ("DEMO-2005", "REJECTED"))
        self.assertEqual(row.revision_ids.mapped("platform_type"), ["COMPLETED"])

    def test_the_incomplete_address_is_told_with_all_reasons(self):
        self.go_round()
        [row] = self.account.outbox_ids.filtered(lambda row: row.order_id == self.orders[-1])
        self.assertEqual(row.state, "failed")
        self.assertEqual(len(row.reason.splitlines()), 2, row.reason)

    def go_round(self):
        """Confirm and send; fetch twice, since orders go on when they were read; apply."""
        with AcommerceSimulator() as acommerce:
            acommerce_demo.play(acommerce)
            self.account.host = self.account.order_host = acommerce.url
            self.orders.action_confirm()
            for _ in range(2):
                self.account.next_fetch_at = fields.Datetime.now()
                self.exchange()
                acommerce.clock.advance(acommerce_demo.PAUSE)
                acommerce.work()
            self.state = acommerce.control.reads["state"]()
            books = acommerce.control.reads["summary"]() | {"expected": acommerce.expected()}
        self.assertTrue(demo_acommerce.is_done(self.account, books), books)
        self.assertEqual(list(demo_acommerce.describe_leftovers(self.state)), [])
        self.found = demo_acommerce.read_account(self.account)
        self.expected = demo_acommerce.expect_account(self.state)
