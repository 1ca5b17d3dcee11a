"""Files with status updates: by mail, from a folder, by hand."""

import base64
import itertools
import tempfile
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from unittest import skipUnless
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.exchange import (
    fulfillment_account_folder,
    fulfillment_account_mail,
    fulfillment_exchange_by_hand,
    fulfillment_exchange_folder,
)
from ..providers.acommerce import sftp
from ..providers.acommerce.ftp import FtpConnection
from ..simulator.acommerce.files import Style, build_csv
from ..simulator.acommerce.ftp_server import FtpServer
from .event_case import EventCase

USER = "fulfillment_connector.group_fulfillment_user"
MANAGER = "fulfillment_connector.group_fulfillment_manager"
LOGIN = ("shop", "p w&d")


class Killed(BaseException):
    """Nothing of the lane runs after it."""


class FileCase(EventCase):
    def write_csv(self, *events, **style):
        """As the stand-in writes it."""
        return build_csv(self.acommerce.platform, events, Style(**style))

    def files(self, account=None):
        return self.env["fulfillment.file"].search(
            [("account_id", "=", (account or self.account).id)], order="id"
        )

    def notes(self):
        """Everything that is said on the account."""
        return " ".join(self.account.message_ids.mapped("body"))

    def assertFile(self, file, state, new=0, known=0, problem=""):
        self.assertEqual(file.state, state, file.problem)
        self.assertEqual((file.new_count, file.known_count), (new, known))
        self.assertRegex(file.problem or "", problem or "^$")


