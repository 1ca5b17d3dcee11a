"""The exchange lane when all goes well: store, commit, acknowledge; and who may run when."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.exchange.fulfillment_exchange_transaction import LOCK_CLASS
from ..providers.canonical import Kind, Message
from .common import TRIGGER, ExchangeCase

LANE = "odoo.addons.fulfillment_connector.models.exchange.fulfillment_exchange"


@tagged("post_install", "-at_install")
class TestExchange(ExchangeCase):
    def test_page_is_stored_and_acknowledged(self):
        messages = self.say_many(3)
        self.run_exchange()
        self.assertStored(messages)
        self.assertAcknowledged(messages)
        self.assertSync("done", fetched=3, new=3, acknowledged=3)
        self.assertEqual(self.sync().call_count, 4)
        self.assertEqual(self.sync().message_ids, self.rows().sorted("id", reverse=True))
        self.assertHealthy()
        pause = self.account.next_fetch_at - self.account.last_success_at
        self.assertEqual(pause, timedelta(minutes=15))
        self.assertNoViolation()

    def test_row_says_what_the_platform_said(self):
        order = self.tbone.add_order("S-1", [("S-1-1", "SKU-1", 5)])
        item = self.tbone.find_item("S-1-1")
        message = self.tbone.ship(
            item, 2, idcode="0034", carrier="DHL_STD_NATIONAL", date_created="2026-03-01T10:00:00Z"
        )
        self.run_exchange()
        row = self.row(message)
        expected = {
            "kind": "ship",
            "platform_type": "SHIP",
            "order_ref": str(order.tb_id),
            "order_key": "S-1",
            "item_ref": str(item.tb_id),
            "item_key": "S-1-1",
            "sku": "SKU-1",
            "channel_sign": "fcsh",
            "quantity": 2.0,
            "tracking_ref": "0034",
            "carrier_key": "DHL_STD_NATIONAL",
            "occurred_at": datetime(2026, 3, 1, 10),
            "occurred_raw": "2026-03-01T10:00:00Z",
            "comment": False,
            "problem": False,
            "state": "received",
            "company_id": self.account.company_id,
            "acknowledgeable": True,
        }
        self.assertEqual({name: row[name] for name in expected}, expected)
        self.assertIn("<IDCODE>0034</IDCODE>", row.raw)

    def test_nothing_new(self):
        self.run_exchange()
        self.assertSync("done")
        self.assertEqual(self.sync().call_count, 1)
        self.assertFalse(self.sync().note)
        self.assertHealthy()

    def test_not_due_is_not_called(self):
        self.account.next_fetch_at = fields.Datetime.now() + timedelta(minutes=1)
        self.run_exchange()
        self.assertFalse(self.calls())
        self.assertFalse(self.sync())

    def test_archived_stopped_and_new_accounts_are_not_called(self):
        self.account.state = "stopped"
        self.create_account("Archived", active=False)
        self.create_account("Without password", password=False)
        self.run_exchange()
        self.assertFalse(self.calls())

    def test_several_pages(self):
        self.account.page_size = 10
        messages = self.say_many(25)
        self.run_exchange()
        self.assertStored(messages)
        self.assertAcknowledged(messages)
        self.assertEqual(len(self.calls("messages")), 3)
        self.assertSync("done", fetched=25, new=25, acknowledged=25)
        self.assertNoViolation()

    def test_message_twice_in_a_page(self):
        messages = self.say_many(3)
        self.tbone.fault("messages", "duplicate")
        self.run_exchange()
        self.assertStored(messages)
        self.assertAcknowledged(messages)

    def test_message_in_two_pages(self):
        """The platform shows everything again while nothing can be marked."""
        self.account.page_size = 2
        messages = self.say_many(3)
        self.tbone.fault("processed", "server_error", times=2)
        self.run_exchange()
        self.assertStored(messages)
        self.assertSync("warning", fetched=5, new=3, duplicate=2, acknowledged=1, unacknowledged=2)

    def test_acknowledged_message_that_comes_again(self):
        message = self.say()
        self.run_exchange()
        self.tbone.reopen(message)
        self.run_due()
        self.assertStored([message])
        self.assertEqual(self.tbone.processed_ids(), [message.message_id] * 2)
        self.assertSync("done", fetched=1, duplicate=1, acknowledged=1)
        self.assertFalse(self.tbone.open_messages())
        self.assertTrue(self.rows().acknowledged_at)

    def test_platform_that_forgets_every_acknowledgement(self):
        """It shows a full page for ever: the window grows past it, and nothing goes round."""
        self.account.page_size = 10
        messages = self.say_many(15)
        self.tbone.fault("processed", "forgotten", times=None)
        self.run_exchange()
        self.assertStored(messages)
        self.run_due()
        per_message = [call.path for call in self.calls("processed")]
        self.assertLessEqual(max(per_message.count(path) for path in per_message), 4)
        self.assertLess(len(self.calls("messages")), 10)

    def test_apply_lane_is_woken_once_for_news_alone(self):
        self.say()
        with patch(TRIGGER, autospec=True) as woken:
            self.run_exchange()
        apply_cron = self.env.ref("fulfillment_connector.ir_cron_apply")
        self.assertEqual([call.args[0].id for call in woken.mock_calls], [apply_cron.id])
        with patch(TRIGGER, autospec=True) as woken:
            self.run_due()
        woken.assert_not_called()

    def test_apply_lane_is_woken_before_the_acknowledgements(self):
        """A slow platform does not delay stock work: each page wakes it as soon as it is stored."""
        self.account.page_size = 2
        self.say_many(3)
        acknowledged = []

        def count(_cron):
            acknowledged.append(len(self.calls("processed")))

        with patch(TRIGGER, count):
            self.run_exchange()
        self.assertEqual(acknowledged, [0, 2])

    def test_acknowledging_writes_no_message(self):
        """The apply lane may hold its row at that moment."""
        message = self.say()
        self.account.acknowledge_policy = "applied"
        self.run_exchange()
        self.rows().state = "applied"
        self.env.flush_all()
        version = "SELECT xmin, ctid FROM fulfillment_message WHERE account_id = %s"
        before = self.env.execute_query(SQL(version, self.account.id))
        self.run_exchange()
        self.assertAcknowledged([message])
        self.assertEqual(self.env.execute_query(SQL(version, self.account.id)), before)

    def test_locked_account_is_left_alone(self):
        """A second worker, on a connection of its own, has the account."""
        self.say()
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, self.account.id])
            self.run_exchange()
        self.assertFalse(self.calls())
        self.assertFalse(self.sync())
        self.run_exchange()
        self.assertSync("done", fetched=1, new=1, acknowledged=1)

    def test_interrupted_run_is_told_and_nothing_is_lost(self):
        """Killed after the page was stored: the row of the log still says running."""
        killed = self.env["fulfillment.sync"].create(
            {"account_id": self.account.id, "kind": "messages"}
        )
        message = self.say()
        self.env["fulfillment.message"]._store(killed, [_make_message(str(message.message_id))])
        self.run_exchange()
        self.assertEqual(killed.state, "interrupted")
        self.assertStored([message])
        self.assertAcknowledged([message])

    def test_bug_at_one_account_does_not_stop_the_next(self):
        other = self.create_account("Other", sequence=99)
        other.next_fetch_at = fields.Datetime.now()
        self.account.next_fetch_at = fields.Datetime.now() - timedelta(hours=1)
        inbox = type(self.env["fulfillment.message"])
        message, store = self.say(), inbox._store

        def broken(model, sync, messages):
            if sync.account_id == self.account:
                raise KeyError("secret of a customer")
            return store(model, sync, messages)

        with patch.object(inbox, "_store", broken), mute_logger(LANE):
            self.run_exchange()
        self.assertSync("error")
        self.assertIn("KeyError", self.account.last_error)
        self.assertNotIn("customer", self.account.last_error + self.sync().note)
        self.assertEqual(self.sync(other).state, "done")
        self.assertStored([message], other)

    def test_companies_are_apart(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.tbone.add_account("2605", "second", "second-secret", {"400": "seco"})
        second = self.create_account(
            "Second shop",
            company_id=company.id,
            account_number="2605",
            username="second",
            password="second-secret",
            channel_number="400",
        )
        first = self.say()
        book = self.tbone.platform.accounts["2605"]
        theirs = type(first)(message_id=first.message_id, message_type="SHIP", quantity=1)
        book.add_message(theirs, "400")
        self.run_exchange()
        self.assertEqual(self.rows().company_id, self.account.company_id)
        self.assertEqual(self.rows(second).company_id, company)
        self.assertEqual(self.sync(second).company_id, company)
        self.assertEqual(self.rows(second).external_id, self.rows().external_id)
        self.assertNoViolation()

    def test_queries_per_page_are_constant(self):
        inbox = self.env["fulfillment.message"]
        sync = self.env["fulfillment.sync"].create(
            {"account_id": self.account.id, "kind": "messages"}
        )
        self.env.flush_all()
        counts = []
        for first, size in ((0, 1), (1000, 10), (2000, 200)):
            messages = [_make_message(str(first + index)) for index in range(size)]
            before = self.cr.sql_log_count
            stored, known = inbox._store(sync, messages)
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual((len(stored), known), (size, []))
        self.assertEqual(counts[1:], [1, 1])

    def test_retention_deletes_log_rows_and_never_messages(self):
        message = self.say()
        self.run_exchange()
        self.sync().started_at -= timedelta(days=91)
        recent = self.env["fulfillment.sync"].create(
            {"account_id": self.account.id, "kind": "messages"}
        )
        self.assertEqual(self.env["fulfillment.sync"]._gc_syncs(), (1, False))
        self.assertEqual(self.account.sync_ids, recent)
        self.assertStored([message])
        self.assertFalse(self.rows().sync_id)


def _make_message(external_id):
    return Message(
        external_id=external_id,
        acknowledgeable=True,
        kind=Kind.PAYMENT,
        platform_type="PAYMENT_STATE_PAID",
        raw="<MESSAGE/>",
        sku="nul\x00",
    )
