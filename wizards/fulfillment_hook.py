"""The web hooks a platform has for an account, to look at and to tidy up."""

from odoo import fields, models


class FulfillmentHook(models.TransientModel):
    _name = "fulfillment.hook"
    _description = "Fulfillment Web Hook"
    _order = "is_own desc, id"
    _rec_name = "url"

    account_id = fields.Many2one("fulfillment.account", required=True, readonly=True)
    company_id = fields.Many2one(related="account_id.company_id")
    ref = fields.Char(string="Platform ID", readonly=True)
    url = fields.Char(string="Address", readonly=True)
    events = fields.Char(string="Tells", readonly=True)
    is_active = fields.Boolean(string="Active", readonly=True)
    is_own = fields.Boolean(
        string="Ours", readonly=True, help="It calls this account. The others call somebody else."
    )

    def action_remove(self):
        """Take it away from the platform; commits."""
        self.ensure_one()
        self.account_id._make_hook_call("_remove_hook", self.ref)
        account = self.account_id
        self.unlink()
        return account._notify(self.env._("The web hook is removed."), "success")
