"""A cancelled item: less on the line, less to deliver, nothing twice."""

from collections import defaultdict

from odoo import models

from .batch import Refund
from .ledger import EffectError
from .reduction import Reduction


class FulfillmentEffectCancel(models.AbstractModel):
    _name = "fulfillment.effect.cancel"
    _inherit = "fulfillment.effect"
    _description = "Effect of a cancelled item"

    def _plan(self, batch, message):
        order = message.order_id
        if order.locked and order.state != "cancel":
            raise EffectError(
                self.env._(
                    "%s is locked, so the cancelled quantity cannot be taken off. "
                    "Unlock it, then retry.",
                    order.display_name,
                )
            )
        batch.book(message, "cancel")

    def _apply(self, batch, messages):
        pieces = defaultdict(float)
        for portion in batch.list_portions(messages):
            pieces[portion.line] += portion.quantity
            self._propose_refund(batch, portion)
        for message in messages:
            if batch.portions[message]:
                self._tell(batch, message, self._text(batch.describe(message), message))
        freed = self._reduce(
            {
                line: reduction
                for line, quantity in pieces.items()
                if (reduction := self._reduction(batch, line, quantity))
            }
        )
        if batch.account.cancel_stock_policy == "hold":
            self.env["stock.quant"]._fulfillment_hold(freed)

    def _reduction(self, batch, line, quantity):
        """What is still to be taken off a line: nothing, if staff did it by hand already."""
        if line.order_id.state == "cancel":
            return 0.0
        ledger = batch.ledger(line)
        # Whole pieces: a dozen less five has no exact quantity in dozens.
        too_many = round(line._fulfillment_pieces() - (ledger.ordered - ledger.cancelled))
        return max(0.0, min(quantity, too_many))

    def _reduce(self, reductions):
        """Take pieces off lines and their open moves.

        The moves are reduced directly: after a return, Odoo's procurement would compare the
        ordered quantity with deliveries minus returns and order a new delivery.

        :param reductions: {line: pieces}
        :return: {(product, location): quantity that is no longer reserved}
        """
        by_quantity = defaultdict(lambda: self.env["sale.order.line"])
        off = Reduction(self.env["sale.order.line"].concat(*reductions))
        for line, pieces in reductions.items():
            for product, quantity in line._fulfillment_needs(pieces).items():
                off.take(line, product, quantity)
            left = max(0.0, line._fulfillment_pieces() - pieces)
            by_quantity[line._fulfillment_in_line_unit(left)] |= line
        off.do(self.env["stock.move"])
        for quantity, lines in by_quantity.items():
            self._write_quantity(lines, quantity)
        return off.freed

    def _write_quantity(self, lines, quantity):
        for line in lines:
            if line.product_uom_id.compare(line.qty_delivered, quantity) > 0:
                raise EffectError(self._text_delivered(line))
        # The customer ordered at this price; a smaller quantity must not bring another price.
        prices = [
            lines._fields[name] for name in ("price_unit", "technical_price_unit", "discount")
        ]
        with self.env.protecting(prices, lines):
            quiet = lines.with_context(skip_procurement=True, fulfillment_quiet=True)
            quiet.product_uom_qty = quantity

    def _propose_refund(self, batch, portion):
        message = portion.message
        if portion.line.qty_invoiced:
            text = self._text(portion.describe(), message)
            refund = Refund(message, text, portion.line, portion.quantity)
            batch.refunds[message.order_id].append(refund)

    def _text_delivered(self, line):
        return self.env._(
            "%(quantity)s of %(product)s are delivered in Odoo already, so they cannot be "
            "cancelled. Take them back first, then retry.",
            quantity=f"{line.qty_delivered:g}",
            product=line.product_id.display_name,
        )

    def _text(self, content, message):
        return self.env._(
            "%(content)s cancelled (%(type)s)",
            content=content,
            type=message.platform_type,
        )
