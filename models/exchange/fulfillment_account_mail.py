"""Files by mail: whatever is sent to the alias of an account and looks like a file is read."""

from odoo import fields, models
from odoo.tools import plaintext2html

from .fulfillment_exchange_transaction import FETCH_CRON

ACTIVITY = "mail.mail_activity_data_todo"
MEGABYTES = 32
ENDINGS = (".csv", ".txt", ".tsv", ".json")


class FulfillmentAccount(models.Model):
    _name = "fulfillment.account"
    _inherit = ["fulfillment.account", "mail.alias.mixin.optional"]

    file_ids = fields.One2many("fulfillment.file", "account_id", string="Files")
    alias_contact = fields.Selection(
        related="alias_id.alias_contact", readonly=False, string="Files Are Taken From"
    )

    def _alias_get_creation_values(self):
        """The mails go to the account itself. From contacts alone: what they say changes orders."""
        values = super()._alias_get_creation_values()
        model = self.env["ir.model"]._get_id("fulfillment.account")
        values |= {"alias_model_id": model, "alias_force_thread_id": self.id}
        if not self.alias_id:
            values["alias_contact"] = "partners"
        return values

    def message_update(self, msg_dict, update_vals=None):
        # EXTENDS 'mail': a mail to the alias. An answer to a message of the account comes to the
        # same address, and is conversation
        result = super().message_update(msg_dict, update_vals)
        if not msg_dict.get("parent_id"):
            for account in self:
                account.sudo()._receive_mail(msg_dict)
        return result

    def message_post(
        self, *, message_type="notification", parent_id=False, attachments=None, **kwargs
    ):
        # EXTENDS 'mail': the files of such a mail are for managers, its text is for every reader
        if message_type == "email" and not parent_id:
            attachments = [one for one in attachments or [] if not _is_usable(one)]
        return super().message_post(
            message_type=message_type, parent_id=parent_id, attachments=attachments, **kwargs
        )

    def _receive_mail(self, msg_dict):
        """Store its files for the lane, and say which; they do not stay with the mail."""
        usable = [one for one in msg_dict.get("attachments") or [] if _is_usable(one)]
        notes = [self._receive_attachment(one) for one in usable]
        text = "\n".join(notes or [self._text_no_file(msg_dict)])
        self._message_log(body=plaintext2html(text))
        self.env["fulfillment.exchange"]._wake(FETCH_CRON)

    def _receive_attachment(self, attachment):
        """:return: what there is to say at once."""
        content = attachment.content
        if isinstance(content, str):
            content = content.encode()
        if len(content) > MEGABYTES * 1024 * 1024:
            return self.env._(
                "%(file)s is larger than %(limit)s MB and was not read. "
                "Ask for it in parts, or import it by hand in parts.",
                file=attachment.fname,
                limit=MEGABYTES,
            )
        file = self.env["fulfillment.file"]._receive(self, attachment.fname, content, "mail")
        return file._describe_repeat() if file.repeated_at else file._describe()

    def _text_no_file(self, msg_dict):
        return self.env._(
            "A mail from %(sender)s brought no file that can be read. Files end in %(endings)s.",
            sender=msg_dict.get("email_from") or self.env._("nobody"),
            endings=", ".join(ENDINGS),
        )

    def _ask_about_files(self, summary, note):
        """One open activity at a time, however many files are bad."""
        if not self.activity_search([ACTIVITY]):
            self.activity_schedule(
                ACTIVITY,
                summary=summary,
                note=plaintext2html(note),
                user_id=(self.user_id or self.create_uid).id,
            )

    def action_view_files(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Files"),
            "res_model": "fulfillment.file",
            "view_mode": "list,form",
            "domain": [("account_id", "in", self.ids)],
        }


def _is_usable(attachment):
    name = attachment[0]
    return name.lower().endswith(ENDINGS)
