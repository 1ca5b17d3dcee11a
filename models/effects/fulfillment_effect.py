"""Which effect a kind of message has, and what all effects share.

An effect works in two steps on the messages of many orders at once: `_plan` looks at one message,
in memory, and accepts it or raises; `_apply` then does the accepted ones in bulk.
"""

from odoo import models

from ...providers.canonical import Kind

# In the order in which they are applied: what is cancelled is not shipped afterwards,
# and only what was shipped comes back.
EFFECTS = {
    Kind.ACKNOWLEDGE: "fulfillment.effect.acknowledge",
    Kind.CANCEL: "fulfillment.effect.cancel",
    Kind.SHIP: "fulfillment.effect.ship",
    Kind.DELIVER: "fulfillment.effect.deliver",
    Kind.RETURN: "fulfillment.effect.return",
    Kind.DEDUCTION: "fulfillment.effect.deduction",
    Kind.REFUND: "fulfillment.effect.refund",
    Kind.PAYMENT: "fulfillment.effect.payment",
    Kind.INFO: "fulfillment.effect",
    Kind.UNKNOWN: "fulfillment.effect",
}


class FulfillmentEffect(models.AbstractModel):
    _name = "fulfillment.effect"
    _description = "Fulfillment Effect"

    def _plan(self, batch, message):
        """Accept one message, or say why not.

        :param batch: `Batch` of the run, with the ledgers of all lines.
        :raise EffectError: a person must look at it.
        :raise TooEarly: it waits.
        """

    def _apply(self, batch, messages):
        """Do what the accepted messages say, in bulk and without commits."""

    def _tell(self, batch, message, text):
        """Remember a few words for the note on the message's order."""
        batch.notes[message.order_id].append(text)
