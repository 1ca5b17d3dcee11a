"""One tracking number, outbound or return, with its carrier, link and quantities."""

from collections import defaultdict
from urllib.parse import quote

from odoo import Command, api, fields, models

PLACEHOLDER = "<shipmenttrackingnumber>"


class FulfillmentParcel(models.Model):
    _name = "fulfillment.parcel"
    _description = "Parcel"
    _order = "id desc"
    _rec_name = "tracking_ref"

    account_id = fields.Many2one(
        "fulfillment.account", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="order_id.partner_shipping_id", string="Recipient")
    direction = fields.Selection(
        [("out", "To the customer"), ("return", "Return")], required=True, readonly=True
    )
    key = fields.Char(
        required=True,
        readonly=True,
        help="What makes messages one parcel: its tracking number, or the day where there is none.",
    )
    tracking_ref = fields.Char(string="Tracking Number", readonly=True, index="trigram")
    return_tracking_ref = fields.Char(string="Proposed Return Tracking Number", readonly=True)
    shipment_ref = fields.Char(string="Shipment", readonly=True)
    carrier_key = fields.Char(string="Package Type Key", readonly=True)
    carrier_id = fields.Many2one("delivery.carrier", readonly=True)
    # With sudo: who may read a parcel may read its content and link, though not the messages.
    tracking_url = fields.Char(
        string="Tracking Link", compute="_compute_tracking_url", compute_sudo=True
    )
    shipped_at = fields.Datetime(readonly=True)
    delivered_at = fields.Datetime(readonly=True)
    return_cause = fields.Char(readonly=True)
    return_state = fields.Char(readonly=True)
    comment = fields.Text(readonly=True)
    message_row_ids = fields.One2many("fulfillment.message", "parcel_id", string="Messages")
    picking_ids = fields.Many2many("stock.picking", string="Transfers", readonly=True)
    quantity = fields.Float(compute="_compute_content", compute_sudo=True, digits="Product Unit")
    content = fields.Char(
        compute="_compute_content", compute_sudo=True, help="Pieces and articles."
    )

    _parcel_unique = models.Constraint(
        "UNIQUE(order_id, direction, carrier_key, key)", "A parcel of an order stands once."
    )

    @api.depends("tracking_ref", "carrier_key", "account_id.carrier_map_ids.tracking_url")
    def _compute_tracking_url(self):
        rules = self.env["fulfillment.carrier.map"]._find_by_key(
            self.account_id, self.mapped("carrier_key")
        )
        for parcel in self:
            rule = rules.get((parcel.account_id._origin, parcel.carrier_key))
            parcel.tracking_url = parcel._get_tracking_url(rule) if rule else False

    def _get_tracking_url(self, rule):
        """A link to the carrier's page, or False; only http and https, the number encoded.

        The number comes from outside and the link ends up in an href.
        """
        template = rule.tracking_url or rule.carrier_id.tracking_url or ""
        if not self.tracking_ref or not template.lower().startswith(("http://", "https://")):
            return False
        return template.replace(PLACEHOLDER, quote(self.tracking_ref, safe=""))

    @api.depends(
        "message_row_ids.quantity", "message_row_ids.order_line_id", "message_row_ids.item_ids"
    )
    def _compute_content(self):
        contents = defaultdict(list)
        applied = self.message_row_ids.filtered(lambda message: message.state == "applied")
        for message, line, quantity in applied._list_contents():
            contents[message.parcel_id._origin].append((line, quantity))
        for parcel in self:
            of_parcel = sorted(contents[parcel._origin], key=lambda content: content[0].id)
            parcel.quantity = sum(quantity for _line, quantity in of_parcel)
            parcel.content = ", ".join(
                f"{quantity:g} x {line.product_id.display_name}" for line, quantity in of_parcel
            )

    def _get_identity(self):
        return (self.order_id, self.carrier_key or "", self.key)

    def _set_number(self, ref):
        """The number of a parcel that was told without one, also on its transfers."""
        self.ensure_one()
        self.write({"tracking_ref": ref, "key": ref})
        for picking in self.picking_ids:
            picking.write(self._prepare_mark(picking.fulfillment_parcel_ids))

    def _join_shipment(self):
        """One more number of a shipment that left: it belongs to the same transfer."""
        for parcel in self.filtered(lambda parcel: not parcel.picking_ids):
            others = parcel.order_id.fulfillment_parcel_ids.filtered(
                lambda other, parcel=parcel: (
                    other.direction == parcel.direction
                    and other.shipment_ref == parcel.shipment_ref
                )
            )
            if picking := others.picking_ids[:1]:
                parcel._mark(picking)

    def _is_told_by(self, message):
        """Whether one of these is the parcel that comes back, as far as a message tells."""
        ref, number = message.shipment_ref, message.tracking_ref
        if ref:
            return ref in self.mapped("shipment_ref")
        return number in self.mapped("return_tracking_ref")

    def _mark(self, picking):
        """Put the parcel's number and carrier on a transfer; it may carry several parcels."""
        self.ensure_one()
        picking.write(self._prepare_mark(picking.fulfillment_parcel_ids | self))

    def _prepare_mark(self, parcels):
        """What a transfer of these parcels, and of this one among them, gets."""
        refs = parcels.sorted("id").mapped("tracking_ref")
        vals = {
            "fulfillment_parcel_ids": [Command.link(self.id)],
            "carrier_tracking_ref": ",".join(filter(None, refs)) or False,
        }
        if self.carrier_id:
            vals["carrier_id"] = self.carrier_id.id
        return vals

    def _done_transfer_like(self, picking):
        """The transfer in which this parcel left already, if it went the way of an open one."""
        return self.picking_ids.filtered(
            lambda done: (
                done.state == "done"
                and done.picking_type_id == picking.picking_type_id
                and done.location_id == picking.location_id
                and done.location_dest_id == picking.location_dest_id
                and done.partner_id == picking.partner_id
            )
        )[:1]
