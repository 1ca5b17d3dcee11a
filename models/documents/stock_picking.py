"""The transfer: its parcels, and links to all of them."""

import json

from odoo import api, fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    fulfillment_parcel_ids = fields.Many2many("fulfillment.parcel", readonly=True, copy=False)
    fulfillment_account_id = fields.Many2one(related="sale_id.fulfillment_account_id")
    fulfillment_provider = fields.Selection(related="sale_id.fulfillment_provider")
    fulfillment_ref = fields.Char(related="sale_id.fulfillment_ref", string="Platform Order ID")
    fulfillment_key = fields.Char(related="sale_id.fulfillment_key", string="Order Key")

    @api.depends("carrier_tracking_ref", "fulfillment_parcel_ids.tracking_url")
    def _compute_carrier_tracking_url(self):
        # EXTENDS stock_delivery: a link per parcel. Order page, portal and mail read one link as
        # it is, and several as a JSON list of [number, link].
        numbered = self.filtered("carrier_tracking_ref")  # each parcel with a link gave its number
        with_parcels = numbered.filtered(lambda picking: picking.sudo().fulfillment_parcel_ids)
        for picking in with_parcels:
            links = [
                [parcel.tracking_ref, parcel.tracking_url]
                for parcel in picking.sudo().fulfillment_parcel_ids
                if parcel.tracking_url
            ]
            picking.carrier_tracking_url = (
                json.dumps(links) if len(links) > 1 else bool(links) and links[0][1]
            )
        return super(StockPicking, self - with_parcels)._compute_carrier_tracking_url()

    def send_to_shipper(self):
        # What the platform ships has its label already; the carrier must not be asked for another.
        if self.env.context.get("fulfillment_apply"):
            return None
        return super().send_to_shipper()
