"""An order cancelled in Odoo, and confirmed again: what the platform and people hear of it."""

from odoo import models

from ..activities import find_activities, plan_activity
from .fulfillment_outbox import NOT_SENT

TOLD = ("sent", "unknown")  # of a cancellation: the platform has heard of it, or may have


class SaleOrder(models.Model):
    _inherit = "sale.order"

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
        """What was not sent stays here; for the rest the policy of the account decides.

        A person hears of every order of which the platform is not told.
        """
        self._fulfillment_rows("order")._withdraw()
        find_activities(self, "recall").unlink()
        known = self.filtered(
            lambda order: order._fulfillment_is_known() and order._fulfillment_is_open()
        )
        to_cancel = known.filtered(
            lambda order: (
                order.fulfillment_account_id.cancel_policy == "send"
                and not order._fulfillment_is_doubtful()
            )
        )
        told = self.env["fulfillment.outbox"]._enqueue_cancellations(to_cancel).order_id
        for order in known - told:
            order._fulfillment_tell(order._text_fulfillment_recalled())

    def _fulfillment_is_open(self):
        """Whether the platform still has something to ship."""
        lines = self._fulfillment_lines()
        ordered, shipped, cancelled = (
            sum(lines.mapped(f"fulfillment_qty_{name}"))
            for name in ("ordered", "shipped", "cancelled")
        )
        return not ordered or shipped + cancelled < ordered

    def _fulfillment_is_doubtful(self):
        """Whether it was withdrawn after a try of which nobody knows whether it arrived."""
        return (
            not self.fulfillment_ref
            and not self._fulfillment_rows("order")
            and self._fulfillment_went_out()
        )

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

    # --- the platform was not told

    def action_fulfillment_recall_done(self):
        """A person has cancelled it there, or has seen that it is."""
        self._fulfillment_untold_recall()._mark_sent()

    def action_fulfillment_recall_again(self):
        """Tell the platform again; what stands against it is told at once."""
        if row := self._fulfillment_untold_recall():
            self._fulfillment_prepare_cancellations()
            row._send_again()

    def _fulfillment_untold_recall(self):
        self.ensure_one()
        self.check_access("write")
        return self.sudo()._fulfillment_rows("cancel").filtered(lambda row: row.state in NOT_SENT)

    def _fulfillment_repeat_recall(self):
        """The platform's ids of these orders are known now: no cancellation goes out without."""
        cancelled = self.filtered(lambda order: order.state == "cancel")
        rows = cancelled._fulfillment_rows("cancel")
        rows.filtered(lambda row: row.state == "failed")._send_again()

    # --- confirmed again

    def _action_confirm(self):
        result = super()._action_confirm()
        self.sudo().filtered("fulfillment_account_id")._fulfillment_resume()
        return result

    def _fulfillment_resume(self):
        """Confirmed again after a cancellation: the platform has the key, so it gets no new order.

        If it has not heard of the cancellation yet, it never will. Else a person is asked.
        """
        recalls = self._fulfillment_rows("cancel")
        told = recalls.filtered(lambda row: row.state in TOLD).order_id
        unheard = recalls._withdraw().order_id - told
        doubtful = self.filtered(lambda order: order._fulfillment_is_doubtful())
        doubtful._fulfillment_doubt_again()
        again = self.filtered(lambda order: order._fulfillment_was_cancelled())
        for order in again - unheard - doubtful:
            find_activities(order, "recall").unlink()
            order._fulfillment_tell(order._text_fulfillment_resumed())

    def _fulfillment_was_cancelled(self):
        """Whether an order that is confirmed now was so before, and the platform knew it."""
        has_row = "order" in self.fulfillment_outbox_ids.mapped("kind")
        return self._fulfillment_is_known() and bool(has_row or find_activities(self, "recall"))

    def _fulfillment_doubt_again(self):
        """Before one of these orders is sent, a person looks whether it is there."""
        find_activities(self, "recall").unlink()
        for order in self:
            rows = order.fulfillment_outbox_ids.filtered("may_have_arrived").sorted("id")
            row = rows[-1:]._move_to("unknown", reason=order._text_fulfillment_doubt())
            row._settle_documents()

    # --- sentences

    def _text_fulfillment_recalled(self):
        values = {"platform": self._fulfillment_platform(), "order": self.display_name}
        row = self._fulfillment_rows("order")
        if self._fulfillment_went_out() and row.state != "sent" and not self.fulfillment_ref:
            return self.env._(
                "Nobody knows whether %(order)s arrived at %(platform)s before it was cancelled. "
                "Look there: if it arrived, cancel it there.",
                **values,
            )
        return self.env._(
            "%(platform)s does not know that %(order)s is cancelled: cancel it there.", **values
        )

    def _text_fulfillment_doubt(self):
        return self.env._(
            "It was cancelled in Odoo while nobody knew whether an earlier try had arrived."
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
