"""Messages from a file take the way of fetched ones."""

import base64

from odoo.exceptions import AccessError, UserError
from odoo.sql_db import db_connect
from odoo.tests import new_test_user, tagged

from ..models.exchange.fulfillment_exchange_transaction import LOCK_CLASS
from ..wizards import fulfillment_import_file
from .common import ExchangeCase


@tagged("post_install", "-at_install")
class TestImportFile(ExchangeCase):
    def write_file(self, messages):
        parts = "".join(message.as_xml() for message in messages)
        return f"<?xml version='1.0' encoding='UTF-8'?><MESSAGES_LIST>{parts}</MESSAGES_LIST>"

    def run_import(self, text):
        wizard = self.env["fulfillment.import.file"].create(
            {"account_id": self.account.id, "file": base64.b64encode(text.encode())}
        )
        return self.call(wizard, "action_import")["params"]

    def test_new_and_known_messages(self):
        messages = self.say_many(2)
        self.run_exchange()
        messages += self.say_many(3)
        answer = self.run_import(self.write_file(messages))
        self.assertEqual(answer["message"], "5 messages: 3 new, 2 known already.")
        self.assertStored(messages)
        self.assertEqual(self.sync().kind, "file")
        self.assertSync("done", fetched=5, new=3, duplicate=2)
        domain = answer["next"]["domain"]
        self.assertEqual(self.env["fulfillment.message"].search_count(domain), 3)

    def test_they_are_acknowledged_like_others(self):
        messages = self.say_many(2)
        self.run_import(self.write_file(messages))
        self.assertFalse(self.calls())
        self.run_exchange()
        self.assertAcknowledged(messages)
        self.assertNoViolation()

    def test_same_file_twice(self):
        text = self.write_file(self.say_many(2))
        self.run_import(text)
        self.assertIn("0 new, 2 known", self.run_import(text)["message"])

    def test_file_in_part_is_told(self):
        answer = self.run_import(
            self.write_file(self.say_many(2)).replace("</MESSAGES_LIST>", "</X>")
        )
        self.assertEqual(answer["type"], "warning")
        self.assertSync("warning", fetched=2, new=2)

    def test_bad_files(self):
        texts = {
            "something else": "<html><body>Hello</body></html>",
            "document type": "<!DOCTYPE x><MESSAGES_LIST/>",
            "no message": "<MESSAGES_LIST/>",
        }
        for reason, text in texts.items():
            with self.subTest(reason), self.assertRaisesRegex(UserError, reason):
                self.run_import(text)
            self.assertStored([])
            self.assertSync("error")
            self.assertRegex(self.sync().note, reason)
        self.assertFalse(self.calls())
        self.assertEqual(self.account.state, "connected")

    def test_empty_and_large_files(self):
        with self.assertRaisesRegex(UserError, "empty"):
            self.run_import("")
        self.patch(fulfillment_import_file, "MEGABYTES", 0)
        with self.assertRaisesRegex(UserError, "larger"):
            self.run_import("<MESSAGES_LIST/>")
        self.assertFalse(self.sync())

    def test_busy_account(self):
        text = self.write_file(self.say_many(1))
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, self.account.id])
            with self.assertRaisesRegex(UserError, "going on"):
                self.run_import(text)
        self.assertStored([])

    def test_only_for_managers(self):
        user = new_test_user(
            self.env, "fc_user", groups="fulfillment_connector.group_fulfillment_user"
        )
        with self.assertRaises(AccessError):
            self.env["fulfillment.import.file"].with_user(user).create(
                {"account_id": self.account.id, "file": base64.b64encode(b"x")}
            )
