"""The exchange lane sends orders when all goes well: when, how often, at what cost, and who may."""

from itertools import pairwise
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .common import CRON, TRIGGER
from .send_case import NEVER, SendCase

SENDING = "odoo.addons.fulfillment_connector.models.exchange.fulfillment_send"


@tagged("post_install", "-at_install")
class TestSend(SendCase):
    def test_confirmed_order_is_sent_once(self):
        order = self.confirm()
        self.assertFalse(self.calls(), "confirming makes no call")
        self.run_exchange()
        self.assertSent(order)
        self.assertEqual(self.outbox(order).attempts, 1)
        self.assertIn("TB_ID", self.outbox(order).answer)
        self.assertCounts("done", sent=1)
        self.assertEqual(self.sync().call_count, 1)
        self.assertHealthy()
        self.run_again()
        self.assertCalls("orders")
        self.assertNoViolation()

    def test_order_that_is_rolled_back_is_not_sent(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.confirm()
            self.env.flush_all()
            raise ZeroDivisionError
        self.run_exchange()
        self.assertFalse(self.calls())
        self.assertFalse(self.account.outbox_ids)

    def test_many_orders_are_sent_one_after_another(self):
        orders = self.confirm_many(25)
        self.run_exchange()
        self.assertSent(orders)
        self.assertCalls(*["orders"] * 25)
        self.assertCounts("done", sent=25)
        self.assertNoViolation()

    def test_lane_is_woken_once_per_transaction(self):
        orders = self.confirm_many(3)
        self.assertEqual(self.count_wakes(orders.action_confirm, orders), 0, "nothing is new")
        drafts = self.env["sale.order"].union(*(order.copy() for order in orders))
        drafts.fulfillment_account_id = self.account
        self.assertEqual(self.count_wakes(drafts.action_confirm, drafts), 1)
        self.outbox(drafts).state = "failed"
        self.assertEqual(self.count_wakes(self.outbox(drafts)._send_again, drafts), 1)

    def count_wakes(self, action, orders):
        """How often this wakes the exchange lane, in a transaction of its own."""
        self.env.cr.flush()
        lane = self.env.ref(CRON)
        with patch(TRIGGER, autospec=True) as woken:
            if orders[0].state != "sale" or action.__name__ != "action_confirm":
                action()
            self.env.cr.flush()
        return sum(call.args[0] == lane for call in woken.mock_calls)

    # --- who may, and when

    def test_sends_between_the_fetches(self):
        self.say()
        order = self.confirm()
        self.run_exchange()
        self.assertSent(order)
        self.assertCalls("orders")
        self.assertEqual(self.account.next_fetch_at, NEVER)

    def test_acknowledges_first_then_sends_then_fetches(self):
        owed = self.say()
        self.run_due()
        self.rows().acknowledgement_ids._owe_again()
        self.tbone.reopen(owed)
        self.tbone.journal.reset()
        self.confirm()
        self.run_due()
        self.assertCalls("processed", "orders", "messages")
        self.assertNoViolation()

    def test_order_confirmed_during_a_backlog_leaves_after_the_page(self):
        self.account.page_size = 2
        self.say_many(5)
        draft, orders = self.confirm().copy(), []
        draft.fulfillment_account_id = self.account
        self.run_exchange()
        self.tbone.journal.reset()

        def confirm(_cron):
            """The apply lane is woken by each page: at the first one somebody confirms."""
            if self.calls("messages") and not orders:
                orders.append(draft)
                draft.action_confirm()
                self.env.flush_all()

        with patch(TRIGGER, confirm):
            self.run_due()
        self.assertSent(draft)
        kinds = [call.kind for call in self.calls()]
        self.assertEqual(kinds[:5], ["messages", "processed", "processed", "orders", "messages"])
        self.assertNoViolation()

    def test_account_that_may_not_call_sends_nothing(self):
        order = self.confirm()
        for vals in (
            {"state": "stopped"},
            {"failure_count": 1},
            {"password": False, "state": "draft"},
        ):
            with self.subTest(vals), self.env.cr.savepoint() as savepoint:
                self.account.write(vals)
                self.account.next_fetch_at = NEVER
                self.run_exchange()
                self.assertFalse(self.calls())
                self.assertRow(order, "to_send", attempts=0)
                savepoint.rollback()
        self.run_exchange()
        self.assertSent(order)

    def test_account_that_was_not_tested_sends(self):
        self.account.state = "draft"
        order = self.confirm()
        self.run_exchange()
        self.assertSent(order)
        self.assertEqual(self.account.state, "connected")

    def test_withdrawn_order_is_not_sent(self):
        kept, gone = self.confirm(), self.confirm()
        gone._action_cancel()
        self.run_exchange()
        self.assertSent(kept)
        self.assertRow(gone, "cancelled")
        self.assertCalls("orders")

    def test_due_accounts_are_found_by_one_query(self):
        self.confirm_many(2)
        self.env.flush_all()
        self.env.invalidate_all()
        accounts = self.env["fulfillment.account"].sudo()
        with self.assertQueryCount(1):
            due = accounts._find_due()
        self.assertEqual(due, self.account)

    def test_fetch_now_sends_too(self):
        user = self.make_user()
        order, message = self.confirm(), self.say()
        answer = self.call(self.account, "action_fetch", user)["params"]
        self.assertSent(order)
        self.assertStored([message])
        self.assertIn("Orders sent: 1.", answer["message"])
        self.confirm()
        answer = self.call(self.account, "action_fetch", user)["params"]
        self.assertEqual(answer["message"], "Nothing new at TB.One. Orders sent: 1.")

    def test_fetch_now_leaves_many_orders_to_the_background(self):
        orders = self.confirm_many(6)
        self.env["ir.cron.trigger"].search([("cron_id", "=", self.env.ref(CRON).id)]).unlink()
        with patch(f"{SENDING}.ROUND_SIZE", 2):
            self.call(self.account, "action_fetch", self.make_user())
            self.assertEqual(len(self.calls("orders")), 4)
            triggers = self.env["ir.cron.trigger"].search([])
            self.assertIn(self.env.ref(CRON), triggers.cron_id)
            self.run_exchange()
        self.assertSent(orders)
        self.assertNoViolation()

    def make_user(self, group="user"):
        return new_test_user(
            self.env, f"fc_{group}", groups=f"fulfillment_connector.group_fulfillment_{group}"
        )

    # --- one company, one account, one cost

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
            channel_sign="seco",
        )
        second.next_fetch_at = NEVER
        ours = self.confirm()
        theirs = self.confirm(company_id=company.id, fulfillment_account_id=second.id)
        self.run_exchange()
        self.assertSent(ours)
        self.assertEqual(self.outbox(theirs).company_id, company)
        book = self.tbone.platform.accounts["2605"]
        self.assertEqual([order.channel_id for order in book.orders.values()], [theirs.name])
        self.assertEqual(theirs.fulfillment_ref, self.outbox(theirs).ref)
        self.assertNoViolation()

    def test_company_stays_while_orders_stand_in_the_outbox(self):
        self.confirm()
        company = self.env["res.company"].create({"name": "Second"})
        with self.assertRaisesRegex(ValidationError, "outbox"):
            self.account.company_id = company

    def test_account_with_orders_to_send_is_not_archived(self):
        order = self.confirm()
        for state in ("to_send", "sending"):
            self.outbox(order).state = state
            with self.subTest(state), self.assertRaisesRegex(ValidationError, "to send"):
                self.account.active = False
        self.outbox(order).state = "to_send"
        self.run_exchange()
        self.account.action_archive()
        self.assertFalse(self.account.active)

    def test_answer_is_for_managers(self):
        order = self.confirm()
        self.run_exchange()
        user, manager = self.make_user(), self.make_user("manager")
        row = self.outbox(order)
        self.assertNotIn("answer", row.with_user(user).read()[0])
        with self.assertRaises(AccessError):
            row.with_user(user).read(["answer"])
        with self.assertRaises(AccessError):
            row.with_user(user).search([("answer", "like", "TB_ID")])
        self.assertIn("TB_ID", row.with_user(manager).read(["answer"])[0]["answer"])

    def test_queries_per_order_are_constant(self):
        counts = []
        for size in (1, 1, 3, 5):
            orders = self.confirm_many(size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.run_exchange()
            counts.append(self.cr.sql_log_count - before)
            self.assertSent(orders)
        steps = [high - low for low, high in pairwise(counts[1:])]  # the first fills caches
        self.assertLessEqual(steps[1], steps[0], counts)

    def test_outcome_is_written_to_the_row_alone(self):
        """Whoever holds the order at that moment must not make us forget what the platform said."""
        order = self.confirm()
        self.env.flush_all()
        version = SQL("SELECT xmin, ctid FROM sale_order WHERE id = %s", order.id)
        row = self.outbox(order)
        row._move_to("sending")
        self.env.flush_all()
        before = self.env.execute_query(version)
        row._note_outcome("sent", ref="4711", sent_at=fields.Datetime.now())
        self.env.flush_all()
        self.assertEqual(row.state, "sent")
        self.assertEqual(self.env.execute_query(version), before)
        row._settle()
        self.assertEqual((order.fulfillment_ref, order.fulfillment_state), ("4711", "sent"))
