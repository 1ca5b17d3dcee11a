"""Apply messages of any orders in one transaction; nothing here commits."""

from odoo import api, models

from ...providers.canonical import Kind
from .assigning import assigning
from .batch import Batch
from .fulfillment_apply import PENDING
from .fulfillment_effect import EFFECTS
from .ledger import EffectError, TooEarly

WITHOUT_EFFECT = ("info", "unknown")  # kept and shown, that is all


class FulfillmentApply(models.AbstractModel):
    _inherit = "fulfillment.apply"

    @api.model
    def _apply_messages(self, messages):
        """Apply messages of any orders; each ends as applied, waiting or failed.

        The effects and the new states stand in one transaction, so that nothing is done twice.
        """
        pending = messages.filtered(lambda message: message.state in PENDING)
        for account, of_account in pending.grouped("account_id").items():
            lane = self.with_user(api.SUPERUSER_ID).with_company(account.company_id)
            lane = lane.with_context(lang=account.user_id.lang or self.env.lang)
            # Mails wait in their queue, as the work may still be rolled back.
            lane = lane.with_context(
                fulfillment_apply=True,
                mail_notify_force_send=False,
                mail_activity_quick_update=True,
            )
            lane._apply_messages_of_account(account, of_account.with_env(lane.env))

    def _apply_messages_of_account(self, account, messages):
        batch = Batch(self.env, account.with_env(self.env), messages.order_id)
        left = self._review_changes(batch, messages)
        accepted = self._plan(batch, left.sorted(self._sort_key))
        accepted._learn_ids()
        batch.orders._fulfillment_note_arrival()
        for kind, effect in EFFECTS.items():
            of_kind = accepted.filtered(lambda message, kind=kind: message.kind == kind.value)
            if of_kind:
                self.env[effect]._apply(batch, of_kind)
        self._finish(batch, accepted)
        (messages - accepted)._raise_attention()

    def _review_changes(self, batch, messages):
        """What the platform has changed or deleted since it was applied.

        :return: the messages that are left to apply.
        """
        changed = messages.filtered(lambda message: message.booked_as or not message.is_live)
        for message in changed:
            if message.booked_as == Kind.DELIVER.value:
                batch.redelivered |= message.order_id
            try:
                message._check_change()
            except EffectError as error:
                message._move_to("failed", str(error))
        return messages - changed.filtered(lambda message: message.state not in PENDING)

    def _finish(self, batch, applied):
        """Write the totals and the states, and leave one note per order."""
        orders = applied.order_id
        orders._fulfillment_cancel_empty(batch)
        batch.write_totals()
        batch.write_items(applied)
        applied._move_to("applied")
        self._settle_deliveries(batch, applied)
        self.env["fulfillment.effect.refund"]._settle(batch)
        orders._fulfillment_note(batch.account, batch.notes)
        orders._fulfillment_calm_down()

    def _settle_deliveries(self, batch, applied):
        told = applied.filtered(lambda message: message.kind == Kind.DELIVER.value)
        if orders := told.order_id | batch.redelivered:
            self.env["fulfillment.effect.deliver"]._settle(orders)

    def _plan(self, batch, messages):
        """Sort out what cannot be applied; say why on each.

        :return: the messages that can.
        """
        refused = {}
        with assigning(messages, "order_line_id"):
            for message in messages:
                try:
                    self._plan_message(batch, message)
                except TooEarly as error:
                    refused[message] = ("waiting", str(error))
                except EffectError as error:
                    refused[message] = ("failed", str(error))
        for message, (state, reason) in refused.items():
            message._move_to(state, reason)
        return messages.filtered(lambda message: message not in refused)

    def _plan_message(self, batch, message):
        if message.problem:
            raise EffectError(message.problem)
        if message.kind in WITHOUT_EFFECT:
            return
        message._check_order()
        message._match_line()
        self.env[EFFECTS[message.kind]]._plan(batch, message)

    @staticmethod
    def _sort_key(message):
        """What cancels the rest of an order comes when it is known what the rest is."""
        is_rest = message.kind == Kind.CANCEL.value and not message._names_item()
        kinds = [kind.value for kind in EFFECTS]
        place = kinds.index(message.kind)
        return (is_rest, is_rest and not message.shipment_ref, place, message._number())
