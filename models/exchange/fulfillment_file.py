"""Files with messages: they come by mail, lie in a folder, or are imported by hand.

A file is stored first and read then, by the exchange lane: whatever breaks while it is read, it is
here and can be read again. Its content is known by a hash, so that the same one is read once,
whatever its name is and whichever way it comes.
"""

import base64
import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, plaintext2html

from .fulfillment_account import MANAGER
from .fulfillment_exchange_transaction import FETCH_CRON

CLEANED_AT_ONCE = 1000
NAME_LENGTH = 200


class FulfillmentFile(models.Model):
    _name = "fulfillment.file"
    _description = "Fulfillment File"
    _order = "id desc"

    account_id = fields.Many2one(
        "fulfillment.account", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", related="account_id.company_id", store=True, index=True
    )
    name = fields.Char(required=True, readonly=True)
    origin = fields.Selection(
        [("mail", "E-mail"), ("folder", "Folder"), ("hand", "Imported by hand")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("received", "To read"),
            ("done", "Done"),
            ("partial", "With bad rows"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="received",
        help="With bad rows: the good rows were taken. Refused: it was not read to its end.",
    )
    is_being_read = fields.Boolean(
        readonly=True, help="A run reads it now, or was killed while it did."
    )
    received_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    new_count = fields.Integer(string="New", readonly=True, help="Messages not known before.")
    known_count = fields.Integer(
        string="Known Already", readonly=True, help="Messages that another way had brought."
    )
    problem = fields.Text(readonly=True, help="Rows that were not taken, with their numbers.")
    repeated_at = fields.Datetime(
        string="Came Again",
        readonly=True,
        help="The same content came once more, and was not read a second time.",
    )
    repeated_as = fields.Char(string="Came Again As", readonly=True)
    is_set_aside = fields.Boolean(
        string="Moved to the Archive", readonly=True, help="In its folder; it was read."
    )
    sync_id = fields.Many2one("fulfillment.sync", string="Run", readonly=True, ondelete="set null")
    message_ids = fields.One2many(related="sync_id.message_ids", string="Messages")
    content = fields.Binary(attachment=True, readonly=True, groups=MANAGER)
    sha256 = fields.Char(string="Hash of the Content", required=True, readonly=True)

    _content_unique = models.Constraint(
        "UNIQUE(account_id, sha256)", "The same content is read once per account."
    )
    _to_read = models.Index("(account_id) WHERE state = 'received'")

    # --- take in

    @api.model
    def _receive(self, account, name, content, origin):
        """The file with this content, which is new when its state is `received`; never commits."""
        digest = hashlib.sha256(content).hexdigest()
        name = (name or self.env._("Without name"))[:NAME_LENGTH]
        known = self.search([("account_id", "=", account.id), ("sha256", "=", digest)])
        if known:
            known._note_repeat(name, origin)
            return known
        return self.create(
            {
                "account_id": account.id,
                "name": name,
                "origin": origin,
                "sha256": digest,
                "content": base64.b64encode(content),
            }
        )

    def _note_repeat(self, name, origin):
        """Unless it is the same file, which could not be moved out of its folder."""
        is_left_over = self.origin == "folder" and not self.is_set_aside
        if is_left_over and (name, origin) == (self.name, self.origin):
            return
        self.write({"repeated_at": fields.Datetime.now(), "repeated_as": name})

    def _note_attempt(self, run):
        """A run begins to read it; committed before that may kill the run."""
        self.write({"is_being_read": True, "sync_id": run.sync.id})

    def _forget_attempt(self):
        """Nothing is wrong with it: it is read again."""
        self.is_being_read = False

    def _note_reading(self, run):
        """It was read, perhaps not all of it."""
        self.write(
            {
                "state": "partial" if run.notes else "done",
                "is_being_read": False,
                "problem": "\n".join(run.notes),
                "new_count": run.new,
                "known_count": run.duplicates,
            }
        )

    def _note_refusal(self, run):
        """A person looks at it; it is not tried again by itself."""
        self.write(
            {
                "state": "refused",
                "is_being_read": False,
                "problem": "\n".join(run.notes),
                "new_count": self.sync_id.new_count,
                "known_count": self.sync_id.duplicate_count,
            }
        )

    def _tell(self):
        """On the account; a person is asked to look at what was not taken."""
        for file in self:
            text, account = file._describe(), file.account_id
            if file.origin == "mail" or file.problem:
                account._message_log(body=plaintext2html(text))
            if file.problem and file.origin != "hand":
                account._ask_about_files(self.env._("Rows of a file were not taken"), text)

    def _get_content(self):
        self.ensure_one()
        return base64.b64decode(self.sudo().content or b"")

    def _describe(self):
        """A sentence for a person who waits, or reads the account's messages."""
        if self.state == "received":
            return self.env._("%s is kept, and read within a minute.", self.name)
        if self.state == "refused":
            return self.env._(
                "%(file)s was not taken: %(problem)s", file=self.name, problem=self.problem
            )
        text = self.env._(
            "%(file)s: %(new)s new messages, %(known)s known already.",
            file=self.name,
            new=self.new_count,
            known=self.known_count,
        )
        if self.state == "partial":
            rest = self.env._("Rows that were not taken:\n%s", self.problem)
            return f"{text} {rest}"
        return text

    def _describe_repeat(self):
        """The same for content that is known."""
        return self.env._(
            "%(file)s has the same content as %(name)s of %(date)s, so it is not read a second "
            "time. If it should be, open that one under Files and press Read Again.",
            file=self.repeated_as or self.name,
            name=self.name,
            date=format_date(self.env, self.received_at),
        )

    # --- what a person does

    def action_read_again(self):
        """After the account was corrected, e.g. its columns; known messages stay as they are."""
        self.check_access("read")
        self.account_id.check_access("write")
        files = self.sudo().filtered(lambda file: file.content and file.state != "received")
        files.write({"state": "received", "repeated_at": False, "repeated_as": False})
        self.env["fulfillment.exchange"].sudo()._wake(FETCH_CRON)
        return self.account_id[:1]._notify(
            self.env._("Files that are read again within a minute: %s.", len(files)), "info"
        )

    @api.autovacuum
    def _gc_content(self):
        """The content goes with the log; the hash stays, so that the file is not read again."""
        done, is_full = 0, False
        accounts = self.env["fulfillment.account"].with_context(active_test=False)
        for account in accounts.search([("file_ids", "!=", False)]):
            until = fields.Datetime.now() - timedelta(days=account.log_retention_days)
            old = self.search(
                Domain("account_id", "=", account.id)
                & Domain("received_at", "<", until)
                & Domain("state", "!=", "received")
                & Domain("content", "!=", False),
                order="id",
                limit=CLEANED_AT_ONCE,
            )
            done += len(old)
            is_full = is_full or len(old) == CLEANED_AT_ONCE
            old.write({"content": False})
        return done, is_full
