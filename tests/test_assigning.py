"""Values assigned at once leave what values written one by one leave."""

from odoo.tests import tagged

from .documents_case import DocumentsCase

OF_THE_ORDER = {  # models whose records are others for another order
    "sale.order",
    "sale.order.line",
    "stock.picking",
    "stock.move",
    "stock.move.line",
    "stock.reference",
    "mail.message",
}
NUMBERS = {"id", "name", "reference", "origin"}
MOMENTS = ("date", "datetime")


@tagged("post_install", "-at_install")
class TestAssigning(DocumentsCase):
    def test_moves_in_other_transfers(self):
        """`write` of stock.move and stock.move.line is not called: nothing may be missing."""
        written, assigned = (
            self.make_order((self.mug, 2), (self.tee, 1), (self.lamp, 1)) for _number in range(2)
        )
        for order, place in ((written, self.write_each), (assigned, self.assign_all)):
            picking = order.picking_ids
            vals = picking.copy_data({"move_ids": [], "move_line_ids": []})[0]
            others = picking.create([dict(vals), dict(vals)])
            place(dict(zip(picking.move_ids[1:], others, strict=True)))
            self.assertEqual(len(order.order_line.move_ids.picking_id), 3)
            self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(self.stored(assigned), self.stored(written))

    def write_each(self, places):
        for move, transfer in places.items():
            move.picking_id = transfer
            move.move_line_ids.picking_id = transfer

    def assign_all(self, places):
        self.env["stock.move"]._fulfillment_place(places)

    def stored(self, order):
        """What stands in the database on the transfers of an order, their moves and lines."""
        moves = order.order_line.move_ids.sorted("id")
        records = (moves.picking_id.sorted("id"), moves, moves.move_line_ids.sorted("id"), order)
        return [
            (record._name, name, self.comparable(field, record[name]))
            for of_model in records
            for record in of_model
            for name, field in record._fields.items()
            if field.store and name not in NUMBERS and field.type not in MOMENTS
            if not name.startswith("fulfillment_") and name != "access_token"
        ]

    def comparable(self, field, value):
        """Records of the order itself are counted."""
        if not field.relational:
            return value
        return len(value) if field.comodel_name in OF_THE_ORDER else value.ids
