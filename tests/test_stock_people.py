"""What people change while numbers are compared: connection, archive, locations, orders."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..models.effects import fulfillment_stock_compare
from .stock_case import JarCase, StockCase


@tagged("post_install", "-at_install")
class TestStockOtherSystem(StockCase):
    """Numbers of one system say nothing of another one."""

    def setUp(self):
        super().setUp()
        self.tbone.set_stock("MUG", 7)
        self.fetch_stock()
        self.account.stock_previewed_at = fields.Datetime.now()

    def test_another_system_is_looked_at_first(self):
        for vals in (
            {"channel_number": "319"},
            {"account_number": "4712"},
            {"environment": "production", "host": "https://rest.core.tradebyte.com"},
        ):
            with self.subTest(vals=vals):
                self.switch_on()
                self.account.stock_stored_at = fields.Datetime.now()
                self.account.write(vals)
                self.assertEqual(self.account.stock_policy, "preview")
                for name in ("previewed_at", "stored_at", "full_at", "cursor"):
                    self.assertFalse(self.account[f"stock_{name}"], name)
                with self.assertRaisesRegex(UserError, "There is no preview yet"):
                    self.account.action_apply_stock()

    def test_what_another_system_has_told_is_not_compared_any_more(self):
        self.assertTrue(self.sync().stock_is_pending)
        self.account.channel_number = "319"
        self.assertFalse(self.sync().stock_is_pending)
        self.run_stock_lane()
        self.assertEqual(self.shelf(), [100, 100, 100])
        self.assertFalse(self.levels(), "nor is it missing at the new one")

    def test_in_one_breath_it_is_not_switched_on_either(self):
        with self.assertRaisesRegex(ValidationError, "Look at a preview"):
            self.account.write({"channel_number": "319", "stock_policy": "apply"})

    def test_a_switch_that_is_off_stays_off(self):
        self.account.stock_policy = "off"
        self.account.channel_number = "319"
        self.assertEqual(self.account.stock_policy, "off")

    def test_a_new_password_leads_to_the_same_stock(self):
        self.account.write({"password": "other", "username": "other"})
        self.assertEqual(self.account.stock_policy, "apply")
        self.assertTrue(self.account.stock_previewed_at)
        self.run_stock_lane()
        self.assertEqual(self.on_hand(self.mug), 7)


@tagged("post_install", "-at_install")
class TestStockArchive(StockCase):
    """An archived account changes nothing, and comes back only where there is room."""

    def setUp(self):
        super().setUp()
        self.tbone.set_stock("MUG", 7)
        self.fetch_stock()

    def test_an_archived_account_changes_nothing(self):
        self.account.active = False
        self.run_stock_lane()
        self.assertEqual(self.shelf(), [100, 100, 100])
        self.account.active = True
        self.run_stock_lane()
        self.assertEqual(self.shelf(), [100, 100, 100], "its numbers are old by then")
        self.assertTrue(self.account._wants_full_stock())

    def test_work_that_an_archived_account_still_has_is_left(self):
        self.account.active = False
        self.sync().stock_is_pending = True
        self.run_stock_lane()
        self.assertEqual(self.shelf(), [100, 100, 100])

    def test_two_accounts_do_not_come_to_set_the_same_goods(self):
        self.account.active = False
        self.create_account("Other").stock_location_ids = [
            Command.create({"location_id": self.stock.id})
        ]
        with self.assertRaisesRegex(ValidationError, "share goods"):
            self.account.active = True


@tagged("post_install", "-at_install")
class TestStockLocationChange(StockCase):
    """A preview is one of the locations that were chosen then."""

    def setUp(self):
        super().setUp()
        self.account.stock_policy = "off"
        self.account.stock_policy = "preview"
        self.tbone.set_stock("MUG", 7)
        self.update_stock()
        self.hall = self.env["stock.location"].create(
            {"name": "Hall", "location_id": self.stock.location_id.id}
        )

    def assertComparedAgain(self):
        self.assertFalse(self.account.stock_previewed_at)
        self.run_stock_lane()
        self.assertTrue(self.account.stock_previewed_at)
        self.assertEqual(len(self.stock_calls()), 1, "without another call")

    def test_another_location(self):
        self.assertTrue(self.account.stock_previewed_at)
        self.account.stock_location_ids.location_id = self.hall
        self.assertComparedAgain()
        self.assertEqual(self.levels().location_id, self.hall)

    def test_one_more_and_one_less(self):
        self.account.stock_location_ids.key = "MAIN"
        self.assertComparedAgain()
        self.account.stock_location_ids = [
            Command.create({"location_id": self.hall.id, "key": "NORTH"})
        ]
        self.assertComparedAgain()
        self.account.stock_location_ids.filtered(lambda row: row.key == "NORTH").unlink()
        self.assertComparedAgain()

    def test_a_manager_of_the_connector_may_do_it(self):
        manager = new_test_user(
            self.env, "stock_manager", groups="fulfillment_connector.group_fulfillment_manager"
        )
        self.account.with_user(manager).stock_location_ids = [
            Command.update(self.account.stock_location_ids.id, {"location_id": self.hall.id})
        ]
        self.assertComparedAgain()

    def test_once_it_is_switched_on_a_preview_is_no_matter(self):
        self.press("action_apply_stock")
        self.account.stock_location_ids.location_id = self.hall
        self.assertTrue(self.account.stock_previewed_at)

    def test_goods_that_deliveries_do_not_leave_from(self):
        shelf = self.env["stock.location"].create({"name": "TB", "location_id": self.stock.id})
        with self.assertRaisesRegex(ValidationError, "lies within"):
            self.account.stock_location_ids.location_id = shelf
        for location in (self.stock, self.hall):
            self.account.stock_location_ids.location_id = location


@tagged("post_install", "-at_install")
class TestStockHold(StockCase):
    """A person cancels what the platform's number is without."""

    def setUp(self):
        super().setUp()
        self.account.cancel_stock_policy = "hold"
        self.tbone.set_stock("MUG", 7)

    def free(self, product):
        return product.with_context(location=self.stock.id).free_qty

    def test_cancelled_here_and_held_until_the_platform_brings_it_back(self):
        order = self.make_order((self.mug, 3))
        self.update_stock()
        self.assertEqual((self.on_hand(self.mug), self.free(self.mug)), (10, 7))
        order._action_cancel()
        self.assertEqual((self.on_hand(self.mug), self.free(self.mug)), (7, 7))
        self.let_pass(minutes=31)
        self.tbone.set_stock("MUG", 10)
        self.update_stock()
        self.assertEqual(self.free(self.mug), 10)

    def test_a_salesperson_may_cancel(self):
        order = self.make_order((self.mug, 3), (self.tee, 2))
        seller = new_test_user(
            self.env, "stock_seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        order.with_user(seller).action_cancel()
        self.assertEqual(self.shelf(), [97, 98, 100])

    def test_sold_again_at_once(self):
        self.account.cancel_stock_policy = "raise"
        self.make_order((self.mug, 3))._action_cancel()
        self.assertEqual(self.on_hand(self.mug), 100)

    def test_what_the_platform_never_had_is_free(self):
        self.make_order(
            (self.mug, 3), fulfillment_key=False, fulfillment_ref=False
        )._action_cancel()
        self.make_order((self.mug, 3), confirm=False)._action_cancel()
        self.assertEqual(self.on_hand(self.mug), 100)

    def test_what_was_shipped_is_not_held(self):
        order = self.make_order((self.mug, 3))
        order.picking_ids.move_ids.quantity = 1
        order.picking_ids.move_ids.picked = True
        order.picking_ids._action_done()
        order._action_cancel()
        self.assertEqual(self.on_hand(self.mug), 97)

    def test_in_two_steps_it_is_held_once(self):
        self.stock.warehouse_id.delivery_steps = "pick_ship"
        self.make_order((self.mug, 3))._action_cancel()
        self.assertEqual(self.on_hand(self.mug), 97)


@tagged("post_install", "-at_install")
class TestStockParts(JarCase):
    """Adjusting keeps goods from other people, so it is committed every few products."""

    def setUp(self):
        super().setUp()
        self.tbone.set_stock("NOBODY", 1)
        self.fetch_stock()

    def list_parts(self):
        """How many adjustments stand in the history after each commit."""
        lane, counts = type(self.env["fulfillment.stock.apply"]), []
        commit = lane._commit

        def count(lane):
            commit(lane)
            counts.append(lane.env["stock.move"].search_count(self.is_adjustment()))

        with (
            patch.object(fulfillment_stock_compare, "CHANGES", 4),
            patch.object(lane, "_commit", count),
        ):
            self.run_stock_lane()
        return counts

    def is_adjustment(self):
        return [("is_inventory", "=", True), ("inventory_name", "ilike", "TB.One stock update")]

    def test_a_few_changes_at_a_time(self):
        self.assertEqual(self.list_parts()[:3], [4, 8, 10])
        self.assertEqual(self.shelf(*self.jars), list(range(10)))
        summary = "Changed 10 of 10 products. SKUs not known here: 1"
        self.assertEqual(self.sync().stock_summary, summary)

    def test_what_is_equal_does_not_count(self):
        for jar, number in zip(self.jars[:7], range(7), strict=True):
            self.env["stock.quant"]._update_available_quantity(jar, self.stock, number - 100)
        self.assertEqual(self.list_parts()[0], 3)

    def test_a_preview_is_one_piece(self):
        self.account.stock_policy = "preview"
        self.assertEqual(self.list_parts()[0], 0)
        self.assertEqual(self.sync().stock_compared_count, 10)

    def test_the_place_never_goes_backwards(self):
        levels, sync = self.levels().sorted("id"), self.sync()
        lane = self.env["fulfillment.stock.apply"]
        lane._move_on(sync, levels[:6])
        lane._move_on(sync, levels[:3])
        self.assertEqual(sync.stock_position, levels[5].id)
