"""What an account of aCommerce has to know.

Much of its protocol is not public: what is, and what an account may have to change, stands in
providers.acommerce.profile and providers.acommerce.event_kinds.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...providers import AcommerceConfig
from ...providers.acommerce.event_kinds import read_kinds
from ...providers.acommerce.order_json import PAYMENT_TYPES, SHIPPING_TYPES
from ...providers.acommerce.profile import read_lines

LINES = ("status_codes", "wire_settings", "csv_columns")
CHECKED = ("provider", "host", "order_host", "scope_id", "partner_code", "event_overlap", *LINES)
GIVEN_LATER = {"scope_id": "0", "user": "-", "api_key": "-"}  # stand in for what is not known yet


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    order_host = fields.Char(
        string="Host of Orders", help="Of orders, status and stock; the same host where empty."
    )
    side = fields.Selection(
        [("channel", "Channel"), ("partner", "Partner")],
        string="Connect as",
        default="channel",
        required=True,
        help="Whose orders the credentials are for.",
    )
    scope_id = fields.Char(
        string="Channel or Partner ID", help="As aCommerce gave it, with the credentials."
    )
    partner_code = fields.Char(
        string="Partner of the Articles",
        help="ID of the partner whose articles are sold. Needed to send orders and fetch stock.",
    )
    status_version = fields.Selection(
        [("3", "Version 3"), ("2", "Version 2")],
        string="Status Updates",
        default="3",
        required=True,
        help="What is asked for. Both versions are understood, whichever comes.",
    )
    rejected_policy = fields.Selection(
        [("ask", "Ask a person"), ("return", "Return it")],
        string="Parcel Refused by the Customer",
        default="ask",
        required=True,
        help="What REJECTED means: somebody asks aCommerce what becomes of the parcel, or its "
        "goods are returned in Odoo, by the policy for returns.",
    )
    event_overlap = fields.Integer(
        string="Overlap (min)",
        default=10,
        required=True,
        help="How far each fetch reaches back behind the last one, since what aCommerce has just "
        "written down may be shown a little later.",
    )
    payment_type = fields.Selection(
        [(name, name) for name in PAYMENT_TYPES],
        default="NON_COD",
        required=True,
        help="Sent with every order, unless the name of its payment method is one of these.",
    )
    shipping_type = fields.Selection(
        [(name, name) for name in SHIPPING_TYPES],
        default="STANDARD_2_4_DAYS",
        required=True,
        help="Sent with every order, unless the key of its delivery method (page Carriers) is one "
        "of these.",
    )
    country_form = fields.Selection(
        [("name", "Name in English"), ("code", "ISO code")],
        string="Countries as",
        default="name",
        required=True,
        help="Names are known of the countries where aCommerce delivers; an order to another one "
        "is not sent, unless codes are agreed.",
    )
    price_form = fields.Selection(
        [("line", "Line total"), ("piece", "Price of a piece")],
        string="Amount of a Line",
        default="line",
        required=True,
        help="What aCommerce takes the amount of an order line for. Ask them.",
    )
    freight_sku = fields.Char(
        string="Article for Shipping Costs",
        help="SKU agreed with aCommerce. Without it shipping costs are in the total alone.",
    )
    status_codes = fields.Text(
        help="What a status code of aCommerce means here, one per line, such as REJECTED = return "
        "or order:COMPLETED = info. In front of the colon: order, detail or package."
    )
    wire_settings = fields.Text(
        help="What is not public about aCommerce, where it differs from what is known, one per "
        "line, such as status_path_3 = /{side}/{id}/v3/status.",
    )
    csv_columns = fields.Text(
        string="Columns of CSV Files",
        help="Which column of a file is what, one per line, such as order_key = Order No.",
    )

    @api.constrains(*CHECKED)
    def _check_settings(self):
        for account in self.sudo().filtered(lambda account: account.provider == "acommerce"):
            if problems := account._list_setting_problems():
                raise ValidationError("\n".join(problems))

    def _list_setting_problems(self):
        """Everything that is wrong, but nothing that is only missing yet, a sentence each."""
        if self.event_overlap < 1:
            return [self.env._("The overlap must be 1 minute or more.")]
        problems = [
            f"{self._fields[name].get_description(self.env, ['string'])['string']}: {problem}"
            for name in LINES
            for problem in read_lines(self[name])[1]
        ]
        settings = self._prepare_client_settings()
        for name, stand_in in GIVEN_LATER.items():
            settings[name] = settings[name] or stand_in
        return problems + AcommerceConfig(**settings).list_problems()

    def _prepare_client_settings(self):
        settings = super()._prepare_client_settings()
        if self.provider != "acommerce":
            return settings
        return settings | {
            "environment": "own",
            "order_host": self.order_host or "",
            "side": self.side,
            "scope_id": self.scope_id or "",
            "partner_id": self.partner_code or "",
            "api_key": self.password or "",
            "version": self.status_version,
            "kinds": self._prepare_kinds(),
            "profile_overrides": read_lines(self.wire_settings)[0],
            "csv_columns": read_lines(self.csv_columns)[0],
            "overlap": self.event_overlap * 60,
            "payment_type": self.payment_type,
            "shipping_type": self.shipping_type,
            "country_form": self.country_form,
            "price_form": self.price_form,
            "freight_sku": (self.freight_sku or "").strip(),
        }

    def _prepare_kinds(self):
        """{status code: kind}; what is written on the account wins."""
        kinds = {"REJECTED": "return"} if self.rejected_policy == "return" else {}
        return kinds | read_kinds(read_lines(self.status_codes)[0])

    @api.model
    def _get_connection_fields(self):
        return super()._get_connection_fields() | {"order_host", "scope_id", "side"}

    @api.model
    def _get_stock_fields(self):
        return super()._get_stock_fields() | {"order_host", "scope_id", "side", "partner_code"}
