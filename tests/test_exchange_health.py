"""What failures do to an account: it backs off or stops, tells one person, recovers alone."""

import os
from contextlib import suppress
from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import config

from ..providers.tbone.client import TBOneClient
from .common import ExchangeCase

START = datetime(2026, 3, 2, 12)
LANE = "odoo.addons.fulfillment_connector.models.exchange.fulfillment_exchange"


class Killed(BaseException):
    """No handler of ours runs when a worker is killed."""


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
            "https://nobody.knows.example",
            "https://reststaging.tradebyte.com.example",
            "https://[::1",
        ):
            self.account.write({"host": host, "state": "connected"})
            self.run_due()
            self.assertEqual(self.account.state, "stopped")
            self.assertIn("Test", self.account.last_error)
            self.assertIn("https://reststaging.core.tradebyte.com", self.account.last_error)
            self.assertEqual(self.sync().call_count, 0)

    def test_test_account_may_call_test_systems_and_this_machine(self):
        for host in (
            "https://reststaging.core.tradebyte.com",
            "RESTSTAGING.tradebyte.com.:443/",
            "http://127.0.0.1:8070",
            "http://localhost:8070",
            "http://[::1]:8070",
        ):
            with self.subTest(host):
                self.account.host = host
                self.assertTrue(self.account._get_client())

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
        self.account.write({"host": "https://tbone.invalid", "environment": "production"})
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

    # --- a run that is killed

    def kill(self):
        """The server ends the worker during the next call of the list."""
        client = patch.object(TBOneClient, "fetch_messages", side_effect=Killed)
        with client, suppress(Killed):  # assertRaises would roll back what was committed
            self.run_exchange()
            self.fail("no call of the list was made")
        self.env.invalidate_all()

    def test_killed_run_lets_the_others_have_their_turn(self):
        other = self.create_account("Other")
        self.account.next_fetch_at = fields.Datetime.now() - timedelta(hours=1)
        other.next_fetch_at = fields.Datetime.now() - timedelta(minutes=1)
        self.kill()
        self.assertEqual(self.sync().state, "running")
        self.assertPause(minutes=10)
        self.run_exchange()
        self.assertEqual(self.sync(other).state, "done")
        self.assertEqual(len(self.account.sync_ids), 1)

    def test_killed_run_counts_as_a_failure(self):
        for minutes in (10, 20, 40, 60, 60, 60):
            self.account.next_fetch_at = fields.Datetime.now()
            self.kill()
            self.assertPause(minutes=minutes)
        self.assertEqual(self.account.failure_count, 5)
        self.assertIn("killed", self.account.last_error)
        self.assertEqual(len(self.activities()), 1)
        message = self.say()
        self.run_due()
        self.assertAcknowledged([message])
        self.assertHealthy()

    def test_run_that_fetches_nothing_leaves_the_account_due(self):
        self.account.acknowledge_policy = "applied"
        self.say_many(2)
        self.run_exchange()
        with patch(f"{LANE}.BACKLOG_LIMIT", 1):
            self.run_due()
        self.assertIn("Nothing was fetched", self.sync().note)
        self.assertTrue(self.account._is_fetch_due())

    def test_account_of_an_archived_company_is_not_due(self):
        company = self.env["res.company"].create({"name": "Closed"})
        account = self.create_account("Closed", company_id=company.id)
        accounts = self.env["fulfillment.account"]
        self.assertIn(account, accounts._find_due())
        company.active = False
        self.assertNotIn(account, accounts._find_due())

    def test_call_ends_before_its_worker_is_killed(self):
        seconds = [
            ({"limit_time_real": 120, "limit_time_real_cron": -1}, 100, 100),
            ({"limit_time_real": 120, "limit_time_real_cron": 400}, 100, 380),
            ({"limit_time_real": 60, "limit_time_real_cron": 0}, 40, 900),
            ({"limit_time_real": 5, "limit_time_real_cron": 9999}, 20, 900),
        ]
        account = self.env["fulfillment.account"].create({"name": "New", "read_timeout": 300})
        cron = account.with_context(ir_cron_progress_id=1)
        for limits, by_hand, in_cron in seconds:
            with self.subTest(limits), patch.dict(config.options, limits):
                self.assertEqual(account._prepare_client_settings()["deadline"], by_hand)
                settings = cron._prepare_client_settings()
                self.assertEqual(settings["deadline"], in_cron)
                self.assertEqual(settings["read_timeout_list"], min(300, in_cron))

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

    def test_company_stays_once_there_are_messages(self):
        company = self.env["res.company"].create({"name": "Second"})
        account = self.create_account("New")
        account.company_id = company
        account.active = False
        self.say()
        self.run_due()
        self.assertTrue(self.rows())
        with self.assertRaisesRegex(ValidationError, "Archive the account"):
            self.account.company_id = company

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
