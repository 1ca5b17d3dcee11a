"""Whether and how often an account asks for the platform's stock, and what a person may do."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_datetime

from .exchange_run import FAILED, LOCKED
from .fulfillment_account import MANAGER

USER = "fulfillment_connector.group_fulfillment_user"
MINIMUM_FULL, MINIMUM_DELTA = 1, 10  # hours, minutes; platforms allow no more


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    stock_policy = fields.Selection(
        [
            ("off", "Off"),
            ("preview", "Preview: read and compare, change nothing"),
            ("apply", "Update Odoo's stock"),
        ],
        string="Stock Update",
        default="off",
        required=True,
        copy=False,
        tracking=True,
        help="Start with the preview: it says what would change. "
        "Then press Apply From Now On below.",
    )
    stock_missing_policy = fields.Selection(
        [("keep", "Leave as it is"), ("zero", "Is sold out")],
        string="Article Missing in a Full Update",
        default="keep",
        required=True,
        help="What it means when an article the platform once named is not in its whole stock.",
    )
    stock_full_interval = fields.Integer(
        string="Full Update Every (h)", default=24, required=True, help="Hours, 1 or more."
    )
    stock_delta_interval = fields.Integer(
        string="Changes Every (min)", default=30, required=True, help="Minutes, 10 or more."
    )

    # Health; written by the exchange lane
    stock_cursor = fields.Char(
        string="Change Date",
        copy=False,
        readonly=True,
        help="Of the platform's last answer (changedate): what changed since is asked for next.",
    )
    stock_full_at = fields.Datetime(string="Last Full Update", copy=False, readonly=True)
    stock_delta_at = fields.Datetime(string="Last Update of Changes", copy=False, readonly=True)
    stock_stored_at = fields.Datetime(
        copy=False, readonly=True, help="When the stored numbers were asked for."
    )
    stock_called_at = fields.Datetime(string="Last Call", copy=False, readonly=True)
    stock_full_called_at = fields.Datetime(string="Last Full Call", copy=False, readonly=True)
    next_stock_at = fields.Datetime(string="Next Stock Update", copy=False, readonly=True)
    stock_failure_count = fields.Integer(copy=False, readonly=True)
    stock_error = fields.Text(copy=False, readonly=True)
    stock_is_stopped = fields.Boolean(
        string="Stock Stopped",
        copy=False,
        readonly=True,
        help="The platform refused the call: it is not made again before somebody presses "
        "Fetch Stock Now.",
    )
    stock_previewed_at = fields.Datetime(string="Last Preview", copy=False, readonly=True)
    stock_level_ids = fields.One2many("fulfillment.stock.level", "account_id")
    stock_result = fields.Char(string="Result", compute="_compute_stock_result")

    @api.constrains("stock_full_interval", "stock_delta_interval")
    def _check_stock_intervals(self):
        for account in self:
            if account.stock_full_interval < MINIMUM_FULL:
                raise ValidationError(
                    self.env._(
                        "The platform gives its whole stock once an hour at most. "
                        "Enter 1 hour or more for the full update."
                    )
                )
            if account.stock_delta_interval < MINIMUM_DELTA:
                raise ValidationError(
                    self.env._(
                        "The platform tells what changed every %s minutes at most. "
                        "Enter that or more.",
                        MINIMUM_DELTA,
                    )
                )

    @api.constrains("stock_policy")
    def _check_stock_previewed(self):
        for account in self:
            if account.stock_policy == "apply" and not account.stock_previewed_at:
                raise ValidationError(
                    self.env._(
                        "Look at a preview before Odoo's stock is changed: choose Preview, save, "
                        "press Fetch Stock Now, and when you like the result, "
                        "Apply From Now On."
                    )
                )

    def _compute_stock_result(self):
        """Of the last run that read something."""
        syncs = self.env["fulfillment.sync"]
        for account in self:
            of_stock = [("account_id", "in", account.ids), ("kind", "=", "stock")]
            last = syncs.search([*of_stock, ("state", "in", ("done", "warning"))], limit=1)
            account.stock_result = last.stock_summary

    def write(self, vals):
        """Who switches off starts again with a full update and a preview of it."""
        accounts = self.sudo()
        names = self._get_stock_fields()
        if moved := accounts.filtered(lambda account: account._has_other(names, vals)):
            moved._forget_stock()
        if vals.get("stock_policy") == "off":
            accounts._drop_stock_work()
            vals = vals | {"stock_previewed_at": False, "stock_cursor": False}
        elif not vals.get("active", True):
            accounts._drop_stock_work()
            vals = vals | {"stock_cursor": False}
        return super().write(vals)

    def _forget_stock(self):
        """Numbers of one system say nothing of another one: it is looked at first, like the last.

        They are not missing there either, so they are not kept.
        """
        self._drop_stock_work()
        self.stock_level_ids.unlink()
        self.write(
            {
                "stock_previewed_at": False,
                "stock_stored_at": False,
                "stock_full_at": False,
                "stock_delta_at": False,
                "next_stock_at": False,
            }
        )
        self.filtered(lambda account: account.stock_policy == "apply").stock_policy = "preview"

    @api.model
    def _prepare_untested_vals(self):
        """Another system has other change dates, and may accept what the last one refused."""
        return super()._prepare_untested_vals() | {
            "stock_cursor": False,
            "stock_is_stopped": False,
            "stock_failure_count": 0,
            "stock_error": False,
        }

    def _drop_stock_work(self):
        """What is stored is not compared any more."""
        self.env["fulfillment.sync"].search(
            [("account_id", "in", self.ids), ("stock_is_pending", "=", True)]
        ).stock_is_pending = False

    def _preview_stock_again(self):
        """What was looked at is not what would be done now."""
        accounts = self.filtered(lambda account: account.stock_policy == "preview")
        accounts.stock_previewed_at = False
        for account in accounts.filtered("stock_stored_at"):
            self.env["fulfillment.sync"]._compare_stored(account)

    def _get_stock_source(self):
        """The system whose stock is wanted, or nothing."""
        if self.stock_policy == "off" or not self.active:
            return None
        return {name: self[name] for name in self._get_stock_fields()}

    # --- what a person does

    def action_fetch_stock(self):
        """Ask for the stock now, if the platform's minimum pause is over; commits."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group(USER):
            raise AccessError(self.env._("Only users of Fulfillment may fetch the stock."))
        account = self.sudo()
        if reason := account._why_no_stock_call():
            return self._notify(reason, "warning")
        run = self.env["fulfillment.exchange"].sudo()._exchange_stock(account, is_by_hand=True)
        if run.outcome == LOCKED:
            return self._notify(self.env._("A run is going on already: see Sync log."), "info")
        if run.outcome == FAILED:
            return self._notify(account.stock_error or "\n".join(run.notes), "danger", sticky=True)
        return self._notify(self._describe_stock_run(run), "warning" if run.notes else "success")

    def _describe_stock_run(self, run):
        text = self.env._(
            "Articles read: %(read)s, new numbers: %(new)s. They are compared in the background; "
            "the Sync Log tells the result.",
            read=run.fetched,
            new=run.new,
        )
        return " ".join([text, *run.notes])

    def _why_no_stock_call(self):
        """A sentence when the platform must not be asked now, else nothing."""
        if self.stock_policy == "off":
            return self.env._("The stock update is off. Choose Preview on the page Stock first.")
        if reason := self._why_no_call():
            return reason
        if self._pick_stock_call():
            return ""
        return self.env._(
            "The platform allows the next call at %s: its whole stock once an hour, "
            "what changed every 10 minutes.",
            format_datetime(self.env, self._get_stock_allowed_at()),
        )

    def action_apply_stock(self):
        """From now on the numbers change Odoo's stock, beginning with those that are stored."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only managers of Fulfillment may switch this on."))
        if not self.stock_previewed_at:
            raise UserError(
                self.env._("There is no preview yet: press Fetch Stock Now and look at it first.")
            )
        self.stock_policy = "apply"
        if self._is_stock_fresh():
            self.env["fulfillment.sync"].sudo()._compare_stored(self)
            text = self.env._("Odoo's stock is being updated: the Sync Log tells the result.")
        else:
            self.sudo().next_stock_at = fields.Datetime.now()
            text = self.env._("Odoo's stock is updated as soon as the platform has told its own.")
        return self._notify(text, "success")
