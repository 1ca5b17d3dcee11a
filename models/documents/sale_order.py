"""The sale order: its keys at the platform, its state there, its parcels and messages."""

from odoo import api, fields, models

STATES = [
    ("to_send", "To send"),
    ("sent", "Sent"),
    ("unknown", "Arrival unknown"),
    ("acknowledged", "Acknowledged"),
    ("partly_shipped", "Partly shipped"),
    ("shipped", "Shipped"),
    ("cancelled", "Cancelled"),
    ("partly_returned", "Partly returned"),
    ("returned", "Returned"),
    ("attention", "Needs attention"),
]
# What the outbox says of an order that no message has spoken of yet
STATE_BY_OUTBOX = {
    "to_send": "to_send",
    "sending": "to_send",
    "sent": "sent",
    "unknown": "unknown",
    "failed": "attention",
}
AT_PLATFORM = ("sending", "sent", "unknown")  # of an order in the outbox: it is there, or may be


class SaleOrder(models.Model):
    _inherit = "sale.order"

    fulfillment_account_id = fields.Many2one(
        "fulfillment.account",
        index="btree_not_null",
        copy=False,
        check_company=True,
        tracking=True,
    )
    fulfillment_key = fields.Char(
        string="Order Key",
        copy=False,
        help="The order number the platform knows from us.",
    )
    fulfillment_ref = fields.Char(
        string="Platform Order ID", copy=False, help="The number the platform gave the order."
    )
    fulfillment_state = fields.Selection(
        STATES, compute="_compute_fulfillment_state", store=True, copy=False, index=True
    )
    fulfillment_payment_state = fields.Selection(
        [("open", "Open"), ("paid", "Paid"), ("shortfall", "Payment lost")],
        string="Payment at Platform",
        readonly=True,
        copy=False,
    )
    fulfillment_acknowledged_at = fields.Datetime(string="Acknowledged", readonly=True, copy=False)
    fulfillment_outbox_ids = fields.One2many("fulfillment.outbox", "order_id", readonly=True)
    fulfillment_message_ids = fields.One2many("fulfillment.message", "order_id", readonly=True)
    fulfillment_parcel_ids = fields.One2many("fulfillment.parcel", "order_id", readonly=True)

    _fulfillment_key_unique = models.UniqueIndex(
        "(fulfillment_account_id, fulfillment_key) WHERE fulfillment_key IS NOT NULL",
        "Another order of this account has the same order key.",
    )
    _fulfillment_ref_unique = models.UniqueIndex(
        "(fulfillment_account_id, fulfillment_ref) WHERE fulfillment_ref IS NOT NULL",
        "Another order of this account has the same platform order ID.",
    )

    @api.depends(
        "state",
        "fulfillment_account_id",
        "fulfillment_outbox_ids.state",
        "fulfillment_outbox_ids.may_have_arrived",
        "fulfillment_ref",
        "fulfillment_key",
        "fulfillment_acknowledged_at",
        "fulfillment_message_ids.state",
        "order_line.qty_delivered_method",
        "order_line.fulfillment_qty_ordered",
        "order_line.fulfillment_qty_shipped",
        "order_line.fulfillment_qty_cancelled",
        "order_line.fulfillment_qty_returned",
    )
    def _compute_fulfillment_state(self):
        for order in self:
            if not order.fulfillment_account_id:
                order.fulfillment_state = False
            elif order._fulfillment_needs_attention():
                order.fulfillment_state = "attention"
            else:
                order.fulfillment_state = (
                    order._get_fulfillment_state_of_items()
                    or order._get_fulfillment_state_of_order()
                )

    def _fulfillment_needs_attention(self):
        """A message failed, or the platform does not know that the order is cancelled."""
        rows = self._fulfillment_rows("cancel")
        return "failed" in self.fulfillment_message_ids.mapped("state") or (
            self.state == "cancel" and rows.state in ("failed", "unknown")
        )

    def _get_fulfillment_state_of_items(self):
        """What became of the items; nothing while they are all open."""
        lines = self._fulfillment_lines()
        ordered, shipped, cancelled, returned = (
            sum(lines.mapped(f"fulfillment_qty_{name}"))
            for name in ("ordered", "shipped", "cancelled", "returned")
        )
        if returned:
            return "returned" if returned >= shipped else "partly_returned"
        if shipped:
            return "shipped" if shipped + cancelled >= ordered else "partly_shipped"
        return "cancelled" if cancelled and cancelled >= ordered else False

    def _get_fulfillment_state_of_order(self):
        if self.state == "cancel":
            return "cancelled"
        if self.state != "sale":
            return False
        if self.fulfillment_acknowledged_at:
            return "acknowledged"
        if self.fulfillment_ref:
            return "sent"
        if row := self._fulfillment_rows("order"):
            return STATE_BY_OUTBOX[row.state]
        if self._fulfillment_is_known():
            return "sent"
        return self._fulfillment_has_goods() and "to_send"

    def _fulfillment_rows(self, kind):
        """What stands in the outbox about orders, one row for each; withdrawn ones do not count."""
        return self.fulfillment_outbox_ids.filtered(
            lambda row: row.kind == kind and row.state != "cancelled"
        )

    def _fulfillment_is_known(self):
        """Whether the platform has the order, or may have it.

        A key is given before sending, so it tells nothing of an order that has been in the outbox.
        """
        if self.fulfillment_ref or self._fulfillment_went_out():
            return True
        return bool(self.fulfillment_key) and "order" not in self.fulfillment_outbox_ids.mapped(
            "kind"
        )

    def _fulfillment_went_out(self):
        """Whether we have sent it, and nobody has said that it is not there."""
        rows = self.fulfillment_outbox_ids.filtered(lambda row: row.kind == "order")
        return any(row.may_have_arrived or row.state in AT_PLATFORM for row in rows)

    def _fulfillment_has_goods(self):
        return any(line.product_uom_qty > 0 for line in self._fulfillment_lines())

    def _fulfillment_lines(self):
        """The lines the platform deals with: goods, and whatever has an id there."""
        return self.order_line.filtered(
            lambda line: (
                line.fulfillment_key
                or line.fulfillment_ref
                or (line.qty_delivered_method == "stock_move" and not line.is_downpayment)
            )
        )

    # --- link to the platform

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create([self._clean_fulfillment_vals(vals) for vals in vals_list])
        orders.filtered("fulfillment_account_id")._fulfillment_link()
        return orders

    def write(self, vals):
        result = super().write(self._clean_fulfillment_vals(vals))
        if {"fulfillment_account_id", "fulfillment_key", "fulfillment_ref"} & vals.keys():
            self._fulfillment_link()
        return result

    def _action_confirm(self):
        result = super()._action_confirm()
        self.filtered("fulfillment_account_id")._fulfillment_link()
        return result

    def _fulfillment_link(self):
        """Fix what the platform knows as ordered, and wake the messages that wait for the order."""
        for order in self.filtered(lambda order: order.state == "sale"):
            for line in order._fulfillment_lines():
                if not line.fulfillment_qty_ordered:
                    line.fulfillment_qty_ordered = line.product_uom_id._compute_quantity(
                        line.product_uom_qty, line.product_id.uom_id, rounding_method="HALF-UP"
                    )
        for account, orders in self.grouped("fulfillment_account_id").items():
            if account:
                self.env["fulfillment.message"]._wake(
                    account,
                    refs=filter(None, orders.mapped("fulfillment_ref")),
                    keys=filter(None, orders.mapped("fulfillment_key")),
                )

    @staticmethod
    def _clean_fulfillment_vals(vals):
        """Ids are compared exactly, so blanks around them are cut and an empty one is none."""
        ids = {
            name: (vals[name] or "").strip() or False
            for name in ("fulfillment_key", "fulfillment_ref")
            if name in vals
        }
        return vals | ids
