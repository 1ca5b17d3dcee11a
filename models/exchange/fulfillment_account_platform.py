"""Which platform an account belongs to, what that one can do, and where it is.

A platform is an entry of `providers.PROVIDERS`. What its accounts have to know beyond a host, a
user and a password is added by an add-on of its own or a file of `models/platforms`: fields, the
settings of its client, and which of the fields say how it connects.
"""

from odoo import api, fields, models

from odoo.addons.base.models.res_partner import _tz_get

from ...providers import PROVIDERS, get_provider
from .fulfillment_account import MANAGER


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    provider = fields.Selection(
        selection=lambda self: [(code, one.label) for code, one in PROVIDERS.items()],
        string="Platform",
        required=True,
        default=lambda self: next(iter(PROVIDERS)),
        help="Choose it first: it stays as it is once the account is saved.",
    )
    environment = fields.Selection(
        [("production", "Production"), ("test", "Test")],
        required=True,
        default="test",
        tracking=True,
        help="A test account calls the platform's test systems and this machine, nothing else.",
    )
    host = fields.Char(required=True, default=lambda self: self._get_default_host())
    username = fields.Char(string="User", groups=MANAGER, copy=False)
    password = fields.Char(groups=MANAGER, copy=False)
    time_zone = fields.Selection(
        _tz_get, default="UTC", required=True, help="Of the platform's time stamps without zone."
    )
    has_events = fields.Boolean(
        compute="_compute_abilities", help="It tells events, which are not marked as processed."
    )
    can_cancel = fields.Boolean(
        compute="_compute_abilities", help="It can be told that an order is cancelled."
    )

    @api.depends("provider")
    def _compute_abilities(self):
        for account in self:
            one = PROVIDERS.get(account.provider)
            account.has_events = one and one.has_events
            account.can_cancel = one and one.takes_cancellations

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._prepare_hosts(vals) | vals for vals in vals_list])

    def _prepare_hosts(self, vals):
        """The hosts of the platform, for an account that is created without any."""
        defaults = self.default_get(["provider", "environment"])
        if vals.get("host") or "default_host" in self.env.context:
            return {}
        chosen = defaults | vals
        return get_provider(chosen["provider"]).hosts.get(chosen["environment"], {})

    @api.model
    def _get_default_host(self):
        code = self.env.context.get("default_provider") or next(iter(PROVIDERS))
        return get_provider(code).hosts.get("test", {}).get("host")

    @api.onchange("provider", "environment")
    def _onchange_environment(self):
        """Suggest the hosts of the environment, unless the account has its own."""
        every = [hosts for one in PROVIDERS.values() for hosts in one.hosts.values()]
        known = {host for hosts in every for host in hosts.values()}
        wanted = PROVIDERS[self.provider].hosts.get(self.environment, {})
        for name in {name for hosts in every for name in hosts}:
            if not self[name] or self[name] in known:
                self[name] = wanted.get(name)

    def _get_provider(self):
        """:raise ProviderError: the add-on with this platform is not installed any more."""
        return get_provider(self.provider)

    # --- what a platform adds to

    @api.model
    def _get_connection_fields(self):
        """Fields that say where, and as whom, an account connects."""
        return {"host", "username", "password", "environment"}

    @api.model
    def _get_stock_fields(self):
        """Fields that say whose stock it is."""
        return {"host", "environment"}

    def _ensure_order_ref(self, ref):
        """:raise ValidationError: the platform gives no such order ID."""
