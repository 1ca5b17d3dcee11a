"""What each message does in Odoo, as a salesperson would see it."""

from datetime import date
from decimal import Decimal

from psycopg2.errors import UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .documents_case import DocumentsCase


@tagged("post_install", "-at_install")
class TestShip(DocumentsCase):
    def test_items_of_one_parcel_leave_in_one_delivery(self):
        order = self.make_order((self.mug, 2), (self.tee, 1))
        mug, tee = order.order_line
        messages = self.hear(
            self.word("SHIP", order, mug, 2, tracking_ref="T1", carrier_key="DHL"),
            self.word("SHIP", order, tee, 1, tracking_ref="T1", carrier_key="DHL"),
        )
        self.assertApplied(messages)
        self.assertEqual(self.deliveries(order), {"T1": {"MUG": 2, "TEE": 1}})
        self.assertEqual(len(order.picking_ids), 1)
        self.assertEqual(order.fulfillment_state, "shipped")
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [2, 1])

    def test_items_of_two_parcels_leave_in_two_deliveries(self):
        order = self.make_order((self.mug, 3))
        line = order.order_line
        self.hear(
            self.word("SHIP", order, line, 2, tracking_ref="T1"),
            self.word("SHIP", order, line, 1, tracking_ref="T2"),
        )
        self.assertEqual(self.deliveries(order), {"T1": {"MUG": 2}, "T2": {"MUG": 1}})
        self.assertEqual(self.open_quantity(order), 0)

    def test_rest_stays_open_in_a_back_order(self):
        order = self.make_order((self.mug, 3), (self.tee, 1))
        self.hear(self.word("SHIP", order, order.order_line[0], 1, tracking_ref="T1"))
        self.assertEqual(self.deliveries(order), {"T1": {"MUG": 1}})
        rest = order.picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertEqual(rest.backorder_id, order.picking_ids - rest)
        self.assertEqual(rest.state, "assigned")
        self.assertEqual(self.open_quantity(order), 3)
        self.assertEqual(order.fulfillment_state, "partly_shipped")

    def test_late_item_of_a_parcel_joins_its_delivery(self):
        order = self.make_order((self.mug, 1), (self.tee, 1))
        mug, tee = order.order_line
        self.hear(self.word("SHIP", order, mug, 1, tracking_ref="T1"))
        done_at = order.picking_ids.filtered(lambda p: p.state == "done").date_done
        self.assertApplied(self.hear(self.word("SHIP", order, tee, 1, tracking_ref="T1")))
        self.assertEqual(self.deliveries(order), {"T1": {"MUG": 1, "TEE": 1}})
        done = order.picking_ids.filtered(lambda picking: picking.state == "done")
        self.assertEqual(len(done), 1)
        self.assertEqual(done.date_done, done_at)
        self.assertEqual(self.open_quantity(order), 0)

    def test_same_parcel_number_of_two_orders_stays_two_parcels(self):
        one, two = self.make_order((self.mug, 1)), self.make_order((self.mug, 1))
        self.hear(
            self.word("SHIP", one, one.order_line, 1, tracking_ref="T1"),
            self.word("SHIP", two, two.order_line, 1, tracking_ref="T1"),
        )
        self.assertEqual(self.deliveries(one), {"T1": {"MUG": 1}})
        self.assertEqual(self.deliveries(two), {"T1": {"MUG": 1}})

    def test_goods_that_are_not_on_hand_leave_all_the_same(self):
        rare = self.make_product("Rare", "RARE", on_hand=0)
        order = self.make_order((rare, 2))
        self.assertApplied(
            self.hear(
                self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"),
                self.word("SHIP", order, order.order_line, 1, tracking_ref="T2"),
            )
        )
        self.assertEqual(self.deliveries(order), {"T1": {"RARE": 1}, "T2": {"RARE": 1}})

    def test_service_is_delivered_by_quantity(self):
        card = self.make_product("Card", "CARD", type="service")
        order = self.make_order((card, 2))
        self.assertApplied(self.hear(self.word("SHIP", order, order.order_line, 1)))
        self.assertEqual(order.order_line.qty_delivered, 1)

    def test_two_lines_of_one_product_are_told_apart_by_item_key(self):
        order = self.make_order((self.mug, 1), (self.mug, 2))
        first, second = order.order_line
        self.hear(self.word("SHIP", order, second, 2, tracking_ref="T1"))
        self.assertEqual((first.qty_delivered, second.qty_delivered), (0, 2))

    def test_multi_step_warehouse_picks_just_what_ships(self):
        warehouse = self.stock.warehouse_id
        warehouse.delivery_steps = "pick_pack_ship"
        order = self.make_order((self.mug, 3), (self.tee, 1))
        mug, tee = order.order_line
        self.assertApplied(
            self.hear(
                self.word("SHIP", order, mug, 1, tracking_ref="T1"),
                self.word("SHIP", order, mug, 1, tracking_ref="T2"),
                self.word("SHIP", order, tee, 1, tracking_ref="T2"),
            )
        )
        self.assertEqual(self.deliveries(order), {"T1": {"MUG": 1}, "T2": {"MUG": 1, "TEE": 1}})
        self.assertEqual(mug.qty_delivered, 2)
        self.assertApplied(self.hear(self.word("SHIP", order, mug, 1, tracking_ref="T3")))
        self.assertEqual(mug.qty_delivered, 3)
        self.assertEqual(self.open_quantity(order), 0)

    def test_sold_by_the_dozen_shipped_by_the_piece(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.make_order((self.mug, 1, {"product_uom_id": dozen.id}))
        line = order.order_line
        self.assertEqual(line.fulfillment_qty_ordered, 12)
        self.assertApplied(self.hear(self.word("SHIP", order, line, 6, tracking_ref="T1")))
        self.assertAlmostEqual(line.qty_delivered, 0.5)
        self.assertApplied(self.hear(self.word("NO_INVENTORY", order, line, 6)))
        self.assertAlmostEqual(line.product_uom_qty, 0.5)
        self.assertEqual(self.open_quantity(order), 0)

    def test_delivered_by_hand_only_gets_the_parcel(self):
        order = self.make_order((self.mug, 2))
        order.picking_ids.button_validate()
        self.assertApplied(
            self.hear(self.word("SHIP", order, order.order_line, 2, tracking_ref="T1"))
        )
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertEqual(self.deliveries(order), {"T1": {"MUG": 2}})
        self.assertEqual(self.totals(order.order_line), (2, 2, 0, 0))

    def test_partly_delivered_by_hand(self):
        order = self.make_order((self.mug, 3))
        move = order.picking_ids.move_ids
        move.quantity, move.picked = 1, True
        order.picking_ids.with_context(skip_backorder=True).button_validate()
        self.hear(self.word("SHIP", order, order.order_line, 3, tracking_ref="T1"))
        self.assertEqual(order.order_line.qty_delivered, 3)
        self.assertEqual(self.open_quantity(order), 0)

    def test_exchanged_by_hand_is_not_taken_for_a_shipment(self):
        order = self.make_order((self.mug, 2))
        line = order.order_line
        self.hear(self.word("SHIP", order, line, 1, tracking_ref="T1"))
        shipped = order.picking_ids.filtered(lambda picking: picking.state == "done")
        wizard = self.env["stock.return.picking"].create({"picking_id": shipped.id})
        wizard.product_return_moves.quantity = 1
        wizard.action_create_exchanges()
        order.picking_ids.filtered("return_id").button_validate()
        out = order.picking_ids.filtered(lambda picking: picking.state != "done")
        out.move_ids.quantity, out.move_ids.picked = 1, True
        out.with_context(skip_backorder=True).button_validate()
        self.assertEqual(line.qty_delivered, 1)
        self.assertApplied(self.hear(self.word("SHIP", order, line, 1, tracking_ref="T2")))
        self.assertEqual(line.qty_delivered, 2)
        self.assertEqual(self.open_quantity(order), 0)

    def test_what_a_person_has_ticked_does_not_leave_with_the_parcel(self):
        order = self.make_order((self.mug, 1), (self.tee, 1))
        mug, tee = order.order_line
        tee.move_ids.picked = True
        self.hear(self.word("SHIP", order, mug, 1, tracking_ref="T1"))
        self.assertEqual(self.deliveries(order), {"T1": {"MUG": 1}})
        self.assertEqual(tee.qty_delivered, 0)

    def test_no_label_is_ordered_from_a_carrier(self):
        carrier = self.env["delivery.carrier"].create(
            {
                "name": "Label printer",
                "product_id": self.make_product("Freight", "FREIGHT", type="service").id,
                "integration_level": "rate_and_ship",
            }
        )
        order = self.make_order((self.mug, 1))
        order.picking_ids.carrier_id = carrier
        order.picking_ids.picking_type_id.print_label = True
        self.hear(self.word("SHIP", order, order.order_line, 1))
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.picking_ids.carrier_price, 0)

    def test_unknown_carrier_key_keeps_the_bare_number_and_is_listed(self):
        order = self.make_order((self.mug, 1))
        self.hear(
            self.word("SHIP", order, order.order_line, 1, tracking_ref="T1", carrier_key="NEW")
        )
        parcel = order.fulfillment_parcel_ids
        self.assertEqual((parcel.tracking_ref, parcel.carrier_key), ("T1", "NEW"))
        self.assertFalse(parcel.tracking_url)
        self.assertEqual(self.account.carrier_map_ids.mapped("key"), ["NEW"])

    def test_links_of_several_parcels_and_no_foreign_scheme(self):
        rule = self.env["fulfillment.carrier.map"].create(
            {
                "account_id": self.account.id,
                "key": "DHL",
                "tracking_url": "https://track.example/<shipmenttrackingnumber>",
            }
        )
        order = self.make_order((self.mug, 2))
        order.picking_ids.button_validate()
        line = order.order_line
        self.hear(
            self.word("SHIP", order, line, 1, tracking_ref="A 1&x", carrier_key="DHL"),
            self.word("SHIP", order, line, 1, tracking_ref="B2", carrier_key="DHL"),
        )
        self.assertEqual(
            order.picking_ids.get_multiple_carrier_tracking(),
            [
                ["A 1&x", "https://track.example/A%201%26x"],
                ["B2", "https://track.example/B2"],
            ],
        )
        rule.tracking_url = "javascript:alert(1)//<shipmenttrackingnumber>"
        self.assertEqual(order.fulfillment_parcel_ids.mapped("tracking_url"), [False, False])
        self.assertFalse(order.picking_ids.carrier_tracking_url)

    def test_links_stay_when_the_order_leaves_its_account(self):
        self.env["fulfillment.carrier.map"].create(
            {"account_id": self.account.id, "key": "DHL", "tracking_url": "https://track.example/"}
        )
        order = self.make_order((self.mug, 1))
        self.hear(
            self.word("SHIP", order, order.order_line, 1, tracking_ref="A1", carrier_key="DHL")
        )
        order.fulfillment_account_id = False
        self.env.invalidate_all()
        self.assertEqual(order.picking_ids.carrier_tracking_url, "https://track.example/")
        self.assertTrue(order.fulfillment_page_visible)


