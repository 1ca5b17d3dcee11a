"""What the exchange lane owes the platform: one row per message that can be marked as processed.

A row of its own, since the apply lane writes the message's row at the same time: neither lane waits
for the other, and neither makes the other's transaction fail. Only the exchange lane writes here,
and the button by which a person lets it try again.
"""

from odoo import api, fields, models
from odoo.fields import Domain

from .fulfillment_message import SETTLED

MAXIMUM_ATTEMPTS = 5  # of a failed call; the strictest platform allows no more


class FulfillmentAcknowledgement(models.Model):
    _name = "fulfillment.acknowledgement"
    _description = "Fulfillment Acknowledgement"
    _order = "id desc"
    _rec_name = "message_id"

    message_id = fields.Many2one(
        "fulfillment.message", required=True, readonly=True, ondelete="cascade"
    )
    account_id = fields.Many2one(
        "fulfillment.account", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    acknowledged_at = fields.Datetime(string="Marked as Processed", readonly=True)
    next_try_at = fields.Datetime(string="Next Try", readonly=True)
    attempts = fields.Integer(readonly=True)
    error = fields.Text(readonly=True)
    is_missing = fields.Boolean(
        string="Unknown to the Platform", readonly=True, help="The platform answered 404."
    )

    _message_unique = models.Constraint(
        "UNIQUE(message_id)", "A message is marked as processed once."
    )
    _owed = models.Index("(account_id, attempts, id) WHERE acknowledged_at IS NULL")

    @api.model
    def _owed_domain(self, policy):
        """What is to be acknowledged now under a policy."""
        now = fields.Datetime.now()
        domain = (
            Domain("acknowledged_at", "=", False)
            & Domain("attempts", "<", MAXIMUM_ATTEMPTS)
            & (Domain("next_try_at", "=", False) | Domain("next_try_at", "<=", now))
        )
        if policy == "applied":
            domain &= Domain("message_id.state", "in", SETTLED)
        return domain

    @api.model
    def _find_owed(self, account, limit):
        """Those with the fewest tries first: one that always fails must not hold up the others."""
        owed = self._owed_domain(account.acknowledge_policy)
        rows = self.search_fetch(
            Domain("account_id", "=", account.id) & owed,
            ["message_id", "attempts"],
            order="attempts, id",
            limit=limit,
        )
        rows.message_id.fetch(["external_id"])
        return rows

    @api.model
    def _count_unacknowledged(self, account):
        """Known messages the platform still shows; what it does not know it does not show."""
        return self.search_count(
            Domain("account_id", "=", account.id)
            & Domain("acknowledged_at", "=", False)
            & Domain("is_missing", "=", False)
        )

    @api.model
    def _reopen(self, account, known, spared):
        """Owe the acknowledgement of messages that came again although it was sent: it got lost.

        :param known: external ids of the messages that came again.
        :param spared: ids that were reopened before in this run, so that it cannot go round.
        :return: ids of the reopened rows.
        """
        if not known:
            return set()
        came_again = Domain("account_id", "=", account.id) & Domain("external_id", "in", known)
        rows = self.search(
            Domain("message_id", "any", came_again)
            & Domain("acknowledged_at", "!=", False)
            & Domain("id", "not in", list(spared))
        )
        rows._owe_again()
        return set(rows.ids)

    def _owe_again(self):
        self.write(
            {
                "acknowledged_at": False,
                "next_try_at": False,
                "attempts": 0,
                "error": False,
                "is_missing": False,
            }
        )