@tagged("post_install", "-at_install")
class TestFilesByMail(FileCase):
    numbers = itertools.count(1)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create(
            {"name": "shop.example.com", "bounce_alias": "b0unce", "catchall_alias": "c4tchall"}
        )
        cls.env.company.alias_domain_id = domain
        cls.account.alias_name = "status"
        cls.account.next_fetch_at = "2100-01-01"  # else a poll tells the same first
        cls.sender = cls.env["res.partner"].create(
            {"name": "Platform", "email": "reports@platform.example.com"}
        )

    def send(self, *attachments, **kwargs):
        """A mail as it comes from a mail server; attachments are (name, content)."""
        mail = self.write_mail(**kwargs)
        for name, content in attachments:
            mail.add_attachment(content, "application", "octet-stream", filename=name)
        self.receive(mail)

    def write_mail(self, sender="reports@platform.example.com"):
        mail = EmailMessage()
        mail["From"], mail["To"] = sender, "Shop <status@shop.example.com>"
        mail["Message-ID"] = f"<{next(self.numbers)}@platform.example.com>"
        mail["Subject"] = "Status"
        mail.set_content("Dear shop, see the file.")
        return mail

    def receive(self, mail):
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(False, mail.as_bytes())

    def test_the_alias_is_the_accounts_and_takes_mail_of_contacts(self):
        alias = self.account.alias_id
        self.assertEqual(self.account.alias_email, "status@shop.example.com")
        self.assertEqual(alias.alias_force_thread_id, self.account.id)
        self.assertEqual(alias.alias_model_id.model, "fulfillment.account")
        self.assertEqual(self.account.alias_contact, "partners")
        self.assertFalse(self.create_account("Other").alias_id)

    def test_a_file_is_kept_then_read(self):
        events = [self.report("S1", "IN_PROGRESS"), self.ship("S1")]
        self.send(("Status.CSV", self.write_csv(*events)))
        self.assertFile(self.files(), "received")
        self.assertIn("Dear shop", self.notes())
        self.assertIn("Status.CSV is kept", self.notes())
        self.assertFalse(self.rows())
        self.run_exchange()
        self.assertFile(self.files(), "done", new=2)
        self.assertEqual(self.files().origin, "mail")
        self.assertStored(events)
        self.assertEqual(self.files().message_ids, self.rows().sorted(reverse=True))
        self.assertIn("2 new messages", self.notes())

    def test_who_reads_the_chatter_does_not_read_the_file(self):
        other = self.create_account("Other", alias_name="other")
        both = self.write_mail()
        both.replace_header("To", "status@shop.example.com, other@shop.example.com")
        both.add_attachment(self.write_csv(self.ship("S1")), "text", "csv", filename="a.csv")
        both.add_attachment(b"\x89PNG", "image", "png", filename="logo.png")
        self.receive(both)
        self.assertEqual(len(self.files()), 1)
        self.assertEqual(len(self.files(other)), 1)
        for account in (self.account, other):
            attached = self.env["ir.attachment"].search(
                [("res_model", "=", account._name), ("res_id", "=", account.id)]
            )
            self.assertEqual(attached.mapped("name"), ["logo.png"])
            self.assertIn("a.csv is kept", " ".join(account.message_ids.mapped("body")))

    def test_it_is_read_without_a_call(self):
        self.account.state = "stopped"
        event = self.ship("S1")
        self.send(("a.csv", self.write_csv(event)))
        self.run_exchange()
        self.assertStored([event])
        self.assertFalse(self.calls())

    def test_a_mail_that_comes_twice_at_once(self):
        content = self.write_csv(self.ship("S1"))
        self.send(("a.csv", content), ("b.csv", content))
        self.run_exchange()
        self.assertFile(self.files(), "done", new=1)
        self.assertEqual(self.files().repeated_as, "b.csv")
        self.assertIn("1 new messages", self.notes())

    def test_two_files_and_one_that_is_none(self):
        first, second = self.ship("S1"), self.ship("S2")
        body = self.acommerce.push_body(second)
        self.send(("a.csv", self.write_csv(first)), ("b.json", body), ("logo.png", b"\x89PNG\r\n"))
        self.run_exchange()
        self.assertEqual(self.files().mapped("state"), ["done", "done"])
        self.assertStored([first, second])

    def test_the_same_content_twice_under_two_names(self):
        content = self.write_csv(self.ship("S1"))
        self.send(("a.csv", content))
        self.run_exchange()
        self.send(("b.csv", content))
        self.run_exchange()
        self.assertFile(self.files(), "done", new=1)
        self.assertEqual(self.files().repeated_as, "b.csv")
        self.assertIn("b.csv has the same content as a.csv", self.notes())

    def test_bad_rows_are_told_with_their_numbers(self):
        good = self.write_csv(self.ship("S1"), line_end="\n")
        bad = good + b",e-9,,,IN_TRANSIT,,T9,2026-02-03T04:05:06Z,,,\nS3,,,,,,,,,,\n"
        self.send(("a.csv", bad))
        self.run_exchange()
        self.assertFile(self.files(), "partial", 1, 0, r"Line 3: .*order ID.*\nLine 4: ")
        self.assertIn("Line 3", self.notes())
        activity = self.account.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.account.user_id)

    def test_byte_order_mark_and_thai_text(self):
        event = self.ship("S1", place="ภูเก็ต", comment="ถึงแล้ว")
        self.send(("รายงาน.csv", b"\xef\xbb\xbf" + self.write_csv(event, line_end="\r\n")))
        self.run_exchange()
        self.assertFile(self.files(), "done", new=1)
        self.assertEqual(self.files().name, "รายงาน.csv")
        self.assertIn("ถึงแล้ว", self.row(event).comment)

    def test_a_file_that_is_sent_as_text(self):
        event = self.ship("S1", comment="ถึงแล้ว")
        mail = self.write_mail()
        mail.add_attachment(self.write_csv(event).decode(), subtype="csv", filename="a.csv")
        self.receive(mail)
        self.run_exchange()
        self.assertFile(self.files(), "done", new=1)
        self.assertIn("ถึงแล้ว", self.row(event).comment)

    def test_columns_as_the_account_says(self):
        event = self.ship("S1")
        content = self.write_csv(event).replace(b"Order ID", b"Reference")
        self.send(("a.csv", content))
        self.run_exchange()
        self.assertFile(self.files(), "refused", problem="Its columns are: Reference")
        self.account.csv_columns = "order_key = Reference"
        self.call(self.files(), "action_read_again")
        self.run_exchange()
        self.env.invalidate_all()
        self.assertFile(self.files(), "done", new=1)
        self.assertStored([event])

    def test_a_mail_without_a_file_leaves_a_note(self):
        self.send()
        self.send(("logo.png", b"\x89PNG\r\n"))
        self.assertEqual(self.notes().count("brought no file that can be read"), 2)
        self.assertFalse(self.files())

    def test_a_large_file_is_not_kept(self):
        self.patch(fulfillment_account_mail, "MEGABYTES", 0)
        self.send(("a.csv", b"x" * 10))
        self.assertIn("larger than 0 MB", self.notes())
        self.assertFalse(self.files())

    def test_who_may_send(self):
        content = self.write_csv(self.ship("S1"))
        self.send(("a.csv", content), sender="stranger@example.org")
        self.assertFalse(self.files())
        self.account.alias_contact = "everyone"
        self.send(("a.csv", content), sender="stranger@example.org")
        self.assertEqual(len(self.files()), 1)

    def test_an_answer_to_a_notification_is_no_delivery(self):
        post = self.account.message_post(body="Look", message_type="comment")
        mail = EmailMessage()
        mail["From"], mail["To"] = "stranger@example.org", "c4tchall@shop.example.com"
        mail["In-Reply-To"], mail["Message-ID"] = post.message_id, "<answer@example.org>"
        mail["Subject"] = "Re: Look"
        mail.set_content("No")
        mail.add_attachment(b"Order ID,Status", "text", "csv", filename="a.csv")
        self.env["mail.thread"].message_process(False, mail.as_bytes())
        self.assertFalse(self.files())

    def test_an_answer_to_the_alias_is_conversation(self):
        post = self.account.message_post(body="Look", message_type="comment")
        for attachments in ([], [("a.csv", b"Order ID,Status")]):
            mail = self.write_mail()
            mail["In-Reply-To"] = post.message_id
            for name, content in attachments:
                mail.add_attachment(content, "text", "csv", filename=name)
            self.receive(mail)
        self.assertFalse(self.files())
        self.assertNotIn("brought no file", self.notes())
        answers = self.account.message_ids.filtered(lambda one: one.message_type == "email")
        self.assertEqual(len(answers), 2)
        self.assertEqual(answers.attachment_ids.mapped("name"), ["a.csv"])

    def test_one_that_kills_its_run_is_read_once(self):
        first, second = self.ship("S1"), self.ship("S2")
        self.send(("a.csv", self.write_csv(first)), ("b.csv", self.write_csv(second)))
        self.die(self.run_exchange)
        self.env.invalidate_all()
        self.assertEqual(self.files().mapped("state"), ["received", "received"])
        self.run_exchange()
        self.env.invalidate_all()
        self.assertFile(self.files()[0], "refused", problem="was killed. Press Read Again")
        self.assertFile(self.files()[1], "done", new=1)
        self.assertStored([second])
        self.assertEqual(len(self.account.activity_ids), 1)
        self.call(self.files()[0], "action_read_again")
        self.run_exchange()
        self.env.invalidate_all()
        self.assertFile(self.files()[0], "done", new=1)

    def test_accounts_come_before_one_that_kills_its_run(self):
        fetched = self.ship("S1")
        self.send(("a.csv", self.write_csv(self.ship("S2"))))
        self.acommerce.platform.orders.pop("S2")
        self.die(self.fetch)
        self.env.invalidate_all()
        self.assertStored([fetched])

    def test_a_large_file_is_stored_in_slices(self):
        self.patch(fulfillment_exchange_by_hand, "EVENTS_AT_ONCE", 2)
        events = [self.ship(f"S{number}") for number in range(5)]
        self.send(("a.csv", self.write_csv(events[4])))
        self.run_exchange()
        self.send(("b.csv", self.write_csv(*events) + b",,,,,,,,,,x\r\n"))
        sizes = []
        model = type(self.env["fulfillment.message"])
        store = model._store_events

        def watch(inbox, sync, page):
            sizes.append(len(page.messages))
            return store(inbox, sync, page)

        self.patch(model, "_store_events", watch)
        self.run_exchange()
        self.env.invalidate_all()
        self.assertEqual(sizes, [2, 2, 1])
        self.assertFile(self.files()[1], "partial", 4, 1, "^Line 7: [^\n]*$")
        sync = self.files()[1].sync_id
        self.assertEqual((sync.fetched_count, sync.new_count, sync.duplicate_count), (5, 4, 1))
        self.assertStored(events)

    def die(self, act):
        """The run ends where it would read a file."""
        with patch.object(fulfillment_exchange_by_hand, "read_file", side_effect=Killed):
            try:
                act()
            except Killed:  # assertRaises would take back what was committed
                self.env.invalidate_all()
                return
        self.fail("No file was read")

    def test_one_bad_file_stops_no_other(self):
        event = self.ship("S1")
        self.send(("a.csv", b"nothing"), ("b.csv", self.write_csv(event)), ("c.csv", b""))
        self.run_exchange()
        self.assertEqual(self.files().mapped("state"), ["refused", "done", "refused"])
        self.assertStored([event])
        self.assertHealthyButFiles()

    def assertHealthyButFiles(self):
        self.assertEqual((self.account.state, self.account.failure_count), ("connected", 0))

    def test_what_a_mail_brings_twice_is_one_event(self):
        event = self.ship("S1")
        self.fetch()
        self.send(("a.csv", self.write_csv(event)))
        self.run_exchange()
        self.assertFile(self.files(), "done", known=1)
        self.assertStored([event])


