"""The inbox: one row per message of a platform, verbatim and in canonical fields."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...providers.canonical import Kind
from .fulfillment_account import MANAGER

KINDS = [
    (Kind.ACKNOWLEDGE.value, "Acknowledged"),
    (Kind.SHIP.value, "Shipped"),
    (Kind.DELIVER.value, "Delivered"),
    (Kind.CANCEL.value, "Cancelled"),
    (Kind.RETURN.value, "Returned"),
    (Kind.DEDUCTION.value, "Deduction"),
    (Kind.PAYMENT.value, "Payment"),
    (Kind.REFUND.value, "Refund"),
    (Kind.INFO.value, "Information"),
    (Kind.UNKNOWN.value, "Unknown"),
]


# Where a message may come from, per state it moves to. Applied is final.
MOVES = {
    "received": {"waiting", "failed", "ignored"},
    "waiting": {"received", "waiting"},
    "applied": {"received", "waiting"},
    "failed": {"received", "waiting"},
    "ignored": {"received", "waiting", "failed"},
}
SETTLED = ("applied", "ignored")  # with the policy "when applied" only these are acknowledged


class FulfillmentMessage(models.Model):
    _name = "fulfillment.message"
    _description = "Fulfillment Message"
    _order = "id desc"
    _rec_name = "external_id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "fulfillment.account", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    sync_id = fields.Many2one("fulfillment.sync", readonly=True, ondelete="set null")
    external_id = fields.Char(string="Message ID", required=True, readonly=True)
    state = fields.Selection(
        [
            ("received", "Received"),
            ("waiting", "Waiting"),
            ("applied", "Applied"),
            ("failed", "Needs attention"),
            ("ignored", "Ignored"),
        ],
        required=True,
        readonly=True,
        default="received",
    )
    reason = fields.Text(readonly=True, help="Why the message waits or needs attention.")
    applied_at = fields.Datetime(readonly=True)

    # What the platform said, in canonical fields
    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    platform_type = fields.Char(string="Type", readonly=True)
    order_ref = fields.Char(string="Platform Order ID", readonly=True)
    order_key = fields.Char(readonly=True)
    item_ref = fields.Char(string="Platform Item ID", readonly=True)
    item_key = fields.Char(readonly=True)
    sku = fields.Char(string="SKU", readonly=True)
    channel_sku = fields.Char(string="Channel SKU", readonly=True)
    channel_sign = fields.Char(readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    carrier_key = fields.Char(readonly=True)
    tracking_ref = fields.Char(string="Tracking Number", readonly=True)
    return_tracking_ref = fields.Char(string="Proposed Return Tracking Number", readonly=True)
    amount = fields.Float(readonly=True, help="DEDUCTION: what is kept back from the refund.")
    comment = fields.Text(readonly=True)
    return_cause = fields.Char(readonly=True)
    return_state = fields.Char(readonly=True)
    service = fields.Char(readonly=True)
    delivery_information = fields.Text(readonly=True)
    expected_date = fields.Date(readonly=True)
    occurred_at = fields.Datetime(string="Created at Platform", readonly=True)
    occurred_raw = fields.Char(string="Created at Platform (verbatim)", readonly=True)
    raw = fields.Text(readonly=True, help="The message as the platform sent it.")
    problem = fields.Text(readonly=True, help="What in the message could not be understood.")

    # What the exchange lane owes the platform; it writes the acknowledgement, never this row
    acknowledgeable = fields.Boolean(readonly=True)
    acknowledgement_ids = fields.One2many(
        "fulfillment.acknowledgement", "message_id", readonly=True, help="One, or none."
    )
    acknowledged_at = fields.Datetime(related="acknowledgement_ids.acknowledged_at")
    acknowledge_after = fields.Datetime(
        string="Acknowledge After", related="acknowledgement_ids.next_try_at"
    )
    acknowledge_attempts = fields.Integer(
        string="Acknowledge Attempts", related="acknowledgement_ids.attempts"
    )
    acknowledge_error = fields.Text(string="Acknowledge Error", related="acknowledgement_ids.error")

    _external_id_unique = models.Constraint(
        "UNIQUE(account_id, external_id)", "A message is stored once per account."
    )
    _to_apply = models.Index("(id) WHERE state = 'received'")
    _open = models.Index("(account_id, state) WHERE state IN ('received', 'waiting', 'failed')")
    # Hashes, because a platform's text of any length must not break the insert of a page.
    _order_ref = models.Index("USING hash (order_ref)")
    _order_key = models.Index("USING hash (order_key)")
    _tracking_ref = models.Index("USING hash (tracking_ref)")

    def _move_to(self, state, reason=False):
        """Move the messages whose state allows it; the only writer of `state`, besides the
        platform that changes an event (_reopen and its neighbours).

        :return: the messages that moved.
        """
        movable = self.filtered(lambda message: message.state in MOVES[state])
        vals = {"state": state, "reason": reason}
        if state == "applied":
            vals["applied_at"] = fields.Datetime.now()
        movable.write(vals)
        if state in SETTLED:
            movable._wake_exchange()
        return movable

    def _wake_exchange(self):
        """With the policy "when applied" the platform is to hear now that these are settled."""
        owed = self.filtered("acknowledgeable")
        if "applied" in owed.account_id.mapped("acknowledge_policy"):
            self.env.ref("fulfillment_connector.ir_cron_exchange").sudo()._trigger()

    def action_retry(self):
        """Apply the selected messages again, as soon as the apply lane runs.

        What a manager has set aside only a manager takes back.
        """
        self.check_access("read")
        messages = self.sudo()
        if not self._is_manager():
            messages = messages.filtered(lambda message: message.state != "ignored")
        moved = messages._move_to("received")
        self.env.ref("fulfillment_connector.ir_cron_apply").sudo()._trigger()
        return self._notify(self.env._("Tried again within seconds: %s.", len(moved)), "info")

    def action_ignore(self):
        """Set the selected messages aside: they change nothing and ask for nothing."""
        self.check_access("read")
        if not self._is_manager():
            raise AccessError(
                self.env._(
                    "Only managers of Fulfillment may ignore messages. Ask one, or press Retry."
                )
            )
        why = self.env._("Ignored by %s.", self.env.user.name)
        moved = self.sudo()._move_to("ignored", why)
        moved._release()
        moved._settle()
        return self._notify(self.env._("Messages ignored: %s.", len(moved)), "success")

    def _is_manager(self):
        return self.env.su or self.env.user.has_group(MANAGER)

    @api.model
    def _wake(self, account, refs=(), keys=()):
        """Try waiting messages again that name an order by platform id or by our key."""
        named = Domain("order_ref", "in", list(refs)) | Domain("order_key", "in", list(keys))
        waiting = self.sudo().search(
            Domain("account_id", "=", account.id) & Domain("state", "=", "waiting") & named
        )
        if waiting:
            waiting._move_to("received")
            self.env.ref("fulfillment_connector.ir_cron_apply").sudo()._trigger()

    def _release(self):
        """Hook: what documents do when a person has set messages aside."""

    def _settle(self):
        """Hook: what documents do when messages no longer ask for attention."""

    def _notify(self, text, kind):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # --- exchange lane

    def action_acknowledge_again(self):
        """Owe the acknowledgement of the selected messages again, refused ones too."""
        self.check_access("read")
        owing = self.sudo().acknowledgement_ids.filtered(lambda row: not row.acknowledged_at)
        owing._owe_again()
        self.env.ref("fulfillment_connector.ir_cron_exchange").sudo()._trigger()
        return self._notify(
            self.env._("Messages to be marked as processed again: %s.", len(owing)), "info"
        )
