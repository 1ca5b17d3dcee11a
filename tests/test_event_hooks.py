"""Web hooks: the platform calls Odoo, over real HTTP, and strangers do too."""

import http.client
import json
import random
import time
from contextlib import contextmanager
from datetime import timedelta
from statistics import median, quantiles
from urllib.parse import urlsplit

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..controllers import hook
from ..controllers.call_limit import CallLimit
from ..simulator.acommerce.hooks import sign
from .event_case import EventCase

HEADER = "X-Acomm-Signature"
TABLES = ("message", "message_revision", "history", "sync", "account", "file", "acknowledgement")
STATE = """
    SELECT count(*), md5(COALESCE(string_agg(row::text, ',' ORDER BY id), '')) FROM (
        SELECT id, to_jsonb(one) - 'write_date' - 'write_uid' AS row FROM {} AS one
    ) AS rows
"""
# The first event that is stored meets a conflict; what a sequence gave is not taken back
CONFLICT = """
    CREATE SEQUENCE tries;
    CREATE FUNCTION meet_conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('tries') = 1 THEN
            RAISE EXCEPTION 'conflict' USING ERRCODE = 'serialization_failure';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER meet_conflict BEFORE INSERT ON fulfillment_message
    FOR EACH ROW EXECUTE FUNCTION meet_conflict()
"""
SLOW = 0.2  # seconds
QUERIES = 19  # of an accepted call, from the address to the rows and the next fetch


class HookCase(EventCase, HttpCase):
    """An account whose web hook is registered at the stand-in."""

    @contextmanager
    def enter_registry_test_mode(self):
        # OVERRIDES both cases: one with HTTP is in that mode from the start.
        self.env.flush_all()
        yield

    def setUp(self):
        super().setUp()
        self.patch(hook, "CALLS", CallLimit(10_000))
        self.patch(hook, "FAILURES", CallLimit(10_000))

    def register(self, account=None):
        self.call(account or self.account, "action_register_hook")
        self.env.invalidate_all()

    def post(self, body, token=None, secret=None, headers=None, length=None):
        """One call; `length` declares a size without sending so much.

        :return: status, body, headers, seconds.
        """
        token = self.account.hook_token if token is None else token
        signature = sign(body, secret or self.account.hook_secret, "sha256")
        sent = {HEADER: signature, "Content-Type": "application/json"} | (headers or {})
        if length:
            sent["Content-Length"] = str(length)
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            return self.send(f"/fulfillment/hook/{token}", body, sent)

    def send(self, path, body, headers):
        url = urlsplit(self.base_url())
        line = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
        started = time.monotonic()
        try:
            headers = {name: value for name, value in headers.items() if value is not None}
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            said = answer.read()
            seconds = time.monotonic() - started
        finally:
            line.close()
        self.env.invalidate_all()
        return answer.status, said, answer.headers, seconds

    def deliver(self):
        """The stand-in calls its web hooks; the statuses it was answered."""
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            pushes = self.acommerce.deliver_hooks()
        self.env.invalidate_all()
        return [status for push in pushes for status in push.statuses]

    def state(self):
        """Number of rows and content of every table that matters."""
        self.env.flush_all()
        found = {}
        for table in TABLES:
            self.env.cr.execute(STATE.format(f"fulfillment_{table}"))
            found[table] = self.env.cr.fetchone()
        return found

    def facts(self):
        """What is believed of each event, whichever way it came."""
        names = "external_id kind state is_live tracking_ref shipment_ref".split()
        return sorted(tuple(row[name] for name in names) for row in self.rows())

    def assertAnswer(self, expected, *args, **kwargs):
        status, said, headers, _seconds = self.post(*args, **kwargs)
        self.assertEqual(status, expected)
        self.assertEqual(said, b"")
        self.assertNotIn("Set-Cookie", headers)
        return headers


