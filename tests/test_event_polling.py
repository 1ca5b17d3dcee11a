"""Polling a platform that tells events: what is stored, and up to when it is asked."""

import time
from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models import ir_cron

from ..models.exchange import fulfillment_exchange_events, fulfillment_exchange_transaction
from .event_case import EventCase, EventShopCase
from .test_acommerce_orders import AcommerceOrdersCase

MEET = """
CREATE SEQUENCE met;
CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('met') <= %s THEN
        RAISE EXCEPTION 'could not serialize access' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meet BEFORE INSERT ON fulfillment_message FOR EACH ROW EXECUTE FUNCTION meet()
"""


def read_cursor(cursor):
    """Unix seconds."""
    return datetime.fromisoformat(cursor.replace("Z", "+00:00")).timestamp()


@tagged("post_install", "-at_install")
class TestEventPolling(EventCase):
    def fill(self, count):
        """Orders with one event each, a second apart."""
        events = []
        for number in range(count):
            events.append(self.report(f"S{number:03}", "NEW"))
            self.acommerce.clock.advance(1)
        return events

    def since(self):
        """What the last poll asked from."""
        path = self.calls("status")[-1].path
        return path.partition("since=")[2].replace("%3A", ":")[:20]

    def stamp(self, seconds):
        return self.acommerce.platform.stamp(seconds)

    # --- the poll

    def test_new_events_are_stored_once(self):
        events = [self.report("S1", "NEW"), self.ship("S1"), self.report("S2", "NEW")]
        self.fetch()
        self.assertStored(events)
        self.assertSync("done", fetched=3, new=3)
        self.assertEqual(set(self.rows().mapped("state")), {"received"})
        self.assertEqual(self.row(events[1]).kind, "ship")
        self.assertEqual(self.row(events[1]).shipment_ref, "S1-F1")
        self.fetch()
        self.assertStored(events)
        self.assertSync("done", fetched=3, duplicate=3)
        self.assertHealthy()
        self.assertNoViolation()

    def test_the_cursor_is_the_newest_recorded_time_and_the_next_poll_reaches_back(self):
        event = self.report("S1", "NEW")
        self.fetch()
        self.assertEqual(self.account.event_cursor, self.stamp(event.recorded))
        self.fetch()
        self.assertEqual(self.since(), self.stamp(event.recorded - 600))
        self.assertNoViolation()

    def test_the_cursor_is_never_beyond_the_clock_of_the_platform(self):
        event = self.report("S1", "NEW")
        event.recorded += 86_400
        self.fetch()
        self.assertLessEqual(self.account.event_cursor, self.stamp(self.acommerce.clock.now()))
        self.assertNoViolation()

    def test_nothing_new_leaves_the_cursor(self):
        self.report("S1", "NEW")
        self.fetch()
        cursor = self.account.event_cursor
        self.fetch(hours=2)
        self.assertEqual(self.account.event_cursor, cursor)
        self.assertSync("done", fetched=1, duplicate=1)

    def test_an_error_in_the_second_page_keeps_what_is_stored_and_the_cursor(self):
        faults = {"throttled": 429, "server_error": 500, "truncated": 200, "not_a_list": 200}
        for fault, _status in faults.items():
            with self.subTest(fault):
                self.acommerce.reset()
                self.rows().unlink()
                self.account.write({"event_cursor": False, "event_bookmark": False})
                self.account._note_success(0)
                self.acommerce.platform.page_size = 2
                events = self.fill(5)
                self.acommerce.fault("status", fault, after=1)
                self.fetch()
                self.assertStored(events[:2])
                self.assertFalse(self.account.event_cursor)
                self.assertSync("error", fetched=2, new=2)
                self.assertEqual(self.account.failure_count, 1)
                self.fetch(hours=2)
                self.assertStored(events)
                self.assertTrue(self.account.event_cursor)
                self.assertHealthy()
                self.assertNoViolation()

    def test_a_page_that_is_not_understood_is_not_where_the_next_run_begins(self):
        self.acommerce.platform.page_size = 2
        self.fill(5)
        self.acommerce.fault("status", "not_a_list", after=1)
        self.fetch()
        self.assertFalse(self.account.event_bookmark)

    def test_retry_after_is_obeyed(self):
        self.acommerce.fault("status", "throttled", headers={"Retry-After": "5400"})
        self.fetch()
        later = self.account.next_fetch_at - fields.Datetime.now()
        self.assertGreater(later, timedelta(minutes=89))
        self.run_exchange()
        self.assertEqual(len(self.calls()), 1)
        self.assertNoViolation()

    def test_a_token_that_ends_between_two_pages(self):
        self.acommerce.platform.page_size = 2
        events = self.fill(5)
        self.acommerce.gateway.before = self.end_token_once
        self.fetch()
        self.assertStored(events)
        self.assertSync("done", fetched=10, new=5, duplicate=5)

    def end_token_once(self, kind):
        if len(self.calls("status")) == 2:
            self.acommerce.gateway.before = lambda kind: None
            self.acommerce.end_tokens()

    def test_a_second_401_in_the_middle_stops_the_account(self):
        self.acommerce.platform.page_size = 2
        events = self.fill(5)
        self.acommerce.fault("status", "unauthorized", after=1, times=2)
        self.fetch()
        self.assertStored(events[:2])
        self.assertFalse(self.account.event_cursor)
        self.assertEqual(self.account.state, "stopped")
        self.assertTrue(self.activities())

    def test_an_order_that_is_pushed_over_the_edge_of_a_page_is_found(self):
        self.acommerce.platform.page_size = 2
        events = self.fill(5)
        self.acommerce.gateway.before = lambda kind: self.move_first(kind, events)
        self.fetch()
        self.assertStored(events)
        self.assertTrue(self.account.event_cursor)
        self.assertEqual(self.sync().new_count, 6)

    def move_first(self, kind, events):
        """Before the second page the first order changes: the third one is on the first page."""
        if len(self.calls("status")) == 2:
            self.acommerce.gateway.before = lambda kind: None
            events.append(self.report("S000", "IN_PROGRESS"))

    def test_a_cursor_set_by_a_person_counts(self):
        self.report("S1", "NEW")
        self.fetch()
        self.account.event_cursor = "2026-01-31T00:00:00Z"
        self.account.event_looked_back_at = fields.Datetime.now()
        self.fetch()
        self.assertEqual(self.since(), "2026-01-30T23:50:00Z")

    def test_a_cursor_that_is_no_time_is_told(self):
        self.account.event_cursor = "yesterday"
        self.fetch()
        self.assertEqual(self.account.state, "stopped")
        self.assertIn("2026-01-31T00:00:00Z", self.account.last_error)
        self.assertFalse(self.calls())

    def test_accounts_are_apart(self):
        company = self.env["res.company"].create({"name": "Other"})
        other = self.create_account("Other", company_id=company.id)
        event = self.report("S1", "NEW")
        self.let_pass(minutes=1)
        other.next_fetch_at = fields.Datetime.now()
        self.run_due()
        for account in (self.account, other):
            self.assertStored([event], account)
            self.assertEqual(self.rows(account).company_id, account.company_id)
            self.assertEqual(self.histories(account).company_id, account.company_id)
            self.assertEqual(account.event_cursor, self.stamp(event.recorded))

    # --- others who write at the same time

    def test_a_page_that_met_another_write_is_stored_at_the_next_try(self):
        events = [self.report("S1", "NEW"), self.ship("S1")]
        self.meet_others(2)
        with mute_logger("odoo.sql_db"):
            self.fetch()
        self.assertStored(events)
        self.assertSync("done", fetched=2, new=2)
        self.assertHealthy()

    def test_a_page_that_meets_others_all_the_time_is_left_to_the_next_run(self):
        event = self.report("S1", "NEW")
        self.meet_others(3)
        with mute_logger("odoo.sql_db"):
            self.fetch()
        self.assertStored([])
        self.assertFalse(self.account.event_cursor)
        self.assertEqual(self.sync().state, "interrupted")
        self.fetch()
        self.assertStored([event])

    def meet_others(self, times):
        """Let whoever stores events find, so many times, that somebody else was faster."""
        self.env.cr.execute(MEET, [times])

    # --- a poll whose time is over

    def test_a_poll_whose_time_is_over_goes_on_where_it_was(self):
        self.acommerce.platform.page_size = 2
        events = self.fill(7)
        self.be_slow()
        self.fetch()
        self.assertStored(events[:2])
        self.assertFalse(self.account.event_cursor)
        self.assertLessEqual(self.account.next_fetch_at, fields.Datetime.now(), "due at once")
        began = self.calls("status")[0].at
        self.acommerce.clock.advance(3600)
        events.append(self.report("S000", "IN_PROGRESS"))
        self.be_quick()
        self.fetch()
        self.assertIn("page=2", self.calls("status")[1].path)
        self.assertStored(events)
        self.assertLess(self.account.event_cursor, self.stamp(began + 1), "where the poll began")
        self.assertFalse(self.account.event_bookmark)
        self.assertHealthy()
        self.assertNoViolation()

    def test_a_poll_that_is_cut_at_each_page_ends(self):
        self.acommerce.platform.page_size = 2
        events = self.fill(4)
        self.be_slow()
        runs = 0
        while not self.account.event_cursor and runs < 9:
            self.fetch()
            runs += 1
        self.assertEqual(len(self.calls("status")), 4, "each of two pages twice")
        self.assertStored(events)
        self.assertNoViolation()

    def be_slow(self):
        """From now on the time of a run is over after one page."""
        self.patch(ir_cron, "MIN_TIME_PER_JOB", 0)
        self.patch(fulfillment_exchange_transaction, "RUN_SECONDS", 0.9)
        self.acommerce.gateway.before = lambda kind: time.sleep(kind == "status")

    def be_quick(self):
        self.patch(fulfillment_exchange_transaction, "RUN_SECONDS", 60)
        self.acommerce.gateway.before = lambda kind: None

    # --- by hand

    def test_fetch_now_polls_and_asks_for_what_is_doubtful(self):
        """It does not look back, and asks for no order that is just not finished."""
        event = self.report("S1", "NEW")
        self.fetch()
        self.history("S1").is_doubtful = True
        self.account.event_looked_back_at = False
        self.let_pass(minutes=5)
        self.acommerce.journal.reset()
        self.call(self.account, "action_fetch")
        self.assertEqual([call.kind for call in self.calls()], ["status", "named"])
        self.assertStored([event])
        self.assertFalse(self.history("S1").is_doubtful)

    def test_a_person_does_not_wait_for_a_long_list(self):
        self.acommerce.platform.page_size = 2
        events = self.fill(5)
        self.patch(fulfillment_exchange_events, "HAND_SECONDS", 0)
        self.let_pass(minutes=1)
        answer = self.call(self.account, "action_fetch")
        self.assertIn("New messages: 2.", answer["params"]["message"])
        self.assertIn("background", answer["params"]["message"])
        self.assertStored(events[:2])
        self.run_exchange()
        self.assertStored(events)
        self.assertTrue(self.account.event_cursor)
        self.assertNoViolation()

    # --- look back

    def test_once_a_day_it_looks_back_and_keeps_the_cursor(self):
        self.report("S1", "NEW")
        self.fetch()
        self.fetch(hours=23)
        self.assertEqual(len(self.calls("status")), 2, "the first poll was all there is")
        cursor = self.account.event_cursor
        overlooked = self.report("S2", "NEW")
        overlooked.order.updated -= 3 * 86_400
        self.fetch(hours=1)
        self.assertEqual(len(self.calls("status")), 4)
        self.assertEqual(
            self.since()[:10], self.stamp(read_cursor(cursor) - 14 * 86_400 - 600)[:10]
        )
        self.assertTrue(self.row(overlooked))
        self.assertEqual(self.account.event_cursor, cursor)
        self.fetch(minutes=30)
        self.assertEqual(len(self.calls("status")), 5)
        self.assertNoViolation()

    def test_a_look_back_goes_on_where_it_was(self):
        """A poll that takes all the time of a run keeps no look back from its turn."""
        self.acommerce.platform.page_size = 2
        events = self.fill(4)
        self.fetch()
        self.account.event_looked_back_at = False
        self.acommerce.journal.reset()
        self.be_slow()
        runs = 0
        while not self.account.event_looked_back_at and runs < 12:
            self.fetch()
            runs += 1
        self.assertTrue(self.account.event_looked_back_at)
        calls = [call.path for call in self.calls("status")]
        self.assertEqual(len(calls), 8, "twice two pages of the poll, and of the look back")
        self.assertEqual(len(set(calls)), 4)
        self.be_quick()
        self.fetch()
        self.assertFalse(self.account.event_is_polled)
        self.assertFalse(self.account.event_look_back_bookmark)
        self.assertStored(events)
        self.assertHealthy()
        self.assertNoViolation()

    def test_a_look_back_that_is_refused_is_told_and_tried_again_tomorrow(self):
        self.report("S1", "NEW")
        self.fetch()
        self.account.event_looked_back_at = False
        self.acommerce.fault("status", "not_found", after=1)
        self.fetch()
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(self.sync().state, "warning")
        self.fetch()
        self.assertHealthy()
        self.assertEqual(len(self.calls("status")), 4)
        self.fetch(days=1)
        self.assertEqual(len(self.calls("status")), 6)

    def test_looking_back_may_be_switched_off(self):
        self.report("S1", "NEW")
        self.fetch()
        self.account.event_look_back_days = 0
        self.fetch(days=3)
        self.assertEqual(len(self.calls("status")), 2)
        with self.assertRaises(ValidationError):
            self.account.event_look_back_days = -1

    # --- doubtful orders

    def test_a_doubtful_order_is_asked_for_once(self):
        events = [self.report("S1", "NEW"), self.report("S2", "NEW")]
        self.fetch()
        self.history("S1").is_doubtful = True
        self.fetch(minutes=5)
        self.assertEqual([call.path.partition("?")[2] for call in self.calls("named")], ["id=S1"])
        self.assertEqual([call.kind for call in self.calls()][-2:], ["status", "named"])
        self.fetch(minutes=5)
        self.assertEqual(len(self.calls("named")), 1)
        self.assertStored(events)
        self.assertNoViolation()

    def test_what_is_doubted_while_it_is_asked_for_stays_doubtful(self):
        self.report("S1", "NEW")
        self.fetch()
        history = self.history("S1")
        history.is_doubtful = True
        self.let_pass(minutes=5)
        history._note_asking(self.account, ["S1"])
        history.doubted_at = fields.Datetime.now()
        history._note_asked(self.account, ["S1"], [])
        self.assertTrue(history.is_doubtful)

    def test_an_order_that_is_not_there_is_not_asked_for_again_and_again(self):
        event = self.report("S1", "NEW")
        self.fetch()
        del self.acommerce.platform.orders["S1"]
        self.history("S1").is_doubtful = True
        for _run in range(3):
            self.fetch(minutes=5)
        self.assertEqual(len(self.calls("named")), 1)
        self.assertTrue(self.history("S1").is_absent)
        self.assertTrue(self.row(event).is_live, "an order that is not there proves nothing")
        self.acommerce.add_order("S1")
        again = self.report("S1", "IN_PROGRESS")
        self.fetch()
        self.assertTrue(self.row(again))
        self.assertFalse(self.history("S1").is_absent)
        self.assertNoViolation()

    def test_an_answer_about_orders_that_is_not_understood_stops_no_poll(self):
        self.report("S1", "NEW")
        self.fetch()
        self.history("S1").is_doubtful = True
        self.acommerce.fault("named", "not_a_list")
        late = self.report("S2", "NEW")
        self.fetch(minutes=5)
        self.assertTrue(self.row(late))
        self.assertEqual(self.sync().state, "warning")
        self.assertTrue(self.history("S1").is_doubtful)
        self.fetch(minutes=5)
        self.assertFalse(self.history("S1").is_doubtful)

    def test_what_a_poll_doubts_is_asked_for_by_the_next_run(self):
        """A second look at once would see the same."""
        event = self.ship("S1")
        self.fetch()
        self.acommerce.delete(event)
        self.fetch()
        self.assertTrue(self.history("S1").is_doubtful)
        self.assertFalse(self.calls("named"))
        self.fetch()
        self.assertFalse(self.history("S1").is_doubtful)

    # --- what is asked besides the poll, and fails

    def doubt(self, count):
        """So many orders that are asked for by id from the next run on."""
        self.fill(count)
        self.fetch()
        self.histories().is_doubtful = True
        self.acommerce.journal.reset()

    def test_orders_by_id_that_fail_for_now_fail_no_run(self):
        self.doubt(25)
        self.acommerce.fault("named", "server_error", times=9)
        for run in (1, 2, 3):
            late = self.report(f"LATE{run}", "NEW")
            self.fetch(minutes=20)
            self.assertTrue(self.row(late))
            self.assertHealthy()
            self.assertEqual((self.sync().state, self.sync().new_count), ("warning", 1))
            self.assertIn("fault", self.sync().note)
            self.assertEqual(len(self.calls("named")), run, "one a run: the others fail too")
        self.acommerce.faults.clear()
        self.fetch(minutes=20)
        self.assertFalse(self.histories().filtered("is_doubtful"))
        self.assertNoViolation()

    def test_a_look_back_that_fails_for_now_is_tried_again_in_an_hour(self):
        self.report("S1", "NEW")
        self.fetch()
        self.account.event_looked_back_at = False
        self.acommerce.fault("status", "server_error", after=1)
        self.fetch()
        self.assertHealthy()
        self.assertSync("warning", fetched=1, duplicate=1)
        self.assertEqual(len(self.calls("status")), 3)
        self.fetch(minutes=30)
        self.assertEqual(len(self.calls("status")), 4, "the poll alone")
        self.fetch(minutes=31)
        self.assertEqual(len(self.calls("status")), 6)
        self.assertTrue(self.account.event_looked_back_at)
        self.assertEqual(self.sync().state, "done")
        self.assertNoViolation()

    def test_where_nothing_came_of_the_poll_the_run_fails(self):
        self.doubt(1)
        self.acommerce.fault("status", "server_error")
        self.fetch(minutes=20)
        self.assertEqual(self.account.failure_count, 1)
        self.assertFalse(self.calls("named"))
        self.account._note_success(0)
        self.account.event_is_polled = True
        self.acommerce.fault("named", "server_error")
        self.fetch(minutes=20)
        self.assertEqual(self.account.failure_count, 1)

    def test_retry_after_of_what_is_asked_besides_is_obeyed(self):
        self.doubt(11)
        self.account.event_looked_back_at = False
        self.acommerce.fault("named", "throttled", headers={"Retry-After": "5400"})
        self.fetch(minutes=20)
        self.assertHealthy()
        self.assertEqual([call.kind for call in self.calls()], ["status", "named"])
        later = self.account.next_fetch_at - fields.Datetime.now()
        self.assertGreater(later, timedelta(minutes=89))
        self.assertTrue(self.account._is_backing_off())
        self.account.next_fetch_at = fields.Datetime.now()
        self.run_exchange()
        self.assertEqual(len(self.calls()), 2)
        answer = self.call(self.account, "action_fetch")
        self.assertIn("asks to slow down", answer["params"]["message"])
        self.assertEqual(len(self.calls()), 2)
        self.fetch(minutes=91)
        self.assertFalse(self.account._is_backing_off())
        self.assertGreater(len(self.calls()), 2)
        self.assertNoViolation()

    # --- a bookmark

    def test_a_bookmark_that_is_refused_begins_anew(self):
        """In the same run."""
        for status in (404, 410):
            with self.subTest(status):
                self.acommerce.reset()
                self.rows().unlink()
                self.account.write({"event_cursor": False, "event_bookmark": False})
                self.acommerce.platform.page_size = 2
                events = self.fill(5)
                self.be_slow()
                self.fetch()
                self.assertTrue(self.account.event_bookmark)
                self.be_quick()
                self.acommerce.fault("status", "not_found", status=status)
                self.fetch()
                self.assertHealthy()
                self.assertStored(events)
                self.assertTrue(self.account.event_cursor)
                self.assertFalse(self.account.event_bookmark)
                self.assertEqual(self.sync().state, "warning")
                self.assertIn("first page", self.sync().note)

    def test_a_first_page_that_is_refused_stops_the_account(self):
        self.acommerce.fault("status", "not_found")
        self.fetch()
        self.assertEqual(self.account.state, "stopped")
        self.assertEqual(len(self.calls("status")), 1)


