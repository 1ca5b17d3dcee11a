"""The screens of the stock: they open for each role, and say what is to be done."""

from ast import literal_eval

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .stock_case import StockCase

USER = "fulfillment_connector.group_fulfillment_user"
MANAGER = "fulfillment_connector.group_fulfillment_manager"


@tagged("post_install", "-at_install")
class TestStockScreens(StockCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "stock_screens_user", USER)
        cls.manager = new_test_user(cls.env, "stock_screens_manager", MANAGER)
        cls.window = cls.env.ref("fulfillment_connector.action_stock_level")

    def setUp(self):
        super().setUp()
        self.account.stock_policy = "preview"
        for sku, number in (("MUG", 7), ("TEE", 100), ("NOBODY", 1)):
            self.tbone.set_stock(sku, number)

    def test_the_list_says_what_it_is_now_and_would_become(self):
        self.update_stock()
        for person in (self.user, self.manager):
            with self.subTest(person=person.login):
                model = self.env["fulfillment.stock.level"].with_user(person)
                views = model.get_views([(False, "list"), (False, "form"), (False, "search")])
                arch = etree.fromstring(views["views"]["list"]["arch"])
                names = [node.get("name") for node in arch.iter("field")]
                rows = model.web_search_read([], {name: {} for name in names})["records"]
                mug = next(row for row in rows if row["sku"] == "MUG")
                found = (mug["quantity"], mug["on_hand"], mug["target"], mug["state"])
                self.assertEqual(found, (7, 100, 7, "differs"))

    def test_every_filter_finds_what_it_says(self):
        self.update_stock()
        arch = self.env.ref("fulfillment_connector.view_stock_level_search")._get_combined_arch()
        found = {
            node.get("name"): set(self.levels().filtered_domain(domain).mapped("sku"))
            for node in arch.iter("filter")
            if (domain := literal_eval(node.get("domain", "[]")))
        }
        self.assertEqual(found["differs"], {"MUG"})
        self.assertEqual(found["unknown"], {"NOBODY"})
        self.assertFalse(found["skipped"] | found["missing"] | found["sold_out"])
        self.assertEqual(found["located"], {"MUG", "TEE", "NOBODY"})

    def test_the_empty_list_says_what_to_do(self):
        self.assertIn("o_view_nocontent", self.window.help)
        self.assertIn("Preview", self.window.help)

    def test_a_manager_sets_it_up_in_the_form(self):
        self.account.write({"stock_policy": "off", "stock_location_ids": [(5,)]})
        with Form(self.account.with_user(self.manager)) as form:
            form.stock_policy = "preview"
            form.stock_delta_interval = 15
            with form.stock_location_ids.new() as row:
                row.location_id = self.stock
        self.assertEqual(self.account.stock_location_ids.key, "")
        self.update_stock()
        with Form(self.account.with_user(self.manager)) as form:
            self.assertEqual(
                form.stock_result, "Would change 1 of 2 products. SKUs not known here: 1"
            )

    def test_users_read_and_change_nothing(self):
        self.update_stock()
        with Form(self.account.with_user(self.user)) as form:
            self.assertEqual(form.stock_policy, "preview")
        for records in (self.levels(), self.account.stock_location_ids, self.account):
            for operation in ("write", "create", "unlink"):
                with self.subTest(model=records._name, operation=operation):
                    self.assertTrue(records.with_user(self.user).has_access("read"))
                    self.assertFalse(records.with_user(self.user).has_access(operation))
        with self.assertRaises(AccessError):
            self.account.with_user(self.user).action_apply_stock()

    def test_managers_do_not_write_numbers(self):
        self.update_stock()
        for operation in ("write", "create", "unlink"):
            with self.subTest(operation=operation):
                self.assertFalse(self.levels().with_user(self.manager).has_access(operation))

    def test_the_button_leads_to_the_numbers_of_the_account(self):
        self.update_stock()
        other = self.create_account("Other")
        window = self.account.with_user(self.user).action_view_stock_levels()
        found = self.env[window["res_model"]].search(window["domain"])
        self.assertEqual(found, self.levels())
        self.assertFalse(found.search(other.action_view_stock_levels()["domain"]))

    def test_the_log_tells_the_result(self):
        sync = self.update_stock()
        row = sync.with_user(self.user).web_read({"stock_summary": {}, "kind": {}})[0]
        self.assertEqual(row["kind"], "stock")
        self.assertIn("Would change 1 of 2", row["stock_summary"])
        with Form(sync.with_user(self.user)) as form:
            self.assertEqual(form.stock_unknown_count, 1)

    def test_large_numbers_are_readable(self):
        self.update_stock()
        sync = self.sync()
        sync.write({"stock_compared_count": 15000, "stock_changed_count": 1200})
        self.assertEqual(
            sync.stock_summary, "Would change 1,200 of 15,000 products. SKUs not known here: 1"
        )
