"""Say that an order did arrive, when nobody answered: a person has seen it at the platform."""

from odoo import fields, models
from odoo.exceptions import UserError


class FulfillmentEnterRef(models.TransientModel):
    _name = "fulfillment.enter.ref"
    _description = "Fulfillment Enter Order ID"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    provider = fields.Selection(related="order_id.fulfillment_provider")
    ref = fields.Char(
        string="Platform Order ID", required=True, help="The number the platform gave the order."
    )

    def action_enter(self):
        """Write the number on the order, which is then sent."""
        self.ensure_one()
        self.order_id.check_access("write")
        ref = (self.ref or "").strip()
        self._ensure_ref_unknown()
        self.order_id._fulfillment_ensure_ref(ref)
        if other := self._find_other_order(ref):
            raise UserError(
                self.env._(
                    "%(order)s has the %(platform)s order ID %(ref)s already.",
                    platform=self.order_id._fulfillment_platform(),
                    order=other.display_name,
                    ref=ref,
                )
            )
        self.order_id.fulfillment_ref = ref

    def _ensure_ref_unknown(self):
        """Another window, or a message, may have been faster."""
        if self.order_id.fulfillment_ref:
            raise UserError(
                self.env._(
                    "%(order)s has the %(platform)s order ID %(ref)s already. If that is wrong, "
                    "correct it on the Fulfillment page of the order.",
                    platform=self.order_id._fulfillment_platform(),
                    order=self.order_id.display_name,
                    ref=self.order_id.fulfillment_ref,
                )
            )

    def _find_other_order(self, ref):
        return (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("fulfillment_account_id", "=", self.order_id.fulfillment_account_id.id),
                    ("fulfillment_ref", "=", ref),
                    ("id", "!=", self.order_id.id),
                ],
                limit=1,
            )
        )
