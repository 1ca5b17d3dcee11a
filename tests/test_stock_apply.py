"""Odoo's stock becomes what the platform can sell; the numbers come over HTTP."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.effects import fulfillment_stock_apply
from ..models.effects.fulfillment_stock_apply import LOCK_CLASS
from .stock_case import JarCase, Killed, StockCase

LANE = "odoo.addons.fulfillment_connector.models.effects.fulfillment_stock_apply"


def in_chunks(size):
    return patch.object(fulfillment_stock_apply, "CHUNK", size)


@tagged("post_install", "-at_install")
class TestStockApply(StockCase):
    """What is on hand afterwards."""

    def tell(self, mug=7, tee=150, lamp=100):
        self.tbone.set_stock("MUG", mug)
        self.tbone.set_stock("TEE", tee)
        self.tbone.set_stock("LAMP", lamp)

    def test_less_more_and_the_same(self):
        self.tell()
        sync = self.update_stock()
        self.assertEqual(self.shelf(), [7, 150, 100])
        self.assertEqual(set(self.levels().mapped("state")), {"equal"})
        self.assertEqual(sync.stock_summary, "Changed 2 of 3 products")
        self.assertFalse(sync.stock_is_pending)
        self.assertEqual(len(self.adjustments()), 2, "one move for each product that changes")
        self.assertIn("TB.One stock update", self.adjustments()[0].reference)
        self.assertEqual(self.adjustments().company_id, self.company)
        self.assertNoViolation()

    def test_applying_again_changes_nothing(self):
        self.tell()
        self.update_stock()
        moves = self.adjustments()
        self.let_pass(hours=24, minutes=1)
        sync = self.update_stock()
        self.assertEqual(self.adjustments(), moves)
        self.assertEqual(sync.stock_summary, "Changed 0 of 3 products")

    def test_what_changed_is_all_that_is_compared(self):
        self.tell()
        self.tbone.clock.advance(1)
        self.update_stock()
        self.let_pass(minutes=31)
        self.tbone.set_stock("MUG", 5)
        self.env["stock.quant"]._update_available_quantity(self.lamp, self.stock, -1)
        sync = self.update_stock()
        self.assertEqual(self.shelf(), [5, 150, 99], "the lamp was not spoken of")
        self.assertEqual(sync.stock_summary, "Changed 1 of 1 products")

    def test_a_full_update_repairs_what_drifted(self):
        self.tell()
        self.update_stock()
        self.env["stock.quant"]._update_available_quantity(self.lamp, self.stock, -1)
        self.let_pass(hours=24, minutes=1)
        self.update_stock()
        self.assertEqual(self.shelf(), [7, 150, 100])

    def test_a_product_that_never_was_in_stock(self):
        jar = self.make_product("Jar", "JAR", on_hand=0)
        self.tbone.set_stock("JAR", 4)
        self.update_stock()
        self.assertEqual(self.on_hand(jar), 4)
        quant = jar.stock_quant_ids.filtered(lambda quant: quant.location_id == self.stock)
        self.assertFalse(quant.inventory_quantity_set)

    def test_by_ean(self):
        self.mug.barcode = "4006381333931"
        self.tbone.set_stock("4006381333931", 3, node="A_EAN")
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 3)

    def test_named_by_sku_and_by_ean_the_sku_counts(self):
        self.mug.barcode = "4006381333931"
        self.tbone.set_stock("4006381333931", 3, node="A_EAN")
        self.tbone.set_stock("MUG", 8)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 8)
        level = self.levels(ean="4006381333931")
        self.assertEqual((level.state, level.product_id), ("skipped", self.mug.browse()))
        self.assertIn("as SKU MUG too", level.reason)

    def test_missing_articles_are_left_alone_or_sold_out(self):
        for policy, left in (("keep", 150), ("zero", 0)):
            with self.subTest(policy=policy):
                self.account.stock_missing_policy = policy
                self.tell()
                self.let_pass(hours=24, minutes=1)
                self.update_stock()
                del self.tbone.platform.accounts[self.tbone.account].stock["TEE"]
                self.let_pass(hours=24, minutes=1)
                self.update_stock()
                self.assertEqual(self.on_hand(self.tee), left)

    def test_a_missing_article_is_not_compared(self):
        self.tell()
        self.update_stock()
        del self.tbone.platform.accounts[self.tbone.account].stock["TEE"]
        self.env["stock.quant"]._update_available_quantity(self.tee, self.stock, -1)
        self.let_pass(hours=24, minutes=1)
        self.update_stock()
        self.assertEqual(self.on_hand(self.tee), 149)
        self.assertEqual(self.levels(sku="TEE").state, "missing")

    # --- orders

    def test_what_is_still_to_leave_for_a_sent_order_stays_on_hand(self):
        self.make_order((self.mug, 3))  # linked by hand: no row in the outbox
        self.tell(mug=7)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 10)
        free = self.mug.with_context(location=self.stock.id).free_qty
        self.assertEqual(free, 7, "what is free here is what can be sold there")

    def send(self, order, state="sent", **vals):
        return self.env["fulfillment.outbox"].create(
            {
                "account_id": self.account.id,
                "company_id": self.company.id,
                "kind": "order",
                "order_id": order.id,
                "key": order.fulfillment_key,
                "state": state,
                **vals,
            }
        )

    def test_orders_sent_before_and_after_the_numbers_were_told(self):
        orders = [self.make_order((self.mug, count)) for count in (1, 2, 4, 8)]
        before, after, unsent, unknown = orders
        hour = timedelta(hours=1)
        self.send(before, sent_at=fields.Datetime.now() - hour)
        self.send(after, sent_at=fields.Datetime.now() + hour)
        self.send(unsent, state="to_send")
        self.send(unknown, state="unknown")
        self.tell(mug=50)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 51)

    def test_linked_after_its_row_was_withdrawn(self):
        """Somebody sent it by other means and entered the platform's id."""
        self.send(self.make_order((self.mug, 1)), state="cancelled")
        key_alone = self.make_order((self.mug, 2), fulfillment_ref=False)
        self.send(key_alone, state="cancelled")  # the key was given before sending
        self.tell(mug=50)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 51)

    def test_orders_of_others_are_not_in_the_platforms_number(self):
        other = self.env["fulfillment.account"].create({"name": "Other"})
        self.make_order((self.mug, 3), fulfillment_account_id=other.id)
        self.make_order((self.mug, 4), fulfillment_account_id=False, fulfillment_ref=False)
        self.tell(mug=50)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 50)

    def test_in_two_steps_goods_leave_the_shelf_once(self):
        warehouse = self.stock.warehouse_id
        warehouse.delivery_steps = "pick_ship"
        order = self.make_order((self.mug, 3))
        self.tell(mug=50)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 53)
        pick = order.picking_ids.filtered(lambda picking: picking.location_id == self.stock)
        pick.move_ids.picked = True
        pick._action_done()
        self.assertEqual(self.on_hand(self.mug), 50)
        self.let_pass(hours=24, minutes=1)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 50, "they wait at the gate now")

    def test_shipped_between_the_numbers_and_their_use(self):
        order = self.make_order((self.mug, 3))
        self.tell(mug=7)
        self.fetch_stock()
        order.picking_ids.move_ids.picked = True
        order.picking_ids._action_done()
        self.run_stock_lane()
        self.assertEqual(self.on_hand(self.mug), 7)

    def test_cancelled_and_held_until_the_platform_brings_it_back(self):
        self.account.cancel_stock_policy = "hold"
        item_order = self.make_order((self.mug, 3))
        line = item_order.order_line
        told = self.tbone.add_order(item_order.fulfillment_key, [(line.fulfillment_key, "MUG", 3)])
        item_order.fulfillment_ref = str(told.tb_id)
        self.tell(mug=7)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 10)
        self.tbone.cancel(told.items[0], 3)
        self.run_due()
        with self.enter_registry_test_mode():
            self.env.ref("fulfillment_connector.ir_cron_apply").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.rows().mapped("state"), ["applied"], self.rows().mapped("reason"))
        self.assertEqual(self.on_hand(self.mug), 7, "the three are held")
        self.let_pass(minutes=31)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 7, "still, until the platform sells them again")
        self.let_pass(minutes=31)
        self.tbone.set_stock("MUG", 10)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 10, "now they are back")
        self.assertNoViolation()

    # --- locations

    def shelves(self, **keys):
        """A location for each warehouse of the platform."""
        places = {}
        for name in dict.fromkeys(keys.values()):
            places[name] = self.env["stock.location"].create(
                {"name": name, "location_id": self.stock.location_id.id}
            )
        self.account.stock_location_ids = [
            Command.clear(),
            *(
                Command.create({"key": key, "location_id": places[name].id})
                for key, name in keys.items()
            ),
        ]
        return list(places.values())

    def test_several_warehouses(self):
        shelves = self.shelves(MAIN="Hall", NORTH="Attic", SOUTH="Attic")
        hall, attic = shelves[0], shelves[1]
        self.tbone.set_stock("MUG", 9, MAIN=5, NORTH=3, SOUTH=1)
        self.tbone.set_stock("TEE", 2, MAIN=2)
        self.tbone.clock.advance(1)
        with in_chunks(2):
            sync = self.update_stock()
        self.assertEqual(self.shelf(self.mug, self.tee, location=hall), [5, 2])
        self.assertEqual(self.shelf(self.mug, self.tee, location=attic), [4, 0])
        self.assertEqual(self.shelf(), [100, 100, 100], "no number for this location")
        self.assertEqual(sync.stock_summary, "Changed 3 of 3 products")
        self.assertEqual(set(self.levels(warehouse_key="").mapped("state")), {"unused"})
        self.let_pass(minutes=31)
        self.tbone.set_stock("MUG", 10, MAIN=5, NORTH=3, SOUTH=2)
        with in_chunks(1):
            sync = self.update_stock()
        self.assertEqual(self.on_hand(self.mug, attic), 5)
        self.assertEqual(sync.stock_summary, "Changed 1 of 2 products")

    def test_goods_below_the_location_count_and_go_last(self):
        shelf = self.env["stock.location"].create({"name": "A", "location_id": self.stock.id})
        self.env["stock.quant"]._update_available_quantity(self.mug, shelf, 20)
        self.tell(mug=110)
        self.update_stock()
        self.assertEqual(self.shelf(self.mug, location=shelf), [20])
        self.assertEqual(self.on_hand(self.mug), 110)
        self.tell(mug=12)
        self.let_pass(hours=24, minutes=1)
        self.update_stock()
        self.assertEqual(self.shelf(self.mug, location=shelf), [12])
        self.assertEqual(self.on_hand(self.mug), 12)

    def test_packages_and_goods_of_others_are_not_touched(self):
        quants = self.env["stock.quant"]
        package = self.env["stock.package"].create({"name": "PACK-1"})
        quants._update_available_quantity(self.mug, self.stock, 30, package_id=package)
        quants._update_available_quantity(self.mug, self.stock, 20, owner_id=self.customer)
        self.tell(mug=60)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 60)
        self.assertEqual(package.quant_ids.quantity, 30)
        self.tell(mug=40)
        self.let_pass(hours=24, minutes=1)
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 60)
        level = self.levels(sku="MUG")
        self.assertEqual(level.state, "skipped")
        self.assertIn("20 pieces are to be taken away, but only 10", level.reason)

    def test_a_count_that_somebody_has_begun_is_not_overwritten(self):
        quant = self.mug.stock_quant_ids.filtered(lambda quant: quant.location_id == self.stock)
        quant.with_context(inventory_mode=True).inventory_quantity = 98
        self.tell()
        self.update_stock()
        self.assertEqual(self.on_hand(self.mug), 100)
        self.assertEqual((quant.inventory_quantity, quant.inventory_quantity_set), (98, True))
        self.assertIn("counting", self.levels(sku="MUG").reason)

    # --- what has no stock here

    def test_skipped_with_a_reason(self):
        self.make_product("Service", "SERVICE", type="service")
        self.make_product("Leaflet", "LEAFLET", is_storable=False)
        self.make_product("Phone", "PHONE", tracking="serial")
        twins = self.make_product("Twin", "TWIN") | self.make_product("Twin again", "TWIN")
        reasons = {
            "SERVICE": "not tracked",
            "LEAFLET": "not tracked",
            "PHONE": "lot or serial",
            "TWIN": "Several products",
        }
        for sku in reasons:
            self.tbone.set_stock(sku, 5)
        self.tell()
        sync = self.update_stock()
        for sku, reason in reasons.items():
            level = self.levels(sku=sku)
            self.assertEqual(level.state, "skipped")
            self.assertIn(reason, level.reason)
        self.assertEqual(self.shelf(*twins), [100, 100])
        self.assertEqual(sync.stock_summary, "Changed 2 of 3 products. Skipped: 4")

    def test_a_kit_is_skipped(self):
        if "mrp.bom" not in self.env:
            self.skipTest("mrp is not installed")
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.mug.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [Command.create({"product_id": self.tee.id})],
            }
        )
        self.tell()
        self.update_stock()
        self.assertIn("kit", self.levels(sku="MUG").reason)

    def test_unknown_skus_are_counted_listed_and_never_created(self):
        products = self.env["product.product"].search_count([])
        self.tell()
        self.tbone.set_stock("NOBODY", 5)
        self.tbone.set_stock("mug", 5)
        sync = self.update_stock()
        self.assertEqual(set(self.levels(state="unknown").mapped("sku")), {"NOBODY", "mug"})
        self.assertEqual(sync.stock_summary, "Changed 2 of 3 products. SKUs not known here: 2")
        self.assertEqual(self.env["product.product"].search_count([]), products)

    def test_products_of_another_company_are_unknown(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        jar = self.make_product("Jar", "JAR", on_hand=0)
        jar.company_id = company
        self.tbone.set_stock("JAR", 5)
        self.update_stock()
        self.assertEqual(self.levels(sku="JAR").state, "unknown")

    def test_a_number_gets_its_product_later(self):
        self.tbone.set_stock("JAR", 5)
        self.update_stock()
        self.assertEqual(self.levels().state, "unknown")
        jar = self.make_product("Jar", "JAR", on_hand=0)
        self.let_pass(hours=24, minutes=1)
        self.update_stock()
        self.assertEqual(self.levels().state, "equal")
        self.assertEqual(self.levels().product_id, jar)
        self.assertFalse(self.levels().reason)
        self.assertEqual(self.on_hand(jar), 5)


@tagged("post_install", "-at_install")
class TestStockLane(JarCase):
    """Chunks, kills, conflicts, and one that cannot be adjusted."""

    def setUp(self):
        super().setUp()
        self.fetch_stock()

    def assertDone(self, but=()):
        numbers = [100 if number in but else number for number in range(10)]
        self.assertEqual(self.shelf(*self.jars), numbers)
        self.assertFalse(self.sync().stock_is_pending)

    @property
    def applying(self):
        return type(self.env["fulfillment.stock.apply"])

    def test_in_chunks(self):
        with in_chunks(3):
            self.run_stock_lane()
        self.assertDone()
        self.assertEqual(self.sync().stock_summary, "Changed 10 of 10 products")

    def test_killed_between_chunks_it_goes_on_where_it_was(self):
        apply, done = self.applying._apply_levels, []

        def die_at_third(self, sync, levels):
            done.append(levels)
            if len(done) == 3:
                raise Killed
            return apply(self, sync, levels)

        with in_chunks(3), patch.object(self.applying, "_apply_levels", die_at_third):
            self.kill("fulfillment.stock.apply", "_cron_apply_stock")
        self.assertEqual(self.shelf(*self.jars).count(100), 4)
        self.assertEqual(self.sync().stock_changed_count, 6)
        self.assertTrue(self.sync().stock_is_pending)
        with in_chunks(3):
            self.run_stock_lane()
        self.assertDone()
        self.assertEqual(self.sync().stock_summary, "Changed 10 of 10 products")
        self.assertEqual(len(self.adjustments()), 10)

    def test_killed_in_the_middle_of_a_chunk_nothing_of_it_stays(self):
        move_on = self.applying._move_on

        def die(self, *args, **kwargs):
            move_on(self, *args, **kwargs)
            raise Killed

        with patch.object(self.applying, "_move_on", die):
            self.kill("fulfillment.stock.apply", "_cron_apply_stock")
        self.assertEqual(self.shelf(*self.jars), [100] * 10)
        self.run_stock_lane()
        self.assertDone()

    @mute_logger(LANE)
    def test_one_that_cannot_be_adjusted_costs_itself_alone(self):
        bad = self.jars[4]
        moves = type(self.env["stock.move"])
        create = moves.create

        def refuse(self, vals_list):
            if any(vals.get("product_id") == bad.id for vals in vals_list):
                raise UserError(self.env._("The period is closed."))
            return create(self, vals_list)

        with patch.object(moves, "create", refuse):
            self.run_stock_lane()
        self.assertDone(but=[4])
        level = self.levels(sku="JAR-4")
        self.assertEqual((level.state, level.reason), ("failed", "The period is closed."))
        summary = "Changed 9 of 9 products. Failed: 1"
        self.assertEqual(self.sync().stock_summary, summary)

    def test_odoo_says_yes_and_does_nothing(self):
        quants = type(self.env["stock.quant"])
        with patch.object(quants, "_apply_inventory", lambda self, date=None: True):
            self.run_stock_lane()
        self.assertEqual(set(self.levels().mapped("state")), {"failed"})
        self.assertIn("Adjust it by hand", self.levels()[0].reason)

    def test_a_chunk_that_met_somebody_elses_write_is_tried_again(self):
        apply, tries = self.applying._apply_levels, []

        def meet_once(self, sync, levels):
            tries.append(levels)
            result = apply(self, sync, levels)
            if len(tries) == 1:
                raise psycopg2.errors.SerializationFailure("could not serialize access")
            return result

        with patch.object(self.applying, "_apply_levels", meet_once):
            self.run_stock_lane()
        self.assertEqual(len(tries), 2)
        self.assertDone()
        self.assertEqual(len(self.adjustments()), 10)

    def test_a_set_that_always_meets_others_is_made_smaller(self):
        apply, sizes = self.applying._apply_levels, []

        def meet_if_many(self, sync, levels):
            sizes.append(len(levels))
            result = apply(self, sync, levels)
            if len(levels) > 3:
                raise psycopg2.errors.SerializationFailure("could not serialize access")
            return result

        with patch.object(self.applying, "_apply_levels", meet_if_many):
            self.run_stock_lane()
        self.assertEqual(sizes[:7], [10, 10, 10, 5, 5, 5, 2])
        self.assertDone()
        self.assertEqual(len(self.adjustments()), 10)

    def test_one_that_always_meets_others_is_left_for_the_next_run(self):
        apply, levels = self.applying._apply_levels, self.levels().sorted("id")

        busy = levels[4]

        def meet(self, sync, levels):
            result = apply(self, sync, levels)
            if busy in levels:
                raise psycopg2.errors.SerializationFailure("could not serialize access")
            return result

        with patch.object(self.applying, "_apply_levels", meet):
            self.run_stock_lane()
        self.assertEqual(levels.mapped("state"), ["equal"] * 4 + [False] * 6)
        self.assertTrue(self.sync().stock_is_pending)
        self.run_stock_lane()
        self.assertDone()

    def test_one_worker_per_account(self):
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, self.account.id])
            try:
                self.run_stock_lane()
            finally:
                other.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, self.account.id])
        self.assertEqual(self.shelf(*self.jars), [100] * 10)
        self.run_stock_lane()
        self.assertDone()

    def test_a_newer_full_update_takes_over(self):
        self.let_pass(hours=24, minutes=1)
        for number in range(10):
            self.tbone.set_stock(f"JAR-{number}", number + 1)
        old = self.sync()
        self.fetch_stock()
        self.assertFalse(old.stock_is_pending)
        self.run_stock_lane()
        self.assertEqual(self.shelf(*self.jars), list(range(1, 11)))

    def test_any_number_takes_the_same_queries(self):
        """The comparison of many costs as many as that of few; memory is what bounds a chunk."""
        self.account.stock_policy = "preview"
        products = self.env["product.product"].create(
            [
                {"name": f"Tin {number}", "default_code": f"TIN-{number}", "is_storable": True}
                for number in range(1001)
            ]
        )
        self.env["stock.quant"].create(
            [
                {"product_id": product.id, "location_id": self.stock.id, "quantity": 3}
                for product in products
            ]
        )
        for number in range(1001):
            self.tbone.set_stock(f"TIN-{number}", 2)
        self.run_stock_lane()
        self.let_pass(hours=24, minutes=1)
        self.fetch_stock()
        levels = self.levels().filtered(lambda level: level.sku.startswith("TIN"))
        costs = [self.count_queries(levels[:size]) for size in (100, 1000)]
        self.assertEqual(costs[0], costs[1])
        self.assertLess(costs[0], 30)

    def count_queries(self, levels):
        lane = self.env["fulfillment.stock.apply"]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        lane._apply_levels(self.sync(), levels)
        self.env.flush_all()
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestStockPreview(StockCase):
    """Look first, then switch it on."""

    def setUp(self):
        super().setUp()
        self.account.stock_policy = "off"
        self.account.stock_policy = "preview"
        self.tbone.set_stock("MUG", 7)
        self.tbone.set_stock("TEE", 100)
        self.tbone.set_stock("NOBODY", 3)

    def test_a_preview_tells_everything_and_changes_nothing(self):
        sync = self.update_stock()
        self.assertEqual(self.shelf(), [100, 100, 100])
        self.assertFalse(self.adjustments())
        self.assertEqual(sync.stock_summary, "Would change 1 of 2 products. SKUs not known here: 1")
        self.assertEqual(self.account.stock_result, sync.stock_summary)
        mug = self.levels(sku="MUG")
        self.assertEqual((mug.state, mug.quantity, mug.on_hand, mug.target), ("differs", 7, 100, 7))
        self.assertEqual(mug.location_id, self.stock)
        self.assertEqual(self.levels(sku="TEE").state, "equal")
        self.assertTrue(self.account.stock_previewed_at)

    def test_what_it_would_become_counts_what_is_to_leave(self):
        self.make_order((self.mug, 3))
        self.update_stock()
        self.assertEqual(self.levels(sku="MUG").target, 10)

    def test_apply_from_now_on_uses_the_stored_numbers_at_once(self):
        self.update_stock()
        self.press("action_apply_stock")
        self.assertEqual(self.account.stock_policy, "apply")
        self.run_stock_lane()
        self.assertEqual(self.shelf(), [7, 100, 100])
        self.assertEqual(len(self.stock_calls()), 1, "without another call")
        self.assertEqual(self.account.stock_result[:25], "Changed 1 of 2 products. ")

    def test_old_numbers_are_not_applied_but_asked_for_again(self):
        self.update_stock()
        self.let_pass(hours=5)
        self.tbone.set_stock("MUG", 8)
        self.assertIn("as soon as", self.press("action_apply_stock"))
        self.run_stock_lane()
        self.assertEqual(self.on_hand(self.mug), 100)
        self.fetch_stock()
        self.run_stock_lane()
        self.assertEqual(self.on_hand(self.mug), 8)

    def test_without_a_preview_it_is_not_switched_on(self):
        with self.assertRaisesRegex(ValidationError, "Look at a preview"):
            self.account.stock_policy = "apply"
        with self.assertRaisesRegex(UserError, "There is no preview yet"):
            self.account.action_apply_stock()

    def test_switched_off_it_begins_again_with_a_preview_of_all(self):
        self.update_stock()
        self.press("action_apply_stock")
        self.account.stock_policy = "off"
        self.run_stock_lane()
        self.assertEqual(self.shelf(), [100, 100, 100])
        with self.assertRaises(ValidationError):
            self.account.stock_policy = "apply"
        self.account.stock_policy = "preview"
        self.assertTrue(self.account._wants_full_stock())

    def test_a_location_is_needed(self):
        with self.assertRaisesRegex(ValidationError, "choose the location"):
            self.account.stock_location_ids = [Command.clear()]