@tagged("post_install", "-at_install")
class TestOpenOrders(EventShopCase):
    def ask(self, **time):
        """One run; the ids that were asked for in it."""
        before = len(self.calls("named"))
        self.fetch(**time)
        paths = [call.path for call in self.calls("named")[before:]]
        return [path.partition("?")[2].replace("id=", "").split("&") for path in paths]

    def make_orders(self, count):
        orders = self.env["sale.order"]
        for _number in range(count):
            orders |= self.make_known_order((self.mug, 1))
        orders.fulfillment_outbox_ids._mark_sent()
        return orders

    def test_open_orders_are_asked_for_ten_at_a_time(self):
        orders = self.make_orders(23)
        asked = self.ask()
        self.assertEqual([len(ids) for ids in asked], [10, 10, 3])
        self.assertEqual({id for ids in asked for id in ids}, {*orders.mapped("fulfillment_key")})
        self.assertEqual(self.ask(hours=5), [])
        self.assertEqual(len(self.ask(hours=1)), 3)
        self.assertNoViolation()

    def test_at_most_five_calls_a_run_the_longest_not_asked_for_first(self):
        keys = self.make_orders(53).mapped("fulfillment_key")
        first = {id for ids in self.ask() for id in ids}
        self.assertEqual(len(first), 50)
        second = [id for ids in self.ask() for id in ids]
        self.assertEqual({*second}, {*keys} - first)
        third = self.ask(hours=7)
        self.assertEqual(len(third), 5)
        self.assertFalse({*second} & {id for ids in third for id in ids})

    def test_what_is_finished_or_not_there_is_not_asked_for(self):
        gone, done, absent = self.make_orders(3)
        gone._action_cancel()
        done.order_line.fulfillment_qty_shipped = 1
        del self.acommerce.platform.orders[absent.fulfillment_key]
        self.assertEqual(self.ask(), [[absent.fulfillment_key]])
        self.assertEqual(self.ask(hours=7), [])
        self.assertEqual(self.ask(hours=18), [[absent.fulfillment_key]])

    def test_news_of_an_open_order_that_no_poll_tells_are_found(self):
        [order] = self.make_orders(1)
        self.acommerce.platform.lifts_on_change = False
        self.ask()
        event = self.report(order.fulfillment_key, "IN_PROGRESS")
        event.order.updated -= 30 * 86_400
        self.fetch(hours=7)
        self.assertTrue(self.row(event))


class TestSendingGoesOn(AcommerceOrdersCase):
    """Orders are sent whatever is asked besides the poll."""

    def test_orders_are_sent_while_queries_by_id_fail(self):
        self.acommerce.fault("named", "server_error", times=9)
        for run in (1, 2, 3):
            order = self.confirm()
            self.fetch(hours=7)
            self.assertSent(order)
            self.assertEqual(len(self.calls("named")), run)
            self.assertHealthy()

    def test_no_order_is_sent_before_the_time_the_platform_asked_for(self):
        self.confirm()
        self.acommerce.fault("named", "throttled", headers={"Retry-After": "5400"})
        self.fetch(hours=7)
        self.assertEqual(self.calls()[-1].kind, "named")
        order = self.confirm()
        self.let_pass(minutes=80)
        self.run_due()
        self.assertEqual(self.calls()[-1].kind, "named")
        self.let_pass(minutes=11)
        self.run_exchange()
        self.assertSent(order)
        self.assertNoViolation()
