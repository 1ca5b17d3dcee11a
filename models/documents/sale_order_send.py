"""An order on its way to the platform: confirmed, sent by hand, arrived.

Here it only gets a row in the outbox, in the same transaction; the exchange lane does the rest.
"""

from odoo import models
from odoo.exceptions import UserError

from ..activities import find_activities


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # --- confirmation

    def _action_confirm(self):
        result = super()._action_confirm()
        orders = self.sudo().filtered("fulfillment_account_id")
        orders._fulfillment_enqueue_confirmed()
        return result

    def _fulfillment_enqueue_confirmed(self):
        to_send = self.filtered(lambda order: order._fulfillment_goes_out_by_itself())
        self.env["fulfillment.outbox"]._enqueue_orders(to_send)

    def _fulfillment_goes_out_by_itself(self):
        account = self.fulfillment_account_id
        return (
            account.send_policy == "confirm"
            and not self._fulfillment_is_known()
            and not self._fulfillment_why_not_sent()
        )

    # --- arrival

    def write(self, vals):
        result = super().write(vals)
        if (vals.get("fulfillment_ref") or "").strip():
            self._fulfillment_note_arrival()
        return result

    def _fulfillment_note_arrival(self):
        """The platform speaks of these orders, or somebody has seen them there."""
        orders = self.sudo()
        rows = orders._fulfillment_rows("order").filtered(lambda row: row.state != "sent")
        for row in rows:
            row._mark_sent(row.order_id.fulfillment_ref)
        orders._fulfillment_repeat_recall()

    # --- by hand

    def action_fulfillment_send(self):
        """Queue orders; of a single one every reason against it is told at once."""
        self.check_access("write")
        orders = self.sudo()
        if len(orders) == 1:
            orders._fulfillment_check_sendable()
        ready = orders.filtered(lambda order: not order._fulfillment_why_not_sent())
        rows = self.env["fulfillment.outbox"]._enqueue_orders(ready)
        failed = ready._fulfillment_rows("order").filtered(lambda row: row.state == "failed")
        failed._send_again()
        if len(orders) > 1:
            return self._fulfillment_notify(len(rows) + len(failed), orders - ready)
        return None

    def _fulfillment_check_sendable(self):
        """:raise UserError: every reason why this order cannot be sent."""
        if reason := self._fulfillment_why_not_sent():
            raise UserError(reason)
        self._fulfillment_ensure_sendable()

    def action_fulfillment_send_again(self):
        """Send an order again that may have arrived: a person has looked, and it is not there.

        One that is cancelled meanwhile is withdrawn for good.
        """
        self.ensure_one()
        self.check_access("write")
        row = self.sudo()._fulfillment_rows("order")
        if row.state == "unknown" and self.state == "cancel":
            row._send_again()._withdraw()
            find_activities(self.sudo(), "recall").unlink()
        elif row.state == "unknown":
            self.sudo()._fulfillment_ensure_sendable()
            row._send_again()

    def action_fulfillment_enter_ref(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The Order Arrived"),
            "res_model": "fulfillment.enter.ref",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _fulfillment_why_not_sent(self):
        """A sentence when this order cannot be put into the outbox now, else nothing."""
        values = {"order": self.display_name}
        row = self._fulfillment_rows("order")
        if not self.fulfillment_account_id.active:
            return self.env._("Choose an account in use for %(order)s.", **values)
        if self.state != "sale":
            return self.env._("%(order)s is not confirmed.", **values)
        if row.state in ("to_send", "sending"):
            return self.env._("%(order)s is about to be sent already.", **values)
        if row.state == "unknown":
            return self.env._(
                "%(order)s may have arrived. Its Fulfillment page says what to do.", **values
            )
        if self._fulfillment_is_known():
            return self.env._("The platform has %(order)s already.", **values)
        if not self._fulfillment_has_goods():
            return self.env._(
                "%(order)s has no goods to ship: services alone are not sent. Add a product with "
                "a quantity.",
                **values,
            )
        return ""

    def _fulfillment_notify(self, count, left_out):
        lines = [self.env._("Orders to send: %s.", count)]
        lines += [order._fulfillment_why_not_sent() for order in left_out[:5]]
        if len(left_out) > 5:
            lines.append(self.env._("%s more are left out.", len(left_out) - 5))
        kind = "warning" if left_out else "success"
        return self.env["fulfillment.account"]._notify("\n".join(lines), kind)
