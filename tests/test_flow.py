"""From the platform's word to the order, over real HTTP and through both scheduled actions."""

from odoo.tests import tagged

from .common import ExchangeCase
from .documents_case import Shop


@tagged("post_install", "-at_install")
class TestFlow(Shop, ExchangeCase):
    """What becomes of a word: the row, the order, the acknowledgement, the sync log."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_shop()

    def make_known_order(self, *items, **vals):
        """An order that both sides know, linked by hand on ours."""
        order = self.make_order(*items, **vals)
        theirs = self.tbone.add_order(
            order.fulfillment_key,
            [
                (line.fulfillment_key, line.product_id.default_code, int(line.product_uom_qty))
                for line in order.order_line
            ],
        )
        order.fulfillment_ref = str(theirs.tb_id)
        return order, theirs

    def live(self):
        """Both lanes, as the scheduler runs them."""
        self.run_due()
        with self.enter_registry_test_mode():
            self.env.ref("fulfillment_connector.ir_cron_apply").method_direct_trigger()
        self.env.invalidate_all()

    def assertOutcome(self, message, state, reason="", sync="done"):
        row = self.row(message)
        self.assertEqual((row.state, row.reason or ""), (state, row.reason or ""), row.reason)
        self.assertIn(reason, row.reason or "")
        self.assertTrue(row.acknowledged_at, "what is stored leaves the platform's queue")
        self.assertIn(message.message_id, self.tbone.processed_ids())
        self.assertEqual(self.sync().state, sync)
        self.assertNoViolation()

    def test_three_items_end_as_the_platform_says(self):
        order, theirs = self.make_known_order((self.mug, 2), (self.tee, 1), (self.lamp, 2))
        mug, tee, lamp = theirs.items
        self.tbone.ship(mug, 1, idcode="T1")
        self.tbone.ship(mug, 1, idcode="T2")
        self.tbone.cancel(tee, 1)
        self.tbone.ship(lamp, 2, idcode="T2")
        self.live()
        self.assertEqual(order.fulfillment_state, "shipped")
        self.tbone.return_(lamp, 1, idcode="R1", cause="BROKEN", state="SCRAP")
        self.live()
        self.assertEqual(order.fulfillment_state, "partly_returned")
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [2, 0, 1])
        self.assertEqual(self.tbone.open_messages(), [])
        self.assertHealthy()

    def test_more_than_is_open(self):
        order, theirs = self.make_known_order((self.mug, 1))
        message = self.tbone.ship(theirs.items[0], 5, idcode="T1", unchecked=True)
        self.live()
        self.assertOutcome(
            message,
            "failed",
            "5 of [MUG] Mug would be shipped, but only 1 can still be (ordered 1",
        )
        self.assertEqual(order.fulfillment_state, "attention")
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_quantities_that_are_none(self):
        order, theirs = self.make_known_order((self.mug, 5))
        item = theirs.items[0]
        for quantity, reason in (
            (0, "above 0, but the message says 0"),
            (-1, "above 0, but the message says -1"),
            ("abc", "abc"),
        ):
            message = self.tbone.say("SHIP", item, quantity=quantity, idcode="T1")
            self.live()
            self.assertOutcome(message, "failed", reason)
        self.assertEqual(order.order_line.qty_delivered, 0)
        self.assertEqual(len(order.activity_ids), 1)

    def test_unknown_order(self):
        message = self.say("SHIP", tb_order_item_id=1, sku="MUG", quantity=1, idcode="T1")
        self.live()
        self.assertOutcome(message, "waiting", "4711")
        order = self.make_order((self.mug, 1), fulfillment_key="S-4711", fulfillment_ref="4711")
        self.live()
        self.assertOutcome(message, "applied")
        self.assertEqual(order.fulfillment_state, "shipped")

    def test_sku_of_two_lines(self):
        order, theirs = self.make_known_order((self.mug, 1), (self.mug, 1))
        message = self.tbone.say(
            "SHIP",
            theirs,
            sku="MUG",
            quantity=1,
            channel_order_item_id=None,
            tb_order_item_id=None,
        )
        self.live()
        self.assertOutcome(message, "failed", "2 lines")
        self.assertEqual(order.fulfillment_state, "attention")

    def test_item_of_another_order(self):
        _order, theirs = self.make_known_order((self.mug, 1))
        other, _theirs = self.make_known_order((self.tee, 1))
        message = self.tbone.say(
            "SHIP",
            theirs,
            sku="TEE",
            quantity=1,
            channel_order_item_id=other.order_line.fulfillment_key,
        )
        self.live()
        self.assertOutcome(message, "failed", other.order_line.fulfillment_key)
        self.assertEqual(other.fulfillment_state, "sent")

    def test_quotation(self):
        order, theirs = self.make_known_order((self.mug, 1), confirm=False)
        message = self.tbone.ship(theirs.items[0], 1, idcode="T1")
        self.live()
        self.assertOutcome(message, "waiting", "still a quotation")
        order.action_confirm()
        self.live()
        self.assertOutcome(message, "applied")
        self.assertEqual(order.fulfillment_state, "shipped")

    def test_cancelled_order(self):
        order, theirs = self.make_known_order((self.mug, 1))
        order.with_context(disable_cancel_warning=True).action_cancel()
        message = self.tbone.ship(theirs.items[0], 1, idcode="T1")
        self.live()
        self.assertOutcome(message, "failed", "cancelled in Odoo")
        self.assertEqual(order.fulfillment_state, "attention")

    def test_locked_order(self):
        order, theirs = self.make_known_order((self.mug, 2))
        order.action_lock()
        cancelled = self.tbone.cancel(theirs.items[0], 1)
        shipped = self.tbone.ship(theirs.items[0], 1, idcode="T1")
        self.live()
        self.assertOutcome(cancelled, "failed", "Unlock it")
        self.assertOutcome(shipped, "applied")
        order.action_unlock()
        self.row(cancelled).action_retry()
        self.live()
        self.assertOutcome(cancelled, "applied")
        self.assertEqual(order.fulfillment_state, "shipped")

    def test_archived_product(self):
        order, theirs = self.make_known_order((self.mug, 1))
        self.mug.action_archive()
        message = self.tbone.ship(theirs.items[0], 1, idcode="T1")
        self.live()
        self.assertOutcome(message, "applied")
        self.assertEqual(order.fulfillment_state, "shipped")

    def test_product_tracked_by_lot(self):
        phone = self.make_product("Phone", "PHONE", tracking="lot")
        order, theirs = self.make_known_order((phone, 1))
        message = self.tbone.ship(theirs.items[0], 1, idcode="T1")
        self.live()
        self.assertOutcome(message, "failed", "lot or serial number")
        self.assertEqual(order.picking_ids.state, "confirmed")

    def test_delivery_validated_by_hand(self):
        order, theirs = self.make_known_order((self.mug, 1))
        order.picking_ids.button_validate()
        message = self.tbone.ship(theirs.items[0], 1, idcode="T1")
        self.live()
        self.assertOutcome(message, "applied")
        self.assertEqual(order.picking_ids.carrier_tracking_ref, "T1")
        self.assertEqual(order.order_line.qty_delivered, 1)

    def test_unknown_type_is_kept_counted_and_acknowledged(self):
        order, theirs = self.make_known_order((self.mug, 1))
        message = self.tbone.say("TELEPATHY", theirs)
        self.live()
        self.assertOutcome(message, "applied")
        self.assertEqual(self.account.unknown_count, 1)
        self.assertEqual(order.fulfillment_state, "sent")

    def test_a_hundred_that_fail_for_ever_do_not_hold_up_the_next(self):
        self.check_a_hundred_that_fail()

    def test_nor_do_they_when_only_applied_messages_are_acknowledged(self):
        self.account.acknowledge_policy = "applied"
        failing = self.check_a_hundred_that_fail()
        self.assertEqual(len(self.tbone.processed_ids()), 1)
        failing.action_ignore()
        self.live()
        self.assertEqual(len(self.tbone.processed_ids()), 101)

    def check_a_hundred_that_fail(self):
        """:return: the hundred rows."""
        self.assertEqual(self.account.page_size, 100)
        order, theirs = self.make_known_order((self.mug, 1))
        for _number in range(100):
            self.tbone.ship(theirs.items[0], 50, idcode="T1", unchecked=True)
        good, good_theirs = self.make_known_order((self.tee, 1))
        last = self.tbone.ship(good_theirs.items[0], 1, idcode="T2")
        self.live()
        self.live()
        self.assertEqual(self.row(last).state, "applied")
        self.assertEqual(good.fulfillment_state, "shipped")
        self.assertEqual(order.fulfillment_state, "attention")
        self.assertIn(last.message_id, self.tbone.processed_ids())
        self.assertNoViolation()
        failing = self.rows() - self.row(last)
        self.assertEqual(set(failing.mapped("state")), {"failed"})
        return failing
