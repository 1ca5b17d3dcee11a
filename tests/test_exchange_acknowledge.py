"""Acknowledgements that fail: who tries again, when, and how often."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import CRON, TRIGGER, ExchangeCase

LANE = "odoo.addons.fulfillment_connector.models.exchange.fulfillment_exchange"
MARKING = "odoo.addons.fulfillment_connector.models.exchange.fulfillment_acknowledge"


@tagged("post_install", "-at_install")
class TestAcknowledge(ExchangeCase):
    def test_refused_is_never_repeated(self):
        good, bad = self.say_many(2)
        self.tbone.fault("processed", "bad_request", target=bad.message_id, times=None)
        self.run_exchange()
        self.assertAcknowledged([good])
        self.assertSync("warning", fetched=2, new=2, acknowledged=1, unacknowledged=1)
        self.assertIn(f"Message {bad.message_id}", self.sync().note)
        self.assertIn("(400)", self.row(bad).acknowledge_error)
        self.assertHealthy()
        for _run in range(3):
            self.let_pass(days=1)
            self.run_exchange()
        self.assertEqual(len(self.calls("processed")), 2)
        self.assertEqual(self.account.unacknowledged_count, 1)
        self.assertNoViolation()

    def test_refused_is_tried_again_by_hand(self):
        message = self.say()
        self.tbone.fault("processed", "bad_request")
        self.run_exchange()
        self.tbone.journal.forget_failures()
        self.rows().action_acknowledge_again()
        self.run_exchange()
        self.assertAcknowledged([message])
        self.assertFalse(self.rows().acknowledge_error)
        self.assertEqual(len(self.calls("messages")), 1, "the account was not due for more")

    def test_missing_is_refused_or_done_as_the_account_says(self):
        for is_done in (False, True):
            self.account.acknowledge_missing = is_done
            message = self.say()
            self.tbone.fault("processed", "not_found", target=message.message_id)
            self.run_due()
            self.assertEqual(bool(self.row(message).acknowledged_at), is_done)
            self.assertEqual(self.row(message).acknowledge_attempts, 1 if is_done else 5)
            self.tbone.journal.forget_failures()

    def test_server_error_is_repeated_after_ten_minutes_at_most_five_times(self):
        self.say()
        self.tbone.fault("processed", "server_error", times=None)
        self.run_exchange()
        pause = self.rows().acknowledge_after - fields.Datetime.now()
        self.assertAlmostEqual(pause, timedelta(minutes=10), delta=timedelta(seconds=5))
        self.let_pass(minutes=9)
        self.run_exchange()
        self.assertEqual(len(self.calls("processed")), 1)
        for _run in range(10):
            self.let_pass(minutes=16)
            self.run_exchange()
        self.assertEqual(len(self.calls("processed")), 5)
        self.assertEqual(self.rows().acknowledge_attempts, 5)
        self.assertIn("(500)", self.rows().acknowledge_error)
        self.assertHealthy()
        self.assertNoViolation()

    def test_server_error_is_made_good(self):
        message = self.say()
        self.tbone.fault("processed", "server_error")
        self.run_exchange()
        self.let_pass(minutes=10, seconds=5)
        self.run_exchange()
        self.assertAcknowledged([message])
        self.assertFalse(self.rows().acknowledge_error)
        self.assertSync("done", acknowledged=1)
        self.assertEqual(len(self.calls("messages")), 1, "messages are not due for five minutes")

    def test_three_failures_in_a_row_end_the_run(self):
        messages = self.say_many(10)
        self.tbone.fault("processed", "server_error", after=2, times=3)
        self.run_exchange()
        self.assertAcknowledged(messages[:2])
        self.assertEqual(len(self.calls("processed")), 5)
        self.assertSync("error", fetched=10, new=10, acknowledged=2, unacknowledged=3)
        self.assertEqual(self.account.failure_count, 1)
        self.assertStored(messages)
        self.run_exchange()
        self.assertEqual(len(self.calls()), 6, "no call while the account backs off")
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertAcknowledged(messages)
        self.assertHealthy()
        self.assertNoViolation()

    def test_outage_uses_up_no_tries(self):
        """After a failed run the page is asked for first; processed is not called at all."""
        messages = self.say_many(4)
        self.tbone.fault("processed", "server_error", times=3)
        self.run_exchange()
        self.tbone.fault("messages", "server_error", times=4)
        for _run in range(4):
            self.let_pass(minutes=61)
            self.run_exchange()
        self.assertEqual(len(self.calls("processed")), 3)
        self.let_pass(minutes=61)
        self.run_exchange()
        self.assertAcknowledged(messages)
        self.assertHealthy()

    def test_time_out_before_it_was_taken(self):
        slow, other = self.say_many(2)
        self.tbone.fault("processed", "hang", target=slow.message_id)
        self.run_exchange()
        self.assertAcknowledged([other])
        self.assertSync("warning", fetched=2, new=2, acknowledged=1, unacknowledged=1)
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertAcknowledged([other, slow])
        self.assertNoViolation()

    def test_time_out_after_it_was_taken(self):
        slow, _other = self.say_many(2)
        self.tbone.fault("processed", "accept_hang", target=slow.message_id)
        self.run_exchange()
        self.assertFalse(self.tbone.open_messages())
        self.assertFalse(self.row(slow).acknowledged_at, "nobody knows, so it is owed")
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertTrue(self.row(slow).acknowledged_at)
        self.assertEqual(len(self.calls("processed")), 3)
        self.assertNoViolation()

    def test_throttled_acknowledgement_waits_as_long_as_the_platform_wants(self):
        self.say_many(3)
        self.tbone.fault("processed", "throttled", headers={"Retry-After": "1800"})
        self.run_exchange()
        self.assertEqual(len(self.calls("processed")), 1)
        for moment in (self.account.next_fetch_at, self.rows()[0].acknowledge_after):
            pause = moment - fields.Datetime.now()
            self.assertAlmostEqual(pause, timedelta(minutes=30), delta=timedelta(seconds=5))
        self.let_pass(minutes=29)
        self.run_exchange()
        self.assertEqual(len(self.calls()), 2)
        self.let_pass(minutes=2)
        self.run_exchange()
        self.assertFalse(self.tbone.open_messages())
        self.assertNoViolation()

    def test_credentials_rejected_in_between_keep_the_message_owed(self):
        messages = self.say_many(2)
        self.tbone.fault("processed", "unauthorized")
        self.run_exchange()
        self.assertEqual(self.account.state, "stopped")
        self.assertEqual(self.rows().mapped("acknowledge_attempts"), [0, 0])
        self.tbone.journal.forget_failures()
        self.call(self.account, "action_test_connection")
        self.run_exchange()
        self.assertAcknowledged(messages)
        self.assertHealthy()

    # --- the window

    def test_hundred_stuck_messages_do_not_hide_the_next_one(self):
        for policy in ("stored", "applied"):
            with self.subTest(policy):
                account = self.create_account(policy, acknowledge_policy=policy, page_size=100)
                self.account.active = False
                self.tbone.reset()
                stuck = self.say_many(100)
                self.tbone.fault("processed", "bad_request", times=None)
                self.run_due(account)
                last = self.say()
                self.run_due(account)
                self.assertStored([*stuck, last], account)
                limits = [call.path.partition("limit=")[2] for call in self.calls("messages")]
                self.assertEqual(limits[-1], "200")
                self.assertNoViolation()
                account.active = False

    def limits(self):
        return [int(call.path.partition("limit=")[2]) for call in self.calls("messages")]

    def test_messages_the_platform_does_not_know_do_not_widen_the_window(self):
        self.account.page_size = 10
        self.say_many(3)
        self.tbone.fault("processed", "not_found", times=3)
        self.run_exchange()
        self.assertEqual(self.rows().mapped("acknowledge_attempts"), [5, 5, 5])
        self.assertEqual(self.account.unacknowledged_count, 3, "a person still sees them")
        self.run_due()
        self.assertEqual(self.limits()[-1], 10)
        self.tbone.journal.forget_failures()
        self.rows().action_acknowledge_again()
        self.assertFalse(any(self.rows().acknowledgement_ids.mapped("is_missing")))

    def test_window_has_an_end(self):
        self.account.page_size = 2
        self.say_many(4)
        self.tbone.fault("processed", "bad_request", times=None)
        with patch(f"{LANE}.MAXIMUM_LIMIT", 3):
            for _run in range(3):
                self.run_due()
        self.assertEqual(max(self.limits()), 3)
        self.assertIn("hidden behind them", self.sync().note)
        self.assertNoViolation()

    def test_slow_marks_are_written_before_the_whole_group_is_through(self):
        messages = self.say_many(3)
        with patch(f"{MARKING}.GROUP_SECONDS", 0):
            self.run_exchange()
        self.assertAcknowledged(messages)

    def test_messages_without_id_do_not_hide_the_next_one(self):
        self.account.page_size = 5
        for number in range(5):
            self.tbone.add_raw_message(
                f"<MESSAGE><MESSAGE_TYPE>SHIP</MESSAGE_TYPE><SKU>{number}</SKU></MESSAGE>"
            )
        self.run_exchange()
        last = self.say()
        self.run_due()
        self.assertTrue(self.row(last).acknowledged_at)
        self.assertEqual(len(self.rows()), 6)
        self.assertNoViolation()

    # --- the policy "when applied"

    def test_policy_applied_acknowledges_what_is_settled(self):
        self.account.acknowledge_policy = "applied"
        messages = self.say_many(4)
        self.run_exchange()
        self.assertStored(messages)
        self.assertAcknowledged([])
        states = ("applied", "ignored", "failed", "waiting")
        for message, state in zip(messages, states, strict=True):
            self.row(message).state = state
        self.run_exchange()
        self.assertAcknowledged(messages[:2])
        self.assertEqual(len(self.calls("messages")), 1)

    def test_policy_applied_wakes_the_lane_once_per_batch(self):
        apply_cron = self.env.ref("fulfillment_connector.ir_cron_apply")
        for policy, times in (("stored", 0), ("applied", 1)):
            with self.subTest(policy):
                self.account.acknowledge_policy = policy
                settled, ignored = self.say_many(2, kind="QUANTUM_LEAP"), self.say_many(2)
                self.run_due()
                with self.enter_registry_test_mode():
                    self.assertEqual(self.count_wakes(apply_cron.method_direct_trigger), times)
                self.assertEqual({self.row(word).state for word in settled}, {"applied"})
                by_hand = self.row(ignored[0]) | self.row(ignored[1])
                self.assertEqual(self.count_wakes(by_hand.action_ignore), times)

    def count_wakes(self, action):
        """How often this wakes the exchange lane."""
        lane = self.env.ref(CRON)
        with patch(TRIGGER, autospec=True) as woken:
            action()
        return sum(call.args[0] == lane for call in woken.mock_calls)

    def test_policy_applied_fetches_no_more_than_can_be_applied(self):
        self.account.acknowledge_policy = "applied"
        self.account.page_size = 1000
        self.say_many(1002)
        self.run_exchange()
        self.assertEqual(len(self.rows()), 1002)
        last = self.say()
        self.run_due()
        self.assertEqual(len(self.rows()), 1002)
        self.assertIn("1002", self.sync().note)
        self.rows()[:2].state = "applied"
        self.run_exchange()
        self.assertTrue(self.row(last))
        self.assertNoViolation()