@tagged("post_install", "-at_install")
class TestFilesByHand(FileCase):
    def take(self, content, name="a.csv"):
        wizard = self.env["fulfillment.import.file"].create(
            {
                "account_id": self.account.id,
                "file": base64.b64encode(content),
                "filename": name,
            }
        )
        found = self.call(wizard, "action_import")["params"]["message"]
        self.env.invalidate_all()
        return found

    def test_a_file_is_kept_and_read_at_once(self):
        event = self.ship("S1")
        content = self.write_csv(event)
        self.assertEqual(self.take(content), "a.csv: 1 new messages, 0 known already.")
        self.assertStored([event])
        self.assertFile(self.files(), "done", new=1)
        self.assertEqual(base64.b64decode(self.files().content), content)
        self.assertIn("b.csv has the same content as a.csv", self.take(content, "b.csv"))
        self.assertEqual(len(self.files()), 1)

    def test_a_file_that_is_none(self):
        with self.assertRaisesRegex(UserError, "a.csv was not taken: The file has no column"):
            self.take(b"nothing")

    def test_a_file_of_bad_rows_alone_tells_them(self):
        with self.assertRaisesRegex(UserError, "Line 2: the order ID is missing"):
            self.take(b"Order ID,Status,Updated Time\n,NEW,2026-01-01T00:00:00Z\n")


