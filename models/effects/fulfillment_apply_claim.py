"""Which messages a worker of the apply lane takes: those that nobody else has in hand."""

from odoo import models
from odoo.tools import SQL

from .fulfillment_apply import BATCH_SIZE, PENDING


class FulfillmentApply(models.AbstractModel):
    _inherit = "fulfillment.apply"

    def _claim(self, account=None, limit=BATCH_SIZE):
        """Lock the oldest messages to apply, their orders, and all else that these orders wait for.

        Other workers skip what is locked here, so any number of them can run on any host.
        """
        inbox = self.env["fulfillment.message"].sudo()
        messages, found = inbox, [0]
        while found and not messages:  # all in the hands of others: look further
            found = self._claim_rows(account, limit, found[-1])
            messages = self._lock(inbox.browse(found))
        waiting = inbox.search(
            [("order_id", "in", messages.order_id.ids), ("state", "=", "waiting")]
        )
        return messages | waiting.try_lock_for_update(allow_referencing=True)

    def _claim_rows(self, account, limit, after):
        of_account = SQL("AND account_id = %s", account.id) if account else SQL()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM fulfillment_message WHERE state = 'received' AND id > %s %s"
                " ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
                after,
                of_account,
                limit,
            )
        )
        return [row[0] for row in rows]

    def _lock(self, messages):
        """Find the orders of messages and lock both.

        :return: the messages that are ours now and still to be applied.
        """
        messages = messages.try_lock_for_update(allow_referencing=True)
        for of_account in messages.grouped("account_id").values():
            of_account._match_orders()
        orders = messages.order_id.try_lock_for_update(allow_referencing=True)
        return messages.filtered(
            lambda message: (
                message.state in PENDING and (not message.order_id or message.order_id in orders)
            )
        )

    def _count_pending(self):
        return (
            self.env["fulfillment.message"]
            .sudo()
            .search_count([("state", "=", "received")], limit=100_000)
        )
