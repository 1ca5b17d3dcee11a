"""What an account shows of the orders that go out through it."""

from odoo import fields, models

from .fulfillment_outbox import NOT_SENT

TO_SEND = ("to_send", "sending")


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    # What an order asks of its account is read alone: a hundred settings would come along.
    name = fields.Char(prefetch="order")
    active = fields.Boolean(prefetch="order")
    company_id = fields.Many2one(prefetch="order")
    provider = fields.Selection(prefetch="order")
    state = fields.Selection(prefetch="order")
    password = fields.Char(prefetch="order")
    send_policy = fields.Selection(prefetch="order")

    to_send_count = fields.Integer(string="To Send", compute="_compute_outbox_counts")
    not_sent_count = fields.Integer(string="Not Sent", compute="_compute_outbox_counts")
    doubtful_count = fields.Integer(string="Arrival Unknown", compute="_compute_outbox_counts")

    def _compute_outbox_counts(self):
        """One query for all accounts; a user's own rows. What is done only grows: not read."""
        live = [("account_id", "in", self.ids), ("state", "in", (*TO_SEND, *NOT_SENT))]
        states = self._count("fulfillment.outbox", live, "state")
        for account in self:
            account.to_send_count = sum(states.get((account, state), 0) for state in TO_SEND)
            account.not_sent_count = states.get((account, "failed"), 0)
            account.doubtful_count = states.get((account, "unknown"), 0)

    def action_view_not_sent(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fulfillment_connector.action_outbox"
        )
        return action | {
            "domain": [("account_id", "in", self.ids)],
            "context": {"search_default_not_sent": 1},
        }
