"""Which orders go out, and how."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .fulfillment_outbox import TO_SEND


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    send_policy = fields.Selection(
        [("confirm", "When the order is confirmed"), ("manual", "By hand")],
        string="Send Orders",
        default="confirm",
        required=True,
        help="By hand: an order goes out when somebody presses Send to Platform on it.",
    )
    cancel_policy = fields.Selection(
        [("tell", "Tell a person"), ("send", "Cancel at the platform too")],
        string="Order Cancelled in Odoo",
        default="tell",
        required=True,
        help="What happens when an order is cancelled here that the platform has already.",
    )
    outbox_ids = fields.One2many("fulfillment.outbox", "account_id")

    @api.constrains("company_id")
    def _check_company_of_outbox(self):
        for account in self:
            if account._has_rows_elsewhere("fulfillment.outbox"):
                raise ValidationError(
                    self.env._(
                        "%(account)s has orders in its outbox, so its company stays as it is. "
                        "Archive the account and create another one for %(company)s.",
                        account=account.name,
                        company=account.company_id.name,
                    )
                )

    @api.constrains("active")
    def _check_nothing_to_send(self):
        """Nobody would send it, or say that it is not sent."""
        archived = self.filtered(lambda account: not account.active)
        to_send = Domain("account_id", "in", archived.ids) & Domain("state", "in", TO_SEND)
        for account in self.env["fulfillment.outbox"].sudo().search(to_send).account_id:
            raise ValidationError(
                self.env._(
                    "%(account)s has orders to send, so it cannot be archived yet. Let them go "
                    "out, or choose another account on them.",
                    account=account.name,
                )
            )
