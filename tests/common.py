"""A company, an account and a stand-in of TB.One for tests that walk over real HTTP."""

from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase

from ..simulator import TBOneSimulator

CRON = "fulfillment_connector.ir_cron_exchange"
TRIGGER = "odoo.addons.base.models.ir_cron.IrCron._trigger"
ROW_FIELDS = ("external_id", "state", "acknowledge_attempts")


class ExchangeCase(TransactionCase):
    """Other accounts of the database sleep; `self.tbone` starts empty in every test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tbone = TBOneSimulator().start()
        cls.addClassCleanup(cls.tbone.stop)
        cls.env["fulfillment.account"].search([]).active = False
        cls.account = cls.create_account("Shop")

    def setUp(self):
        super().setUp()
        self.tbone.reset()

    @classmethod
    def create_account(cls, name, **vals):
        """An account of the stand-in, tested and due."""
        settings = {
            "name": name,
            "host": cls.tbone.url,
            "account_number": cls.tbone.account,
            "username": cls.tbone.user,
            "password": cls.tbone.password,
            "channel_number": cls.tbone.channel,
            "channel_sign": cls.tbone.channel_sign,
            "connect_timeout": 1,
            "read_timeout": 1,
            "user_id": cls.env.ref("base.user_admin").id,
        }
        account = cls.env["fulfillment.account"].create(settings | vals)
        account.state = "connected"
        return account

    # --- act

    def run_exchange(self):
        """One run of the cron, with commits that stay in this test."""
        with self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()

    def run_due(self, account=None):
        """The same after the account's next run was brought forward."""
        (account or self.account).next_fetch_at = fields.Datetime.now()
        self.run_exchange()

    def call(self, records, method, user=None):
        """A button: a transaction of its own, with commits that stay in this test."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, user=user or self.env.user)
            return getattr(records.with_env(env), method)()

    def say_many(self, count, **nodes):
        """Messages about an order nobody here knows."""
        return [self.say(**nodes) for _index in range(count)]

    def say(self, kind="PAYMENT_STATE_PAID", **nodes):
        values = {"tb_order_id": 4711, "channel_order_id": "S-4711"} | nodes
        return self.tbone.say(kind, **values)

    def let_pass(self, account=None, **time):
        """Move all dates the lane goes by into the past."""
        delta = timedelta(**time)
        for record, name in self.list_dates(account or self.account):
            if record[name]:
                record[name] -= delta
        self.tbone.clock.advance(delta.total_seconds())

    def list_dates(self, account):
        """Record and field of each date the lane goes by."""
        owed = self.rows(account).acknowledgement_ids
        return [(account, "next_fetch_at"), *((row, "next_try_at") for row in owed)]

    # --- look

    def rows(self, account=None):
        return self.env["fulfillment.message"].search(
            [("account_id", "=", (account or self.account).id)], order="id"
        )

    def row(self, message):
        return self.rows().filtered(lambda row: row.external_id == str(message.message_id))

    def sync(self, account=None):
        """The last run of an account."""
        return self.env["fulfillment.sync"].search(
            [("account_id", "=", (account or self.account).id)], limit=1
        )

    def calls(self, kind=None):
        return [call for call in self.tbone.calls if kind in (None, call.kind)]

    def activities(self, account=None):
        return (account or self.account).activity_ids

    def ids(self, messages):
        return [message.message_id for message in messages]

    # --- assert

    def assertStored(self, messages, account=None):
        """Exactly these are in the inbox, once each."""
        expected = sorted(str(message.message_id) for message in messages)
        self.assertEqual(sorted(self.rows(account).mapped("external_id")), expected)

    def assertAcknowledged(self, messages):
        """Exactly these were acknowledged at the stand-in, once each, and their rows say so."""
        self.assertEqual(sorted(self.tbone.processed_ids()), sorted(self.ids(messages)))
        marked = self.rows().filtered("acknowledged_at")
        self.assertEqual(
            sorted(marked.mapped("external_id")),
            sorted(str(number) for number in self.ids(messages)),
        )

    def assertSync(self, state, **counts):
        """The last run ended so; counts that are not named are zero."""
        sync = self.sync()
        self.assertEqual(sync.state, state, sync.note)
        self.assertTrue(sync.ended_at)
        names = ("fetched", "new", "duplicate", "acknowledged", "unacknowledged")
        found = {name: sync[f"{name}_count"] for name in names}
        self.assertEqual(found, {name: counts.get(name, 0) for name in names})

    def assertHealthy(self, account=None):
        account = account or self.account
        self.assertEqual(account.state, "connected")
        self.assertEqual(account.failure_count, 0)
        self.assertFalse(account.last_error)
        self.assertTrue(account.last_success_at)
        self.assertFalse(account.activity_ids)

    def assertNoViolation(self):
        self.assertEqual(self.tbone.violations, [])
