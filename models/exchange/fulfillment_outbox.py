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

from ..outbox_states import STATES
from .fulfillment_account import MANAGER
from .fulfillment_exchange_transaction import FETCH_CRON

# Per state: where a row may come from, and the fields that say nothing any more.
MOVES = {
    "to_send": ({"sending", "unknown", "failed"}, ("reason", "answer", "settled")),
    "sending": ({"to_send"}, ("reason", "answer", "next_try_at")),
    "sent": (
        {"to_send", "sending", "unknown", "failed"},
        ("reason", "next_try_at", "may_have_arrived", "settled"),
    ),
    "unknown": ({"to_send", "sending", "cancelled"}, ("next_try_at", "settled")),
    "failed": ({"to_send", "sending"}, ("next_try_at", "settled")),
    "cancelled": ({"to_send", "sending", "failed"}, ("reason", "next_try_at", "settled")),
}
# A cancellation ends when its order is confirmed again, whatever the platform knows. An order that
# was withdrawn after a call may be at the platform: confirmed again, a person looks there first.
MOVES_OF_KIND = {
    ("cancel", "cancelled"): {"sent", "unknown"},
    ("order", "unknown"): {"cancelled"},
}
TO_SEND = ("to_send", "sending")
OUTCOMES = ("sent", "unknown", "failed", "cancelled")  # of which the document has to hear


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
    ref = fields.Char(string="Platform Order ID", readonly=True, help="As the platform answered.")
    state = fields.Selection(STATES, required=True, readonly=True, default="to_send", index=True)
    reason = fields.Text(readonly=True, help="Why it was not sent, or what is not known.")
    answer = fields.Text(
        readonly=True,
        groups=MANAGER,
        help="What the platform answered, without credentials.",
    )
    attempts = fields.Integer(readonly=True, default=0)
    next_try_at = fields.Datetime(string="Next Try", readonly=True)
    sent_at = fields.Datetime(readonly=True)
    may_have_arrived = fields.Boolean(
        readonly=True,
        default=False,
        copy=False,
        help="A call was made, and nobody has made sure that the platform does not have it.",
    )
    settled = fields.Boolean(
        readonly=True, default=False, help="The outcome stands on the document too."
    )

    _due = models.Index("(account_id, attempts, id) WHERE state = 'to_send'")
    _sending = models.Index("(account_id) WHERE state = 'sending'")
    _unsettled = models.Index(
        "(account_id) WHERE settled IS NOT TRUE"
        " AND state IN ('sent', 'unknown', 'failed', 'cancelled')"
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
        movable = self.filtered(
            lambda row: row.state in sources | MOVES_OF_KIND.get((row.kind, state), set())
        )
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
        moved = self._move_to("to_send", attempts=0, next_try_at=False, may_have_arrived=False)
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
        """Take back what waits to be sent or was refused; a call that is under way stays.

        An earlier one may have arrived all the same: then `may_have_arrived` says so.

        :return: the rows that could be withdrawn.
        """
        waiting = self.filtered(lambda row: row.state != "sending")
        return waiting._move_to("cancelled", settled=True)

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

    def _try_lock_documents(self):
        """Hook: lock the document of this row without waiting for anybody.

        :return: whether it is ours; else it is left to a later run.
        """
        return True

    def _is_wanted(self):
        """Hook: whether the document of this row still asks for it to be sent."""
        return True

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
    def _find_due(self, account, limit, left_out=()):
        """Those with the fewest tries first: one that always fails must not hold up the others.

        :param left_out: ids of rows that are not to be found.
        """
        of_account = Domain("account_id", "=", account.id) & Domain("id", "not in", list(left_out))
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

    def _try_lock(self):
        """Lock this row and its document, unless somebody else has one of them."""
        return bool(self.try_lock_for_update(allow_referencing=True)) and self._try_lock_documents()

    def _is_repeatable(self):
        """Whether it does no harm at the platform to send this row twice."""
        return self.kind == "order" and self.account_id._get_provider().is_send_repeatable

    def _state_if_refused(self):
        """What a refusal makes of this row: it says nothing of a call that was made before."""
        return "unknown" if self.may_have_arrived else "failed"

    def _settle(self):
        """Let the documents know of these rows: of an outcome, or that they are tried again."""
        states = (*OUTCOMES, "to_send")
        rows = self.exists().filtered(lambda row: row.state in states and not row.settled)
        if rows:
            rows.modified(["state"])
            rows._settle_documents()
            rows.settled = True
