"""What an account shows of the orders that go out through it."""

from odoo import fields, models

from .fulfillment_outbox import NOT_SENT

TO_SEND = ("to_send", "sending")
OF_ORDERS = ("name", "active", "company_id", "provider", "state", "password", "send_policy")


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    to_send_count = fields.Integer(string="To Send", compute="_compute_outbox_counts")
    not_sent_count = fields.Integer(string="Not Sent", compute="_compute_outbox_counts")
    doubtful_count = fields.Integer(string="Arrival Unknown", compute="_compute_outbox_counts")

    def _fetch_field(self, field):
        # EXTENDS base: an order asks its account for little; a hundred settings would come along.
        if field.name not in OF_ORDERS:
            return super()._fetch_field(field)
        allowed = [name for name in OF_ORDERS if self._has_field_access(self._fields[name], "read")]
        return self.fetch(allowed)

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
