"""One connection to a platform: credentials, policies, health and counts."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

MANAGER = "fulfillment_connector.group_fulfillment_manager"
MINIMUM_FETCH_INTERVAL = 15  # minutes; platforms ask not to be asked more often
MAXIMUM_PAGE_SIZE = 1000
STORED = ("fulfillment.message", "fulfillment.history")  # rows with a company of their own
TIMES = ("connect_timeout", "read_timeout", "log_retention_days")


class FulfillmentAccount(models.Model):
    _name = "fulfillment.account"
    _description = "Fulfillment Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        tracking=True,
        help="Gets the activities: a stopped account, messages that need attention.",
    )
    state = fields.Selection(
        [("draft", "Not tested"), ("connected", "Connected"), ("stopped", "Stopped")],
        default="draft",
        required=True,
        copy=False,
        tracking=True,
        help="A stopped account makes no calls until its connection was tested again.",
    )

    # How to exchange
    fetch_interval = fields.Integer(
        string="Fetch Every (min)", default=15, required=True, help="Minutes, 15 or more."
    )
    page_size = fields.Integer(default=100, required=True, help="Messages asked for in one call.")
    acknowledge_policy = fields.Selection(
        [("stored", "When stored"), ("applied", "When applied")],
        default="stored",
        required=True,
        help="When a message is marked as processed at the platform. "
        "'When stored' keeps the platform's queue short and is recommended.",
    )
    acknowledge_missing = fields.Boolean(
        string="Unknown Message Counts as Processed",
        help="Take the answer 404 to 'processed' as: nothing left to do.",
    )
    connect_timeout = fields.Integer(string="Connect Time-out (s)", default=10, required=True)
    read_timeout = fields.Integer(
        string="Read Time-out (s)",
        default=100,
        required=True,
        help="How long the platform may be silent in a call. It must stay below the server's "
        "--limit-time-real-cron (120 seconds unless set), or Odoo kills the run; a call ends "
        "before that limit, whatever is entered here.",
    )

    # What messages do in Odoo
    wait_days = fields.Integer(
        string="Wait (days)",
        default=14,
        required=True,
        help="A message that comes before its order or its shipment waits this long, "
        "then it needs attention.",
    )
    cancel_stock_policy = fields.Selection(
        [("raise", "Sell again at once"), ("hold", "Hold until the next stock update")],
        string="Stock of Cancelled Items",
        default="raise",
        required=True,
        help="Of items the platform cancels. Hold them where it cancels what it does not have: "
        "they are then on sale again when a stock update of the platform brings them.",
    )
    return_policy = fields.Selection(
        [("validate", "Receive at once"), ("review", "Leave ready for review")],
        string="Returns",
        default="validate",
        required=True,
        help="When the platform reports a return: whether the goods are back at once, or somebody "
        "validates the transfer after a look at it.",
    )
    refund_policy = fields.Selection(
        [
            ("none", "Do nothing"),
            ("activity", "Plan an activity"),
            ("credit_note", "Draft a credit note"),
        ],
        string="Refunds",
        default="activity",
        required=True,
        help="When the platform keeps money or pays it back, and when something is cancelled or "
        "returned that is on an invoice already. A credit note stays a draft until somebody posts "
        "it.",
    )
    log_retention_days = fields.Integer(string="Keep Sync Log (days)", default=90, required=True)

    # Health; written by the exchange lane
    next_fetch_at = fields.Datetime(
        string="Next Run", copy=False, readonly=True, default=fields.Datetime.now
    )
    last_success_at = fields.Datetime(string="Last Success", copy=False, readonly=True)
    last_error = fields.Text(copy=False, readonly=True)
    failure_count = fields.Integer(copy=False, readonly=True)

    message_row_ids = fields.One2many("fulfillment.message", "account_id", string="Inbox")
    acknowledgement_ids = fields.One2many("fulfillment.acknowledgement", "account_id")
    sync_ids = fields.One2many("fulfillment.sync", "account_id", string="Sync Log")
    pending_count = fields.Integer(string="To Apply", compute="_compute_message_counts")
    waiting_count = fields.Integer(string="Waiting", compute="_compute_message_counts")
    attention_count = fields.Integer(string="Needs Attention", compute="_compute_message_counts")
    unacknowledged_count = fields.Integer(
        string="Not Yet Marked as Processed", compute="_compute_message_counts"
    )
    unknown_count = fields.Integer(
        string="Messages of Unknown Type", compute="_compute_message_counts"
    )

    @api.constrains("fetch_interval", "page_size", "wait_days", *TIMES)
    def _check_limits(self):
        for account in self:
            if account.fetch_interval < MINIMUM_FETCH_INTERVAL:
                raise ValidationError(
                    self.env._(
                        "The platform allows to fetch every %s minutes at most. "
                        "Enter that or more.",
                        MINIMUM_FETCH_INTERVAL,
                    )
                )
            if not 1 <= account.page_size <= MAXIMUM_PAGE_SIZE:
                raise ValidationError(
                    self.env._("The page size must be 1 to %s messages.", MAXIMUM_PAGE_SIZE)
                )
            if account.wait_days < 0 or min(account[name] for name in TIMES) < 1:
                raise ValidationError(
                    self.env._("Time-outs and days must be 1 or more, the wait 0 or more.")
                )

    @api.constrains("company_id")
    def _check_company_of_messages(self):
        for account in self:
            if any(map(account._has_rows_elsewhere, STORED)):
                raise ValidationError(
                    self.env._(
                        "%(account)s has messages already, so its company stays as it is. "
                        "Archive the account and create another one for %(company)s.",
                        account=account.name,
                        company=account.company_id.name,
                    )
                )

    def _has_rows_elsewhere(self, model):
        """Whether rows of this account stand in another company."""
        of_others = Domain("account_id", "=", self.id) & Domain(
            "company_id", "!=", self.company_id.id
        )
        return bool(self.env[model].sudo().search_count(of_others, limit=1))

    def _compute_message_counts(self):
        """One query per kind of count, for all accounts."""
        of_accounts = Domain("account_id", "in", self.ids)
        is_owed, is_unknown = Domain("acknowledged_at", "=", False), Domain("kind", "=", "unknown")
        states = self._count("fulfillment.message", of_accounts, "state")
        unacknowledged = self._count("fulfillment.acknowledgement", of_accounts & is_owed)
        unknown = self._count("fulfillment.message", of_accounts & is_unknown)
        for account in self:
            account.pending_count = states.get((account, "received"), 0)
            account.waiting_count = states.get((account, "waiting"), 0)
            account.attention_count = states.get((account, "failed"), 0)
            account.unacknowledged_count = unacknowledged.get((account,), 0)
            account.unknown_count = unknown.get((account,), 0)

    def _count(self, model, domain, *groupby):
        """Counts by (account, ...)."""
        rows = self.env[model]._read_group(domain, ["account_id", *groupby], ["__count"])
        return {tuple(key): count for *key, count in rows}

    def write(self, vals):
        """With other credentials the account is a new one: not tested, and due."""
        names = self._get_connection_fields()
        changed = self.filtered(lambda account: account._has_other(names, vals))
        if changed:
            super(FulfillmentAccount, changed).write(self._prepare_untested_vals())
        return super().write(vals)

    def _has_other(self, names, vals):
        """Whether values to write for these fields differ from what the account has now."""
        account = self.sudo()
        return any((account[name] or "") != (vals[name] or "") for name in names & vals.keys())

    @api.model
    def _prepare_untested_vals(self):
        return {
            "state": "draft",
            "failure_count": 0,
            "last_error": False,
            "next_fetch_at": fields.Datetime.now(),
        }

    # --- what a person does

    def action_view_messages(self):
        return self._prepare_message_action(self.env._("Messages"))

    def action_view_attention(self):
        return self._prepare_message_action(
            self.env._("Needs Attention"), Domain("state", "=", "failed")
        )

    def action_view_sync(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sync Log"),
            "res_model": "fulfillment.sync",
            "view_mode": "list,form",
            "domain": [("account_id", "in", self.ids)],
        }

    def action_import_file(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a Message File"),
            "res_model": "fulfillment.import.file",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def _prepare_message_action(self, name, domain=Domain.TRUE):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "fulfillment.message",
            "view_mode": "list,form",
            "domain": list(Domain("account_id", "in", self.ids) & domain),
        }