@tagged("post_install", "-at_install")
class TestFileScreens(FileCase):
    def test_a_manager_enters_where_files_come_from(self):
        manager = new_test_user(self.env, "fc_file_manager", groups=f"{MANAGER},base.group_user")
        with Form(self.account.with_user(manager)) as form:
            form.alias_name = "Shop Status"
            form.folder_host = "ftp.example.com"
            form.folder_user = "me"
            form.folder_password = "secret"
        self.assertEqual(self.account.alias_name, "shop-status")
        self.assertEqual(self.account.folder_host, "ftp.example.com")

    def test_a_user_sees_files_without_their_content(self):
        user = new_test_user(self.env, "fc_file_user", groups=USER)
        self.env["fulfillment.file"]._receive(self.account, "a.csv", b"nothing", "hand")
        self.run_exchange()
        file = self.files().with_user(user)
        self.assertIn("was not taken", file._describe())
        with self.assertRaises(AccessError):
            file.read(["content"])
        with self.assertRaises(AccessError):
            file.action_read_again()
        for view in ("form", "list", "search"):
            arch = file.get_view(view_type=view)["arch"]
            self.assertNotIn('name="content"', arch)
        self.account.alias_name = "status"
        Form(self.account.with_user(user))
        Form(file)
        self.assertNotIn("folder_host", self.account.with_user(user).get_view()["arch"])

    def test_what_is_old_goes_and_its_hash_stays(self):
        content = self.write_csv(self.ship("S1"))
        self.env["fulfillment.file"]._receive(self.account, "a.csv", content, "hand")
        self.run_exchange()
        self.files().received_at -= timedelta(days=self.account.log_retention_days + 1)
        self.env["fulfillment.file"]._gc_content()
        self.assertFalse(self.files().content)
        again = self.env["fulfillment.file"]._receive(self.account, "b.csv", content, "hand")
        self.assertEqual(again, self.files())


