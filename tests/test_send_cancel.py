"""An order cancelled in Odoo, and confirmed again: what the platform and people hear of it."""

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .sending_case import SendingCase

SELLER = "sales_team.group_sale_salesman"


@tagged("post_install", "-at_install")
class TestCancelInOdoo(SendingCase):
    def test_what_was_not_sent_is_withdrawn_without_a_word(self):
        waiting, failed = self.sell(), self.sell()
        self.end(failed, "failed", reason="No.")
        self.cancel(waiting | failed)
        self.assertEqual(set(self.rows(waiting | failed).mapped("state")), {"cancelled"})
        self.assertFalse((waiting | failed).activity_ids)
        self.assertEqual(failed.fulfillment_state, "cancelled")

    def test_a_person_is_told_of_what_the_platform_has(self):
        seller = new_test_user(self.env, "cancel_seller", SELLER)
        order = self.sent(user_id=seller.id)
        self.cancel(order)
        text = f"TB.One does not know that {order.name} is cancelled"
        self.assertIn(text, self.notes(order))
        self.assertIn(text, self.activities(order, "recall").note)
        self.assertEqual(self.activities(order, "recall").user_id, seller)
        self.assertFalse(self.rows(order, "cancel"))
        self.assertEqual(self.rows(order).state, "sent")

    def test_or_the_platform_by_policy(self):
        self.account.cancel_policy = "send"
        order = self.sent()
        self.cancel(order)
        row = self.rows(order, "cancel")
        self.assertEqual((row.state, row.key), ("to_send", order.fulfillment_key))
        self.assertFalse(order.activity_ids)
        pieces = [cancellation.quantity for cancellation in row._prepare_document()]
        self.assertEqual(pieces, [1, 1])
        self.end(order, "sent", "cancel")
        self.assertIn("TB.One knows that the order is cancelled.", self.notes(order))
        self.assertEqual(order.fulfillment_state, "cancelled")

    def test_a_cancellation_that_fails_is_told(self):
        self.account.cancel_policy = "send"
        for state in ("failed", "unknown"):
            order = self.sent()
            self.cancel(order)
            self.end(order, state, "cancel", reason="Not now.")
            self.assertIn("Not now.", self.activities(order, "recall").note)
            self.assertEqual(order.fulfillment_state, "attention")
            self.assertEqual(order.fulfillment_recall_reason, "Not now.")

    def test_what_never_arrived_is_withdrawn_for_good(self):
        order = self.sell()
        self.end(order, "unknown", reason="Broken off.")
        self.cancel(order)
        self.assertTrue(self.activities(order, "recall"))
        order.action_fulfillment_send_again()
        self.assertFalse(self.rows(order).filtered(lambda row: row.state != "cancelled"))
        self.assertFalse(self.activities(order, "recall"))
        order.unlink()

    def test_the_page_warns_until_somebody_cancelled_it_there(self):
        order = self.sent()
        self.cancel(order)
        self.assertTrue(order.fulfillment_is_untold)
        self.activities(order, "recall").action_feedback()
        order.invalidate_recordset()
        self.assertFalse(order.fulfillment_is_untold)

    def test_what_the_platform_may_have_is_not_deleted(self):
        waiting, sent, unknown = self.sell(), self.sent(), self.sell()
        self.end(unknown, "unknown", reason="Broken off.")
        self.cancel(waiting | sent | unknown)
        for order in sent, unknown:
            with self.assertRaisesRegex(UserError, "cannot be deleted"):
                order.unlink()
        waiting.unlink()
        self.assertFalse(waiting.exists())

    def test_what_may_have_arrived_is_not_forgotten(self):
        for state in ("sending", "unknown"):
            order = self.sell()
            self.rows(order)._move_to("sending")
            self.rows(order)._move_to(state)
            self.cancel(order)
            self.assertTrue(self.activities(order, "recall"), state)

    def test_what_may_be_there_is_withdrawn_and_told(self):
        for policy in ("tell", "send"):
            with self.subTest(policy):
                self.account.cancel_policy = policy
                order = self.doubtful()
                self.cancel(order)
                self.assertEqual(self.rows(order).state, "cancelled")
                self.assertFalse(self.rows(order, "cancel"))
                text = f"Nobody knows whether {order.name} arrived"
                self.assertIn(text, self.activities(order, "recall").note)
                with self.assertRaisesRegex(UserError, "cannot be deleted"):
                    order.unlink()

    def test_cancelled_while_it_is_sent_and_nobody_knows(self):
        """The lane finds that nobody wants what it would have tried again."""
        for may_have_arrived in (True, False):
            with self.subTest(may_have_arrived=may_have_arrived):
                self.account.cancel_policy = "send"
                order = self.sell()
                row = self.rows(order)
                self.assertTrue(row._is_wanted() and row._try_lock_documents())
                row._move_to("sending")
                self.cancel(order)
                self.assertEqual(self.rows(order, "cancel").state, "to_send")
                self.assertTrue(self.rows(order, "cancel")._is_wanted())
                self.assertFalse(row._is_wanted())
                row._move_to("cancelled", may_have_arrived=may_have_arrived)
                for _twice in range(2):
                    row._settle_documents()
                self.assertEqual(self.rows(order, "cancel").state, "cancelled")
                recall = self.activities(order, "recall")
                self.assertEqual(len(recall), may_have_arrived)
                self.assertEqual("Nobody knows" in str(recall.note), may_have_arrived)
                self.assertEqual(self.notes(order).count("Nobody knows"), may_have_arrived)

    def test_cancelled_while_it_is_sent_and_refused(self):
        order = self.sell()
        self.rows(order)._move_to("sending")
        self.cancel(order)
        self.assertTrue(self.activities(order, "recall"))
        self.rows(order)._move_to("failed", reason="No.")
        self.rows(order)._settle_documents()
        self.assertEqual(self.rows(order).state, "cancelled")
        self.assertFalse(order.activity_ids)

    def test_cancelled_while_it_is_sent_and_no_answer(self):
        order = self.sell()
        self.rows(order)._move_to("sending")
        self.cancel(order)
        self.rows(order)._move_to("unknown", reason="Broken off.")
        self.rows(order)._settle_documents()
        self.assertNotIn("send it again", self.activities(order, "send").note)

    def test_a_person_has_cancelled_it_there(self):
        for state in ("failed", "unknown"):
            order = self.untold(state)
            order.action_fulfillment_recall_done()
            self.assertEqual(self.rows(order, "cancel").state, "sent")
            self.assertEqual(order.fulfillment_state, "cancelled")
            self.assertFalse(order.fulfillment_recall_reason or order.activity_ids)

    def test_a_person_sends_the_cancellation_again(self):
        for state in ("failed", "unknown"):
            order = self.untold(state)
            self.assertEqual(order.fulfillment_recall_state, state)
            order.action_fulfillment_recall_again()
            self.assertEqual(self.rows(order, "cancel").state, "to_send")
            self.assertFalse(order.activity_ids)

    def test_what_stands_against_a_cancellation_is_told_at_once(self):
        order = self.untold("failed", without_id=True)
        with self.assertRaisesRegex(UserError, "order ID of .* is not known"):
            order.action_fulfillment_recall_again()
        self.assertEqual(self.rows(order, "cancel").state, "failed")

    def test_a_cancellation_goes_out_when_the_platforms_id_arrives(self):
        order = self.untold("failed", without_id=True)
        self.hear(self.word("PAYMENT_STATE_PAID", order, order_ref="4711"))
        self.assertEqual(order.fulfillment_ref, "4711")
        self.assertEqual(self.rows(order, "cancel").state, "to_send")
        self.assertFalse(self.activities(order, "recall"))

    def untold(self, state, without_id=False):
        """A cancelled order, of which the platform was not told."""
        self.account.cancel_policy = "send"
        order = self.sell()
        order._fulfillment_prepare_order()
        self.end(order, "sent", ref=False if without_id else str(order.id))
        self.cancel(order)
        self.end(order, state, "cancel", reason="Not now.")
        self.assertTrue(self.activities(order, "recall"))
        return order

    def test_the_platforms_own_cancellation_is_not_told_to_it(self):
        self.account.cancel_policy = "send"
        order = self.sent()
        self.hear(*(self.word("NO_INVENTORY", order, line, 1) for line in order.order_line))
        self.assertEqual(order.state, "cancel")
        self.assertFalse(self.rows(order, "cancel") or order.activity_ids)

    def test_the_platforms_word_ends_the_activity(self):
        order = self.sent()
        self.cancel(order)
        self.assertTrue(self.activities(order, "recall"))
        self.hear(*(self.word("CUST_CANCEL", order, line, 1) for line in order.order_line))
        self.assertFalse(self.activities(order, "recall"))

    def test_what_is_shipped_is_not_cancelled_there(self):
        order = self.sent()
        self.hear(*(self.word("SHIP", order, line, 1) for line in order.order_line))
        self.cancel(order)
        self.assertFalse(order.activity_ids)

    def test_a_shipment_of_a_cancelled_order_says_what_to_do(self):
        order = self.sent()
        self.cancel(order)
        [message] = self.hear(self.word("SHIP", order, order.order_line[0], 1, tracking_ref="T1"))
        self.assertEqual((message.state, order.fulfillment_state), ("failed", "attention"))
        for words in (order.name, "cancelled in Odoo", "1 x", "T1", "retry", "ignore"):
            self.assertIn(words, message.reason)
        order.action_draft()
        order.action_confirm()
        message.action_retry()
        self.run_apply_lane()
        self.assertEqual(message.state, "applied", message.reason)
        self.assertEqual(
            self.deliveries(order), {"T1": {order.order_line[0].product_id.default_code: 1}}
        )
        self.assertEqual(len(self.rows(order)), 1)


