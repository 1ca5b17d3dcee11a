"""Credentials: the manager alone reads them, and they never leave in an export."""

from odoo import fields, models
from odoo.exceptions import AccessError

SECRETS = (
    *("account_number", "username", "password"),
    *("hook_token", "hook_secret", "hook_secret_old", "hook_url"),
    *("folder_host", "folder_user", "folder_password"),
)


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    username = fields.Char(exportable=False)
    password = fields.Char(exportable=False)

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        # EXTENDS 'base': `exportable` only hides a field in the dialog; this is the wall
        if any(path and path[0] in SECRETS for path in fields):
            raise AccessError(self.env._("Credentials are never exported."))
        return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
