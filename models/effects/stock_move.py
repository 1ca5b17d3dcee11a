"""Delivering chosen quantities of open moves, by Odoo's own methods and for many orders at once.

The result is read back, because stock methods may return True and do nothing.
"""

from collections import defaultdict

from odoo import models

from .allocation import Allocation
from .assigning import assigning
from .ledger import EffectError
from .transfers import Transfers

MAX_STAGES = 6  # pick, pack, quality, ship and the like; more is a loop


class StockMove(models.Model):
    _inherit = "stock.move"

    def _fulfillment_is_open(self):
        return self.state not in ("draft", "done", "cancel")

    def _fulfillment_reserved(self):
        """What is reserved or set as done, in the unit of the product."""
        return self.product_uom._compute_quantity(self.quantity, self.product_id.uom_id)

    def _fulfillment_open_origins(self):
        """The open moves of the same warehouse that feed this one; never a vendor's receipt."""
        return self.move_orig_ids.filtered(
            lambda move: move._fulfillment_is_open() and move.location_id.usage == "internal"
        )

    def _fulfillment_deliver(self, needs):
        """Deliver needs: earlier stages of the warehouse first, then one transfer per parcel.

        :param needs: list of `Need`.
        :raise EffectError: there is nothing open to deliver, or a lot is missing.
        """
        for _stage in range(MAX_STAGES):
            plan = Allocation(needs)
            if not plan.before:
                break
            self._fulfillment_do(plan.before)._fulfillment_validate()
        else:
            raise EffectError(self._fulfillment_text_undone(self.concat(*plan.before)))
        self._fulfillment_check_lots(plan.shares)
        self._fulfillment_ship(plan.shares)

    def _fulfillment_check_lots(self, shares):
        wanted = defaultdict(float)
        for share in shares:
            if share.move.product_id.tracking != "none":
                wanted[share.move] += share.quantity
        for move, quantity in wanted.items():
            with_lot = move.move_line_ids.filtered("lot_id")
            if sum(with_lot.mapped("quantity_product_uom")) < quantity:
                raise EffectError(self._fulfillment_text_lot(move))

    # --- doing it

    def _fulfillment_ship(self, shares):
        """One transfer per parcel, with just its quantities; the rest stays in a back order."""
        transfers = Transfers(shares)
        moves = self._fulfillment_do(self._fulfillment_split(shares, transfers))
        late = moves.filtered(lambda move: move.picking_id in transfers.joined)
        (moves - late)._fulfillment_validate()
        late._action_done()
        if undone := moves.filtered(lambda move: move.state != "done"):
            raise EffectError(self._fulfillment_text_undone(undone))

    def _fulfillment_validate(self):
        """Validate the transfers of these moves, with these moves alone."""
        transfers = self.picking_id
        # What a person has ticked already leaves when the platform says so, not before.
        (transfers.move_ids - self).filtered(
            lambda move: move.picked and move._fulfillment_is_open()
        ).picked = False
        transfers._action_done()

    def _fulfillment_do(self, quantities):
        """Set what is done on each move.

        :param quantities: {move: quantity in the unit of the product}
        :return: the moves.
        """
        moves = self.concat(*quantities)
        for move, quantity in quantities.items():
            unit = move.product_id.uom_id
            if unit.compare(move._fulfillment_reserved(), quantity):
                move.quantity = unit._compute_quantity(quantity, move.product_uom)
        moves.picked = True
        return moves

    def _fulfillment_split(self, shares, transfers):
        """Split moves until each share is a move of its own, in the transfer of its parcel.

        :return: {move: quantity to do}
        """
        by_move = defaultdict(lambda: defaultdict(float))
        for share in shares:
            by_move[share.move][transfers.of(share)] += share.quantity
        quantities, places, vals_list, split_off = {}, {}, [], []
        for move, by_transfer in by_move.items():
            if stays := move._fulfillment_staying(by_transfer):
                quantities[move] = by_transfer.pop(stays)
                places[move] = stays
            move._fulfillment_trim(quantities.get(move), sum(by_transfer.values()))
            for transfer, quantity in by_transfer.items():
                vals_list += move.with_context(fulfillment_quiet=True)._split(quantity)
                split_off.append((transfer, quantity))
        for move, (transfer, quantity) in zip(
            self._fulfillment_create_parts(vals_list), split_off, strict=True
        ):
            quantities[move] = quantity
            places[move] = transfer
        self._fulfillment_place(places)
        return quantities

    def _fulfillment_create_parts(self, vals_list):
        # In the open transfer first: a move that is created in a done transfer is done at once.
        parts = self.create(vals_list)
        parts.with_context(bypass_entire_pack=True)._action_confirm(merge=False, create_proc=False)
        return parts

    def _fulfillment_place(self, places):
        """Put moves, with what is reserved for them, into their transfers."""
        leaving = {move: place for move, place in places.items() if move.picking_id != place}
        moves = self.concat(*leaving)
        moves.picking_id.fetch(["move_ids"])
        with assigning(moves, "picking_id"), assigning(moves.move_line_ids, "picking_id"):
            for move, transfer in leaving.items():
                move.picking_id = transfer
                move.move_line_ids.picking_id = transfer
        moves._set_references()

    def _fulfillment_staying(self, by_transfer):
        """Which of its shares a move keeps; none if all leave and something stays open."""
        if self.picking_id in by_transfer:
            return self.picking_id
        if self.product_id.uom_id.compare(self.product_qty, sum(by_transfer.values())) <= 0:
            return next(iter(by_transfer))
        return None

    def _fulfillment_trim(self, keeps, leaves):
        """Release what a move has reserved beyond what it keeps, before parts of it leave."""
        if not leaves:
            return
        unit = self.product_id.uom_id
        keeps = self.product_qty - leaves if keeps is None else keeps
        if unit.compare(self._fulfillment_reserved(), keeps) > 0:
            self.quantity = unit._compute_quantity(keeps, self.product_uom)

    # --- words

    def _fulfillment_text_lot(self, move):
        return self.env._(
            "%(product)s is tracked by lot or serial number, and %(delivery)s does not say which "
            "one left. Enter it there, validate, then retry.",
            product=move.product_id.display_name,
            delivery=move.picking_id.display_name,
        )

    def _fulfillment_text_undone(self, moves):
        return self.env._(
            "Odoo did not validate %s. Open it and validate it by hand, then retry.",
            ", ".join(moves.picking_id.mapped("display_name")),
        )
