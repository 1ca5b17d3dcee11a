"""Base of the tests of sending: a shop whose orders the stand-in of TB.One does not know yet."""

from datetime import datetime

from odoo.fields import Command

from .common import ExchangeCase
from .documents_case import Shop

NEVER = datetime(2100, 1, 1)


class SendCase(Shop, ExchangeCase):
    """Messages are not due, unless a test says so: what is called is called to send."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.account = cls.account.with_env(cls.env)
        cls.account.next_fetch_at = NEVER
        cls.open_shop()
        cls.customer.write(
            {
                "street": "Example Street 1",
                "zip": "12345",
                "city": "Exampletown",
                "country_id": cls.env.ref("base.de").id,
            }
        )

    # --- act

    @classmethod
    def confirm(cls, *products, **vals):
        """A confirmed order over one piece of each."""
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "fulfillment_account_id": cls.account.id,
                "order_line": [
                    Command.create({"product_id": product.id})
                    for product in products or (cls.mug, cls.tee)
                ],
                **vals,
            }
        )
        order.action_confirm()
        return order

    def confirm_many(self, count):
        return self.env["sale.order"].union(*(self.confirm() for _index in range(count)))

    def run_apply(self):
        with self.enter_registry_test_mode():
            self.env.ref("fulfillment_connector.ir_cron_apply").method_direct_trigger()

    def run_again(self, times=3):
        """A few more runs, long enough after each other for everything that is to be repeated."""
        for _run in range(times):
            self.let_pass(days=1)
            self.run_exchange()

    def list_dates(self, account):
        rows = account.outbox_ids
        return [*super().list_dates(account), *((row, "next_try_at") for row in rows)]

    # --- look

    def outbox(self, orders, kind="order"):
        """The rows of orders, in the order in which they came."""
        return (
            self.env["fulfillment.outbox"]
            .search([("order_id", "in", orders.ids), ("kind", "=", kind)])
            .sorted("id")
        )

    def at_platform(self, order):
        return self.tbone.find_order(order.fulfillment_key or order.name)

    # --- assert

    def assertSent(self, orders):
        """These orders are at the stand-in, once each, and both sides agree on their ids."""
        for order in orders:
            row, there = self.outbox(order), self.at_platform(order)
            self.assertEqual(row.state, "sent", row.reason)
            self.assertEqual(row.ref, str(there.tb_id))
            self.assertEqual(order.fulfillment_ref, row.ref)
            self.assertTrue(row.sent_at)
            self.assertTrue(row.settled)
            self.assertFalse(row.reason)

    def assertRow(self, orders, state, reason="", **values):
        for row in self.outbox(orders):
            self.assertEqual(row.state, state, row.reason)
            self.assertIn(reason, row.reason or "")
            self.assertEqual({name: row[name] for name in values}, values)

    def assertCalls(self, *kinds):
        self.assertEqual([call.kind for call in self.calls()], list(kinds))

    def assertCounts(self, state, sent=0, unsent=0):
        """The last run ended so."""
        sync = self.sync()
        self.assertEqual(sync.state, state, sync.note)
        self.assertEqual((sync.sent_count, sync.unsent_count), (sent, unsent))
