"""The sale order as the platform gets it: a canonical order, or every reason why not."""

from odoo import fields, models
from odoo.exceptions import UserError

from ...providers.canonical import Order
from .sale_order_address import build_address

PAID = ("paid", "in_payment")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    fulfillment_comment = fields.Text(
        string="Comment for the Merchant",
        copy=False,
        help="Sent with the order, for those who pack it.",
    )

    def _fulfillment_prepare_order(self):
        """The order for the platform; its keys and ordered pieces are written.

        :raise UserError: every reason why it cannot go out, one per line. Nothing is written.
        """
        order = self.sudo()  # payments and invoices are not open to everyone who sends orders
        content, canonical = order._fulfillment_ensure_sendable()
        order._fulfillment_keep_content(content)
        return canonical

    def _fulfillment_ensure_sendable(self):
        """Raise every reason why the order cannot go out, one per line. Nothing is written.

        :return: its content and the canonical order.
        """
        self.ensure_one()
        order = self.sudo()
        if not order.fulfillment_account_id:
            raise UserError(self.env._("Choose a fulfillment account for this order first."))
        content = order._fulfillment_content()
        canonical = order._fulfillment_canonical(content)
        if reasons := order._fulfillment_reasons(content, canonical):
            raise UserError("\n".join(reasons))
        return content, canonical

    def _fulfillment_canonical(self, content):
        account = self.fulfillment_account_id
        ship_to = build_address(self.partner_shipping_id)
        sell_to = build_address(self.partner_invoice_id)
        return Order(
            key=self._fulfillment_order_key(),
            ordered_on=self._fulfillment_ordered_on(),
            currency=self.currency_id.name,
            ship_to=ship_to,
            sell_to=sell_to if sell_to != ship_to else None,
            items=tuple(item for items in content.items.values() for item in items),
            number=(self.client_order_ref or self.name or "").strip(),
            invoice_number=self._fulfillment_posted_invoices()[:1].name or "",
            channel_sign=(account.channel_sign or "").strip(),
            shipping_price=content.shipping_price,
            carrier_key=self._fulfillment_carrier_key(),
            payment_costs=content.payment_costs,
            is_paid=self._fulfillment_is_paid(),
            is_payment_lost=self.fulfillment_payment_state == "shortfall",
            comment=(self.fulfillment_comment or "").strip(),
            **self._fulfillment_payment_vals(),
        )

    def _fulfillment_ordered_on(self):
        """The day of the order where the account is."""
        at_account = self.with_context(tz=self.fulfillment_account_id.time_zone)
        return fields.Datetime.context_timestamp(at_account, self.date_order).date()

    def _fulfillment_carrier_key(self):
        """The package type key of the order's delivery method, by the account's map."""
        of_carrier = self.fulfillment_account_id.carrier_map_ids.filtered(
            lambda row: row.carrier_id and row.carrier_id == self.carrier_id
        )
        return of_carrier[:1].key or ""

    # --- payment

    def _fulfillment_payment_vals(self):
        """How it was paid, by the last transaction that went through.

        In English, whoever sends the order: the platform knows one name per method.
        """
        transactions = self.transaction_ids.filtered(
            lambda transaction: transaction.state in ("done", "authorized")
        )
        last = transactions.sorted("id")[-1:]
        return {
            "payment_type": last.payment_method_id.with_context(lang="en_US").name or "",
            "payment_ref": last.provider_reference or "",
        }

    def _fulfillment_posted_invoices(self):
        return self.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        ).sorted(lambda move: (move.invoice_date, move.id))

    def _fulfillment_is_paid(self):
        """Whether transactions or paid invoices cover the total."""
        on_invoices = self._fulfillment_paid_on_invoices()
        return (
            self._is_paid() or self.currency_id.compare_amounts(on_invoices, self.amount_total) >= 0
        )

    def _fulfillment_paid_on_invoices(self):
        """What was paid for this order's lines; an invoice may hold lines of other orders."""
        lines = self.order_line.invoice_lines.filtered(
            lambda line: line.parent_state == "posted" and line.move_id.payment_state in PAID
        )
        return sum(
            line.currency_id._convert(
                -line.price_total if line.move_type == "out_refund" else line.price_total,
                self.currency_id,
                self.company_id,
                line.move_id.invoice_date,
            )
            for line in lines
        )
