"""A folder on a server of files where a platform leaves messages: where it is, and when to look."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...providers import PROVIDERS, NotAllowed, ProviderError, Verdict
from .fulfillment_account import MANAGER
from .fulfillment_account_client import _is_this_machine

HIDDEN = {"groups": MANAGER, "copy": False, "exportable": False}
SETTLE = timedelta(minutes=2)  # a file that has not grown for so long is complete
DAY = timedelta(days=1)
TIMEOUT = 30  # seconds per answer
MAXIMUM_BYTES = 32 * 1024 * 1024
PLACE = {"folder_protocol", "folder_host", "folder_port", "folder_path", "folder_pattern"}
ACCESS = {"folder_user", "folder_password", "folder_host_key", "folder_archive"}


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    has_folder = fields.Boolean(compute="_compute_has_folder")
    folder_protocol = fields.Selection(
        [("sftp", "SFTP"), ("ftps", "FTP over TLS"), ("ftp", "FTP, not encrypted")],
        string="Protocol",
        default="sftp",
        required=True,
        help="FTP without encryption sends the password as it is: for a network of your own only. "
        "SFTP needs the Python library paramiko on the server of Odoo.",
    )
    folder_host = fields.Char(
        string="Server", help="Where the folder is. Empty: there is none.", **HIDDEN
    )
    folder_port = fields.Integer(string="Port", help="0: the usual one.")
    folder_user = fields.Char(string="User of the Folder", **HIDDEN)
    folder_password = fields.Char(string="Password of the Folder", **HIDDEN)
    folder_host_key = fields.Char(
        string="Key of the Server",
        copy=False,
        help="SFTP: what the server proves itself with, such as ssh-ed25519 AAAA… Leave it empty "
        "at first: the first look says which key the server shows; ask its owner whether it is "
        "theirs.",
    )
    folder_path = fields.Char(string="Folder", default=".", help="From the login on, or absolute.")
    folder_archive = fields.Char(
        string="Move Files To",
        default="archive",
        help="Below the folder, or absolute: where files go that were read. It is made if needed.",
    )
    folder_pattern = fields.Char(
        string="Names", default="*.csv", help="Which files are read; * stands for anything."
    )

    # Health; written by the exchange lane
    next_folder_at = fields.Datetime(string="Next Look", copy=False, readonly=True)
    folder_looked_at = fields.Datetime(string="Last Look", copy=False, readonly=True)
    folder_error = fields.Text(readonly=True, **HIDDEN)  # it names the server
    folder_refused = fields.Json(
        readonly=True, help="Files that a person must look at: size, problem and time.", **HIDDEN
    )
    folder_sizes = fields.Json(copy=False, readonly=True, help="Files and sizes of the last look.")

    @api.depends("provider")
    def _compute_has_folder(self):
        for account in self:
            one = PROVIDERS.get(account.provider)
            account.has_folder = bool(one and one.open_folder)

    @api.constrains("folder_port")
    def _check_folder_port(self):
        for account in self:
            if not 0 <= account.folder_port < 65536:
                raise ValidationError(
                    self.env._("The port of the folder is a number from 0 to 65535.")
                )

    def write(self, vals):
        """Another folder is looked at soon, and was never seen."""
        accounts = self.sudo()
        changed = accounts.filtered(lambda account: account._has_other(PLACE | ACCESS, vals))
        if changed:
            super(FulfillmentAccount, changed).write(
                {
                    "next_folder_at": False,
                    "folder_error": False,
                    "folder_sizes": False,
                    "folder_refused": False,
                }
            )
        return super().write(vals)

    @api.model
    def _find_folder_due(self):
        """Accounts whose folder is looked into now, the longest due first."""
        now = fields.Datetime.now()
        is_due = Domain("next_folder_at", "=", False) | Domain("next_folder_at", "<=", now)
        found = self.search(
            Domain("folder_host", "!=", False)
            & Domain("state", "!=", "stopped")
            & Domain("company_id.active", "=", True)
            & is_due,
            order="next_folder_at, id",
        )
        return found.filtered(lambda account: account.has_events and account.has_folder)

    def _open_folder(self):
        """A context manager; it is connected.

        :raise ProviderError: it is not allowed from here, or not possible.
        """
        self.ensure_one()
        account = self.sudo()
        account._ensure_folder_allowed()
        return account._get_provider().open_folder(account._prepare_folder_settings())

    def _prepare_folder_settings(self):
        return {
            "protocol": self.folder_protocol,
            "host": (self.folder_host or "").strip(),
            "port": self.folder_port,
            "user": self.folder_user or "",
            "password": self.folder_password or "",
            "host_key": self.folder_host_key or "",
            "path": self.folder_path or ".",
            "archive": self.folder_archive or "archive",
            "pattern": self.folder_pattern or "*.csv",
            "timeout": TIMEOUT,
            "max_bytes": MAXIMUM_BYTES,
        }

    def _ensure_folder_allowed(self):
        """A copied database takes no file away from the real one."""
        is_copy = self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized")
        if is_copy and not _is_this_machine((self.folder_host or "").strip()):
            raise NotAllowed(
                self.env._("This database is a neutralized copy and looks into no folder.")
            )

    # --- what the lane found

    def _plan_look_after_kill(self):
        """Should the look be killed, the others have their turn first."""
        self.next_folder_at = fields.Datetime.now() + timedelta(minutes=self.fetch_interval)

    def _note_look(self, sizes, is_settling):
        """:param is_settling: some files are looked at again soon: they may still grow."""
        now = fields.Datetime.now()
        pause = SETTLE if is_settling else timedelta(minutes=self.fetch_interval)
        self.write(
            {
                "folder_looked_at": now,
                "folder_sizes": sizes,
                "folder_error": False,
                "next_folder_at": now + pause,
            }
        )
        return self.next_folder_at

    def _find_left_files(self, sizes):
        """Files that were refused within a day and have not changed: what was said, by name."""
        since = fields.Datetime.to_string(fields.Datetime.now() - DAY)
        return {
            name: refusal["problem"]
            for name, refusal in (self.folder_refused or {}).items()
            if sizes.get(name) == refusal["size"] and refusal["at"] > since
        }

    def _note_refused_files(self, sizes, problems):
        """A person is asked about each of them once, unless it changes."""
        now = fields.Datetime.now()
        before, left = self.folder_refused or {}, self._find_left_files(sizes)
        self.folder_refused = {
            name: before[name]
            if left.get(name) == problem
            else {"size": sizes[name], "problem": problem, "at": fields.Datetime.to_string(now)}
            for name, problem in problems.items()
        }
        new = [name for name in problems if before.get(name, {}).get("size") != sizes[name]]
        if new:
            text = f"{', '.join(new)}\n{self._text_folder_hidden()}"
            self._ask_about_files(self.env._("Files of the folder were not taken"), text)

    def _text_folder_hidden(self):
        """For all who may read the log: where the folder is, is for managers."""
        return self.env._("What is wrong with the folder is on the account, page Files.")

    def _note_folder_failure(self, error):
        """Wrong credentials are not tried over and over: some servers lock the user then."""
        self.folder_error = self._describe_failure(error)
        is_hopeless = isinstance(error, ProviderError) and error.verdict != Verdict.LATER
        pause = DAY if is_hopeless else timedelta(minutes=self.fetch_interval)
        self.next_folder_at = fields.Datetime.now() + pause
        if is_hopeless:
            self._ask_about_files(
                self.env._("The folder with files cannot be used"), self._text_folder_hidden()
            )
