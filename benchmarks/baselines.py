"""What ours is compared with: each message alone, and Odoo's engine with everything laid out.

Neither keeps an inbox, books totals, makes parcels or leaves notes. That favours them.
"""

from odoo import fields


class Naive:
    """Each message alone, in a transaction of its own, by the methods behind Odoo's buttons."""

    def __init__(self, env):
        self.env = env
        self.by_kind = {
            "ship": self._ship,
            "cancel": self._cancel,
            "return": self._return,
            "acknowledge": self._acknowledge,
            "payment": self._note_payment,
        }

    def apply(self, words) -> None:
        for word in words:
            order = self.env["sale.order"].search([("name", "=", word.order_key)], limit=1)
            line = order.order_line.filtered(
                lambda line, w=word: line.product_id.default_code == w.sku
            )
            self.by_kind[word.kind.value](order, line, word)
            self.env.cr.commit()

    def _ship(self, _order, line, word):
        move = line.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))[:1]
        move.write({"quantity": float(word.quantity), "picked": True})
        move.picking_id.carrier_tracking_ref = word.tracking_ref
        _validate(move.picking_id)

    def _cancel(self, _order, line, word):
        line.product_uom_qty -= float(word.quantity)

    def _return(self, _order, line, word):
        shipped = line.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "customer"
        )[:1]
        wizard = self.env["stock.return.picking"].create({"picking_id": shipped.picking_id.id})
        for back in wizard.product_return_moves:
            back.quantity = float(word.quantity) if back.move_id == shipped else 0.0
        picking = wizard._create_return()
        picking.carrier_tracking_ref = word.tracking_ref
        picking.move_ids.picked = True
        _validate(picking)

    def _acknowledge(self, order, _line, word):
        order.commitment_date = fields.Datetime.to_datetime(word.expected_date)

    def _note_payment(self, order, _line, word):
        order.message_post(body=f"Payment: {word.platform_type}")


def _validate(picking) -> None:
    """Validate; the rest goes to a back order without a question."""
    picking.with_context(skip_backorder=True).button_validate()


class Floor:
    """Odoo's own engine, all transfers of a batch in one call."""

    def __init__(self, env):
        self.env = env

    def lay_out(self, orders, parcel_per_line: bool):
        """One transfer per parcel, as a person would have prepared them."""
        pickings = self._read_anew(orders.picking_ids)
        if parcel_per_line:
            self._split(pickings.move_ids - self.env["stock.move"].concat(*self._firsts(pickings)))
        self.env.cr.commit()
        return self._read_anew(orders.picking_ids)

    def validate(self, pickings) -> None:
        for picking in pickings:
            picking.carrier_tracking_ref = f"P{picking.id}"
        pickings.move_ids.picked = True
        pickings._action_done()
        self.env.cr.commit()

    def lay_out_and_validate(self, orders) -> None:
        self.validate(self.lay_out(orders, parcel_per_line=True))

    def _split(self, moves) -> None:
        """Give each move a transfer of its own."""
        empty = {"name": "/", "move_ids": [], "move_line_ids": []}
        vals_list = [move.picking_id.copy_data(empty)[0] for move in moves]
        transfers = self.env["stock.picking"].create(vals_list)
        for move, transfer in zip(moves, transfers, strict=True):
            move.move_line_ids.picking_id = transfer
        for move, transfer in zip(moves, transfers, strict=True):
            move.picking_id = transfer

    @staticmethod
    def _firsts(pickings):
        return [picking.move_ids[:1] for picking in pickings]

    @staticmethod
    def _read_anew(records):
        """By their ids, so that all are read together when nothing is in memory any more."""
        return records.browse(records.ids)
