"""What a batch leaves on its orders: a note, an activity, a cancelled order."""

from markupsafe import Markup

from odoo import models

ACTIVITY_TYPE = "fulfillment_connector.mail_activity_fulfillment"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _fulfillment_cancel_empty(self, batch):
        """Cancel the orders of which nothing is left and nothing was shipped."""
        empty = self.filtered(
            lambda order: (
                order.state == "sale"
                and all(
                    not batch.ledger(line).open and not batch.ledger(line).shipped
                    for line in order._fulfillment_lines()
                )
            )
        )
        empty.with_context(disable_cancel_warning=True).action_cancel()

    def _fulfillment_note(self, account, notes):
        """One short note per order and batch."""
        platform = dict(account._fields["provider"]._description_selection(self.env))
        name = platform[account.provider]
        bodies = {order.id: Markup("%s: %s") % (name, "; ".join(notes[order])) for order in notes}
        self.browse(bodies)._message_log_batch(bodies=bodies)

    def _fulfillment_activity(self, account, cause, text):
        """Plan an activity, unless one for this cause is open on the order.

        :param cause: key of `_fulfillment_causes`.
        """
        summary = self._fulfillment_causes()[cause]
        kind = self.env.ref(ACTIVITY_TYPE)
        for order in self:
            is_open = order.activity_ids.filtered(
                lambda activity: activity.activity_type_id == kind and activity.summary == summary
            )
            if not is_open:
                user = order.user_id or account.user_id or self.env.user
                order.activity_schedule(ACTIVITY_TYPE, summary=summary, note=text, user_id=user.id)

    def _fulfillment_causes(self):
        return {
            "attention": self.env._("Fulfillment: messages need attention"),
            "refund": self.env._("Fulfillment: check the refund"),
            "shortfall": self.env._("Fulfillment: payment lost"),
        }

    def _fulfillment_calm_down(self):
        """Remove the call for attention from orders that have no failed message any more."""
        kind, summary = self.env.ref(ACTIVITY_TYPE), self._fulfillment_causes()["attention"]
        calm = self.filtered(lambda order: "failed" not in order._fulfillment_message_states())
        calm.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind and activity.summary == summary
        ).unlink()

    def _fulfillment_message_states(self):
        return self.fulfillment_message_ids.mapped("state")
