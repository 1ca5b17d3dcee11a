"""Take in messages from a file, e.g. when the platform's support sent a list by mail."""

import base64
import binascii

from odoo import fields, models
from odoo.exceptions import UserError

from ..models.exchange.exchange_run import LockLost
from ..providers import ProviderError

MEGABYTES = 32  # a page has some kilobytes


class FulfillmentImportFile(models.TransientModel):
    _name = "fulfillment.import.file"
    _description = "Fulfillment Import File"

    account_id = fields.Many2one("fulfillment.account", required=True, check_company=True)
    company_id = fields.Many2one(related="account_id.company_id")
    file = fields.Binary(
        required=True,
        help="What the platform's support sent: a MESSAGES_LIST document of TB.One, or status "
        "updates as CSV or JSON.",
    )
    filename = fields.Char()

    def action_import(self):
        """Store the messages of the file and say how many are new."""
        self.ensure_one()
        self.account_id.check_access("write")
        content = self._decode()
        if self.account_id.has_events:
            return self._import_events(content)
        try:
            run = self.env["fulfillment.exchange"]._import_file(self.account_id, content)
        except LockLost:
            raise UserError(
                self.env._("A run is going on for this account. Try again in a minute.")
            ) from None
        except ProviderError as error:
            raise UserError(str(error)) from error
        text = self.env._(
            "%(count)s messages: %(new)s new, %(known)s known already.",
            count=run.fetched,
            new=run.new,
            known=run.duplicates,
        )
        return self._notify(" ".join([text, *run.notes]), run.sync)

    def _import_events(self, content):
        """The file is kept, like those that come by themselves; a known one is not read again."""
        account = self.account_id.sudo()
        file = self.env["fulfillment.file"].sudo()._receive(account, self.filename, content, "hand")
        if file.state != "received":
            return self._notify(file._describe_repeat(), file.sync_id)
        if not self.env["fulfillment.exchange"].sudo()._read_file(file):
            raise UserError(
                self.env._("A run is going on for this account. Try again in a minute.")
            )
        if file.state == "refused":
            raise UserError(file._describe())
        return self._notify(file._describe(), file.sync_id)

    def _decode(self):
        """The bytes of the file.

        :raise UserError: it is empty or too large.
        """
        try:
            content = base64.b64decode(self.file or b"")
        except binascii.Error:
            content = b""
        if not content:
            raise UserError(self.env._("The file is empty."))
        if len(content) > MEGABYTES * 1024 * 1024:
            raise UserError(
                self.env._("The file is larger than %s MB. Import it in parts.", MEGABYTES)
            )
        return content

    def _notify(self, text, sync):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "warning" if sync.state == "warning" else "success",
                "next": {
                    "type": "ir.actions.act_window",
                    "name": self.env._("Messages"),
                    "res_model": "fulfillment.message",
                    "views": [(False, "list"), (False, "form")],
                    "domain": [("sync_id", "=", sync.id)],
                },
            },
        }
