"""An order on its way to the platform: confirmed, sent by hand, arrived, cancelled.

Here it only gets a row in the outbox, in the same transaction; the exchange lane does the rest.
"""

from odoo import api, models
from odoo.exceptions import UserError

from ..activities import find_activities, plan_activity


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # --- confirmation

    def _action_confirm(self):
        result = super()._action_confirm()
        orders = self.sudo().filtered("fulfillment_account_id")
        orders._fulfillment_resume()
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

    def _fulfillment_resume(self):
        """Confirmed again after a cancellation: the platform has the key, so it gets no new order.

        If it has not heard of the cancellation yet, it never will. Else a person is asked.
        """
        withdrawn = self._fulfillment_rows("cancel")._withdraw().order_id
        for order in self.filtered(lambda order: order._fulfillment_was_cancelled()) - withdrawn:
            find_activities(order, "recall").unlink()
            order._fulfillment_tell(order._text_fulfillment_resumed())

    def _fulfillment_was_cancelled(self):
        """Whether an order that is confirmed now was so before, and the platform knew it."""
        rows = self._fulfillment_rows("order")
        return self._fulfillment_is_known() and bool(rows or find_activities(self, "recall"))

    # --- cancellation

    def _action_cancel(self):
        orders = self.sudo().filtered(
            lambda order: order.state == "sale" and order.fulfillment_account_id
        )
        result = super()._action_cancel()
        if not self.env.context.get("fulfillment_apply"):
            orders._fulfillment_recall()
        return result

    def _fulfillment_recall(self):
        """What was not sent stays here; for the rest the policy of the account decides."""
        self._fulfillment_rows("order")._withdraw()
        find_activities(self, "recall").unlink()
        known = self.filtered(
            lambda order: order._fulfillment_is_known() and order._fulfillment_is_open()
        )
        to_cancel = known.filtered(
            lambda order: order.fulfillment_account_id.cancel_policy == "send"
        )
        self.env["fulfillment.outbox"]._enqueue_cancellations(to_cancel)
        for order in known - to_cancel:
            order._fulfillment_tell(order._text_fulfillment_recalled())

    def _fulfillment_is_open(self):
        """Whether the platform still has something to ship."""
        lines = self._fulfillment_lines()
        ordered, shipped, cancelled = (
            sum(lines.mapped(f"fulfillment_qty_{name}"))
            for name in ("ordered", "shipped", "cancelled")
        )
        return not ordered or shipped + cancelled < ordered

    def _fulfillment_tell(self, text):
        """A note, and an activity for whoever sold it."""
        self._message_log(body=text)
        user = self.user_id or self.fulfillment_account_id.user_id
        plan_activity(self, "recall", text, user)

    def _fulfillment_calm_down(self):
        # EXTENDS the apply lane: the platform has cancelled what a person was to cancel there
        done = self.filtered(
            lambda order: order.state == "cancel" and not order._fulfillment_is_open()
        )
        find_activities(done, "recall").unlink()
        return super()._fulfillment_calm_down()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_known(self):
        """What the platform has, or may have, must be found when it speaks of it."""
        for order in self.sudo():
            if order._fulfillment_is_known():
                raise UserError(
                    self.env._(
                        "%(order)s cannot be deleted: %(platform)s has it, or may have it. "
                        "Leave it cancelled.",
                        order=order.display_name,
                        platform=order._fulfillment_platform(),
                    )
                )

    # --- arrival

    def write(self, vals):
        result = super().write(vals)
        if (vals.get("fulfillment_ref") or "").strip():
            self._fulfillment_note_arrival()
        return result

    def _fulfillment_note_arrival(self):
        """The platform speaks of these orders, or somebody has seen them there."""
        rows = self.sudo()._fulfillment_rows("order").filtered(lambda row: row.state != "sent")
        for row in rows:
            row._mark_sent(row.order_id.fulfillment_ref)

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
        """Send an order again that may have arrived: a person has looked."""
        self.ensure_one()
        self.check_access("write")
        row = self.sudo()._fulfillment_rows("order")
        if row.state == "unknown":
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
            return self.env._("Nothing in %(order)s is to be sent.", **values)
        return ""

    def _fulfillment_notify(self, count, left_out):
        lines = [self.env._("Orders to send: %s.", count)]
        lines += [order._fulfillment_why_not_sent() for order in left_out[:5]]
        if len(left_out) > 5:
            lines.append(self.env._("%s more are left out.", len(left_out) - 5))
        kind = "warning" if left_out else "success"
        return self.env["fulfillment.account"]._notify("\n".join(lines), kind)

    # --- sentences

    def _text_fulfillment_recalled(self):
        return self.env._(
            "%(platform)s does not know that %(order)s is cancelled: cancel it there.",
            platform=self._fulfillment_platform(),
            order=self.display_name,
        )

    def _text_fulfillment_resumed(self):
        return self.env._(
            "%(order)s was cancelled and is confirmed again. %(platform)s has it from before and "
            "takes no second order with the same number. If it is cancelled there, duplicate this "
            "order, confirm the copy and cancel this one. If not, there is nothing to do, unless "
            "you changed the order: %(platform)s does not know of changes.",
            platform=self._fulfillment_platform(),
            order=self.display_name,
        )
