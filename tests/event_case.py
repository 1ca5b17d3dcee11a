"""A company, an account and a stand-in of aCommerce for tests that walk over real HTTP."""

from datetime import timedelta

from ..simulator.acommerce import AcommerceSimulator
from .common import ExchangeCase
from .documents_case import Shop


class EventCase(ExchangeCase):
    """`self.account` is one of aCommerce; `self.acommerce` starts empty in every test."""

    @classmethod
    def setUpClass(cls):
        cls.acommerce = AcommerceSimulator().start()
        cls.addClassCleanup(cls.acommerce.stop)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.acommerce.reset()

    @classmethod
    def create_account(cls, name, **vals):
        """An account of the stand-in, tested and due."""
        settings = {
            "name": name,
            "provider": "acommerce",
            "host": cls.acommerce.url,
            "order_host": cls.acommerce.url,
            "scope_id": cls.acommerce.channel,
            "partner_code": cls.acommerce.partner,
            "username": cls.acommerce.user,
            "password": cls.acommerce.api_key,
            "connect_timeout": 1,
            "read_timeout": 5,
            "user_id": cls.env.ref("base.user_admin").id,
        }
        account = cls.env["fulfillment.account"].create(settings | vals)
        account.state = "connected"
        return account

    # --- the platform speaks

    def report(self, key, status, level="order", **more):
        """An event of an order, which the platform gets to know if it does not know it yet."""
        return self.acommerce.report(self.acommerce.add_order(key), status, level, **more)

    def ship(self, key, status="IN_TRANSIT", shipment="F1", tracking="T1", **more):
        """An event of a parcel of an order."""
        place = {"shipment": f"{key}-{shipment}", "tracking": f"{key}-{tracking}"}
        return self.report(key, status, "package", **place, **more)

    # --- act

    def fetch(self, account=None, **time):
        """One run of the lane, `time` (a minute) after all that was reported."""
        self.let_pass(account, **(time or {"minutes": 1}))
        self.run_due(account)

    def let_pass(self, account=None, **time):
        # EXTENDS the case of the lane: both platforms have a clock.
        self.acommerce.clock.advance(timedelta(**time).total_seconds())
        return super().let_pass(account, **time)

    def list_dates(self, account):
        histories = self.histories(account)
        return [
            *super().list_dates(account),
            (account, "event_looked_back_at"),
            (account, "event_look_back_after"),
            (account, "quiet_until"),
            *((row, name) for row in histories for name in ("asked_at", "doubted_at")),
        ]

    def push(self, event, account=None):
        """Store what a web hook would tell of an event now; a minute passes."""
        self.store(self.read_push(self.acommerce.push_body(event), account), account)
        self.let_pass(account, minutes=1)

    def read_push(self, body, account=None):
        provider = (account or self.account)._get_provider()
        config = provider.config(**(account or self.account)._prepare_client_settings())
        return provider.push.parse(config, body)

    def store(self, page, account=None):
        """Store a page, as all ways in do."""
        sync = self.env["fulfillment.sync"].create(
            {"account_id": (account or self.account).id, "kind": "messages"}
        )
        return self.env["fulfillment.message"]._store_events(sync, page)

    # --- look

    def histories(self, account=None):
        return self.env["fulfillment.history"].search(
            [("account_id", "=", (account or self.account).id)], order="id"
        )

    def history(self, key):
        return self.histories().filtered(lambda history: history.order_key == key)

    def row(self, event):
        return self.rows().filtered(lambda row: row.external_id == event.event_id)

    def calls(self, kind=None):
        """Calls of the stand-in, those for a token left out."""
        calls = [call for call in self.acommerce.calls if call.kind != "token"]
        return [call for call in calls if kind in (None, call.kind)]

    # --- assert

    def assertStored(self, events, account=None):
        """Exactly these are in the inbox, once each."""
        expected = sorted(event.event_id for event in events)
        self.assertEqual(sorted(self.rows(account).mapped("external_id")), expected)

    def assertNoViolation(self):
        self.assertEqual(self.acommerce.violations, [])


class EventShopCase(Shop, EventCase):
    """The same with a shop whose orders the platform knows by their keys."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.account = cls.account.with_env(cls.env)
        cls.open_shop()

    def make_known_order(self, *items, **vals):
        """A confirmed sale order that is at the platform: items are (product, quantity)."""
        order = self.make_order(*items, **{"fulfillment_ref": False} | vals)
        self.acommerce.add_order(order.fulfillment_key)
        return order

    def apply(self):
        """One run of the apply lane, with its commits and rollbacks."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("fulfillment_connector.ir_cron_apply").method_direct_trigger()
        self.env.invalidate_all()

    def hear(self, **time):
        """Fetch what the platform has said, and apply it."""
        self.fetch(**time)
        self.apply()
