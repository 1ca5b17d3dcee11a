"""Money: deductions and refunds of the platform, and what returns and cancellations are worth.

Nothing is ever posted; the account's policy says whether nothing happens, an activity is planned,
or a credit note is drafted.
"""

from odoo import Command, fields, models

from ..activities import plan_activity
from .batch import Refund
from .ledger import EffectError


class FulfillmentEffectDeduction(models.AbstractModel):
    _name = "fulfillment.effect.deduction"
    _inherit = "fulfillment.effect"
    _description = "Effect of a deduction"

    def _plan(self, batch, message):
        if message.platform_type == "DEDUCT_SHIPPING_COSTS":
            self._check_shipping_costs(batch, message)
        if message.item_ref or message.item_key or message.sku:
            message._match_line()
        batch.refunds[message.order_id].append(
            Refund(message, self._text(message), message.order_line_id, amount=message.amount)
        )

    def _apply(self, batch, messages):
        for message in messages:
            self._tell(batch, message, self._text(message))

    def _check_shipping_costs(self, batch, message):
        """Reimbursed shipping never exceeds what was charged by the platform."""
        order = message.order_id
        charged = sum(order.order_line.filtered("is_delivery").mapped("price_total"))
        told = order.fulfillment_message_ids.filtered(
            lambda other: other.platform_type == message.platform_type and other.state == "applied"
        )
        planned = [
            refund.amount
            for refund in batch.refunds[order]
            if refund.message.platform_type == message.platform_type
        ]
        total = sum(told.mapped("amount")) + sum(planned) + message.amount
        if order.currency_id.compare_amounts(total, charged) > 0:
            raise EffectError(
                self.env._(
                    "Shipping costs of %(charged)s were charged, but %(total)s would be deducted.",
                    charged=order.currency_id.format(charged),
                    total=order.currency_id.format(total),
                )
            )

    def _text(self, message):
        amount = message.amount and message.order_id.currency_id.format(message.amount)
        return " ".join(
            filter(None, [message.platform_type, message.service, amount, message.comment])
        )


class FulfillmentEffectRefund(models.AbstractModel):
    _name = "fulfillment.effect.refund"
    _inherit = "fulfillment.effect.deduction"
    _description = "Effect of a refund"

    def _settle(self, batch):
        """Propose the refunds of a batch, as the account's policy says."""
        for order, refunds in batch.refunds.items():
            if batch.account.refund_policy == "none" or not refunds:
                continue
            credit_note = self.env["account.move"]
            if batch.account.refund_policy == "credit_note":
                credit_note = self._draft(batch, order, refunds)
            if credit_note:
                batch.notes[order].append(self.env._("credit note drafted"))
            if not credit_note and self._is_due(batch, order, refunds):
                text = "; ".join(refund.label for refund in refunds)
                plan_activity(order, "refund", text, order.user_id or batch.account.user_id)

    def _is_due(self, batch, order, refunds):
        """Whether somebody has to look: something invoiced too much, or an amount."""
        return any(
            self._credit_quantity(batch, refund) if refund.quantity else True for refund in refunds
        )

    def _draft(self, batch, order, refunds):
        invoices = order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        nothing = self.env["account.move"]
        if not invoices or any(not refund.quantity and not refund.amount for refund in refunds):
            return nothing
        lines = [vals for refund in refunds if (vals := self._prepare_line_vals(batch, refund))]
        if not lines:
            return nothing
        vals = order._prepare_invoice() | {
            "move_type": "out_refund",
            "reversed_entry_id": invoices.sorted("id")[-1:].id,
            "invoice_date": fields.Date.context_today(order),
            "ref": self.env._("Fulfillment of %s", order.name),
            "invoice_line_ids": [Command.create(line) for line in lines],
        }
        return self.env["account.move"].create(vals)

    def _prepare_line_vals(self, batch, refund):
        if not refund.quantity:
            return self._prepare_amount_vals(refund) if refund.amount else None
        quantity = self._credit_quantity(batch, refund)
        batch.credited[refund.line] += quantity
        return refund.line._prepare_invoice_line(quantity=quantity) if quantity else None

    def _credit_quantity(self, batch, refund):
        """What was invoiced beyond what the customer keeps or still gets, in the line's unit."""
        line, ledger = refund.line, batch.ledger(refund.line)
        keeps = ledger.ordered - ledger.cancelled - ledger.returned
        too_much = line.qty_invoiced - line._fulfillment_in_line_unit(keeps)
        too_much -= batch.credited[line]
        return max(0.0, min(line._fulfillment_in_line_unit(refund.quantity), too_much))

    def _prepare_amount_vals(self, refund):
        """An amount as a line; the platform's amounts are gross."""
        order = refund.message.order_id
        freight, items = order.order_line.filtered("is_delivery"), order._fulfillment_lines()
        line = refund.line or freight[:1] or items[:1]
        taxes = line.tax_ids
        net = taxes.with_context(force_price_include=True).compute_all(
            refund.amount, currency=order.currency_id, partner=order.partner_invoice_id
        )["total_excluded"]
        included = all(taxes.mapped("price_include"))
        return {
            "name": refund.label,
            "quantity": 1.0,
            "price_unit": refund.amount if included else net,
            "tax_ids": [Command.set(taxes.ids)],
        }