@tagged("post_install", "-at_install")
class TestStockLocations(StockCase):
    def add(self, location, key="", account=None):
        return self.env["fulfillment.stock.location"].create(
            {"account_id": (account or self.account).id, "location_id": location.id, "key": key}
        )

    def beside(self, name, parent=None):
        parent = parent or self.stock.location_id
        return self.env["stock.location"].create({"name": name, "location_id": parent.id})

    def test_the_total_or_the_warehouses_not_both(self):
        with self.assertRaisesRegex(ValidationError, "count twice"):
            self.add(self.beside("Hall"), "MAIN")

    def test_blanks_around_a_key_are_cut_and_an_empty_one_is_the_total(self):
        row = self.account.stock_location_ids
        self.assertEqual(row.key, "")
        row.key = " MAIN "
        self.assertEqual(row.key, "MAIN")
        row.key = False
        self.assertEqual(row.key, "")

    def test_locations_lie_apart(self):
        self.account.stock_location_ids.key = "MAIN"
        self.add(self.beside("Hall"), "NORTH")
        self.add(self.stock, "SOUTH")
        with self.assertRaisesRegex(ValidationError, "share goods"):
            self.add(self.beside("Corner", self.stock), "EAST")

    def test_two_accounts_do_not_set_the_same_goods(self):
        other = self.create_account("Other")
        with self.assertRaisesRegex(ValidationError, "Shop"):
            self.add(self.stock, account=other)

    def test_an_inner_location_only(self):
        with self.assertRaisesRegex(ValidationError, "no internal location"):
            self.add(self.customer.property_stock_customer, account=self.create_account("Other"))
