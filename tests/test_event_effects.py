"""What messages do that speak of shipments and orders, and not of items."""

from datetime import datetime

from odoo.tests import tagged

from .documents_case import DocumentsCase

KINDS = {
    "NEW": "acknowledge",
    "PACKED": "info",
    "IN_TRANSIT": "ship",
    "COMPLETED": "deliver",
    "CANCELLED": "cancel",
    "REJECTED": "return",
}


class EventEffectsCase(DocumentsCase):
    """Events of one account, stored as the exchange lane leaves them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write({"provider": "acommerce"})
        cls.order = cls.make_order((cls.mug, 3), (cls.tee, 2))
        cls.mug_line, cls.tee_line = cls.order.order_line

    def tell(self, code, shipment=None, tracking=None, order=None, **vals):
        """One event in the inbox."""
        type(self).last_number += 1
        order = order or self.order
        values = {
            "account_id": self.account.id,
            "company_id": self.account.company_id.id,
            "external_id": f"e-{self.last_number}",
            "kind": KINDS[code],
            "platform_type": code,
            "order_key": order.fulfillment_key,
            "shipment_ref": shipment,
            "tracking_ref": tracking,
            "occurred_at": datetime(2026, 3, 1, 8, 30),
        }
        return self.env["fulfillment.message"].create(values | vals)

    def apply(self, *messages):
        """Apply what is given, in one batch, with all that waits."""
        messages = self.env["fulfillment.message"].concat(*messages)
        messages |= messages.search(
            [("order_key", "in", messages.mapped("order_key")), ("state", "=", "waiting")]
        )
        messages._match_orders()
        self.env["fulfillment.apply"]._apply_messages(messages)
        self.env.flush_all()
        self.env.invalidate_all()

    def hear_event(self, code, shipment=None, tracking=None, **vals):
        message = self.tell(code, shipment, tracking, **vals)
        self.apply(message)
        return message

    def setUp(self):
        super().setUp()
        self.history = self.env["fulfillment.history"].create(
            {
                "account_id": self.account.id,
                "company_id": self.account.company_id.id,
                "order_key": self.order.fulfillment_key,
                "heard_at": "2126-01-01 00:00:00",
            }
        )

    def know_shipments(self, *refs):
        """The history of the order has shown these."""
        self.history.shipment_refs = list(refs)

    def all_totals(self):
        return [self.totals(line) for line in self.order.order_line]


CONTENTS_1 = [["MUG", "2"]]
CONTENTS_2 = [["MUG", "1"], ["TEE", "2"]]


@tagged("post_install", "-at_install")
class TestEventShip(EventEffectsCase):
    def test_an_order_in_transit_ships_all_that_is_open(self):
        message = self.hear_event("IN_TRANSIT", tracking="T1")
        self.assertApplied(message)
        self.assertEqual(self.all_totals(), [(3, 3, 0, 0), (2, 2, 0, 0)])
        self.assertEqual(self.deliveries(self.order), {"T1": {"MUG": 3, "TEE": 2}})
        self.assertEqual(self.order.fulfillment_state, "shipped")
        self.assertEqual(message.parcel_id.content, "3 x [MUG] Mug, 2 x [TEE] Tee")

    def test_each_shipment_ships_its_contents(self):
        self.apply(
            self.tell("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1),
            self.tell("IN_TRANSIT", "F-2", "T2", contents=CONTENTS_2),
        )
        self.assertEqual(
            self.deliveries(self.order), {"T1": {"MUG": 2}, "T2": {"MUG": 1, "TEE": 2}}
        )
        self.assertEqual(self.order.fulfillment_state, "shipped")

    def test_a_shipment_leaves_once_however_often_it_is_told(self):
        first = self.hear_event("IN_TRANSIT", "F-1", contents=CONTENTS_1)
        more = [
            self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1),
            self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1),
            self.hear_event("IN_TRANSIT", "F-1", "T2", contents=CONTENTS_1),
        ]
        self.assertApplied(first.concat(*more))
        self.assertEqual(self.all_totals(), [(3, 2, 0, 0), (2, 0, 0, 0)])
        self.assertEqual(self.deliveries(self.order), {"T1,T2": {"MUG": 2}})
        parcels = self.order.fulfillment_parcel_ids
        self.assertEqual(sorted(parcels.mapped("tracking_ref")), ["T1", "T2"])

    def test_what_is_said_of_an_order_with_one_shipment_is_said_of_it(self):
        self.know_shipments("F-1")
        self.hear_event("IN_TRANSIT", tracking="T1")
        self.assertApplied(self.hear_event("IN_TRANSIT", "F-1", "T1"))
        self.assertEqual(self.all_totals(), [(3, 3, 0, 0), (2, 2, 0, 0)])
        self.assertEqual(len(self.order.fulfillment_parcel_ids), 1)

    def test_one_of_several_shipments_with_unknown_contents_asks_a_person(self):
        self.know_shipments("F-1", "F-2")
        message = self.hear_event("IN_TRANSIT", "F-1", "T1")
        self.assertEqual(message.state, "failed")
        self.assertIn("does not say what is in it", message.reason)
        self.assertEqual(self.order.fulfillment_state, "attention")

        delivery = self.order.picking_ids
        delivery.move_ids.filtered(lambda move: move.product_id == self.mug).quantity = 1
        delivery.move_ids.filtered(lambda move: move.product_id == self.tee).quantity = 0
        delivery.with_context(skip_backorder=True).button_validate()
        message.action_retry()
        self.apply(message)
        self.assertApplied(message)
        self.assertEqual(self.all_totals(), [(3, 1, 0, 0), (2, 0, 0, 0)])
        self.assertEqual(self.deliveries(self.order), {"T1": {"MUG": 1}})

    def test_the_first_of_several_shipments_ships_all_where_the_account_says_so(self):
        self.account.shipment_policy = "all"
        self.know_shipments("F-1", "F-2")
        self.apply(self.tell("IN_TRANSIT", "F-1", "T1"), self.tell("IN_TRANSIT", "F-2", "T2"))
        self.assertEqual(self.all_totals(), [(3, 3, 0, 0), (2, 2, 0, 0)])
        self.assertEqual(self.order.fulfillment_state, "shipped")

    def test_what_may_be_one_of_several_waits_for_the_whole_order(self):
        """A web hook tells one entry, and not that there are more shipments."""
        self.history.heard_at = False
        message = self.hear_event("IN_TRANSIT", "F-1", "T1")
        self.assertEqual(message.state, "waiting")
        self.assertIn("asked for the whole order", message.reason)
        self.history.heard_at = "2126-01-01 00:00:00"
        self.apply(message)
        self.assertApplied(message)

    def test_contents_the_order_does_not_have_are_refused_as_a_whole(self):
        too_many = self.hear_event("IN_TRANSIT", "F-1", contents=[["TEE", "1"], ["MUG", "4"]])
        strange = self.hear_event("IN_TRANSIT", "F-2", contents=[["NOBODY", "1"]])
        self.assertEqual(too_many.state, "failed")
        self.assertIn("ordered 3, shipped 0", too_many.reason)
        self.assertIn("NOBODY", strange.reason)
        self.assertEqual(self.all_totals(), [(3, 0, 0, 0), (2, 0, 0, 0)])

    def test_a_platform_of_items_cannot_ship_a_whole_order(self):
        self.account.provider = "tbone"
        message = self.hear_event("IN_TRANSIT", tracking="T1")
        self.assertEqual(message.state, "failed")
        self.assertEqual(self.all_totals(), [(3, 0, 0, 0), (2, 0, 0, 0)])


@tagged("post_install", "-at_install")
class TestEventDeliver(EventEffectsCase):
    def test_delivered_delivers_and_has_shipped_if_nobody_said_so(self):
        message = self.hear_event("COMPLETED", "F-1", "T1", contents=CONTENTS_1)
        self.assertApplied(message)
        self.assertEqual(self.all_totals(), [(3, 2, 0, 0), (2, 0, 0, 0)])
        self.assertEqual(message.parcel_id.delivered_at, message.occurred_at)
        self.assertApplied(self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1))
        self.assertEqual(self.deliveries(self.order), {"T1": {"MUG": 2}})

    def test_only_its_own_parcel_is_delivered(self):
        self.apply(
            self.tell("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1),
            self.tell("IN_TRANSIT", "F-2", "T2", contents=CONTENTS_2),
            self.tell("COMPLETED", "F-2", contents=CONTENTS_2),
        )
        delivered = self.order.fulfillment_parcel_ids.filtered("delivered_at")
        self.assertEqual(delivered.mapped("tracking_ref"), ["T2"])

    def test_a_failed_attempt_asks_for_nobody_once_the_parcel_arrived(self):
        self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        attempts = [
            self.hear_event("PACKED", ref, problem="An attempt to deliver failed.")
            for ref in ("F-1", "F-2")
        ]
        self.assertEqual([one.state for one in attempts], ["failed", "failed"])
        self.hear_event("COMPLETED", "F-1", "T1", contents=CONTENTS_1)
        self.assertEqual([one.state for one in attempts], ["ignored", "failed"])
        self.assertEqual(self.order.fulfillment_state, "attention")
        self.hear_event("COMPLETED", "F-2", "T2", contents=CONTENTS_2)
        self.assertEqual([one.state for one in attempts], ["ignored", "ignored"])
        self.assertFalse(self.order.activity_ids)

    def test_an_order_of_two_shipments_is_delivered_when_both_have_left(self):
        self.know_shipments("F-1", "F-2")
        self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        done = self.hear_event("COMPLETED")
        self.assertEqual(done.state, "waiting")
        self.apply(self.tell("IN_TRANSIT", "F-2", "T2", contents=CONTENTS_2))
        self.assertApplied(done)
        self.assertTrue(all(self.order.fulfillment_parcel_ids.mapped("delivered_at")))


@tagged("post_install", "-at_install")
class TestEventCancelAndReturn(EventEffectsCase):
    def test_a_cancelled_order_is_cancelled(self):
        self.assertApplied(self.hear_event("CANCELLED"))
        self.assertEqual(self.order.state, "cancel")
        self.assertEqual(self.order.fulfillment_state, "cancelled")
        self.assertApplied(self.hear_event("CANCELLED", "F-1", contents=CONTENTS_1))

    def test_what_has_left_is_not_cancelled_with_the_rest(self):
        self.apply(
            self.tell("CANCELLED"),
            self.tell("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1),
            self.tell("CANCELLED", "F-2", contents=CONTENTS_2),
        )
        self.assertEqual(self.all_totals(), [(3, 2, 1, 0), (2, 0, 2, 0)])
        self.assertEqual(self.deliveries(self.order), {"T1": {"MUG": 2}})
        self.assertEqual(self.open_quantity(self.order), 0)

    def test_a_refused_shipment_comes_back_as_it_left(self):
        back = self.hear_event("REJECTED", "F-1", "T1")
        self.assertEqual(back.state, "waiting")
        self.apply(
            self.tell("IN_TRANSIT", "F-2", "T2", contents=CONTENTS_2),
            self.tell("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1),
        )
        self.assertApplied(back)
        self.assertEqual(self.all_totals(), [(3, 3, 0, 2), (2, 2, 0, 0)])
        self.assertApplied(self.hear_event("REJECTED", "F-1"))
        self.assertEqual(self.all_totals(), [(3, 3, 0, 2), (2, 2, 0, 0)])
        self.assertEqual(self.order.fulfillment_state, "partly_returned")

    def test_what_comes_back_is_what_the_platform_says(self):
        self.hear_event("IN_TRANSIT", tracking="T1")
        self.know_shipments("F-1", "F-2")
        self.assertApplied(self.hear_event("REJECTED", "F-1", contents=CONTENTS_1))
        self.assertEqual(self.all_totals(), [(3, 3, 0, 2), (2, 2, 0, 0)])

    def test_one_of_several_shipments_that_left_as_one_asks_a_person(self):
        self.account.shipment_policy = "all"
        self.know_shipments("F-1", "F-2")
        self.hear_event("IN_TRANSIT", "F-1", "T1")
        backs = [self.hear_event("REJECTED", ref) for ref in ("F-1", "F-2")]
        self.assertEqual([back.state for back in backs], ["failed", "failed"])
        self.assertIn("Return by hand", backs[1].reason)
        self.assertEqual(self.all_totals(), [(3, 3, 0, 0), (2, 2, 0, 0)])


@tagged("post_install", "-at_install")
class TestEventChanges(EventEffectsCase):
    def change(self, message, booked_as, **vals):
        """What the exchange lane does with a row that was applied."""
        message.write({"booked_as": booked_as, "state": "received", **vals})
        self.apply(message)

    def test_a_deleted_shipment_is_told_and_not_undone(self):
        message = self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        self.change(message, "ship", is_live=False)
        self.assertEqual(message.state, "failed")
        self.assertIn("deleted", message.reason)
        self.assertIn("2 x [MUG] Mug", message.reason)
        self.assertEqual(self.deliveries(self.order), {"T1": {"MUG": 2}})
        self.assertEqual(self.all_totals(), [(3, 2, 0, 0), (2, 0, 0, 0)])
        self.assertEqual(len(self.order.activity_ids), 1)

        message.action_retry()
        self.apply(message)
        self.assertEqual(message.state, "failed")
        message.with_user(self.env.ref("base.user_admin")).action_ignore()
        self.assertFalse(self.order.activity_ids)

    def test_what_was_set_aside_is_booked_no_more(self):
        """Staff undid the delivery, as they were told; the true one comes under another id."""
        message = self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        self.change(message, "ship", is_live=False)
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": self.order.picking_ids.filtered(lambda one: one.state == "done").id}
        )
        wizard.product_return_moves.quantity = 2
        back = wizard._create_return()
        back.move_ids.picked = True
        back._action_done()
        message.with_user(self.env.ref("base.user_admin")).action_ignore()
        self.assertEqual(self.all_totals(), [(3, 0, 0, 0), (2, 0, 0, 0)])
        self.assertFalse(message.item_ids)

    def test_what_was_set_aside_and_left_as_it_is_counts_as_done_by_hand(self):
        message = self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        self.change(message, "ship", is_live=False)
        message.with_user(self.env.ref("base.user_admin")).action_ignore()
        again = self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        self.assertApplied(again)
        self.assertEqual(self.all_totals(), [(3, 2, 0, 0), (2, 0, 0, 0)])
        self.assertEqual(self.deliveries(self.order), {"T1": {"MUG": 2}})

    def test_a_change_that_means_the_same_on_two_lines_is_no_change(self):
        order = self.make_order((self.mug, 2), (self.mug, 1))
        message = self.tell("IN_TRANSIT", "F-9", "T9", order=order, contents=[["MUG", "3"]])
        self.apply(message)
        self.assertEqual(len(message.item_ids), 2)
        self.change(message, "ship", occurred_at="2026-03-02 10:00:00")
        self.assertApplied(message)

    def test_another_message_that_says_the_same_stands_for_a_deleted_one(self):
        message = self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        other = self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        self.change(message, "ship", is_live=False)
        self.assertEqual(message.state, "ignored")
        self.assertEqual(other.item_ids.mapped("quantity"), [2])
        self.assertFalse(self.order.activity_ids)

    def test_a_shipment_that_became_another_one_is_told(self):
        message = self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        self.change(message, "ship", kind="info", platform_type="PACKED")
        self.assertEqual(message.state, "failed")
        self.assertIn("PACKED", message.reason)

    def test_a_changed_message_that_means_the_same_is_applied_again_quietly(self):
        message = self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        self.change(message, "ship", kind="deliver", platform_type="COMPLETED")
        self.assertApplied(message)
        self.assertTrue(message.parcel_id.delivered_at)
        self.assertEqual(self.all_totals(), [(3, 2, 0, 0), (2, 0, 0, 0)])

    def test_delivered_by_mistake_is_not_delivered(self):
        """The vendor's own example of a revision."""
        self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        message = self.hear_event("COMPLETED", "F-1", "T1", contents=CONTENTS_1)
        self.assertTrue(message.parcel_id.delivered_at)
        self.change(message, "deliver", kind="return", platform_type="REJECTED")
        self.assertApplied(message)
        self.assertFalse(self.order.fulfillment_parcel_ids.filtered("delivered_at"))
        self.assertEqual(self.all_totals(), [(3, 2, 0, 2), (2, 0, 0, 0)])

    def test_a_deleted_delivery_takes_its_day_back(self):
        self.hear_event("IN_TRANSIT", "F-1", "T1", contents=CONTENTS_1)
        message = self.hear_event("COMPLETED", "F-1", "T1", contents=CONTENTS_1)
        self.change(message, "deliver", is_live=False)
        self.assertEqual(message.state, "ignored")
        self.assertFalse(message.parcel_id.delivered_at)
