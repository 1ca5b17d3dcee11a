"""What an account of TB.One has to know."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..exchange.fulfillment_account import MANAGER

FLAG_TIMEOUT = 30  # seconds; marking is quick, or stuck: three in a row stay below Odoo's limit
ORDER_TIMEOUT = 60  # seconds; after a longer silence nobody knows whether the order arrived


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    account_number = fields.Char(
        groups=MANAGER, exportable=False, help="TB.One account (merchant number, HNR)."
    )
    channel_number = fields.Char(string="Channel ID", help="Numeric ID of the channel.")
    channel_sign = fields.Char(help="Letter code of the channel, usually four letters.")
    send_currency = fields.Boolean(
        string="Write the Currency",
        help="Send the currency with every amount. TB.One wants it only where agreed.",
    )

    @api.constrains("channel_number")
    def _check_channel_number(self):
        for account in self:
            number = account.channel_number or "0"
            if not (number.isascii() and number.isdecimal()):
                raise ValidationError(
                    self.env._(
                        "The channel ID has digits alone, such as 56. Letters such as 'shop' are "
                        "the channel sign."
                    )
                )

    def _ensure_order_ref(self, ref):
        if self.provider == "tbone" and not (ref.isascii() and ref.isdecimal()):
            raise ValidationError(
                self.env._(
                    "The TB.One Order ID has digits alone, e.g. 1234567. Copy it from there."
                )
            )
        return super()._ensure_order_ref(ref)

    def _prepare_client_settings(self):
        settings = super()._prepare_client_settings()
        if self.provider != "tbone":
            return settings
        read_timeout = min(self.read_timeout, settings["deadline"])
        return settings | {
            "account_number": self.account_number or "",
            "channel_id": self.channel_number or "",
            "send_currency": self.send_currency,
            "read_timeout_list": read_timeout,
            "read_timeout_flag": min(read_timeout, FLAG_TIMEOUT),
            "read_timeout_order": min(read_timeout, ORDER_TIMEOUT),
            "read_timeout_stock": read_timeout,
        }

    @api.model
    def _get_connection_fields(self):
        return super()._get_connection_fields() | {"account_number", "channel_number"}

    @api.model
    def _get_stock_fields(self):
        return super()._get_stock_fields() | {"account_number", "channel_number"}
