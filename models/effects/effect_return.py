"""A returned item: the return of the delivery that shipped it, for just that quantity."""

from collections import defaultdict
from dataclasses import dataclass

from odoo import models

from .allocation import TINY
from .batch import Refund
from .ledger import EffectError


@dataclass(frozen=True, slots=True)
class Way:
    """What comes back together: from one transfer, in one parcel, to one place."""

    picking: object
    parcel: object
    rule: object  # fulfillment.return.state, may be empty


class FulfillmentEffectReturn(models.AbstractModel):
    _name = "fulfillment.effect.return"
    _inherit = "fulfillment.effect"
    _description = "Effect of a returned item"

    def _plan(self, batch, message):
        batch.book(message, "give_back")

    def _apply(self, batch, messages):
        messages._set_parcels("return")
        portions = batch.list_portions(messages)
        lines = self.env["sale.order.line"].concat(*(portion.line for portion in portions))
        lines.move_ids.fetch(["returned_move_ids"])  # read below one by one
        rules = {rule.key: rule for rule in batch.account.return_state_ids}
        nothing = self.env["fulfillment.return.state"]
        by_hand, ways = {}, defaultdict(lambda: defaultdict(float))
        for portion in portions:
            line = portion.line
            if line not in by_hand:
                by_hand[line] = line._fulfillment_back_by_hand()
            attached = max(0.0, min(portion.quantity, by_hand[line]))
            by_hand[line] -= attached
            if attached:
                self._attach(portion)
            rule = rules.get(portion.message.return_state or None, nothing)
            self._send_back(portion, portion.quantity - attached, rule, ways)
            self._propose_refund(batch, portion)
        for message in messages:
            if batch.portions[message]:
                self._tell(batch, message, self._text(batch.describe(message), message))
        self._receive(batch, ways)

    def _attach(self, portion):
        """Put the parcel on the return that staff made by hand."""
        back = portion.line.move_ids.filtered(
            lambda move: move.state != "cancel" and move.origin_returned_move_id
        ).picking_id
        untold = back.filtered(lambda picking: not picking.fulfillment_parcel_ids)
        portion.message.parcel_id._mark((untold or back)[:1])

    def _send_back(self, portion, pieces, rule, ways):
        """Spread returned pieces over the deliveries that shipped them."""
        line, parcel = portion.line, portion.message.parcel_id
        if rule.goods == "none":
            line.fulfillment_qty_kept += pieces
            return
        if not pieces:
            return
        if not line._fulfillment_is_moved():
            line.qty_delivered -= line._fulfillment_in_line_unit(pieces)
            return
        for product, quantity in line._fulfillment_needs(pieces).items():
            left = quantity
            for move in self._shipped_moves(portion, product):
                planned = sum(quantities.get(move, 0.0) for quantities in ways.values())
                part = min(left, move._fulfillment_returnable() - planned)
                if part > TINY:
                    left -= part
                    ways[Way(move.picking_id, parcel, rule)][move] += part
            if left > TINY:
                raise EffectError(self._text_nothing_shipped(portion))

    def _shipped_moves(self, portion, product):
        """The deliveries an item may come back from; first the one that proposed this number."""
        shipped = portion.line.move_ids.filtered(
            lambda move: (
                move.state == "done"
                and move.product_id == product
                and move.location_dest_id._is_outgoing()
            )
        )
        message = portion.message
        return shipped.sorted(
            lambda move: (
                not move.picking_id.fulfillment_parcel_ids._is_told_by(message),
                move.date,
                move.id,
            )
        )

    # --- documents

    def _receive(self, batch, ways):
        """Make the returns; receive them, unless the account wants to review them first."""
        made = self.env["stock.return.picking"]._fulfillment_create_returns(ways)
        pickings = self.env["stock.picking"].concat(*made.values())
        # Making a return takes the reservation from other open returns of the same move.
        shipped = self.env["stock.move"].concat(
            *[move for moves in ways.values() for move in moves]
        )
        shipped.returned_move_ids.filtered(
            lambda move: move._fulfillment_is_open()
        )._action_assign()
        if batch.account.return_policy == "review" or not pickings:
            return
        pickings.move_ids.picked = True
        pickings._action_done()
        if undone := pickings.filtered(lambda picking: picking.state != "done"):
            raise EffectError(
                self.env._(
                    "Odoo did not receive %s. Open it and validate it by hand, then retry.",
                    ", ".join(undone.mapped("display_name")),
                )
            )
        for way, picking in made.items():
            if way.rule.goods == "scrap":
                self._scrap(picking)

    def _scrap(self, picking):
        scraps = self.env["stock.scrap"].create(
            [
                {
                    "product_id": move.product_id.id,
                    "scrap_qty": move.quantity,
                    "product_uom_id": move.product_uom.id,
                    "location_id": move.location_dest_id.id,
                    "picking_id": picking.id,
                    "origin": picking.origin,
                    "company_id": picking.company_id.id,
                }
                for move in picking.move_ids
            ]
        )
        scraps.do_scrap()

    # --- words and money

    def _propose_refund(self, batch, portion):
        message = portion.message
        refunds = batch.refunds[message.order_id]
        text = self._text(portion.describe(), message)
        refunds.append(Refund(message, text, portion.line, portion.quantity))
        if message.amount:
            kept = self.env._("Kept back: %s", text)
            refunds.append(Refund(message, kept, portion.line, amount=-message.amount))

    def _text(self, content, message):
        details = [message.return_cause, message.return_state, message.comment]
        return self.env._(
            "%(content)s returned%(details)s",
            content=content,
            details="".join(f", {detail}" for detail in details if detail),
        )

    def _text_nothing_shipped(self, portion):
        return self.env._(
            "%(order)s has no delivery that %(quantity)s of %(product)s can come back from.",
            order=portion.line.order_id.display_name,
            quantity=f"{portion.quantity:g}",
            product=portion.line.product_id.display_name,
        )
