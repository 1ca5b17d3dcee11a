"""Asking the platform for its stock, and storing it as a whole: over HTTP, without Odoo's stock."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.sql_db import db_connect
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.exchange import fulfillment_stock_feed
from ..models.exchange.fulfillment_exchange_transaction import LOCK_CLASS
from .stock_case import Killed, StockCase

LANE = "odoo.addons.fulfillment_connector.models.exchange.fulfillment_exchange_stock"
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


@tagged("post_install", "-at_install")
class TestStockFeed(StockCase):
    """What is stored of an answer."""

    def answer(self, articles, changedate="1700000000", **more):
        """Let the next call for stock be answered by this."""
        body = f'{XML}<TBSTOCK changedate="{changedate}">{articles}</TBSTOCK>'
        self.tbone.fault("stock", "empty", body=body, **more)

    def test_a_whole_stock_is_stored(self):
        self.tbone.set_stock("MUG", 7)
        self.tbone.set_stock("TEE", 0)
        sync = self.fetch_stock()
        self.assertEqual(self.numbers(), {"MUG": 7, "TEE": 0})
        self.assertEqual(self.levels().company_id, self.company)
        self.assertEqual((sync.kind, sync.state, sync.stock_is_full), ("stock", "done", True))
        self.assertEqual((sync.fetched_count, sync.new_count, sync.call_count), (2, 2, 1))
        self.assertTrue(sync.stock_is_pending)
        self.assertEqual(self.stock_calls(), ["channel=318"])
        self.assertNoViolation()

    def test_what_changed_is_asked_for_with_the_date_of_the_last_answer(self):
        self.tbone.set_stock("MUG", 7)
        self.tbone.set_stock("TEE", 5)
        self.tbone.clock.advance(1)
        self.fetch_stock()
        cursor = self.account.stock_cursor
        self.let_pass(minutes=31)
        self.tbone.set_stock("MUG", 6)
        self.tbone.clock.advance(1)
        sync = self.fetch_stock()
        self.assertEqual(self.stock_calls()[1], f"channel=318&delta={cursor}")
        self.assertEqual((sync.fetched_count, sync.stock_is_full), (1, False))
        self.assertEqual(self.numbers(), {"MUG": 6, "TEE": 5})
        self.assertEqual(self.levels(sync_id=sync.id).sku, "MUG")
        newer = self.account.stock_cursor
        self.assertGreater(int(newer), int(cursor))
        self.let_pass(minutes=31)
        self.fetch_stock()
        self.assertEqual(self.stock_calls()[2], f"channel=318&delta={newer}")
        self.assertNoViolation()

    def test_after_a_day_all_is_asked_for_again(self):
        self.tbone.set_stock("MUG", 7)
        self.fetch_stock()
        self.let_pass(hours=24, minutes=1)
        self.fetch_stock()
        self.assertEqual(self.stock_calls(), ["channel=318"] * 2)
        self.assertNoViolation()

    def test_only_what_is_news_is_written(self):
        self.tbone.set_stock("MUG", 7)
        self.tbone.set_stock("TEE", 5)
        self.fetch_stock()
        first = self.sync()
        self.let_pass(hours=24, minutes=1)
        self.tbone.set_stock("MUG", 8)
        sync = self.fetch_stock()
        self.assertEqual((sync.fetched_count, sync.new_count), (2, 1))
        self.assertEqual(self.levels(sku="TEE").sync_id, first)

    def test_blanks_eans_and_warehouses(self):
        self.tbone.set_stock("4006381333931", 3, node="A_EAN")
        self.tbone.set_stock("MUG", 7, MAIN=5, NORTH=2)
        self.tbone.set_stock("TEE", None, identifier="name", Lager=4)
        self.tbone.fault("stock", "leading_blanks")
        self.fetch_stock()
        self.assertEqual(
            self.numbers(),
            {"4006381333931": 3, "MUG": 7, "MUG/MAIN": 5, "MUG/NORTH": 2, "TEE/Lager": 4},
        )
        self.assertEqual(self.levels(ean="4006381333931").sku, "")

    def test_what_is_no_number_is_left_out_and_told(self):
        self.answer(
            "<ARTICLE><A_NR>MUG</A_NR><A_STOCK>7</A_STOCK></ARTICLE>"
            "<ARTICLE><A_NR> </A_NR><A_STOCK>7</A_STOCK></ARTICLE>"
            "<ARTICLE><A_NR>TEE</A_NR><A_STOCK>-1</A_STOCK></ARTICLE>"
            "<ARTICLE><A_NR>LAMP</A_NR></ARTICLE>"
            "<ARTICLE><A_NR>JAR</A_NR><A_STOCK>99999999999</A_STOCK></ARTICLE>"
        )
        sync = self.fetch_stock()
        self.assertEqual(self.numbers(), {"MUG": 7})
        self.assertEqual((sync.state, sync.stock_bad_count), ("warning", 4))
        self.assertIn("Articles left out: 4.", sync.note)

    def test_of_an_article_that_comes_twice_the_last_word_counts(self):
        self.answer(
            "<ARTICLE><A_NR>MUG</A_NR><A_STOCK>7</A_STOCK></ARTICLE>"
            "<ARTICLE><A_NR>MUG</A_NR><A_STOCK>9</A_STOCK></ARTICLE>"
        )
        self.fetch_stock()
        self.assertEqual(self.numbers(), {"MUG": 9})

    def test_a_long_stock_is_staged_in_pieces(self):
        for number in range(7):
            self.tbone.set_stock(f"ART-{number}", number)
        with patch.object(fulfillment_stock_feed, "STAGED_AT_ONCE", 2):
            sync = self.fetch_stock()
        self.assertEqual(sync.fetched_count, 7)
        self.assertEqual(self.numbers(), {f"ART-{number}": number for number in range(7)})

    # --- missing articles

    def forget_article(self, sku):
        del self.tbone.platform.accounts[self.tbone.account].stock[sku]

    def fetch_without_the_tee(self):
        self.tbone.set_stock("MUG", 7)
        self.tbone.set_stock("TEE", 5)
        self.fetch_stock()
        self.forget_article("TEE")
        self.let_pass(hours=24, minutes=1)
        return self.fetch_stock()

    def test_a_missing_article_is_left_as_it_is(self):
        sync = self.fetch_without_the_tee()
        self.assertEqual(self.numbers(), {"MUG": 7, "TEE": 5})
        self.assertEqual(self.levels(is_missing=True).sku, "TEE")
        self.assertEqual(sync.stock_missing_count, 1)

    def test_a_missing_article_is_sold_out(self):
        self.account.stock_missing_policy = "zero"
        self.fetch_without_the_tee()
        self.assertEqual(self.numbers(), {"MUG": 7, "TEE": 0})

    def test_a_missing_article_comes_back(self):
        self.fetch_without_the_tee()
        self.tbone.set_stock("TEE", 5)
        self.let_pass(minutes=31)
        self.fetch_stock()
        self.assertFalse(self.levels(is_missing=True))

    def test_an_article_without_a_usable_number_is_not_missing(self):
        self.account.stock_missing_policy = "zero"
        self.tbone.set_stock("MUG", 7)
        self.fetch_stock()
        self.let_pass(hours=24, minutes=1)
        self.answer("<ARTICLE><A_NR>MUG</A_NR><A_STOCK>many</A_STOCK></ARTICLE>")
        self.fetch_stock()
        self.assertEqual(self.numbers(), {"MUG": 7})
        self.assertFalse(self.levels(is_missing=True))

    def test_a_whole_stock_without_articles_changes_nothing(self):
        self.account.stock_missing_policy = "zero"
        self.tbone.set_stock("MUG", 7)
        self.fetch_stock()
        self.forget_article("MUG")
        self.let_pass(hours=24, minutes=1)
        sync = self.fetch_stock()
        self.assertEqual(self.numbers(), {"MUG": 7})
        self.assertEqual(sync.state, "error")
        self.assertIn("names no article", self.account.stock_error)

    def test_an_answer_without_change_date_keeps_the_old_one(self):
        self.tbone.set_stock("MUG", 7)
        self.fetch_stock()
        cursor = self.account.stock_cursor
        self.let_pass(minutes=31)
        body = f"{XML}<TBSTOCK><ARTICLE><A_NR>MUG</A_NR><A_STOCK>6</A_STOCK></ARTICLE></TBSTOCK>"
        self.tbone.fault("stock", "empty", body=body)
        self.fetch_stock()
        self.assertEqual(self.numbers(), {"MUG": 6})
        self.assertEqual(self.account.stock_cursor, cursor)


@tagged("post_install", "-at_install")
class TestStockTrouble(StockCase):
    """What goes wrong on the way changes nothing, keeps the platform's pace, and is told."""

    def setUp(self):
        super().setUp()
        self.tbone.set_stock("MUG", 7)
        self.fetch_stock()
        self.tbone.set_stock("MUG", 6)
        self.tbone.set_stock("TEE", 6)

    def assertNothingTaken(self):
        self.assertEqual(self.numbers(), {"MUG": 7})

    def fail_once(self, name, **hours):
        """A call that goes wrong, a full one after a day."""
        self.let_pass(**(hours or {"hours": 24, "minutes": 1}))
        cursor = self.account.stock_cursor
        self.tbone.fault("stock", name)
        sync = self.fetch_stock()
        self.assertNothingTaken()
        self.assertEqual(self.account.stock_cursor, cursor)
        self.assertEqual(sync.state, "error")
        self.assertFalse(sync.stock_is_pending)
        return sync

    def test_an_answer_that_breaks_off_changes_nothing(self):
        for name in ("truncated", "malformed", "html", "drop"):
            with self.subTest(fault=name):
                self.fail_once(name)
                self.assertTrue(self.account.stock_error)
        self.assertNoViolation()

    def test_half_of_a_long_answer_changes_nothing(self):
        for number in range(50):
            self.tbone.set_stock(f"ART-{number}", number)
        with patch.object(fulfillment_stock_feed, "STAGED_AT_ONCE", 3):
            self.fail_once("truncated")

    def test_a_fault_of_the_platform_is_waited_out(self):
        self.fail_once("server_error", minutes=31)
        self.assertEqual(self.account.state, "connected")
        self.assertFalse(self.account.failure_count, "messages are not held back")
        self.assertEqual(self.account.stock_failure_count, 1)
        wait = self.account.next_stock_at - fields.Datetime.now()
        self.assertGreaterEqual(wait, timedelta(minutes=9, seconds=55))
        self.fetch_stock()
        self.assertEqual(len(self.stock_calls()), 2, "not before ten minutes")
        self.let_pass(minutes=31)
        self.fetch_stock()
        self.assertEqual(self.numbers(), {"MUG": 6, "TEE": 6})
        self.assertFalse(self.account.stock_error)
        self.assertNoViolation()

    def test_a_person_is_told_after_five_failures_and_the_pace_is_kept(self):
        self.tbone.fault("stock", "unavailable", times=None)
        for count in range(1, 6):
            self.assertEqual(bool(self.activities()), count > 5)
            self.let_pass(hours=2)
            self.fetch_stock()
        self.assertEqual(self.account.stock_failure_count, 5)
        self.assertEqual(len(self.activities()), 1)
        self.tbone.faults.clear()
        self.let_pass(hours=2)
        self.fetch_stock()
        self.assertFalse(self.activities())

    def test_a_refused_call_is_told_once_and_not_repeated(self):
        self.fail_once("bad_request")
        self.assertTrue(self.account.stock_is_stopped)
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.account.stock_policy, "apply")
        self.let_pass(days=2)
        self.fetch_stock()
        self.assertEqual(len(self.stock_calls()), 2)
        self.assertNoViolation()
        self.tbone.journal.forget_failures()
        self.press("action_fetch_stock")
        self.assertEqual(self.numbers(), {"MUG": 6, "TEE": 6})
        self.assertFalse(self.account.stock_is_stopped)
        self.assertFalse(self.activities())
        self.assertNoViolation()

    def test_a_refused_call_leaves_messages_alone(self):
        self.fail_once("not_found")
        message = self.say()
        self.run_due()
        self.assertStored([message])
        self.assertTrue(self.account.stock_is_stopped)
        self.assertEqual(len(self.activities()), 1, "messages do not take back what stock said")

    def test_wrong_credentials_stop_the_account(self):
        self.fail_once("unauthorized")
        self.assertEqual(self.account.state, "stopped")
        self.assertEqual(len(self.activities()), 1)

    def test_no_stock_is_asked_for_while_the_platform_is_down(self):
        self.let_pass(minutes=31)
        self.tbone.fault("messages", "server_error")
        self.account.next_fetch_at = fields.Datetime.now()
        self.fetch_stock()
        self.assertEqual(len(self.stock_calls()), 1)
        self.assertNoViolation()

    @mute_logger(LANE)
    def test_killed_before_the_numbers_are_stored(self):
        """The call was made, and counts; nothing of it is there, and the old cursor asks again."""
        cursor = self.account.stock_cursor
        self.let_pass(minutes=31)
        levels = type(self.env["fulfillment.stock.level"])
        with patch.object(levels, "_merge_feed", side_effect=Killed):
            self.kill("fulfillment.exchange", "_cron_exchange")
        self.assertNothingTaken()
        self.assertEqual(self.account.stock_cursor, cursor)
        self.assertEqual(self.sync().state, "running", self.sync().note)
        self.assertFalse(self.sync().stock_is_pending)
        self.let_pass(minutes=62)
        self.fetch_stock()
        self.assertEqual(self.numbers(), {"MUG": 6, "TEE": 6})
        self.assertEqual(self.stock_calls()[2], f"channel=318&delta={cursor}")
        self.assertNoViolation()

    def test_somebody_else_wrote_the_same_rows(self):
        """The merge is tried again on a fresh snapshot, without another call."""
        self.let_pass(minutes=31)
        levels = type(self.env["fulfillment.stock.level"])
        merge, tries = levels._merge_feed, []

        def meet_once(self, sync):
            tries.append(sync)
            if len(tries) == 1:
                raise psycopg2.errors.SerializationFailure("could not serialize access")
            return merge(self, sync)

        with patch.object(levels, "_merge_feed", meet_once):
            self.fetch_stock()
        self.assertEqual(len(tries), 2)
        self.assertEqual(self.numbers(), {"MUG": 6, "TEE": 6})
        self.assertEqual(len(self.stock_calls()), 2)


