"""What a batch leaves on its orders: a note, an activity, a cancelled order."""

from markupsafe import Markup

from odoo import models

from ..activities import find_activities


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _fulfillment_cancel_empty(self, batch):
        """Cancel the orders of which nothing is left and nothing was shipped."""
        empty = self.filtered(
            lambda order: order.state == "sale" and order._fulfillment_is_empty(batch)
        )
        empty.with_context(disable_cancel_warning=True).action_cancel()

    def _fulfillment_is_empty(self, batch):
        ledgers = [batch.ledger(line) for line in self._fulfillment_lines()]
        return any(ledger.cancelled for ledger in ledgers) and not any(
            ledger.open or ledger.shipped for ledger in ledgers
        )

    def _fulfillment_note(self, account, notes):
        """One short note per order and batch."""
        platform = dict(account._fields["provider"]._description_selection(self.env))
        name = platform[account.provider]
        bodies = {order.id: Markup("%s: %s") % (name, "; ".join(notes[order])) for order in notes}
        self.browse(bodies)._message_log_batch(bodies=bodies)

    def _fulfillment_calm_down(self):
        """Remove the call for attention from orders that have no failed message any more."""
        calm = self.filtered(
            lambda order: "failed" not in order.fulfillment_message_ids.mapped("state")
        )
        find_activities(calm, "attention").unlink()
