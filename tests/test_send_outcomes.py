"""What becomes of an order that does not simply arrive: who has to act, and what is sent again."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .send_case import NEVER, SendCase

SENDING = "odoo.addons.fulfillment_connector.models.exchange.fulfillment_send"
UNCLEAR = ("accept_drop", "accept_hang", "drop", "hang", "bad_gateway", "html", "stuck")


@tagged("post_install", "-at_install")
class TestSendOutcomes(SendCase):
    def setUp(self):
        super().setUp()
        self.outbox_model = type(self.env["fulfillment.outbox"])

    # --- refused: a person

    def test_schema_complaint_with_200_is_no_success(self):
        self.tbone.set_articles("MUG")
        order, other = self.confirm(self.tee), self.confirm(self.mug)
        self.run_exchange()
        self.assertSent(other)
        self.assertRow(order, "failed", "SKU TEE is not known", attempts=1, ref=False)
        self.assertCounts("warning", sent=1, unsent=1)
        self.assertIn(f"Order {order.name} was not sent", self.sync().note)
        self.assertHealthy()
        self.run_again()
        self.assertCalls("orders", "orders")
        self.assertNoViolation()

    def test_refused_order_is_sent_again_by_hand(self):
        for rejection in (200, 400, 422):
            with self.subTest(rejection):
                self.tbone.platform.rejection_status = rejection
                self.tbone.set_articles("MUG")
                order = self.confirm(self.tee)
                self.run_exchange()
                self.assertRow(order, "failed", "TEE")
                self.tbone.set_articles("MUG", "TEE")
                self.tbone.journal.forget_failures()
                order.action_fulfillment_send()
                self.assertRow(order, "to_send", attempts=0, answer=False)
                self.run_exchange()
                self.assertSent(order)
                self.assertNoViolation()

    def test_order_that_cannot_go_out_is_told_with_all_reasons(self):
        nameless = self.make_product("Nameless", False)
        nowhere = self.customer.copy({"zip": False, "city": False})
        order = self.confirm(nameless, partner_id=nowhere.id)
        other = self.confirm()
        self.run_exchange()
        self.assertSent(other)
        self.assertRow(order, "failed", attempts=0)
        self.assertGreaterEqual(len(self.outbox(order).reason.splitlines()), 3)
        self.assertEqual(order.fulfillment_state, "attention")
        self.assertCounts("warning", sent=1, unsent=1)
        self.assertCalls("orders")

    def test_bug_at_one_order_does_not_stop_the_others(self):
        order, other = self.confirm(), self.confirm()
        prepare = self.outbox_model._prepare_document

        def broken(row):
            if row.order_id == order:
                row.order_id.client_order_ref = "half written"
                raise KeyError("secret of a customer")
            return prepare(row)

        with patch.object(self.outbox_model, "_prepare_document", broken), mute_logger(SENDING):
            self.run_exchange()
        self.assertRow(order, "failed", "KeyError")
        self.assertNotIn("customer", self.outbox(order).reason + self.sync().note)
        self.assertFalse(order.client_order_ref)
        self.assertSent(other)
        self.assertHealthy()

    def test_notes_of_the_log_name_the_first_orders(self):
        nowhere = self.customer.copy({"zip": False})
        orders = self.env["sale.order"]
        for _index in range(12):
            orders |= self.confirm(partner_id=nowhere.id)
        self.run_exchange()
        self.assertCounts("warning", unsent=12)
        note = self.sync().note
        self.assertIn(orders[0].name, note)
        self.assertNotIn(orders[11].name, note)
        self.assertIn("see the outbox", note)

    # --- nobody knows: a person, or a message

    def test_unclear_outcome_is_never_sent_again_by_itself(self):
        for fault in UNCLEAR:
            with self.subTest(fault):
                self.tbone.journal.reset()
                self.tbone.fault("orders", fault)
                order, other = self.confirm(), self.confirm()
                self.run_exchange()
                self.assertRow(order, "unknown", ref=False, sent_at=False)
                self.assertEqual(order.fulfillment_state, "unknown")
                self.assertSent(other)
                self.assertCounts("warning", sent=1, unsent=1)
                self.assertIn(f"Order {order.name} may have arrived", self.sync().note)
                self.run_again(2)
                self.assertRow(order, "unknown", attempts=1)
                self.assertCalls("orders", "orders")
                self.assertNoViolation()

    def test_message_proves_that_it_arrived(self):
        self.tbone.fault("orders", "accept_drop")
        order = self.confirm()
        self.run_exchange()
        there = self.at_platform(order)
        self.tbone.acknowledge(there)
        self.account.next_fetch_at = fields.Datetime.now()
        self.run_exchange()
        self.run_apply()
        self.assertSent(order)
        self.assertEqual(order.fulfillment_state, "acknowledged")
        self.assertFalse(order.activity_ids)
        self.account.next_fetch_at = NEVER
        self.run_again()
        self.assertEqual(len(self.calls("orders")), 1)
        self.assertNoViolation()

    def test_answer_without_id(self):
        self.tbone.platform.order_answer = "without"
        order = self.confirm()
        self.run_exchange()
        self.assertRow(order, "unknown", "without an ID", ref=False)
        self.assertIn("has been created", self.outbox(order).answer)
        order.fulfillment_ref = str(self.at_platform(order).tb_id)
        self.assertSent(order)
        self.run_again()
        self.assertCalls("orders")
        self.assertNoViolation()

    def test_id_in_a_sentence(self):
        self.tbone.platform.order_answer = "sentence"
        order = self.confirm()
        self.run_exchange()
        self.assertSent(order)

    def test_person_sends_again_what_is_not_there(self):
        self.tbone.fault("orders", "drop")
        order = self.confirm()
        self.run_exchange()
        self.tbone.journal.forget_failures()
        order.action_fulfillment_send_again()
        self.run_exchange()
        self.assertSent(order)
        self.assertNoViolation()

    def test_order_that_is_there_already_is_never_called_not_sent(self):
        """Sent again although it was there: it is refused because it is there from before."""
        for rejection in (200, 400, 409, 422):
            with self.subTest(rejection):
                self.tbone.platform.rejection_status = rejection
                self.tbone.fault("orders", "accept_drop")
                order = self.confirm()
                self.run_exchange()
                self.tbone.journal.forget_failures()
                order.action_fulfillment_send_again()
                self.run_exchange()
                self.assertRow(order, "unknown", "exists already", may_have_arrived=True)
                self.assertEqual(order.fulfillment_state, "unknown")
                order.fulfillment_ref = str(self.at_platform(order).tb_id)
                self.assertSent(order)

    def test_order_that_was_taken_with_an_error_is_found_by_its_second_try(self):
        self.tbone.fault("orders", "server_error", accepted=True)
        order = self.confirm()
        self.run_exchange()
        self.assertRow(order, "to_send", "(500)", may_have_arrived=True)
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertRow(order, "unknown", "exists already", may_have_arrived=True)

    def test_refusal_after_an_error_proves_nothing(self):
        """The first call may have arrived, whatever is wrong with the order by now."""
        self.tbone.fault("orders", "server_error", times=2)
        refused, unsendable = self.confirm(self.tee), self.confirm(self.mug)
        self.run_exchange()
        self.tbone.set_articles("MUG")
        unsendable.partner_shipping_id = self.customer.copy({"zip": False})
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertRow(refused, "unknown", "SKU TEE is not known", settled=True)
        self.assertRow(unsendable, "unknown", settled=True)
        self.assertEqual(refused.fulfillment_state, "unknown")

    def test_person_who_has_looked_knows_that_it_did_not_arrive(self):
        self.tbone.fault("orders", "drop")
        order = self.confirm(self.tee)
        self.run_exchange()
        self.assertRow(order, "unknown", may_have_arrived=True)
        order.action_fulfillment_send_again()
        self.assertRow(order, "to_send", may_have_arrived=False)
        self.tbone.set_articles("MUG")
        self.run_exchange()
        self.assertRow(order, "failed", "SKU TEE is not known", may_have_arrived=False)

    def test_proof_ends_the_doubt(self):
        self.tbone.fault("orders", "server_error")
        order = self.confirm()
        self.run_exchange()
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertSent(order)
        self.assertRow(order, "sent", may_have_arrived=False)

    # --- cancelled meanwhile

    def test_order_that_is_cancelled_between_two_tries_keeps_its_doubt(self):
        self.tbone.fault("orders", "server_error", accepted=True)
        order = self.confirm()
        self.run_exchange()
        order._action_cancel()
        self.assertRow(order, "cancelled", may_have_arrived=True)
        self.run_again()
        self.assertCalls("orders")

    def test_order_that_is_cancelled_while_it_is_being_sent_is_not_tried_again(self):
        for policy in ("tell", "send"):
            with self.subTest(policy):
                self.account.cancel_policy = policy
                self.tbone.journal.reset()
                self.tbone.fault("orders", "server_error", accepted=True)
                order = self.confirm()
                self.run_exchange_while(order._action_cancel)
                self.assertRow(order, "cancelled", "(500)", may_have_arrived=True, settled=True)
                self.run_again()
                self.assertCalls("orders")
                self.assertTrue(order.activity_ids, "a person has to look")

    def test_order_that_nobody_wants_is_not_sent(self):
        """Cancelled in the moment in which an earlier call was given up."""
        order = self.confirm()
        order.state = "cancel"
        self.run_exchange()
        self.assertRow(order, "cancelled", attempts=0, settled=True)
        self.assertFalse(self.calls())
        self.assertCounts("done")

    def run_exchange_while(self, action):
        """Somebody does this while an order is under way."""
        client = type(self.account._get_client())
        send = client.send_order

        def act_and_send(self_, document):
            action()
            self.env.flush_all()
            return send(self_, document)

        with patch.object(client, "send_order", act_and_send):
            self.run_exchange()

    def test_three_unclear_outcomes_end_the_run(self):
        self.tbone.fault("orders", "accept_drop", times=None)
        orders = self.confirm_many(5)
        self.run_exchange()
        self.assertEqual(self.outbox(orders).mapped("state"), ["unknown"] * 3 + ["to_send"] * 2)
        self.assertCounts("error", unsent=3)
        self.assertEqual(self.account.failure_count, 1)
        self.run_exchange()
        self.assertEqual(len(self.calls("orders")), 3, "the account backs off")

    def test_interrupted_row_is_unknown(self):
        order = self.confirm()
        self.outbox(order)._move_to("sending", attempts=1)
        self.run_exchange()
        self.assertRow(order, "unknown", "killed", attempts=1, settled=True)
        self.assertEqual(order.fulfillment_state, "unknown")
        self.assertCounts("warning", unsent=1)
        self.assertFalse(self.calls())

    def test_bug_in_the_call_leaves_the_outcome_open(self):
        order, other = self.confirm(), self.confirm()
        client = type(self.account._get_client())
        send = client.send_order

        def broken(self_, document):
            answer = send(self_, document)
            if document.key == order.name:
                raise KeyError("secret of a customer")
            return answer

        with patch.object(client, "send_order", broken), mute_logger(SENDING):
            self.run_exchange()
        self.assertRow(order, "unknown", "KeyError")
        self.assertSent(other)
        self.assertNoViolation()

    # --- later: the clock

    def test_server_error_is_repeated_after_ten_minutes_at_most_five_times(self):
        self.tbone.fault("orders", "server_error", times=None)
        order = self.confirm()
        for attempt in range(1, 6):
            self.run_exchange()
            self.run_exchange()
            self.assertEqual(len(self.calls("orders")), attempt, "no call before its time")
            self.assertRow(order, "to_send" if attempt < 5 else "unknown", "(500)")
            self.assertRow(order, self.outbox(order).state, attempts=attempt)
            self.assertEqual(order.fulfillment_state, self.outbox(order).state)
            self.assertCounts("warning", unsent=1)
            self.let_pass(minutes=11)
        self.assertIn("5 times", self.outbox(order).reason)
        self.run_again()
        self.assertEqual(len(self.calls("orders")), 5)
        self.assertHealthy()
        self.assertNoViolation()

    def test_order_that_always_fails_does_not_hold_up_others(self):
        bad = self.confirm_many(2)
        self.tbone.fault("orders", "server_error", times=2)
        self.run_exchange()
        good = self.confirm_many(2)
        self.let_pass(minutes=11)
        self.tbone.fault("orders", "server_error", after=2, times=2)
        self.run_exchange()
        self.assertSent(good)
        self.assertRow(bad, "to_send", attempts=2)
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertSent(bad)
        self.assertNoViolation()

    def test_outage_uses_up_no_tries(self):
        orders = self.confirm_many(4)
        self.tbone.fault("orders", "server_error", times=3)
        self.run_exchange()
        self.assertEqual(self.outbox(orders).mapped("attempts"), [1, 1, 1, 0])
        self.assertCounts("error", unsent=3)
        self.tbone.fault("messages", "server_error", times=4)
        for _run in range(4):
            self.let_pass(minutes=61)
            self.run_exchange()
        self.assertEqual(len(self.calls("orders")), 3)
        self.let_pass(minutes=61)
        self.run_exchange()
        self.assertSent(orders)
        self.assertHealthy()

    def test_throttled_ends_the_run(self):
        orders = self.confirm_many(3)
        self.tbone.fault("orders", "throttled", headers={"Retry-After": "1800"})
        self.run_exchange()
        self.assertCalls("orders")
        row = self.outbox(orders)[0]
        self.assertEqual((row.state, row.attempts), ("to_send", 0))
        for moment in (row.next_try_at, self.account.next_fetch_at):
            pause = moment - fields.Datetime.now()
            self.assertAlmostEqual(pause, timedelta(minutes=30), delta=timedelta(seconds=5))
        self.let_pass(minutes=29)
        self.run_exchange()
        self.assertCalls("orders")
        self.let_pass(minutes=2)
        self.run_exchange()
        self.assertSent(orders)
        self.assertNoViolation()

    def test_no_connection_costs_no_try(self):
        self.account.host = "http://127.0.0.1:9"
        self.account.next_fetch_at = NEVER
        orders = self.confirm_many(4)
        self.run_exchange()
        self.assertEqual(self.sync().call_count, 3)
        self.assertRow(orders, "to_send", attempts=0)
        self.assertCounts("error", unsent=3)
        self.account.host = self.tbone.url
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertSent(orders)
        self.assertNoViolation()

    def test_wrong_credentials_keep_the_order_to_send(self):
        orders = self.confirm_many(2)
        self.tbone.fault("orders", "unauthorized")
        self.run_exchange()
        self.assertEqual(self.account.state, "stopped")
        self.assertRow(orders, "to_send", attempts=0)
        self.run_again()
        self.assertCalls("orders")
        self.tbone.journal.forget_failures()
        self.call(self.account, "action_test_connection")
        self.run_exchange()
        self.assertSent(orders)
        self.assertHealthy()

    # --- the document hears of it

    def test_error_after_a_refusal_leaves_no_activity(self):
        self.tbone.set_articles("MUG")
        order = self.confirm(self.tee)
        self.run_exchange()
        self.assertTrue(order.activity_ids)
        row = self.outbox(order)
        row._move_to("to_send")  # not by a person, who would end the activity
        self.tbone.fault("orders", "server_error")
        self.run_exchange()
        self.assertRow(order, "to_send", "(500)")
        self.assertEqual(order.fulfillment_state, "to_send")
        self.assertFalse(order.activity_ids)

    def test_outcome_stays_when_the_document_cannot_be_told(self):
        """A bug there, or somebody who holds the order: the next run tells it."""
        order, other = self.confirm(), self.confirm()
        settle = self.outbox_model._settle_documents

        def broken(rows):
            if order in rows.order_id:
                raise KeyError("secret of a customer")
            return settle(rows)

        with patch.object(self.outbox_model, "_settle_documents", broken), mute_logger(SENDING):
            self.run_exchange()
        self.assertRow(order, "sent", settled=False)
        self.assertFalse(order.fulfillment_ref)
        self.assertIn("KeyError", self.sync().note)
        self.assertSent(other)
        self.run_due()
        self.assertSent(order)
        self.assertEqual(len(self.calls("orders")), 2)

    # --- cancellations

    def make_cancelled(self, *products):
        """An order that is cancelled here after the platform has taken it."""
        self.account.cancel_policy = "send"
        order = self.confirm(*products)
        self.run_exchange()
        self.assertSent(order)
        lines = order.order_line.grouped("fulfillment_key")
        for item in self.at_platform(order).items:  # these ids come with the first messages
            lines[item.channel_id].fulfillment_ref = str(item.tb_id)
        order._action_cancel()
        return order

    def test_cancellation_is_sent_once(self):
        order = self.make_cancelled()
        self.run_exchange()
        row = self.outbox(order, "cancel")
        self.assertEqual((row.state, row.attempts, row.settled), ("sent", 1, True), row.reason)
        self.assertCounts("done", sent=1)
        self.run_again()
        self.assertCalls("orders", "send_messages")
        self.assertNoViolation()

    def test_cancellation_of_unclear_outcome_is_not_sent_again(self):
        order = self.make_cancelled()
        self.tbone.fault("send_messages", "accept_drop")
        self.run_exchange()
        row = self.outbox(order, "cancel")
        self.assertEqual(row.state, "unknown")
        self.assertIn(f"Cancellation of order {order.name}", self.sync().note)
        self.run_again()
        self.assertCalls("orders", "send_messages")
        self.assertNoViolation()

    def test_cancellation_that_is_refused(self):
        order = self.make_cancelled()
        self.tbone.fault("send_messages", "bad_request")
        self.run_exchange()
        self.assertEqual(self.outbox(order, "cancel").state, "failed")
        self.assertCounts("warning", unsent=1)

    def test_cancellation_of_nothing_that_is_open(self):
        order = self.make_cancelled(self.mug)
        order.order_line.fulfillment_qty_cancelled = 1
        self.run_exchange()
        row = self.outbox(order, "cancel")
        self.assertEqual(row.state, "cancelled")
        self.assertIn("open", row.reason)
        self.assertCalls("orders")
        self.assertCounts("done")
