"""What stays as it is once the platform has an order from us, or may have it."""

from odoo import api, models
from odoo.exceptions import UserError

KEPT = ("fulfillment_account_id", "fulfillment_key")
KEPT_OF_LINE = ("fulfillment_key", "fulfillment_extra_key")


def find_changed(records, vals, names):
    """The records that have a value in one of these fields and would get another one."""
    named = [name for name in names if name in vals]
    return records.filtered(
        lambda record: any(
            record[name]
            and record._fields[name].convert_to_write(record[name], record) != (vals[name] or False)
            for name in named
        )
    )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        for order in find_changed(self.sudo(), self._clean_fulfillment_vals(vals), KEPT):
            if order._fulfillment_went_out():
                raise UserError(order._text_fulfillment_kept())
        return super().write(vals)

    def _text_fulfillment_kept(self):
        return self.env._(
            "%(platform)s has %(order)s, or may have it, through the account %(account)s and under "
            "the order key %(key)s. Both stay as they are. To send it in another way, cancel this "
            "order, duplicate it, and confirm the copy.",
            platform=self._fulfillment_platform(),
            order=self.display_name,
            account=self.fulfillment_account_id.name,
            key=self._fulfillment_order_key(),
        )

    @api.constrains("fulfillment_ref", "fulfillment_account_id")
    def _check_fulfillment_ref(self):
        for order in self.filtered("fulfillment_ref"):
            order._fulfillment_ensure_ref(order.fulfillment_ref)

    def _fulfillment_ensure_ref(self, ref):
        """:raise ValidationError: the platform gives no such order ID."""
        self.sudo().fulfillment_account_id._ensure_order_ref(ref)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_known(self):
        """What the platform has, or may have, must be found when it speaks of it."""
        for order in self.sudo():
            if order._fulfillment_is_known():
                raise UserError(
                    self.env._(
                        "%(order)s cannot be deleted: %(platform)s has it, or may have it. "
                        "Leave it cancelled.",
                        order=order.display_name,
                        platform=order._fulfillment_platform(),
                    )
                )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        for line in find_changed(self.sudo(), vals, KEPT_OF_LINE):
            if line.order_id._fulfillment_went_out():
                raise UserError(line._text_fulfillment_kept())
        return super().write(vals)

    def _text_fulfillment_kept(self):
        return self.env._(
            "%(platform)s has %(product)s of %(order)s, or may have it, under the item key "
            "%(key)s. Leave the key as it is: what the platform says of the item is found by it.",
            platform=self.order_id._fulfillment_platform(),
            product=self.product_id.display_name,
            order=self.order_id.display_name,
            key=self.fulfillment_key,
        )