@tagged("post_install", "-at_install")
class TestCancel(DocumentsCase):
    def test_open_quantity_goes_down_on_line_and_move(self):
        order = self.make_order((self.mug, 3), (self.tee, 1))
        line = order.order_line[0]
        self.assertApplied(self.hear(self.word("NO_INVENTORY", order, line, 1)))
        self.assertEqual(line.product_uom_qty, 2)
        self.assertEqual(line.move_ids.product_uom_qty, 2)
        self.assertEqual(line.move_ids.state, "assigned")
        self.assertEqual(self.totals(line), (3, 0, 1, 0))
        self.assertEqual(order.state, "sale")

    def test_order_is_cancelled_when_nothing_is_left(self):
        order = self.make_order((self.mug, 1), (self.tee, 2))
        mug, tee = order.order_line
        self.hear(self.word("NO_INVENTORY", order, mug, 1))
        self.assertEqual(order.state, "sale")
        self.hear(self.word("CUST_CANCEL", order, tee, 2))
        self.assertEqual((order.state, order.fulfillment_state), ("cancel", "cancelled"))

    def test_lines_the_platform_does_not_know_hold_nothing_up(self):
        discount = self.make_product("Discount", "DISCOUNT", type="service")
        order = self.make_order((self.mug, 1), (discount, 1, {"fulfillment_key": False}))
        self.assertEqual(order.order_line[1].fulfillment_qty_ordered, 0)
        self.hear(self.word("NO_INVENTORY", order, order.order_line[0], 1))
        self.assertEqual((order.state, order.fulfillment_state), ("cancel", "cancelled"))

    def test_a_dozen_cancelled_in_two_steps_leaves_nothing(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.make_order((self.mug, 1, {"product_uom_id": dozen.id}), (self.tee, 1))
        line = order.order_line[0]
        self.hear(self.word("NO_INVENTORY", order, line, 5))
        self.assertApplied(self.hear(self.word("NO_INVENTORY", order, line, 7)))
        self.assertEqual(line.product_uom_qty, 0)
        self.assertEqual(line.move_ids.mapped("state"), ["cancel"])

    def test_rest_of_a_partly_shipped_order_is_cancelled(self):
        order = self.make_order((self.mug, 3))
        self.hear(self.word("SHIP", order, order.order_line, 2, tracking_ref="T1"))
        self.hear(self.word("NO_INVENTORY", order, order.order_line, 1))
        self.assertEqual((order.state, order.fulfillment_state), ("sale", "shipped"))
        self.assertEqual(self.open_quantity(order), 0)
        self.assertEqual(order.order_line.product_uom_qty, 2)

    def test_cancel_after_a_return_orders_no_new_delivery(self):
        order = self.make_order((self.mug, 3))
        line = order.order_line
        self.hear(self.word("SHIP", order, line, 2, tracking_ref="T1"))
        self.hear(self.word("RETURN", order, line, 1, tracking_ref="R1"))
        self.hear(self.word("NO_INVENTORY", order, line, 1))
        self.assertEqual(self.open_quantity(order), 0)
        self.assertEqual(self.totals(line), (3, 2, 1, 1))
        self.assertEqual(line.qty_delivered, 1)

    def test_cancelled_by_hand_is_not_cancelled_again(self):
        order = self.make_order((self.mug, 3))
        order.order_line.product_uom_qty = 2
        self.assertApplied(self.hear(self.word("NO_INVENTORY", order, order.order_line, 1)))
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertEqual(self.open_quantity(order), 2)

    def test_price_survives_a_smaller_quantity(self):
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Bulk",
                "item_ids": [
                    (0, 0, {"compute_price": "fixed", "fixed_price": 8, "min_quantity": 3}),
                ],
            }
        )
        order = self.make_order((self.mug, 3), pricelist_id=pricelist.id)
        self.assertEqual(order.order_line.price_unit, 8)
        self.hear(self.word("NO_INVENTORY", order, order.order_line, 1))
        self.env.flush_all()
        self.assertEqual(order.order_line.price_unit, 8)
        self.assertEqual(order.amount_untaxed, 16)

    def test_stock_is_sold_again_at_once_or_held(self):
        before = self.mug.with_context(location=self.stock.id).free_qty
        order = self.make_order((self.mug, 2))
        self.hear(self.word("NO_INVENTORY", order, order.order_line, 2))
        self.mug.invalidate_recordset()
        self.assertEqual(self.mug.with_context(location=self.stock.id).free_qty, before)
        self.account.cancel_stock_policy = "hold"
        order = self.make_order((self.mug, 2))
        self.hear(self.word("NO_INVENTORY", order, order.order_line, 2))
        self.mug.invalidate_recordset()
        self.assertEqual(self.mug.with_context(location=self.stock.id).free_qty, before - 2)

    def test_multi_step_warehouse_cancels_what_was_not_picked(self):
        self.stock.warehouse_id.delivery_steps = "pick_ship"
        order = self.make_order((self.mug, 3))
        line = order.order_line
        self.hear(self.word("SHIP", order, line, 1, tracking_ref="T1"))
        self.assertApplied(self.hear(self.word("NO_INVENTORY", order, line, 1)))
        self.assertEqual(self.open_quantity(order), 1)
        self.assertApplied(self.hear(self.word("SHIP", order, line, 1, tracking_ref="T2")))
        self.assertEqual((line.qty_delivered, self.open_quantity(order)), (2, 0))

    def test_locked_order_asks_a_person(self):
        order = self.make_order((self.mug, 1))
        order.action_lock()
        message = self.hear(self.word("NO_INVENTORY", order, order.order_line, 1))
        self.assertEqual(message.state, "failed")
        self.assertIn("Unlock it", message.reason)
        self.assertEqual(order.order_line.product_uom_qty, 1)
        self.assertApplied(
            self.hear(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        )


@tagged("post_install", "-at_install")
class TestReturn(DocumentsCase):
    def ship(self, quantity=2, **vals):
        order = self.make_order((self.mug, quantity))
        self.hear(self.word("SHIP", order, order.order_line, quantity, tracking_ref="T1", **vals))
        return order

    def test_return_of_the_delivery_for_that_quantity(self):
        order = self.ship()
        self.assertApplied(
            self.hear(
                self.word(
                    "RETURN",
                    order,
                    order.order_line,
                    1,
                    tracking_ref="R1",
                    return_cause="TOO_SMALL",
                    return_state="GOOD",
                    comment="worn once",
                )
            )
        )
        back = order.picking_ids.filtered("return_id")
        self.assertEqual((back.state, back.carrier_tracking_ref), ("done", "R1"))
        self.assertEqual(back.move_ids.quantity, 1)
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(order.fulfillment_state, "partly_returned")
        parcel = order.fulfillment_parcel_ids.filtered(lambda p: p.direction == "return")
        self.assertEqual(
            (parcel.return_cause, parcel.return_state, parcel.comment),
            ("TOO_SMALL", "GOOD", "worn once"),
        )

    def test_return_left_for_review(self):
        self.account.return_policy = "review"
        order = self.ship()
        self.hear(self.word("RETURN", order, order.order_line, 2, tracking_ref="R1"))
        back = order.picking_ids.filtered("return_id")
        self.assertEqual(back.state, "assigned")
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertEqual(order.fulfillment_state, "returned")
        self.assertApplied(order.fulfillment_message_ids)

    def test_return_before_its_shipment_waits(self):
        order = self.make_order((self.mug, 2))
        line = order.order_line
        early = self.hear(self.word("RETURN", order, line, 1, tracking_ref="R1"))
        self.assertEqual(early.state, "waiting")
        self.assertIn("shipped 0", early.reason)
        self.hear(self.word("SHIP", order, line, 2, tracking_ref="T1"))
        self.assertApplied(early)
        self.assertEqual(line.qty_delivered, 1)

    def test_goods_go_where_their_state_says(self):
        spare = self.env["stock.location"].create(
            {"name": "Second choice", "location_id": self.stock.id}
        )
        self.env["fulfillment.return.state"].create(
            [
                {"account_id": self.account.id, "key": "B", "location_id": spare.id},
                {"account_id": self.account.id, "key": "X", "goods": "scrap"},
                {"account_id": self.account.id, "key": "0", "goods": "none"},
            ]
        )
        order = self.ship(3)
        line = order.order_line
        for state in ("B", "X", "0"):
            self.assertApplied(
                self.hear(
                    self.word("RETURN", order, line, 1, tracking_ref=state, return_state=state)
                )
            )
        in_spare = self.mug.with_context(location=spare.id).qty_available
        self.assertEqual(in_spare, 1)
        scrap = self.env["stock.scrap"].search([("product_id", "=", self.mug.id)])
        self.assertEqual((scrap.scrap_qty, scrap.state), (1, "done"))
        self.assertEqual(line.qty_delivered, 1)
        self.assertEqual(self.totals(line), (3, 3, 0, 3))

    def test_returned_by_hand_is_not_returned_again(self):
        order = self.ship()
        wizard = self.env["stock.return.picking"].create({"picking_id": order.picking_ids.id})
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        back.button_validate()
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertApplied(
            self.hear(self.word("RETURN", order, order.order_line, 1, tracking_ref="R1"))
        )
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(back.carrier_tracking_ref, "R1")

    def test_returned_without_goods_does_not_hide_a_return_by_hand(self):
        self.env["fulfillment.return.state"].create(
            {"account_id": self.account.id, "key": "LOST", "goods": "none"}
        )
        order = self.ship(3)
        line = order.order_line
        self.hear(self.word("RETURN", order, line, 1, tracking_ref="R1", return_state="LOST"))
        shipped = order.picking_ids
        wizard = self.env["stock.return.picking"].create({"picking_id": shipped.id})
        wizard.product_return_moves.quantity = 1
        wizard._create_return().button_validate()
        self.hear(self.word("RETURN", order, line, 1, tracking_ref="R2"))
        self.assertEqual(line.qty_delivered, 2)
        self.assertEqual(self.totals(line), (3, 3, 0, 2))

    def test_return_over_two_deliveries(self):
        order = self.make_order((self.mug, 2))
        line = order.order_line
        self.hear(
            self.word("SHIP", order, line, 1, tracking_ref="T1"),
            self.word("SHIP", order, line, 1, tracking_ref="T2"),
        )
        self.assertApplied(self.hear(self.word("RETURN", order, line, 2, tracking_ref="R1")))
        self.assertEqual(line.qty_delivered, 0)
        self.assertEqual(order.fulfillment_state, "returned")

    def test_proposed_number_leads_to_its_delivery(self):
        order = self.make_order((self.mug, 2))
        line = order.order_line
        self.hear(
            self.word("SHIP", order, line, 1, tracking_ref="T1", return_tracking_ref="R1"),
            self.word("SHIP", order, line, 1, tracking_ref="T2", return_tracking_ref="R2"),
        )
        self.hear(self.word("RETURN", order, line, 1, tracking_ref="R2"))
        back = order.picking_ids.filtered("return_id")
        self.assertEqual(back.return_id.carrier_tracking_ref, "T2")

    def test_two_returns_of_one_delivery_at_once(self):
        order = self.ship()
        line = order.order_line
        self.assertApplied(
            self.hear(
                self.word("RETURN", order, line, 1, tracking_ref="R1"),
                self.word("RETURN", order, line, 1, tracking_ref="R2"),
            )
        )
        self.assertEqual(line.qty_delivered, 0)

    def test_two_returns_of_one_delivery_are_both_ready_for_review(self):
        self.account.return_policy = "review"
        order = self.ship()
        for ref in ("R1", "R2"):
            self.hear(self.word("RETURN", order, order.order_line, 1, tracking_ref=ref))
        back = order.picking_ids.filtered("return_id")
        self.assertEqual(back.mapped("state"), ["assigned", "assigned"])

    def test_service_returned(self):
        card = self.make_product("Card", "CARD", type="service")
        order = self.make_order((card, 2))
        self.hear(self.word("SHIP", order, order.order_line, 2))
        self.assertApplied(self.hear(self.word("RETURN", order, order.order_line, 1)))
        self.assertEqual(order.order_line.qty_delivered, 1)


@tagged("post_install", "-at_install")
class TestOrderLevel(DocumentsCase):
    def test_expected_date_reaches_order_and_open_deliveries(self):
        order = self.make_order((self.mug, 1))
        self.assertApplied(
            self.hear(self.word("ORDER_ACKNOWLEDGE", order, expected_date=date(2026, 12, 24)))
        )
        self.assertEqual(order.commitment_date.date(), date(2026, 12, 24))
        self.assertEqual(order.picking_ids.scheduled_date.date(), date(2026, 12, 24))
        self.assertEqual(order.fulfillment_state, "acknowledged")

    def test_last_payment_state_wins_whatever_the_order_of_arrival(self):
        order = self.make_order((self.mug, 1))
        first = self.word("PAYMENT_STATE_OPEN", order)
        second = self.word("PAYMENT_STATE_PAID", order)
        self.hear(second)
        self.hear(first)
        self.assertEqual(order.fulfillment_payment_state, "paid")

    def test_shortfall_raises_one_activity(self):
        order = self.make_order((self.mug, 1))
        self.hear(self.word("PAYMENT_STATE_SHORTFALL", order))
        self.hear(self.word("PAYMENT_STATE_SHORTFALL", order))
        self.assertEqual(len(order.activity_ids), 1)

    def test_one_note_per_order_and_batch(self):
        order = self.make_order((self.mug, 2))
        before = order.message_ids
        self.hear(
            self.word("ORDER_ACKNOWLEDGE", order),
            self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"),
            self.word("NO_INVENTORY", order, order.order_line, 1),
        )
        note = order.message_ids - before
        self.assertEqual(len(note), 1, note.mapped("body"))
        self.assertIn("T1", note.body)
        self.assertIn("TB.One", note.body)

    def test_unknown_type_is_kept_and_has_no_effect(self):
        order = self.make_order((self.mug, 1))
        message = self.hear(self.word("SOMETHING_NEW", order))
        self.assertApplied(message)
        self.assertEqual(order.fulfillment_state, "sent")


@tagged("post_install", "-at_install")
class TestRefund(DocumentsCase):
    def invoiced(self, policy, quantity=2, shipped=None, **vals):
        self.account.refund_policy = policy
        order = self.make_order((self.mug, quantity, vals))
        shipped = shipped or quantity
        self.hear(self.word("SHIP", order, order.order_line, shipped, tracking_ref="T1"))
        invoice = order._create_invoices()
        invoice.action_post()
        return order

    def test_credit_note_is_drafted_with_what_is_kept_back(self):
        order = self.invoiced("credit_note")
        self.hear(
            self.word("RETURN", order, order.order_line, 1, amount=Decimal("2.50")),
        )
        credit = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual((credit.state, credit.amount_untaxed), ("draft", 7.5))
        self.assertEqual(order.order_line.qty_invoiced, 1)
        self.assertFalse(order.activity_ids)

    def test_two_returns_of_a_batch_credit_no_more_than_was_invoiced(self):
        order = self.invoiced("credit_note", quantity=3, shipped=2)
        line = order.order_line
        self.hear(self.word("RETURN", order, line, 1), self.word("RETURN", order, line, 1))
        credit = order.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(credit.amount_untaxed, 10)

    def test_amount_of_an_item_has_the_taxes_of_its_line(self):
        tax = self.env["account.tax"].create(
            {"name": "7", "amount": 7, "price_include_override": "tax_excluded"}
        )
        order = self.invoiced("credit_note", tax_ids=[(6, 0, tax.ids)])
        self.assertApplied(
            self.hear(self.word("REFUND", order, order.order_line, amount=Decimal("10.70")))
        )
        credit = order.invoice_ids.reversal_move_ids
        self.assertIn("credit note drafted", order.message_ids[0].body)
        self.assertEqual((credit.amount_untaxed, credit.amount_total), (10, 10.7))

    def test_activity_once(self):
        order = self.invoiced("activity")
        self.hear(self.word("RETURN", order, order.order_line, 1))
        self.hear(self.word("RETURN", order, order.order_line, 1))
        self.assertEqual(len(order.activity_ids), 1)
        self.assertFalse(order.invoice_ids.filtered(lambda m: m.move_type == "out_refund"))

    def test_nothing(self):
        order = self.invoiced("none")
        self.hear(self.word("RETURN", order, order.order_line, 1))
        self.assertFalse(order.activity_ids)

    def test_not_invoiced_yet_needs_no_refund(self):
        self.account.refund_policy = "credit_note"
        order = self.make_order((self.mug, 1))
        self.hear(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        self.hear(self.word("RETURN", order, order.order_line, 1))
        self.assertFalse(order.invoice_ids)
        self.assertFalse(order.activity_ids)

    def test_shipping_costs_never_above_what_was_charged(self):
        order = self.invoiced("activity")
        message = self.hear(self.word("DEDUCT_SHIPPING_COSTS", order, amount=Decimal("4.90")))
        self.assertEqual(message.state, "failed")
        self.assertIn("4.90", message.reason)


@tagged("post_install", "-at_install")
class TestAttention(DocumentsCase):
    """Nothing blocks: what cannot be applied says why, and the rest goes on."""

    def outcome(self, message):
        return message.state, message.reason

    def test_more_than_is_open(self):
        order = self.make_order((self.mug, 2))
        good = self.word("SHIP", order, order.order_line, 1, tracking_ref="T1")
        bad = self.word("SHIP", order, order.order_line, 2, tracking_ref="T2")
        messages = self.hear(good, bad)
        self.assertEqual(messages.mapped("state"), ["applied", "failed"])
        self.assertIn("ordered 2, shipped 1", messages[1].reason)
        self.assertEqual(order.fulfillment_state, "attention")
        self.assertEqual(len(order.activity_ids), 1)
        messages[1].action_ignore()
        self.assertEqual(order.fulfillment_state, "partly_shipped")
        self.assertFalse(order.activity_ids)

    def test_quantities_that_are_none(self):
        order = self.make_order((self.mug, 2))
        for quantity in (0, -1, "0.5", None):
            message = self.hear(self.word("SHIP", order, order.order_line, quantity))
            self.assertEqual(message.state, "failed", quantity)
            self.assertIn("whole number above 0", message.reason)

    def test_problem_of_the_wire_is_shown(self):
        order = self.make_order((self.mug, 2))
        message = self.hear(
            self.word("SHIP", order, order.order_line, problem="QUANTITY is not a number: 'abc'.")
        )
        self.assertEqual(self.outcome(message), ("failed", "QUANTITY is not a number: 'abc'."))

    def test_unknown_order_waits_until_it_is_linked(self):
        order = self.make_order((self.mug, 1), fulfillment_account_id=False)
        message = self.hear(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        self.assertEqual(message.state, "waiting")
        order.fulfillment_account_id = self.account
        self.assertEqual(message.state, "received")
        message._match_orders()
        self.env["fulfillment.apply"]._apply_messages(message)
        self.assertApplied(message)

    def test_message_of_a_wrongly_linked_order_finds_the_right_one(self):
        wrong, right = self.make_order((self.mug, 1)), self.make_order((self.mug, 2))
        ref, wrong.fulfillment_key = wrong.fulfillment_ref, "WRONG"
        word = self.word("SHIP", right, right.order_line, 2, order_ref=ref, tracking_ref="T1")
        message = self.hear(word)
        self.assertEqual((message.state, message.order_id), ("failed", wrong))
        wrong.fulfillment_ref = False
        self.env.flush_all()
        right.fulfillment_ref = ref
        message._move_to("received")
        self.run_apply_lane()
        self.assertApplied(message)
        self.assertEqual(message.order_id, right)
        self.assertFalse(wrong.fulfillment_ref)

    def test_what_waits_is_tried_again_by_itself(self):
        order = self.make_order((self.mug, 1), confirm=False)
        message = self.hear(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        order.action_confirm()
        message._move_to("waiting")  # as if the confirmation had not been seen yet
        self.run_apply_lane()
        self.assertEqual(message.state, "waiting")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fulfillment_message SET write_date = write_date - interval '2 hours'"
        )
        self.run_apply_lane()
        self.assertApplied(message)

    def test_message_without_order_that_fails_tells_the_responsible(self):
        message = self.hear(self.word("SHIP", None, quantity=1, problem="Nobody can read this."))
        self.assertEqual(message.state, "failed")
        self.assertEqual(len(self.account.activity_ids), 1)

    def test_quotation_waits_until_it_is_confirmed(self):
        order = self.make_order((self.mug, 1), confirm=False)
        message = self.hear(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        self.assertEqual(message.state, "waiting")
        self.assertIn("quotation", message.reason)
        order.action_confirm()
        self.assertEqual(message.state, "received")

    def test_cancelled_in_odoo_but_shipped(self):
        order = self.make_order((self.mug, 1))
        order.with_context(disable_cancel_warning=True).action_cancel()
        message = self.hear(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        self.assertEqual(message.state, "failed")
        self.assertIn("cancelled in Odoo", message.reason)

    def test_cancelled_in_odoo_and_at_the_platform(self):
        order = self.make_order((self.mug, 1))
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertApplied(self.hear(self.word("CUST_CANCEL", order, order.order_line, 1)))

    def test_sku_of_two_lines(self):
        order = self.make_order((self.mug, 1), (self.mug, 1))
        message = self.hear(self.word("SHIP", order, quantity=1, sku="MUG"))
        self.assertEqual(message.state, "failed")
        self.assertIn("2 lines", message.reason)

    def test_item_of_another_order(self):
        one, other = self.make_order((self.mug, 1)), self.make_order((self.tee, 1))
        message = self.hear(self.word("SHIP", one, other.order_line, 1))
        self.assertEqual(message.state, "failed")
        self.assertIn(other.order_line.fulfillment_key, message.reason)
        self.assertFalse(other.order_line.qty_delivered)

    def test_order_key_in_place_of_the_item_key_falls_back_to_the_sku(self):
        order = self.make_order((self.mug, 1), (self.tee, 1))
        message = self.hear(
            self.word("SHIP", order, quantity=1, sku="TEE", item_key=order.fulfillment_key)
        )
        self.assertApplied(message)
        self.assertEqual(order.order_line.mapped("qty_delivered"), [0, 1])

    def test_two_ids_of_two_orders(self):
        one, other = self.make_order((self.mug, 1)), self.make_order((self.mug, 1))
        message = self.hear(
            self.word("SHIP", one, one.order_line, 1, order_key=other.fulfillment_key)
        )
        self.assertEqual(message.state, "failed")
        self.assertIn(one.fulfillment_key, message.reason)

    def test_archived_product_ships(self):
        order = self.make_order((self.mug, 1))
        self.mug.action_archive()
        self.assertApplied(
            self.hear(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        )

    def test_lot_is_asked_for_and_taken_from_a_hand_made_delivery(self):
        phone = self.make_product("Phone", "PHONE", tracking="lot")
        order = self.make_order((phone, 1))
        message = self.store(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        self.apply(message)
        self.assertEqual(message.state, "failed")
        self.assertIn("lot or serial number", message.reason)
        self.assertIn(order.picking_ids.name, message.reason)
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": phone.id})
        move = order.picking_ids.move_ids
        move.move_line_ids = [
            (0, 0, {"lot_id": lot.id, "quantity": 1, "product_id": phone.id, "picked": True})
        ]
        order.picking_ids.button_validate()
        message._move_to("received")
        self.apply(message)
        self.assertApplied(message)
        self.assertEqual(self.deliveries(order), {"T1": {"PHONE": 1}})

    def test_reserved_lot_leaves(self):
        phone = self.make_product("Phone", "PHONE", tracking="lot")
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": phone.id})
        self.env["stock.quant"]._update_available_quantity(phone, self.stock, 5, lot_id=lot)
        order = self.make_order((phone, 2))
        self.assertApplied(
            self.hear(
                self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"),
                self.word("SHIP", order, order.order_line, 1, tracking_ref="T2"),
            )
        )

    def test_poisoned_order_does_not_stop_the_others(self):
        phone = self.make_product("Phone", "PHONE", tracking="lot")
        bad, good = self.make_order((phone, 1), (self.tee, 1)), self.make_order((self.mug, 1))
        messages = self.store(
            self.word("SHIP", bad, bad.order_line[0], 1, tracking_ref="T1"),
            self.word("SHIP", bad, bad.order_line[1], 1, tracking_ref="T2"),
            self.word("SHIP", good, good.order_line, 1, tracking_ref="T3"),
        )
        self.apply(messages)
        self.assertEqual(messages.mapped("state"), ["failed", "applied", "applied"])
        self.assertEqual(good.order_line.qty_delivered, 1)
        self.assertEqual(bad.order_line.mapped("qty_delivered"), [0, 1])

    def apply(self, messages):
        """Let the lane run, with its commits."""
        self.run_apply_lane()
        messages.invalidate_recordset()

    def test_waited_too_long(self):
        order = self.make_order((self.mug, 1))
        message = self.hear(self.word("RETURN", order, order.order_line, 1))
        self.account.wait_days = 0
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fulfillment_message SET create_date = create_date - interval '1 hour'"
        )
        message.invalidate_recordset()
        self.run_apply_lane()
        message.invalidate_recordset()
        self.assertEqual(message.state, "failed")
        self.assertIn("Waited 0 days", message.reason)

    def test_a_message_is_applied_once(self):
        order = self.make_order((self.mug, 2))
        word = self.word("SHIP", order, order.order_line, 1, tracking_ref="T1")
        first = self.hear(word)
        self.assertEqual(self.store(word), first)
        self.env["fulfillment.apply"]._apply_messages(first)
        self.assertEqual(order.order_line.qty_delivered, 1)

    def test_linking_twice_is_refused(self):
        order = self.make_order((self.mug, 1))
        other = self.make_order((self.mug, 1))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(UniqueViolation, "fulfillment_key_unique"),
            self.env.cr.savepoint(),
        ):
            other.fulfillment_key = order.fulfillment_key
            self.env.flush_all()