@tagged("post_install", "-at_install")
class TestConfirmAgain(SendingCase):
    """The platform has the number of the order: it never gets a second order with it by itself."""

    def confirm_again(self, order):
        self.cancel(order)
        order.action_draft()
        order.action_confirm()

    def test_what_never_left_is_sent_now(self):
        order = self.sell()
        order._fulfillment_prepare_order()
        self.end(order, "failed", reason="No.")
        self.confirm_again(order)
        self.assertEqual(sorted(self.rows(order).mapped("state")), ["cancelled", "to_send"])
        self.assertEqual(order.fulfillment_state, "to_send")

    def test_a_cancellation_that_never_left_is_withdrawn(self):
        self.account.cancel_policy = "send"
        order = self.sent()
        self.confirm_again(order)
        self.assertEqual(self.rows(order).mapped("state"), ["sent"])
        self.assertEqual(self.rows(order, "cancel").state, "cancelled")
        self.assertFalse(order.activity_ids)
        self.assertEqual(order.fulfillment_state, "sent")

    def test_a_person_is_told_that_it_may_be_cancelled_there(self):
        order = self.sent()
        self.confirm_again(order)
        self.assertEqual(len(self.rows(order)), 1)
        activity = self.activities(order, "recall")
        self.assertEqual(len(activity), 1)
        self.assertIn("confirmed again", activity.note)

    def test_a_person_is_told_that_it_is_cancelled_there(self):
        self.account.cancel_policy = "send"
        order = self.sent()
        self.cancel(order)
        self.end(order, "sent", "cancel")
        order.action_draft()
        order.action_confirm()
        self.assertEqual(len(self.rows(order)), 1)
        self.assertIn("confirmed again", self.activities(order, "recall").note)

    def test_the_platform_hears_of_the_second_cancellation_too(self):
        self.account.cancel_policy = "send"
        for state in ("sent", "unknown"):
            with self.subTest(state):
                order = self.sent()
                self.cancel(order)
                self.end(order, state, "cancel")
                order.action_draft()
                order.action_confirm()
                self.assertEqual(self.rows(order, "cancel").state, "cancelled")
                self.cancel(order)
                states = self.rows(order, "cancel").mapped("state")
                self.assertEqual(sorted(states), ["cancelled", "to_send"])
                self.assertFalse(self.activities(order, "recall"))

    def test_a_person_hears_of_it_while_the_first_one_is_being_sent(self):
        self.account.cancel_policy = "send"
        order = self.sent()
        self.cancel(order)
        self.rows(order, "cancel")._move_to("sending")
        order.action_draft()
        order.action_confirm()
        self.rows(order, "cancel")._move_to("sent")
        self.rows(order, "cancel")._settle_documents()
        self.assertIn("confirmed again", self.activities(order, "recall").note)
        self.cancel(order)
        self.assertIn("does not know", self.activities(order, "recall").note)

    def test_what_may_be_there_is_not_sent_before_a_person_has_looked(self):
        order = self.doubtful()
        self.confirm_again(order)
        self.assertEqual((self.rows(order).state, order.fulfillment_state), ("unknown",) * 2)
        self.assertIn("send it again", self.activities(order, "send").note)
        self.assertFalse(self.activities(order, "recall"))
        order.action_fulfillment_send_again()
        self.assertEqual(self.rows(order).state, "to_send")

    def test_an_order_linked_by_hand_is_no_second_confirmation(self):
        self.assertFalse(self.sell(fulfillment_ref="4711").activity_ids)
