"""Answers that are no good: nothing is lost, nothing is marked that is not kept, nothing leaks."""

import logging
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ExchangeCase


@tagged("post_install", "-at_install")
class TestBadInput(ExchangeCase):
    def assertNothingTaken(self):
        """The error is kept, nothing else is; the next run is due after the interval."""
        self.assertStored([])
        self.assertAcknowledged([])
        self.assertEqual(len(self.calls()), 1)
        self.assertSync("error")
        self.assertEqual(self.account.failure_count, 1)
        self.assertEqual(self.account.last_error, self.sync().note)
        self.assertEqual(self.account.state, "connected")
        pause = self.account.next_fetch_at - fields.Datetime.now()
        self.assertAlmostEqual(pause, timedelta(minutes=15), delta=timedelta(seconds=5))

    def test_web_page_instead_of_messages(self):
        messages = self.say_many(2)
        self.tbone.fault("messages", "html")
        self.run_exchange()
        self.assertNothingTaken()
        self.run_due()
        self.assertAcknowledged(messages)
        self.assertHealthy()

    def test_document_types_and_entities(self):
        for name in ("doctype", "billion_laughs", "external_entity"):
            with self.subTest(name):
                self.tbone.reset()
                self.account.write({"failure_count": 0, "next_fetch_at": fields.Datetime.now()})
                self.say()
                self.tbone.fault("messages", name)
                self.run_exchange()
                self.assertNothingTaken()

    def test_fifth_answer_that_is_not_understood_tells_a_person(self):
        self.tbone.fault("messages", "html", times=None)
        for failures in range(1, 7):
            self.run_due()
            self.assertEqual(len(self.activities()), int(failures >= 5))
        self.assertEqual(self.account.state, "connected")

    def test_empty_answer_is_an_empty_page(self):
        self.tbone.fault("messages", "empty")
        self.run_exchange()
        self.assertSync("done")
        self.assertHealthy()

    def test_list_that_is_not_well_formed_keeps_every_whole_message(self):
        messages = self.say_many(3)
        self.tbone.fault("messages", "malformed")
        self.run_exchange()
        self.assertStored(messages)
        self.assertAcknowledged(messages)
        self.assertSync("warning", fetched=3, new=3, acknowledged=3)
        self.assertTrue(self.sync().note)

    def test_wrong_encoding(self):
        messages = self.say_many(3)
        self.tbone.fault("messages", "wrong_encoding")
        self.run_exchange()
        self.assertStored(messages)
        self.assertAcknowledged(messages)

    def test_message_without_id_is_kept_and_not_marked(self):
        good = self.say()
        self.tbone.add_raw_message("<MESSAGE><MESSAGE_TYPE>SHIP</MESSAGE_TYPE></MESSAGE>")
        self.run_exchange()
        self.assertAcknowledged([good])
        self.assertSync("done", fetched=2, new=2, acknowledged=1)
        nameless = self.rows().filtered(lambda row: not row.acknowledgeable)
        self.assertIn("MESSAGE_ID is missing", nameless.problem)
        self.run_due()
        self.assertSync("done", fetched=1, duplicate=1)
        self.assertEqual(len(self.rows()), 2)
        self.assertNoViolation()

    def test_unknown_type_is_kept_marked_and_counted(self):
        message = self.say("QUANTUM_LEAP")
        self.run_exchange()
        self.assertAcknowledged([message])
        row = self.row(message)
        self.assertEqual((row.kind, row.platform_type), ("unknown", "QUANTUM_LEAP"))
        self.assertEqual(self.account.unknown_count, 1)

    def test_message_with_a_problem_is_kept_and_marked(self):
        message = self.say(quantity="three")
        self.run_exchange()
        self.assertAcknowledged([message])
        self.assertIn("QUANTITY", self.row(message).problem)

    def test_hostile_texts_are_stored_as_they_are(self):
        text = "'); DROP TABLE fulfillment_message; -- %s {0} \\ \" <b>&amp;</b> \U0001f4e6"
        message = self.say(comment=text, sku="x" * 5000)
        self.run_exchange()
        self.assertEqual(self.row(message).comment, text)
        self.assertEqual(len(self.row(message).sku), 5000)

    def test_secrets_are_nowhere(self):
        """Whatever fails, and even when the platform repeats what we sent."""
        secret = "Tr0ub4dor&3-secret"
        self.tbone.platform.accounts[self.tbone.account].users[self.tbone.user] = secret
        self.account.password = secret
        self.say()
        body = f"user fc-api password {secret}"
        with self.assertLogs("odoo.addons.fulfillment_connector", logging.DEBUG) as logs:
            for fault in ("server_error", "bad_request", "unauthorized", "html"):
                for call in ("messages", "processed"):
                    self.tbone.fault(call, fault, body=body)
                    self.account.state = "connected"
                    self.run_due()
            self.tbone.fault("messages", "unauthorized", body=body)
            with self.assertRaises(UserError) as raised:
                self.call(self.account, "action_test_connection")
        self.assertNotIn(secret, "\n".join(logs.output) + str(raised.exception))
        for model in ("fulfillment.message", "fulfillment.sync", "mail.activity", "mail.message"):
            names = [
                name
                for name, field in self.env[model]._fields.items()
                if field.store and field.type in ("char", "text", "html")
            ]
            for values in self.env[model].search([]).read(names):
                self.assertNotIn(secret, str(values))
        self.assertNotIn(secret, self.account.last_error or "")

    def test_one_log_line_per_exchange(self):
        message = self.say()
        with self.assertLogs("odoo.addons.fulfillment_connector", logging.INFO) as logs:
            self.run_exchange()
        lines = [line for line in logs.output if "status" in line]
        self.assertEqual(len(lines), 2)
        self.assertIn(f"Account {self.account.id}: GET", lines[0])
        self.assertRegex(lines[1], rf"POST .*/messages/{message.message_id}/processed.*status 200")
