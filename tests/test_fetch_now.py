"""The button "Fetch now" and what it answers."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.sql_db import db_connect
from odoo.tests import new_test_user, tagged

from ..models.exchange.fulfillment_exchange_transaction import LOCK_CLASS
from .common import CRON, ExchangeCase


@tagged("post_install", "-at_install")
class TestFetchNow(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "fc_user", groups="fulfillment_connector.group_fulfillment_user"
        )
        cls.account.next_fetch_at = fields.Datetime.now() + timedelta(minutes=14)

    def fetch(self, accounts=None):
        answer = self.call(accounts or self.account, "action_fetch", self.user)
        self.assertEqual(answer["tag"], "display_notification")
        return answer["params"]

    def triggers(self):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.env.ref(CRON).id)])

    def test_fetches_applies_and_tells(self):
        messages = self.say_many(3)
        answer = self.fetch()
        self.assertAcknowledged(messages)
        self.assertEqual(set(self.rows().mapped("state")), {"waiting"}, "their order is not here")
        self.assertEqual(answer["message"], "New messages: 3. Of these 0 applied, 3 waiting.")
        domain = answer["next"]["domain"]
        self.assertEqual(self.env["fulfillment.message"].search(domain, order="id"), self.rows())
        self.assertHealthy()
        self.assertNoViolation()

    def test_tells_what_needs_attention(self):
        self.say(quantity="three")
        answer = self.fetch()
        self.assertEqual(answer["message"], "New messages: 1. Of these 0 applied, 1 for attention.")
        self.assertEqual(answer["type"], "warning")

    def test_nothing_new(self):
        self.assertEqual(self.fetch()["message"], "Nothing new at TB.One.")

    def test_more_than_a_page_goes_on_in_the_background(self):
        self.account.page_size = 10
        messages = self.say_many(25)
        self.triggers().unlink()
        answer = self.fetch()
        self.assertEqual(len(self.rows()), 10)
        self.assertIn("New messages: 10.", answer["message"])
        self.assertIn("background", answer["message"])
        self.assertSync("done", fetched=10, new=10, acknowledged=10)
        self.assertTrue(self.triggers())
        self.run_exchange()
        self.assertAcknowledged(messages)

    def test_busy_account(self):
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, self.account.id])
            self.assertIn("going on already", self.fetch()["message"])
        self.assertFalse(self.calls())

    def test_account_that_backs_off(self):
        self.tbone.fault("messages", "server_error")
        answer = self.fetch()
        self.assertEqual(answer["type"], "danger")
        self.assertIn("(500)", answer["message"])
        answer = self.fetch()
        self.assertIn("next call is allowed at", answer["message"])
        self.assertEqual(len(self.calls()), 1)

    def test_stopped_account(self):
        self.tbone.fault("messages", "unauthorized")
        self.fetch()
        self.assertIn("press Test connection", self.fetch()["message"])
        self.assertEqual(len(self.calls()), 1)

    def test_several_accounts(self):
        other = self.create_account("Other", page_size=50)
        other.state = "stopped"
        self.say()
        answer = self.fetch(self.account | other)
        self.assertIn("Shop: New messages: 1.", answer["message"])
        self.assertIn("Other: The account is stopped", answer["message"])
        self.assertEqual(answer["type"], "warning")

    def test_only_for_users_of_fulfillment(self):
        self.user.group_ids = self.env.ref("base.group_user") | self.env.ref(
            "stock.group_stock_user"
        )
        with self.assertRaises(AccessError):
            self.fetch()
        self.assertFalse(self.calls())