@tagged("post_install", "-at_install")
class TestHookCalls(HookCase):
    def setUp(self):
        super().setUp()
        self.register()

    def test_a_push_is_stored_and_applied_soon(self):
        triggers = self.env["ir.cron.trigger"].search_count([])
        event = self.ship("S1")
        self.assertEqual(self.deliver(), [200])
        self.assertStored([event])
        self.assertEqual(self.row(event).kind, "ship")
        self.assertFalse(self.row(event).sync_id)
        self.assertTrue(self.account.hook_seen_at)
        self.assertGreater(self.env["ir.cron.trigger"].search_count([]), triggers)
        self.assertNoViolation()

    def test_an_order_nobody_knows_is_stored(self):
        event = self.report("NOBODY", "SOMETHING_NEW")
        self.assertEqual(self.deliver(), [200])
        self.assertEqual(self.row(event).kind, "unknown")

    def test_a_repeat_changes_nothing(self):
        body = self.acommerce.push_body(self.ship("S1"))
        self.assertAnswer(200, body)
        before = self.state()
        triggers = self.env["ir.cron.trigger"].search_count([])
        for _time in range(3):
            self.assertAnswer(200, body)
        self.assertEqual(self.state(), before)
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers)

    def test_before_during_and_after_a_poll_it_is_the_same(self):
        found = {}
        for moment in ("never", "before", "during", "after"):
            self.forget()
            events = [self.report("S1", "IN_PROGRESS"), self.ship("S1")]
            if moment == "before":
                self.assertEqual(self.deliver(), [200, 200])
            pages = self.ask()  # what the platform shows now
            events += [self.ship("S1", "COMPLETED"), self.ship("S2")]
            if moment == "during":
                self.assertEqual(self.deliver(), [200] * 4)
            self.store(pages)
            self.fetch(minutes=1)
            if moment == "after":
                self.assertEqual(self.deliver(), [200] * 4)
                self.fetch(minutes=1)
            self.assertStored(events)
            found[moment] = self.facts()
        for moment in ("before", "during", "after"):
            self.assertEqual(found[moment], found["never"], moment)

    def test_an_old_one_that_comes_again_is_asked_about_soon(self):
        event = self.ship("S1", tracking="OLD")
        old = self.acommerce.push_body(event)
        self.fetch()
        self.acommerce.clock.advance(60)
        self.acommerce.revise(event, is_told=False, status="COMPLETED")
        self.fetch(minutes=5)
        self.assertEqual(self.row(event).kind, "deliver")
        self.let_pass(hours=1)
        self.account.next_fetch_at = "2100-01-01"
        self.assertAnswer(200, old)
        self.assertTrue(self.history("S1").is_doubtful)
        self.history("S1").doubted_at -= timedelta(seconds=1)
        self.run_exchange()
        self.env.invalidate_all()
        self.assertFalse(self.history("S1").is_doubtful)
        self.assertEqual(self.row(event).kind, "deliver")
        self.account.next_fetch_at = "2100-01-01"
        self.assertAnswer(200, old)  # it was just asked for
        self.assertEqual(self.account.next_fetch_at.year, 2100)

    def test_a_part_that_is_not_understood_is_shown_and_asked_for(self):
        event = self.ship("S1")
        said = json.loads(self.acommerce.push_body(event))
        bodies = [
            json.dumps(said | {"shipments": ["?"]}).encode(),
            json.dumps({"orderId": "S2", "shipments": ["?"]}).encode(),
        ]
        self.acommerce.add_order("S2")
        self.assertAnswer(200, bodies[0])
        self.assertIn("Order S1", self.account.hook_problem)
        self.assertTrue(self.history("S1").is_doubtful)
        self.assertAnswer(200, bodies[1])
        self.assertTrue(self.history("S2").is_doubtful)
        self.assertIn("Order S1", self.account.hook_problem, "it is not written all the time")
        self.account.hook_seen_at -= timedelta(minutes=6)
        self.assertAnswer(200, bodies[1])
        self.assertIn("Order S2", self.account.hook_problem)
        self.let_pass(minutes=20)
        self.run_exchange()
        self.env.invalidate_all()
        self.assertFalse(self.histories().filtered("is_doubtful"))
        self.assertEqual(len(self.calls("named")), 1)
        self.assertIn("id=S2", self.calls("named")[0].path)
        self.call(self.account, "action_clear_hook_problem")
        self.assertFalse(self.account.hook_problem)
        self.assertAnswer(200, bodies[0])
        self.assertTrue(self.account.hook_problem, "the next one is shown at once")
        self.register()
        self.assertFalse(self.account.hook_problem)

    def forget(self):
        """Begin anew, with the same IDs at the same time."""
        self.rows().unlink()
        self.histories().unlink()
        self.account.event_cursor = False
        platform = self.acommerce.platform
        platform.orders.clear()
        platform.pushes.clear()
        platform.ids = iter(range(1000))
        self.start = getattr(self, "start", self.acommerce.clock.now())
        self.acommerce.clock.advance(self.start - self.acommerce.clock.now())

    def ask(self):
        return list(self.account._get_client().fetch_changes(""))

    def store(self, pages):
        sync = self.env["fulfillment.sync"].create(
            {"account_id": self.account.id, "kind": "messages", "state": "done"}
        )
        for page in pages:
            self.env["fulfillment.message"]._store_events(sync, page)

    def test_a_stranger_learns_nothing(self):
        body = self.acommerce.push_body(self.ship("S1"))
        other = self.create_account("Other")
        headers = [
            self.assertAnswer(401, body, token="x" * 43),
            self.assertAnswer(401, body, token="%00"),
            self.assertAnswer(401, body, token="%C3%A4"),
            self.assertAnswer(401, body, secret="wrong"),
            self.assertAnswer(401, body, headers={HEADER: None}),
            self.assertAnswer(401, body, headers={HEADER: "ä".encode("latin-1")}),
            self.assertAnswer(401, body + b" ", headers={HEADER: self.sign(body)}),
            self.assertAnswer(401, body[:-1], headers={HEADER: self.sign(body)}),
            self.assertAnswer(
                401, body, headers={"Content-Type": "application/x-www-form-urlencoded"}
            ),
        ]
        self.assertEqual(len({tuple(sorted(set(one) - {"Date"})) for one in headers}), 1)
        self.assertFalse(self.rows() | self.rows(other))

    def sign(self, body):
        return sign(body, self.account.hook_secret, "sha256")

    def test_who_does_not_listen(self):
        body = self.acommerce.push_body(self.ship("S1"))
        token, secret = self.account.hook_token, self.account.hook_secret
        changes = [
            {"active": False},
            {"hook_secret": False},
            {"provider": "tbone"},
            {"hook_token": False},
        ]
        for change in changes:
            with self.subTest(change), self.env.cr.savepoint() as savepoint:
                self.account.write(change)
                self.assertAnswer(401, body, token=token, secret=secret)
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertFalse(self.rows())

    def test_a_stopped_account_listens(self):
        self.account.state = "stopped"
        event = self.ship("S1")
        self.assertEqual(self.deliver(), [200])
        self.assertStored([event])

    def test_two_accounts_are_apart(self):
        company = self.env["res.company"].create({"name": "Other company"})
        other = self.create_account("Other", company_id=company.id)
        other._ensure_hook_secret()
        body = self.acommerce.push_body(self.ship("S1"))
        self.assertAnswer(401, body, token=other.hook_token)
        self.assertAnswer(200, body, token=other.hook_token, secret=other.hook_secret)
        self.assertFalse(self.rows())
        self.assertEqual(self.rows(other).company_id, company)

    def test_size_is_looked_at_first(self):
        for kind in ("application/json", "multipart/form-data; boundary=x"):
            headers = {"Content-Type": kind}
            answer = self.post(b"{}", length=hook.MOST_BYTES + 1, headers=headers)
            self.assertEqual(answer[0], 413)
        with self.allow_requests(all_requests=True):
            chunked = self.send(f"/fulfillment/hook/{self.account.hook_token}", iter([b"{}"]), {})
        self.assertEqual(chunked[:2], (413, b""))

    def test_signed_nonsense(self):
        for body in (b"nonsense", b"", b"\xff", b'{"orderId": '):
            self.assertAnswer(400, body)
        self.assertFalse(self.rows())

    def test_too_many_calls(self):
        self.patch(hook, "CALLS", CallLimit(2))
        self.patch(hook, "FAILURES", CallLimit(3))
        bodies = [self.acommerce.push_body(self.ship(f"S{number}")) for number in range(3)]
        self.assertAnswer(200, bodies[0])
        self.assertAnswer(200, bodies[1])
        headers = self.assertAnswer(429, bodies[2])
        self.assertTrue(0 < int(headers["Retry-After"]) <= 60)
        self.assertEqual(len(self.rows()), 2)
        for _time in range(3):
            self.assertAnswer(401, bodies[2], secret="wrong")
        headers = self.assertAnswer(429, bodies[2], secret="wrong")
        self.assertTrue(0 < int(headers["Retry-After"]) <= 60)
        for _time in range(5):
            self.assertAnswer(401, bodies[2], token="x" * 43)
        self.assertLessEqual(len(hook.FAILURES._times), 1)

    def test_strangers_shut_nobody_out(self):
        self.patch(hook, "FAILURES", CallLimit(1))
        event = self.ship("S1")
        body = self.acommerce.push_body(event)
        self.assertAnswer(401, body, secret="wrong")
        self.assertAnswer(429, body, secret="wrong")
        self.assertAnswer(200, body)
        self.assertStored([event])

    def test_a_call_that_odoo_tries_again_counts_once(self):
        self.patch(hook, "CALLS", CallLimit(1))
        event = self.ship("S1")
        self.env.cr.execute(CONFLICT)
        with mute_logger("odoo.sql_db"):
            self.assertAnswer(200, self.acommerce.push_body(event))
        self.env.cr.execute("SELECT last_value FROM tries")
        self.assertEqual(self.env.cr.fetchone(), (2,))
        self.assertStored([event])
        self.assertAnswer(429, self.acommerce.push_body(event))

    def test_the_platform_comes_back_when_it_was_too_fast(self):
        self.patch(hook, "CALLS", CallLimit(1))
        events = [self.ship("S1"), self.ship("S2")]
        self.assertEqual(self.deliver(), [200])
        self.patch(hook, "CALLS", CallLimit(1))
        self.acommerce.clock.advance(61)
        self.assertEqual(self.deliver(), [429, 200])
        self.assertStored(events)

    def test_queries_of_a_call(self):
        bodies = [self.acommerce.push_body(self.ship(f"S{number}")) for number in range(3)]
        self.assertAnswer(200, bodies[0])  # warm
        self.env.invalidate_all()
        with self.assertQueryCount(QUERIES):
            account = self.env["fulfillment.account"]._find_listening(self.account.hook_token)
            headers = {HEADER: self.sign(bodies[1])}
            self.assertTrue(account._is_push_signed(bodies[1], headers))
            account._take_push(bodies[1])
            self.env.flush_all()

    def test_a_thousand_calls_of_strangers(self):
        chance = random.Random(20)
        self.assertAnswer(200, self.acommerce.push_body(self.ship("S1")))
        new = self.acommerce.push_body(self.ship("S2"))
        known = self.acommerce.push_body(self.acommerce.platform.orders["S1"].events[0])
        before = self.state()
        statuses, seconds = {}, []
        for _number in range(1000):
            what, call = self.make_bad_call(chance, known, new)
            status, said, _headers, took = self.post(**call)
            self.assertTrue(status == 413 or said == b"")
            statuses.setdefault(what, set()).add(status)
            seconds.append(took)
        self.assertEqual(self.state(), before)
        self.assertEqual(
            statuses,
            {
                "forged": {401},
                "truncated": {401},
                "replayed": {200},
                "oversized": {413},
                "stranger": {401},
            },
        )
        worst = max(seconds)
        hundredths = quantiles(seconds, n=100)
        self._logger.info(
            "1000 calls: median %.1f ms, 99 of 100 below %.1f ms, worst %.1f ms",
            *(one * 1000 for one in (median(seconds), hundredths[98], worst)),
        )
        self.assertLess(median(seconds), SLOW / 4)
        self.assertLess(hundredths[98], SLOW)

    def make_bad_call(self, chance, known, new):
        """One of five kinds, with arguments of `post`."""
        what = chance.choice(("forged", "truncated", "replayed", "oversized", "stranger"))
        noise = bytes(chance.randrange(256) for _byte in range(chance.randrange(200)))
        calls = {
            "forged": {"body": new, "headers": {HEADER: noise.hex()}},
            "truncated": {
                "body": new[: chance.randrange(len(new))],
                "headers": {HEADER: self.sign(new)},
            },
            "replayed": {"body": known},
            "oversized": {"body": noise, "length": hook.MOST_BYTES + chance.randrange(1, 10**9)},
            "stranger": {"body": known, "token": chance.randbytes(32).hex()[:43]},
        }
        return what, calls[what]


