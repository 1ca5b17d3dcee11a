"""The stock of aCommerce: what can be promised, all of it and then what changed, over HTTP."""

from odoo.tests import tagged

from .event_case import EventCase
from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestAcommerceStock(StockCase, EventCase):
    def state(self, sku):
        return self.levels(sku=sku).state

    def test_all_of_it_and_then_what_changed(self):
        self.acommerce.set_stock("TEE", 5)
        self.acommerce.clock.advance(3600)
        self.acommerce.set_stock("MUG", 7)
        sync = self.update_stock()
        self.assertEqual((sync.stock_is_full, sync.fetched_count, sync.state), (True, 2, "done"))
        self.assertEqual(self.numbers(), {"MUG": 7, "TEE": 5})
        self.assertEqual(self.shelf(), [7, 5, 100])
        cursor = self.account.stock_cursor
        self.assertTrue(cursor)
        self.let_pass(minutes=31)
        self.acommerce.set_stock("MUG", 6)
        self.acommerce.clock.advance(2)
        sync = self.update_stock()
        self.assertEqual((sync.stock_is_full, sync.fetched_count), (False, 1))
        self.assertEqual(self.shelf(), [6, 5, 100])
        self.assertGreater(self.account.stock_cursor, cursor)
        self.assertEqual(["since=" in query for query in self.stock_calls()], [False, True])
        self.assertNoViolation()

    def test_what_is_unlimited_is_left_alone(self):
        self.acommerce.set_stock("MUG", 7)
        self.acommerce.set_stock("TEE", "UNLIMITED")
        self.acommerce.set_stock("STRANGE", "UNLIMITED")
        sync = self.update_stock()
        self.assertEqual(self.shelf(), [7, 100, 100])
        self.assertEqual((sync.state, sync.stock_bad_count), ("done", 0))
        self.assertEqual((sync.stock_compared_count, sync.stock_unknown_count), (1, 0))
        self.assertEqual(sync.stock_skipped_count, 0)
        self.assertEqual((self.state("TEE"), self.state("STRANGE")), ("unlimited", "unlimited"))
        level = self.levels(sku="TEE")
        self.assertTrue(level.is_unlimited)
        self.assertFalse(level.location_id or level.is_missing)

    def test_a_number_may_become_unlimited_and_a_number_again(self):
        self.acommerce.set_stock("MUG", 0)
        self.update_stock()
        self.assertEqual((self.shelf(self.mug), self.state("MUG")), ([0], "equal"))
        self.let_pass(minutes=31)
        self.acommerce.set_stock("MUG", "UNLIMITED")
        self.acommerce.clock.advance(2)
        self.update_stock()
        self.assertEqual((self.shelf(self.mug), self.state("MUG")), ([0], "unlimited"))
        self.let_pass(hours=25)
        sync = self.update_stock()
        self.assertTrue(sync.stock_is_full)
        self.assertEqual((sync.new_count, self.state("MUG")), (0, "unlimited"))
        self.acommerce.set_stock("MUG", 4)
        self.let_pass(minutes=31)
        self.update_stock()
        self.assertEqual((self.shelf(self.mug), self.state("MUG")), ([4], "equal"))
        self.assertFalse(self.levels(sku="MUG").is_unlimited)

    def test_what_was_unlimited_may_be_missing(self):
        self.acommerce.set_stock("MUG", "UNLIMITED")
        self.acommerce.set_stock("TEE", 5)
        self.update_stock()
        for policy, shelf in (("keep", 100), ("zero", 0)):
            with self.subTest(policy):
                self.account.stock_missing_policy = policy
                self.acommerce.platform.stock.pop("MUG", None)
                self.let_pass(hours=25)
                self.update_stock()
                self.assertEqual(self.shelf(self.mug), [shelf])
                self.assertTrue(self.levels(sku="MUG").is_missing)

    def test_a_page_that_is_missing_moves_nothing(self):
        self.acommerce.platform.page_size = 1
        self.acommerce.set_stock("MUG", 7)
        self.acommerce.set_stock("TEE", 5)
        self.acommerce.fault("stock", "server_error", after=1)
        self.update_stock()
        self.assertFalse(self.levels())
        self.assertFalse(self.account.stock_cursor)
        self.assertEqual(self.shelf(), [100, 100, 100])

    def test_without_a_partner_the_account_says_so(self):
        self.account.partner_code = False
        self.switch_on()
        self.update_stock()
        self.assertIn("the ID of the partner whose articles are sold", self.account.stock_error)
        self.assertFalse(self.stock_calls())
