"""Which account an order goes to: the team's, else the company's, unless a person chose one."""

from odoo import api, fields, models

QUOTATION = ("draft", "sent")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # Its column is made by hand at installation: see hooks.py.
    fulfillment_account_id = fields.Many2one(
        compute="_compute_fulfillment_account_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Where the order is fulfilled: the account of the sales team, else of the company.",
    )
    fulfillment_account_by_hand = fields.Boolean(
        readonly=True, copy=False, help="Somebody chose another account than the default one."
    )

    @api.depends("company_id", "team_id")
    def _compute_fulfillment_account_id(self):
        for order in self:
            if not order._fulfillment_keeps_account():
                order.fulfillment_account_id = order._get_fulfillment_default_account()

    def _fulfillment_keeps_account(self):
        """Whether the account stays as it is, whatever team and company say."""
        if self.state not in QUOTATION or self.sudo()._fulfillment_went_out():
            return True
        account = self.fulfillment_account_id
        is_possible = not account or account.company_id == self.company_id
        return self.fulfillment_account_by_hand and is_possible

    def _get_fulfillment_default_account(self):
        """The account of the team, else of the company; never an archived one or a stranger's."""
        for account in (
            self.team_id.fulfillment_account_id,
            self.company_id.fulfillment_account_id,
        ):
            if account.active and account.company_id == self.company_id:
                return account
        return self.env["fulfillment.account"]

    # --- a choice by hand

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        named = ["fulfillment_account_id" in vals for vals in vals_list]
        chosen = [order.id for order, is_named in zip(orders, named, strict=True) if is_named]
        self.browse(chosen)._fulfillment_note_choice()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if "fulfillment_account_id" in vals:
            self._fulfillment_note_choice()
            self._fulfillment_leave_other_accounts()
        return result

    @api.onchange("fulfillment_account_id")
    def _onchange_fulfillment_account_id(self):
        self._fulfillment_note_choice()

    def _fulfillment_note_choice(self):
        """Remember which quotations got another account than the default one.

        A form writes the default too, so that the value alone tells what a person wanted.
        """
        for order in self.filtered(lambda order: order.state in QUOTATION):
            default = order.sudo()._get_fulfillment_default_account()
            is_by_hand = order.fulfillment_account_id.id != default.id
            if order.fulfillment_account_by_hand != is_by_hand:
                order.fulfillment_account_by_hand = is_by_hand

    def _fulfillment_leave_other_accounts(self):
        """What waits to be sent through the account an order had before does not go out."""
        rows = self.sudo().fulfillment_outbox_ids
        rows.filtered(lambda row: row.account_id != row.order_id.fulfillment_account_id)._withdraw()

    # --- confirmation

    def _action_confirm(self):
        self.sudo()._fulfillment_choose_account()
        return super()._action_confirm()

    def _fulfillment_choose_account(self):
        """Quotations older than the default account get it when they are confirmed."""
        open_orders = self.filtered(
            lambda order: not order.fulfillment_account_id and not order.fulfillment_account_by_hand
        )
        defaults = open_orders.grouped(lambda order: order._get_fulfillment_default_account())
        for account, orders in defaults.items():
            if account:
                orders.fulfillment_account_id = account