@tagged("post_install", "-at_install")
class TestHookRegistration(HookCase):
    def hooks(self):
        """Addresses that are registered."""
        return [hook.body["url"] for hook in self.acommerce.platform.hooks.values()]

    def test_registered_and_removed(self):
        self.register()
        self.assertEqual(self.hooks(), [self.account.hook_url])
        self.assertEqual([self.account.hook_ref], list(self.acommerce.platform.hooks))
        self.assertRegex(self.account.hook_url, r"/fulfillment/hook/[\w-]{43}$")
        self.assertEqual((self.sync().kind, self.sync().state), ("hook", "done"))
        self.assertGreater(self.sync().call_count, 0)
        self.call(self.account, "action_remove_hook")
        self.env.invalidate_all()
        self.assertEqual(self.hooks(), [])
        self.assertFalse(self.account.hook_ref or self.account.hook_token)
        self.assertNoViolation()

    def test_one_that_is_gone_counts_as_removed(self):
        self.register()
        self.acommerce.platform.hooks.clear()
        self.call(self.account, "action_remove_hook")
        self.env.invalidate_all()
        self.assertFalse(self.account.hook_ref)

    def test_an_old_secret_is_good_for_two_days(self):
        self.register()
        url, old = self.account.hook_url, self.account.hook_secret
        self.call(self.account, "action_renew_hook_secret")
        self.env.invalidate_all()
        self.assertEqual(self.hooks(), [url])
        self.assertNotEqual(self.account.hook_secret, old)
        body = self.acommerce.push_body(self.ship("S1"))
        self.assertAnswer(200, body, secret=old)
        self.assertAnswer(200, body)
        self.account.hook_secret_old_until -= timedelta(hours=48)
        self.assertAnswer(401, body, secret=old)
        self.assertAnswer(200, body)

    def test_a_change_that_fails_leaves_both_secrets_good(self):
        self.register()
        secret = self.account.hook_secret
        for _time in range(2):
            self.acommerce.fault("add_hook", "server_error")
            with self.assertRaisesRegex(UserError, "has a fault"):
                self.call(self.account, "action_renew_hook_secret")
            self.env.invalidate_all()
        self.account.invalidate_recordset()
        body = self.acommerce.push_body(self.ship("S1"))
        self.assertAnswer(200, body, secret=secret)
        self.assertFalse(self.account.hook_secret_old_until)
        syncs = self.env["fulfillment.sync"].search([("account_id", "=", self.account.id)])
        self.assertEqual(syncs.mapped("state"), ["error", "error", "done"])

    def test_the_address_is_not_quoted(self):
        self.account._ensure_hook_secret()
        token = self.account.hook_token
        said = f"hook. url {self.account.hook_url} is taken"
        body = json.dumps({"error": {"message": "Invalid", "errors": [{"message": said}]}})
        self.acommerce.fault("add_hook", "server_error", status=422, body=body)
        with self.assertRaisesRegex(UserError, "is taken") as caught:
            self.call(self.account, "action_register_hook")
        self.assertNotIn(token, str(caught.exception))
        self.env.invalidate_all()
        self.assertIn("is taken", self.sync().note)
        self.assertNotIn(token, self.sync().note)

    def test_nobody_knows_whether_it_was_taken(self):
        self.acommerce.fault("add_hook", "accept_drop")
        self.register()
        self.assertEqual(list(self.acommerce.platform.hooks), [self.account.hook_ref])
        self.ship("S1")
        self.assertEqual(self.deliver(), [200])

    def test_it_was_not_taken(self):
        self.acommerce.fault("add_hook", "drop")
        with self.assertRaisesRegex(UserError, "was not registered"):
            self.call(self.account, "action_register_hook")
        self.assertEqual(self.hooks(), [])
        self.register()
        self.assertEqual(len(self.hooks()), 1)

    def test_what_is_left_of_an_earlier_try_is_replaced(self):
        self.register()
        self.account.hook_ref = False
        self.register()
        self.assertEqual(list(self.acommerce.platform.hooks), [self.account.hook_ref])

    def test_plain_http_is_refused_in_words(self):
        for url in ("http://shop.example.com", "http://10.0.0.1:8069"):
            self.env["ir.config_parameter"].set_param("web.base.url", url)
            with self.assertRaisesRegex(UserError, "https://.*web.base.url"):
                self.call(self.account, "action_register_hook")
        self.assertEqual(self.hooks(), [])

    def test_the_list_shows_ours_and_others_and_removes(self):
        self.register()
        body = next(iter(self.acommerce.platform.hooks.values())).body
        other = self.create_account("Other")
        self.register(other)
        self.assertEqual(len(self.hooks()), 2, body)
        action = self.call(self.account, "action_show_hooks")
        rows = self.env["fulfillment.hook"].search(action["domain"])
        self.assertEqual(rows.mapped("is_own"), [True, False])
        self.assertEqual(rows[0].url, self.account.hook_url)
        self.call(rows[1], "action_remove")
        self.assertEqual(self.hooks(), [self.account.hook_url])
        self.call(rows[0], "action_remove")
        self.env.invalidate_all()
        self.assertFalse(self.account.hook_ref)

    def test_another_system_was_told_nothing(self):
        self.register()
        self.account.password = "renewed"
        self.assertTrue(self.account.hook_token)
        self.account.scope_id = "999"
        self.assertFalse(self.account.hook_token or self.account.hook_secret)

    def test_only_managers(self):
        user = new_test_user(
            self.env, "fc_hook_user", groups="fulfillment_connector.group_fulfillment_user"
        )
        for button in ("action_register_hook", "action_show_hooks", "action_remove_hook"):
            with self.subTest(button), self.assertRaises(AccessError):
                self.call(self.account, button, user=user)
        with self.assertRaises(AccessError):
            self.account.with_user(user).read(["hook_url"])

    def test_a_copy_has_none(self):
        self.register()
        copy = self.account.copy()
        self.assertFalse(copy.hook_token or copy.hook_secret or copy.hook_ref or copy.hook_url)