@tagged("post_install", "-at_install")
class TestStockPace(StockCase):
    """When the platform is asked, by the clock and by a person."""

    def setUp(self):
        super().setUp()
        self.tbone.set_stock("MUG", 7)

    def test_off_means_off(self):
        self.account.stock_policy = "off"
        self.fetch_stock()
        self.assertFalse(self.calls())

    def test_stopped_accounts_and_those_without_password_are_not_served(self):
        for vals in ({"state": "stopped"}, {"password": False}, {"stock_is_stopped": True}):
            with self.subTest(vals=vals):
                old = {name: self.account[name] for name in vals}
                self.account.write(vals)
                self.assertFalse(self.env["fulfillment.account"]._find_stock_due())
                self.account.write(old)

    def test_never_faster_than_the_platform_allows(self):
        """Hours in steps of a minute, with a person who presses the button all the time."""
        self.account.write({"stock_full_interval": 1, "stock_delta_interval": 10})
        for _minute in range(0, 150, 5):
            self.fetch_stock()
            self.press("action_fetch_stock")
            self.let_pass(minutes=5)
        fulls = [call for call in self.stock_calls() if "delta" not in call]
        self.assertEqual(len(fulls), 3)
        self.assertGreaterEqual(len(self.stock_calls()), 12)
        self.assertNoViolation()

    def test_the_button_says_when_it_is_too_early(self):
        self.assertIn("Articles read: 1, new numbers: 1.", self.press("action_fetch_stock"))
        answer = self.press("action_fetch_stock")
        self.assertIn("The platform allows the next call at", answer)
        self.assertEqual(len(self.stock_calls()), 1)

    def test_the_button_explains_itself_when_stock_is_off(self):
        self.account.stock_policy = "off"
        self.assertIn("Choose Preview", self.press("action_fetch_stock"))

    def test_the_button_waits_for_no_other_run(self):
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, self.account.id])
            try:
                self.assertIn("going on already", self.press("action_fetch_stock"))
            finally:
                other.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, self.account.id])
        self.assertFalse(self.calls())

    def test_the_button_is_for_users(self):
        nobody = new_test_user(self.env, "stock_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.press("action_fetch_stock", nobody)
        user = new_test_user(
            self.env, "stock_user", groups="fulfillment_connector.group_fulfillment_user"
        )
        self.assertIn("Articles read: 1", self.press("action_fetch_stock", user))
        with self.assertRaises(AccessError):
            self.press("action_apply_stock", user)

    def test_other_credentials_begin_with_a_full_update(self):
        self.fetch_stock()
        self.account.password = "other"
        self.assertFalse(self.account.stock_cursor)

    def test_intervals_below_the_platforms_are_refused_in_words(self):
        with self.assertRaisesRegex(ValidationError, "once an hour"):
            self.account.stock_full_interval = 0
        self.account.stock_full_interval = 1
        with self.assertRaisesRegex(ValidationError, "every 10 minutes"):
            self.account.stock_delta_interval = 9

    def test_a_copy_is_off(self):
        copy = self.account.copy()
        self.assertEqual(copy.stock_policy, "off")
        self.assertFalse(copy.stock_cursor)
