"""What failures do to an account: it backs off or stops, tells one person, recovers alone."""

import os
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ExchangeCase

START = datetime(2026, 3, 2, 12)


@tagged("post_install", "-at_install")
class TestHealth(ExchangeCase):
    def assertPause(self, **time):
        pause = self.account.next_fetch_at - fields.Datetime.now()
        self.assertAlmostEqual(pause, timedelta(**time), delta=timedelta(seconds=5))

    def assertStopped(self, calls):
        """No further call, one activity for the responsible user."""
        self.assertEqual(self.account.state, "stopped")
        self.assertSync("error")
        self.assertEqual(self.sync().note, self.account.last_error)
        activity = self.activities()
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.account.user_id)
        for _run in range(3):
            self.let_pass(days=1)
            self.run_exchange()
        self.assertEqual(len(self.calls()), calls)
        self.assertEqual(self.activities(), activity)

    # --- stops

    def test_wrong_password_stops_the_account(self):
        self.account.password = "wrong-secret"
        self.account.next_fetch_at -= timedelta(minutes=1)
        self.run_exchange()
        self.assertStopped(calls=1)
        self.assertIn("(401)", self.account.last_error)
        self.assertNoViolation()

    def test_correct_password_starts_it_again(self):
        self.account.password = "wrong-secret"
        self.run_due()
        message = self.say()
        self.account.password = self.tbone.password
        self.assertEqual(self.account.state, "draft")
        self.assertEqual(self.account.failure_count, 0)
        self.run_exchange()
        self.assertAcknowledged([message])
        self.assertHealthy()
        self.assertNoViolation()

    def test_wrong_account_number_stops_the_account(self):
        self.account.account_number = "9999"
        self.run_due()
        self.assertStopped(calls=1)
        self.assertIn("(404)", self.account.last_error)

    def test_foreign_channel_stops_the_account(self):
        self.account.channel_number = "999"
        self.run_due()
        self.assertStopped(calls=1)
        self.assertIn("(403)", self.account.last_error)

    def test_incomplete_settings_stop_the_account_with_all_reasons(self):
        self.account.write({"channel_number": False, "account_number": "x"})
        self.run_due()
        self.assertStopped(calls=0)
        self.assertIn("channel", self.account.last_error)
        self.assertIn("account number", self.account.last_error)

    def test_test_account_never_calls_a_production_host(self):
        for host in (
            "https://rest.core.tradebyte.com",
            "REST.trade-server.net",
            "https://rest.tradebyte.com.:443/",
        ):
            self.account.write({"host": host, "state": "connected"})
            self.run_due()
            self.assertEqual(self.account.state, "stopped")
            self.assertIn("Test", self.account.last_error)
            self.assertEqual(self.sync().call_count, 0)

    def test_neutralized_database_never_calls_a_production_host(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.account.write({"host": "https://rest.tradebyte.com", "environment": "production"})
        self.run_due()
        self.assertEqual(self.account.state, "stopped")
        self.assertIn("neutralized", self.account.last_error)
        self.assertEqual(self.sync().call_count, 0)

    def test_plain_http_leaves_this_machine_never(self):
        self.account.host = "http://192.0.2.1"
        self.run_due()
        self.assertEqual(self.account.state, "stopped")
        self.assertEqual(self.sync().call_count, 0)

    # --- backs off

    @freeze_time(START, as_kwarg="clock")
    def test_server_errors_back_off_and_recover(self, clock):
        self.account.next_fetch_at = START
        self.tbone.fault("messages", "server_error", times=5)
        message = self.say()
        for failures, minutes in enumerate((10, 20, 40, 60, 60), start=1):
            self.run_exchange()
            self.assertEqual(self.account.failure_count, failures)
            self.assertEqual(self.account.next_fetch_at, clock() + timedelta(minutes=minutes))
            self.assertEqual(len(self.activities()), failures // 5)
            self.assertSync("error")
            clock.tick(timedelta(minutes=minutes, seconds=-1))
            self.run_exchange()
            self.assertEqual(len(self.calls()), failures, "no call before its time")
            clock.tick(timedelta(seconds=1))
        self.assertEqual(self.account.state, "connected")
        self.run_exchange()
        self.assertAcknowledged([message])
        self.assertHealthy()
        self.assertNoViolation()

    def test_long_outage_has_one_activity_and_a_slow_pace(self):
        self.account.fetch_interval = 120
        self.tbone.fault("messages", "unavailable", times=None)
        for _run in range(8):
            self.run_due()
        self.assertEqual(len(self.activities()), 1)
        self.assertPause(minutes=120)

    def test_retry_after_is_honoured(self):
        for name, seconds, minutes in (("throttled", 7200, 120), ("throttled", 60, 20)):
            self.tbone.fault("messages", name, headers={"Retry-After": str(seconds)})
            self.run_due()
            self.assertPause(minutes=minutes)
        self.assertEqual(self.account.state, "connected")

    def test_closed_port(self):
        self.account.host = "http://127.0.0.1:1"
        self.account.state = "connected"
        self.run_due()
        self.assertPause(minutes=10)
        self.assertIn("connection refused", self.account.last_error)
        self.assertSync("error")
        self.assertEqual(self.account.state, "connected")

    def test_name_that_does_not_resolve(self):
        self.account.host = "https://tbone.invalid"
        with patch.dict(os.environ, {"NO_PROXY": "*", "no_proxy": "*"}):
            self.run_due()
        self.assertPause(minutes=10)
        self.assertIn("tbone.invalid", self.account.last_error)

    def test_time_out_in_mid_page(self):
        messages = self.say_many(20)
        self.tbone.fault("messages", "stuck")
        self.run_exchange()
        self.assertStored([])
        self.assertAcknowledged([])
        self.assertSync("error")
        self.assertPause(minutes=10)
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertAcknowledged(messages)
        self.assertNoViolation()

    def test_connection_lost_in_mid_page_keeps_every_whole_message(self):
        messages = self.say_many(20)
        self.tbone.fault("messages", "truncated")
        self.run_exchange()
        kept = len(self.rows())
        self.assertIn(kept, range(8, 11))
        self.assertAcknowledged(messages[:kept])
        self.assertSync("warning", fetched=kept, new=kept, acknowledged=kept)
        self.assertPause(minutes=15)
        self.let_pass(minutes=16)
        self.run_exchange()
        self.assertAcknowledged(messages)
        self.assertNoViolation()

    def test_run_without_a_call_says_nothing_about_the_platform(self):
        """The account backs off since the cron chose it."""
        self.account.write({"failure_count": 2, "last_error": "down"})
        self.account.next_fetch_at = fields.Datetime.now() + timedelta(minutes=9)
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr)["fulfillment.exchange"]._exchange_account(
                self.account.with_env(self.env(cr=cr))
            )
        self.assertFalse(self.calls())
        self.assertEqual((self.account.failure_count, self.account.last_error), (2, "down"))

    # --- the button

    def test_connection_test_succeeds(self):
        message = self.say()
        self.account.state = "draft"
        answer = self.call(self.account, "action_test_connection")
        self.assertIn("accepts account", answer["params"]["message"])
        self.assertEqual(answer["params"]["type"], "success")
        self.assertHealthy()
        self.assertEqual(self.sync().kind, "test")
        self.assertEqual(self.sync().call_count, 1)
        self.assertEqual(self.tbone.open_messages(), [message])
        self.assertStored([])

    def test_connection_test_fails_loudly_and_is_logged(self):
        self.account.password = "wrong-secret"
        with self.assertRaisesRegex(UserError, "user or the password"):
            self.call(self.account, "action_test_connection")
        self.assertEqual(self.account.state, "stopped")
        self.assertEqual(self.sync().kind, "test")
        self.assertSync("error")
        self.assertFalse(self.activities())

    def test_connection_test_of_incomplete_settings(self):
        self.account.username = False
        with self.assertRaisesRegex(UserError, "The user is missing"):
            self.call(self.account, "action_test_connection")
        self.assertSync("error")

    def test_connection_test_is_for_managers(self):
        user = new_test_user(
            self.env, "fc_user", groups="fulfillment_connector.group_fulfillment_user"
        )
        with self.assertRaises(AccessError):
            self.call(self.account, "action_test_connection", user)

    # --- the record

    def test_limits(self):
        for vals in (
            {"fetch_interval": 14},
            {"page_size": 0},
            {"page_size": 1001},
            {"wait_days": -1},
        ):
            with self.assertRaises(ValidationError):
                self.account.write(vals)

    def test_copy_has_no_credentials(self):
        copy = self.account.copy()
        self.assertFalse(copy.username or copy.password)
        self.assertEqual(copy.state, "draft")

    def test_counts(self):
        self.say_many(6)
        self.say("SOMETHING_NEW")
        self.run_exchange()
        self.rows()[:3].state = "failed"
        self.rows()[3].state = "waiting"
        self.rows()[:2].acknowledgement_ids.acknowledged_at = False
        self.account.invalidate_recordset()
        names = "pending_count waiting_count attention_count unacknowledged_count unknown_count"
        self.assertEqual([self.account[name] for name in names.split()], [3, 1, 3, 2, 1])
        domain = self.account.action_view_attention()["domain"]
        self.assertEqual(self.env["fulfillment.message"].search_count(domain), 3)