class FolderCase(FileCase):
    protocol = "ftp"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.server = cls.enterClassContext(cls.serve(cls.root))
        cls.account.write(
            {
                "folder_protocol": cls.protocol,
                "folder_host": "127.0.0.1",
                "folder_port": cls.server.port,
                "folder_user": LOGIN[0],
                "folder_password": LOGIN[1],
                "folder_host_key": getattr(cls.server, "host_key", False),
                "folder_path": "/out",
            }
        )
        # The lane has nothing to do but look into folders
        cls.account.next_fetch_at = "2100-01-01"

    @classmethod
    def serve(cls, root):
        return FtpServer(root, *LOGIN)

    def setUp(self):
        super().setUp()
        self.out = self.root / "out"
        for path in sorted(self.root.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        self.out.mkdir()

    def put(self, name, content):
        (self.out / name).write_bytes(content)

    def look(self):
        """The lane comes by when it is time."""
        self.account.next_folder_at = False
        self.run_exchange()
        self.env.invalidate_all()

    def look_twice(self):
        """At the second time a file that has not grown is read."""
        self.look()
        self.look()

    def lies(self):
        """Names in the folder, and in the archive."""
        names = [path.name for path in self.out.iterdir() if path.is_file()]
        archive = self.out / "archive"
        kept = [path.name for path in archive.iterdir()] if archive.is_dir() else []
        return sorted(names), sorted(kept)


class FolderTests:
    """What is true with each protocol."""

    def test_read_stored_and_set_aside(self):
        first, second = self.ship("S1"), self.ship("S2")
        self.put("a.csv", self.write_csv(first))
        self.put("b ก.CSV", self.write_csv(second))
        self.put("notes.txt", b"no")
        self.look_twice()
        self.assertStored([first, second])
        self.assertEqual(self.files().mapped("origin"), ["folder", "folder"])
        self.assertEqual(self.files().mapped("is_set_aside"), [True, True])
        self.assertEqual(self.lies(), (["notes.txt"], ["a.csv", "b ก.CSV"]))
        self.assertFalse(self.account.folder_error)
        self.assertFalse(self.account.activity_ids)

    def test_the_same_content_is_set_aside_and_not_read(self):
        content = self.write_csv(self.ship("S1"))
        self.put("a.csv", content)
        self.look_twice()
        self.put("b.csv", content)
        self.look_twice()
        self.assertEqual(len(self.files()), 1)
        self.assertEqual(self.files().repeated_as, "b.csv")
        self.assertEqual(self.lies(), ([], ["a.csv", "b.csv"]))

    def test_wrong_password(self):
        self.account.folder_password = "wrong"
        self.look()
        self.assertIn("does not accept the user or the password", self.account.folder_error)
        self.assertNotIn("wrong", self.account.folder_error)
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(len(self.account.activity_ids), 1)
        self.assertEqual(self.sync().state, "error")
        self.assertGreater(
            self.account.next_folder_at, self.account.write_date.replace(microsecond=0)
        )


@tagged("post_install", "-at_install")
class TestFtpFolder(FolderTests, FolderCase):
    def test_a_file_that_grows_is_read_when_it_is_complete(self):
        events = [self.ship("S1"), self.ship("S2")]
        content = self.write_csv(*events)
        self.put("a.csv", content[:-30])
        self.look()
        self.put("a.csv", content)
        self.look()
        self.assertFalse(self.files())
        self.look()
        self.assertStored(events)
        self.assertEqual(self.lies(), ([], ["a.csv"]))

    def test_it_looks_again_soon_while_a_file_may_grow_and_seldom_else(self):
        self.look()
        pause = self.account.next_folder_at - self.account.folder_looked_at
        self.assertEqual(pause.total_seconds(), self.account.fetch_interval * 60)
        self.put("a.csv", self.write_csv(self.ship("S1")))
        self.look()
        pause = self.account.next_folder_at - self.account.folder_looked_at
        self.assertEqual(pause.total_seconds(), 120)
        self.run_exchange()  # not yet
        self.assertFalse(self.files())

    def test_killed_before_it_is_set_aside(self):
        event = self.ship("S1")
        content = self.write_csv(event)
        self.put("a.csv", content)
        self.env["fulfillment.file"]._receive(self.account, "a.csv", content, "folder")
        self.run_exchange()  # the file was stored; the lane reads it, without the folder
        self.assertStored([event])
        self.look_twice()
        self.assertFile(self.files(), "done", new=1)
        self.assertFalse(self.files().repeated_at)
        self.assertEqual(self.lies(), ([], ["a.csv"]))

    def test_one_that_cannot_be_moved_is_told_and_not_read_again(self):
        event = self.ship("S1")
        self.put("a.csv", self.write_csv(event))
        (self.out / "archive").write_bytes(b"a file where the folder should be")
        self.look_twice()
        self.look()
        self.assertFile(self.files(), "done", new=1)
        self.assertFalse(self.files().is_set_aside)
        self.assertIn("a.csv: The folder", self.account.folder_error)
        self.assertEqual(self.lies()[0], ["a.csv", "archive"])
        self.assertEqual(len(self.account.activity_ids), 1)
        (self.out / "archive").unlink()
        self.call(self.account, "action_look_into_folder")
        self.env.invalidate_all()
        self.assertEqual(self.lies(), ([], ["a.csv"]))
        self.assertFalse(self.account.folder_error)
        self.assertStored([event])

    def test_one_that_cannot_be_read_stops_no_other(self):
        event = self.ship("S1")
        self.put("a.csv", b"x" * 100)
        self.put("b.csv", self.write_csv(event))
        self.patch(fulfillment_account_folder, "MAXIMUM_BYTES", len(self.write_csv(event)))
        self.put("a.csv", b"x" * 10_000)
        self.look_twice()
        self.assertStored([event])
        self.assertIn("a.csv", self.account.folder_error)
        self.assertEqual(self.lies(), (["a.csv"], ["b.csv"]))

    def test_one_that_is_refused_is_fetched_once_a_day_or_when_it_changes(self):
        content = self.write_csv(self.ship("S1"))
        self.patch(fulfillment_account_folder, "MAXIMUM_BYTES", len(content))
        fetched = self.watch_fetching()
        self.put("a.csv", b"x" * 10_000)
        self.look_twice()
        self.assertEqual(len(fetched), 1)
        self.assertEqual(len(self.account.activity_ids), 1)
        self.assertIn("a.csv", self.account.activity_ids.note)
        self.account.activity_ids.action_done()
        self.look_twice()
        self.assertEqual(len(fetched), 1)
        self.assertIn("a.csv: The file", self.account.folder_error)
        refused = self.account.folder_refused
        refused["a.csv"]["at"] = "2026-01-01 00:00:00"
        self.account.folder_refused = dict(refused)
        self.look()
        self.assertEqual(len(fetched), 2)
        self.assertFalse(self.account.activity_ids, "a person was asked")
        self.put("a.csv", content)
        self.look_twice()
        self.assertEqual(self.lies(), ([], ["a.csv"]))
        self.assertFalse(self.account.folder_error or self.account.folder_refused)

    def watch_fetching(self):
        """Files that are fetched from now on."""
        fetched, read = [], FtpConnection.read_file

        def watch(connection, path, limit):
            fetched.append(path)
            return read(connection, path, limit)

        self.patch(FtpConnection, "read_file", watch)
        return fetched

    def test_an_unexpected_error_at_one_file_hides_no_other(self):
        event = self.ship("S1")
        self.put("a.csv", self.write_csv(self.ship("S0")))
        self.put("b.csv", self.write_csv(event))
        self.env.cr.execute("""
            CREATE FUNCTION refuse_a() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'no space left'; END $$;
            CREATE TRIGGER refuse_a BEFORE INSERT ON fulfillment_file
            FOR EACH ROW WHEN (NEW.name = 'a.csv') EXECUTE FUNCTION refuse_a()
        """)
        with mute_logger("odoo.sql_db", fulfillment_exchange_folder.__name__):
            self.look_twice()
        self.assertStored([event])
        self.assertIn("a.csv: Unexpected error", self.account.folder_error)
        self.assertNotIn("no space", self.account.folder_error)
        self.assertEqual(self.lies(), (["a.csv"], ["b.csv"]))

    def test_where_it_is_is_for_managers(self):
        user = new_test_user(self.env, "fc_folder_user", groups=USER)
        self.account.folder_password = "wrong"
        self.look()
        self.assertIn("127.0.0.1", self.account.folder_error)
        self.assertNotIn("127.0.0.1", self.sync().note)
        self.assertIn("page Files", self.sync().note)
        self.assertNotIn("127.0.0.1", self.account.activity_ids.note)
        for name in ("folder_error", "folder_refused"):
            with self.assertRaises(AccessError):
                self.account.with_user(user).read([name])
        Form(self.account.with_user(user))

    def test_bad_rows_are_told(self):
        self.put("a.csv", self.write_csv(self.ship("S1")) + b",,,,,,,,,,x\r\n")
        self.look_twice()
        self.assertFile(self.files(), "partial", 1, 0, "Line 3")
        self.assertEqual(len(self.account.activity_ids), 1)

    def test_nobody_is_there(self):
        self.account.folder_port = 1
        self.look()
        self.assertIn("does not answer", self.account.folder_error)
        self.assertFalse(self.account.activity_ids)
        self.assertEqual(self.account.failure_count, 0)

    def test_by_hand_at_once(self):
        event = self.ship("S1")
        self.put("a.csv", self.write_csv(event))
        answer = self.call(self.account, "action_look_into_folder")["params"]
        self.env.invalidate_all()
        self.assertEqual(answer["message"], "a.csv: 1 new messages, 0 known already.")
        self.assertStored([event])
        self.account.folder_password = "wrong"
        with self.assertRaisesRegex(UserError, "does not accept"):
            self.call(self.account, "action_look_into_folder")

    def test_a_stopped_account_and_a_copy_look_nowhere(self):
        self.put("a.csv", self.write_csv(self.ship("S1")))
        self.account.state = "stopped"
        self.look_twice()
        self.assertFalse(self.account.folder_looked_at)
        self.account.write({"state": "connected", "folder_host": "ftp.example.com"})
        self.env["ir.config_parameter"].set_param("database.is_neutralized", True)
        self.look()
        self.assertIn("neutralized copy", self.account.folder_error)


@tagged("post_install", "-at_install")
@skipUnless(sftp.paramiko, "paramiko is not installed")
class TestSftpFolder(FolderTests, FolderCase):
    protocol = "sftp"

    @classmethod
    def serve(cls, root):
        from ..simulator.acommerce.sftp_server import SftpServer

        return SftpServer(root, *LOGIN)

    def test_an_unknown_server_hears_no_password(self):
        self.account.folder_host_key = False
        self.look()
        self.assertIn(self.server.host_key, self.account.folder_error)


@tagged("post_install", "-at_install")
class TestSftpWithoutLibrary(FolderCase):
    protocol = "sftp"

    def test_it_says_what_to_install(self):
        self.patch(sftp, "paramiko", None)
        self.look()
        self.assertIn("paramiko", self.account.folder_error)
