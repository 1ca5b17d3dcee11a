"""Which pieces of an order were booked for a message that does not name an item itself."""

from odoo import fields, models

ENTRIES = [("ship", "Shipped"), ("cancel", "Cancelled"), ("give_back", "Returned")]


class FulfillmentMessageItem(models.Model):
    _name = "fulfillment.message.item"
    _description = "Pieces of a Message"
    _order = "id"
    _rec_name = "order_line_id"

    message_id = fields.Many2one(
        "fulfillment.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    order_line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, ondelete="cascade"
    )
    entry = fields.Selection(ENTRIES, required=True, readonly=True)
    shipment_ref = fields.Char(
        string="Shipment", readonly=True, help="Empty: the order as a whole."
    )
    quantity = fields.Float(digits="Product Unit", readonly=True)


class FulfillmentMessage(models.Model):
    _inherit = "fulfillment.message"

    item_ids = fields.One2many("fulfillment.message.item", "message_id", readonly=True)

    def _list_contents(self):
        """(message, line, pieces): what each of these messages is about."""
        items = self.item_ids
        naming = (self - items.message_id).filtered("order_line_id")
        return [
            *((item.message_id, item.order_line_id, item.quantity) for item in items),
            *((message, message.order_line_id, message.quantity) for message in naming),
        ]
