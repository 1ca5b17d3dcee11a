"""What has to go out to a platform: intent first, then outcome.

A row is written in the transaction of the document it is about, so a rollback leaves no order at
the platform. The exchange lane alone sends it: it commits `sending`, makes the call with nothing
uncommitted, and writes the outcome to this row. A row that is found `sending` by the next run was
interrupted in between: nobody knows whether it arrived.
"""

from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .fulfillment_exchange_transaction import FETCH_CRON

STATES = [
    ("to_send", "To send"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("unknown", "Arrival unknown"),
    ("failed", "Not sent"),
    ("cancelled", "Withdrawn"),
]

# Per state: where a row may come from, and the fields that say nothing any more.
# An answer may come after the next run has taken the row for interrupted: then the answer counts.
MOVES = {
    "to_send": ({"sending", "unknown", "failed"}, ("reason", "answer", "settled")),
    "sending": ({"to_send"}, ("reason", "answer", "next_try_at")),
    "sent": ({"to_send", "sending", "unknown", "failed"}, ("reason", "next_try_at", "settled")),
    "unknown": ({"sending"}, ("settled",)),
    "failed": ({"to_send", "sending", "unknown"}, ("next_try_at", "settled")),
    "cancelled": ({"to_send", "failed"}, ("reason", "next_try_at")),
}
OUTCOMES = ("sent", "unknown", "failed")  # of which the document has to hear


class FulfillmentOutbox(models.Model):
    _name = "fulfillment.outbox"
    _description = "Fulfillment Outbox"
    _order = "id desc"

    account_id = fields.Many2one(
        "fulfillment.account", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    kind = fields.Selection(
        [("order", "Order"), ("cancel", "Cancellation")], required=True, readonly=True
    )
    key = fields.Char(
        string="Order Key", readonly=True, help="The order number the platform gets from us."
    )
    ref = fields.Char(
        string="Platform Order ID", readonly=True, help="As the platform answered (TB_ID)."
    )
    state = fields.Selection(STATES, required=True, readonly=True, default="to_send", index=True)
    reason = fields.Text(readonly=True, help="Why it was not sent, or what is not known.")
    answer = fields.Text(readonly=True, help="What the platform answered, without credentials.")
    attempts = fields.Integer(readonly=True, default=0)
    next_try_at = fields.Datetime(string="Next Try", readonly=True)
    sent_at = fields.Datetime(readonly=True)
    settled = fields.Boolean(
        readonly=True, default=False, help="The outcome stands on the document too."
    )

    _due = models.Index("(account_id, attempts, id) WHERE state = 'to_send'")
    _sending = models.Index("(account_id) WHERE state = 'sending'")
    _unsettled = models.Index(
        "(account_id) WHERE settled IS NOT TRUE AND state IN ('sent', 'unknown', 'failed')"
    )

    def _move_to(self, state, **facts):
        """Move the rows whose state allows it.

        :param facts: what else is known now.
        :return: the rows that moved.
        """
        movable, vals = self._prepare_move(state, facts)
        movable.sudo().write(vals)
        return movable

    def _note_outcome(self, state, **facts):
        """The same in this table alone: whoever holds the document must not make us forget what
        the platform said. What is computed from the state follows when the outcome is settled.
        """
        movable, vals = self._prepare_move(state, facts)
        vals |= {"write_uid": self.env.uid, "write_date": fields.Datetime.now()}
        columns = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), self._fields[name].convert_to_column(value, self))
            for name, value in vals.items()
        )
        if movable:
            movable.flush_recordset()
            self.env.cr.execute(
                SQL("UPDATE fulfillment_outbox SET %s WHERE id IN %s", columns, tuple(movable.ids))
            )
            movable.invalidate_recordset(flush=False)
        return movable

    def _prepare_move(self, state, facts):
        """The rows that may move to a state, and all that is to be written."""
        sources, cleared = MOVES[state]
        movable = self.filtered(lambda row: row.state in sources)
        return movable, dict.fromkeys(cleared, False) | facts | {"state": state}

    # --- what documents, messages and people do

    @api.model
    def _wake_lane(self):
        """Let the exchange lane run after this transaction, woken once, however many rows it has.

        A wake-up that is pending already is not enough: the lane may be running because of it, and
        may have looked for rows before these are committed.
        """
        hooks = self.env.cr.precommit
        if not hooks.data.get(self._name):
            hooks.data[self._name] = True
            hooks.add(partial(self.env["fulfillment.exchange"]._wake, FETCH_CRON))

    def _send_again(self):
        """Send what was not sent, or what a person has not found at the platform.

        :return: the rows that are sent again.
        """
        moved = self._move_to("to_send", attempts=0, next_try_at=False)
        if moved:
            self._wake_lane()
        return moved

    def _mark_sent(self, ref=""):
        """It did arrive: a message says so, or a person has seen it at the platform.

        :param ref: the platform's id, if it is known.
        :return: the rows that were not known to be sent.
        """
        facts = {"ref": ref} if ref else {}
        return self._move_to("sent", sent_at=fields.Datetime.now(), **facts)

    def _withdraw(self):
        """Take back what was not sent; what may be at the platform stays as it is.

        :return: the rows that could be withdrawn.
        """
        return self._move_to("cancelled")

    # --- hooks for the room that knows the documents

    def _prepare_document(self):
        """Hook: what this row sends, a canonical Order or the list of its Cancellations.

        The keys the platform gets are written to the document. An empty list: nothing is open.

        :raise UserError: every reason why it cannot go out, one per line.
        """
        raise NotImplementedError

    def _settle_documents(self):
        """Hook: write the outcome of these rows on their documents; doing it twice is harmless."""
        raise NotImplementedError

    # --- exchange lane

    @api.model
    def _due_domain(self):
        """What is to be sent now."""
        now = fields.Datetime.now()
        is_time = Domain("next_try_at", "=", False) | Domain("next_try_at", "<=", now)
        return Domain("state", "=", "to_send") & is_time

    @api.model
    def _open_domain(self):
        """What makes an account due: the same, and what a killed run left behind."""
        return self._due_domain() | Domain("state", "=", "sending") | self._unsettled_domain()

    @api.model
    def _unsettled_domain(self):
        """Outcomes no document knows yet."""
        return Domain("state", "in", OUTCOMES) & Domain("settled", "!=", True)

    @api.model
    def _find_due(self, account, limit):
        """Those with the fewest tries first: one that always fails must not hold up the others."""
        of_account = Domain("account_id", "=", account.id)
        return self.search(of_account & self._due_domain(), order="attempts, id", limit=limit)

    @api.model
    def _find_interrupted(self, account):
        """Rows that nobody sends any more; the caller holds the account's lock."""
        return self.search(
            Domain("account_id", "=", account.id) & Domain("state", "=", "sending"), order="id"
        )

    @api.model
    def _find_unsettled(self, account):
        of_account = Domain("account_id", "=", account.id)
        return self.search(of_account & self._unsettled_domain(), order="id")

    def _settle(self):
        """Let the documents know the outcome of these rows, if there is one and they do not yet."""
        rows = self.exists().filtered(lambda row: row.state in OUTCOMES and not row.settled)
        if rows:
            rows.modified(["state"])
            rows._settle_documents()
            rows.settled = True
