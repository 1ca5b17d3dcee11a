"""What the Fulfillment page of an order needs, and nothing else does."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..activities import find_activities
from ..outbox_states import STATES
from .fulfillment_outbox import NOT_SENT


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # Taken from the lines the form has read already. Without the name of the inverse field, which
    # would add each new line to it, a note, too.
    fulfillment_line_ids = fields.One2many(
        "sale.order.line",
        string="Items at the Platform",
        compute="_compute_fulfillment_line_ids",
        inverse="_inverse_fulfillment_line_ids",
    )
    # Computed from all parcels: the form asks for those once, not three times.
    fulfillment_return_ids = fields.One2many(
        "fulfillment.parcel", string="Returns", compute="_compute_fulfillment_ways"
    )
    fulfillment_outbound_ids = fields.One2many(
        "fulfillment.parcel", string="Outbound Parcels", compute="_compute_fulfillment_ways"
    )
    fulfillment_provider = fields.Selection(related="fulfillment_account_id.provider")
    fulfillment_page_visible = fields.Boolean(
        compute="_compute_fulfillment_page_visible",
        compute_sudo=True,
        help="The order has or had an account, or its company has one to link it to.",
    )

    fulfillment_send_state = fields.Selection(
        STATES, string="Sending", compute="_compute_fulfillment_send", compute_sudo=True
    )
    fulfillment_send_reason = fields.Text(
        string="Why It Was Not Sent", compute="_compute_fulfillment_send", compute_sudo=True
    )
    fulfillment_went_out = fields.Boolean(
        compute="_compute_fulfillment_send",
        compute_sudo=True,
        help="The platform has the order from us, or may have it: account and keys stay.",
    )
    fulfillment_recall_state = fields.Selection(
        STATES,
        string="Sending the Cancellation",
        compute="_compute_fulfillment_send",
        compute_sudo=True,
    )
    fulfillment_recall_reason = fields.Text(
        string="Why the Cancellation Was Not Sent",
        compute="_compute_fulfillment_send",
        compute_sudo=True,
    )
    fulfillment_is_untold = fields.Boolean(
        compute="_compute_fulfillment_send",
        compute_sudo=True,
        help="Cancelled here, and somebody is asked to cancel it at the platform, too.",
    )
    fulfillment_can_send = fields.Boolean(compute="_compute_fulfillment_send", compute_sudo=True)
    fulfillment_is_stopped = fields.Boolean(
        compute="_compute_fulfillment_send",
        compute_sudo=True,
        help="The order waits to be sent, but its account is stopped, archived or has no password: "
        "it makes no calls.",
    )
    fulfillment_has_failed_message = fields.Boolean(
        string="Has a Failed Message",
        compute="_compute_fulfillment_has_failed_message",
        compute_sudo=True,
    )

    def _compute_fulfillment_line_ids(self):
        """The lines that can be goods.

        It depends on nothing, so that a line somebody is just adding to the order stays in one
        list only, and is saved once.
        """
        for order in self:
            order.fulfillment_line_ids = order.order_line.filtered(
                lambda line: not (line.display_type or line.is_delivery or line.is_downpayment)
            )

    def _inverse_fulfillment_line_ids(self):
        """What was entered in a line is written to it; which lines there are is found anew."""
        self.invalidate_recordset(["fulfillment_line_ids"], flush=False)

    @api.depends("fulfillment_parcel_ids.direction")
    def _compute_fulfillment_ways(self):
        for order in self:
            parcels = order.fulfillment_parcel_ids.grouped("direction")
            order.fulfillment_outbound_ids = parcels.get("out", False)
            order.fulfillment_return_ids = parcels.get("return", False)

    @api.depends(
        "state",
        "fulfillment_account_id",
        "fulfillment_account_id.state",
        "fulfillment_account_id.active",
        "fulfillment_account_id.password",
        "fulfillment_outbox_ids.state",
        "fulfillment_outbox_ids.may_have_arrived",
        "fulfillment_outbox_ids.reason",
        "fulfillment_key",
        "fulfillment_ref",
    )
    def _compute_fulfillment_send(self):
        sent = self.filtered("fulfillment_account_id")
        (self - sent)._clear_fulfillment_send()
        for order in sent:
            row, recall = (order._fulfillment_rows(kind) for kind in ("order", "cancel"))
            order.fulfillment_send_state = row.state
            order.fulfillment_send_reason = row.state in NOT_SENT and row.reason
            order.fulfillment_went_out = order._fulfillment_went_out()
            order.fulfillment_recall_state = recall.state
            order.fulfillment_recall_reason = recall.state in NOT_SENT and recall.reason
            order.fulfillment_is_untold = (
                order.state == "cancel"
                and recall.state not in NOT_SENT
                and bool(find_activities(order, "recall"))
            )
            order.fulfillment_can_send = not order._fulfillment_why_not_sent()
            order.fulfillment_is_stopped = (
                row.state == "to_send" and order._fulfillment_account_is_silent()
            )

    def _clear_fulfillment_send(self):
        """Of an order without an account the outbox is not asked.

        One that went out keeps its account, see `sale_order_guard`; what waited is withdrawn.
        """
        for order in self:
            order.fulfillment_send_state = order.fulfillment_send_reason = False
            order.fulfillment_recall_state = order.fulfillment_recall_reason = False
            order.fulfillment_went_out = order.fulfillment_is_untold = False
            order.fulfillment_can_send = order.fulfillment_is_stopped = False

    def _fulfillment_account_is_silent(self):
        """Whether the account makes no calls by itself until somebody changes it."""
        account = self.fulfillment_account_id
        return account.state == "stopped" or not (account.active and account.password)

    @api.depends(
        "fulfillment_state",
        "fulfillment_send_state",
        "fulfillment_recall_state",
        "fulfillment_message_ids.state",
    )
    def _compute_fulfillment_has_failed_message(self):
        """Attention has two causes: a failed message, or something that was not sent.

        Messages are read only where the second one explains it, too.
        """
        for order in self:
            is_told = {order.fulfillment_send_state, order.fulfillment_recall_state} & set(NOT_SENT)
            order.fulfillment_has_failed_message = order.fulfillment_state == "attention" and (
                not is_told or "failed" in order.fulfillment_message_ids.mapped("state")
            )

    @api.depends(
        "fulfillment_account_id",
        "fulfillment_key",
        "fulfillment_ref",
        "fulfillment_acknowledged_at",
        "company_id",
        "state",
    )
    def _compute_fulfillment_page_visible(self):
        companies = self.env["fulfillment.account"]._get_companies_with_account()
        for order in self:
            order.fulfillment_page_visible = bool(
                order.fulfillment_account_id
                or order.fulfillment_key
                or order.fulfillment_ref
                or order.fulfillment_acknowledged_at
                or (order.state == "sale" and order.company_id.id in companies)
            )

    # --- actions

    def action_view_fulfillment_messages(self):
        return self._fulfillment_action("action_message")

    def action_view_fulfillment_attention(self):
        """The message that needs attention, or their list."""
        action = self._fulfillment_action("action_message", search_default_attention=1)
        failed = self.fulfillment_message_ids.filtered(lambda message: message.state == "failed")
        if len(failed) == 1:
            action |= {"res_id": failed.id, "view_mode": "form", "views": [(False, "form")]}
        return action

    def action_view_fulfillment_outbox(self):
        return self._fulfillment_action("action_outbox")

    def action_view_fulfillment_parcels(self):
        return self._fulfillment_action("action_parcel")

    def action_view_fulfillment_returns(self):
        return self._fulfillment_action("action_parcel", search_default_return=1)

    def action_fulfillment_fetch(self):
        """Ask the platform of this order's account for new messages; the page shows its own."""
        if not self.fulfillment_account_id:
            raise UserError(self.env._("Choose a fulfillment account for this order first."))
        answer = self.fulfillment_account_id.action_fetch()
        answer["params"]["next"] = {"type": "ir.actions.act_window_close"}  # the form reads again
        return answer

    def _fulfillment_action(self, name, **context):
        """One of our windows, with what belongs to this order."""
        self.ensure_one()
        xml_id = f"fulfillment_connector.{name}"
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return action | {"domain": [("order_id", "=", self.id)], "context": context}
