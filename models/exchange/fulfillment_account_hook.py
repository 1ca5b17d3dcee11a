"""Web hooks of an account: the address the platform calls, and the secret it signs with.

    token     unguessable part of the address; who does not know it is answered as a stranger
    secret    the platform signs every call with it; without one nothing is let in
    old one   stays good for two days after a change, for calls that are on their way

What comes by web hook is a hint and may be lost; the regular fetch brings it anyway. So a stopped
account listens too: that costs the platform no call, and nothing has to be made up for later.
"""

import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...providers import PROVIDERS, Refused
from .fulfillment_account import MANAGER
from .fulfillment_account_client import _is_this_machine

ROUTE = "/fulfillment/hook"
OLD_SECRET = timedelta(hours=48)
HIDDEN = {"groups": MANAGER, "copy": False, "exportable": False, "readonly": True}


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    can_push = fields.Boolean(compute="_compute_can_push")
    hook_token = fields.Char(**HIDDEN)
    hook_secret = fields.Char(**HIDDEN)
    hook_secret_old = fields.Char(**HIDDEN)
    hook_secret_old_until = fields.Datetime(
        string="Old Secret Good Until", copy=False, readonly=True
    )
    hook_url = fields.Char(
        string="Address of the Web Hook",
        compute="_compute_hook_url",
        groups=MANAGER,
        exportable=False,
        help="The platform calls it. Whoever knows it still needs the secret.",
    )
    hook_ref = fields.Char(
        string="Web Hook",
        copy=False,
        readonly=True,
        help="ID the platform gave the web hook; empty where none is registered.",
    )
    hook_seen_at = fields.Datetime(
        string="Last Web Hook",
        copy=False,
        readonly=True,
        help="When the platform called last, to a few minutes.",
    )
    hook_problem = fields.Text(
        copy=False,
        readonly=True,
        help="What in a call of the platform could not be understood. The orders it names are "
        "asked for.",
    )

    _hook_token_unique = models.Constraint(
        "UNIQUE(hook_token)", "The address of a web hook belongs to one account."
    )

    @api.depends("provider")
    def _compute_can_push(self):
        for account in self:
            one = PROVIDERS.get(account.provider)
            account.can_push = bool(one and one.push)

    def _compute_hook_url(self):
        for account in self:
            token = account.sudo().hook_token
            account.hook_url = token and f"{account.get_base_url()}{ROUTE}/{token}"

    def write(self, vals):
        """What another system, or another channel of it, was told is not meant for this one."""
        names = self._get_connection_fields() - {"username", "password"}
        accounts = self.sudo().filtered("hook_token")
        if moved := accounts.filtered(lambda account: account._has_other(names, vals)):
            moved._forget_hook()
        return super().write(vals)

    # --- secrets

    def _ensure_hook_secret(self):
        """Address and secret, made when they are needed."""
        self.ensure_one()
        if not (self.hook_token and self.hook_secret):
            self.write({"hook_token": _make_secret(), "hook_secret": _make_secret()})

    def _change_hook_secret(self):
        """A new secret. The one that is registered stays good until the new one is."""
        self.ensure_one()
        is_open = self.hook_secret_old and not self.hook_secret_old_until
        registered = self.hook_secret_old if is_open else self.hook_secret
        self.write(
            {
                "hook_secret": _make_secret(),
                "hook_secret_old": registered,
                "hook_secret_old_until": False,
            }
        )

    def _note_hook(self, ref):
        """It is registered, with the secret of now; the old one has its last days."""
        self.ensure_one()
        self.write({"hook_ref": ref, "hook_problem": False})
        if self.hook_secret_old and not self.hook_secret_old_until:
            self.hook_secret_old_until = fields.Datetime.now() + OLD_SECRET

    def _forget_hook(self):
        """Nobody is let in any more."""
        names = ("token", "secret", "secret_old", "secret_old_until", "ref", "problem")
        self.write({f"hook_{name}": False for name in names})

    def _list_hook_secrets(self):
        """Those a call may be signed with now."""
        until = self.hook_secret_old_until
        is_old_good = not until or until > fields.Datetime.now()
        found = (self.hook_secret, self.hook_secret_old if is_old_good else "")
        return [secret for secret in found if secret]

    # --- what a person does

    def action_register_hook(self):
        """Let the platform call us; commits."""
        return self._run_hook_call("_register_own_hook", self.env._("The web hook is registered."))

    def action_renew_hook_secret(self):
        """Register the web hook with a new secret; commits."""
        self.ensure_one()
        if not self.hook_ref:
            raise UserError(self.env._("There is no web hook yet. Press Register Web Hook."))
        sentence = self.env._(
            "The web hook has a new secret. Calls signed with the old one are accepted for two "
            "more days."
        )
        return self._run_hook_call("_renew_hook_secret", sentence)

    def action_remove_hook(self):
        """The platform calls us no more; commits."""
        return self._run_hook_call("_remove_own_hooks", self.env._("The web hook is removed."))

    def action_clear_hook_problem(self):
        """It was read; the next one is shown again."""
        self.hook_problem = False

    def action_show_hooks(self):
        """What is registered at the platform, ours and those of others; commits."""
        hooks = self._make_hook_call("_list_hooks")
        rows = self.env["fulfillment.hook"].create(
            [self._prepare_hook_vals(hook) for hook in hooks]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Web Hooks at the Platform"),
            "res_model": "fulfillment.hook",
            "view_mode": "list",
            "views": [(False, "list")],
            "domain": [("id", "in", rows.ids)],
        }

    def _prepare_hook_vals(self, hook):
        return {
            "account_id": self.id,
            "ref": hook.hook_id,
            "url": hook.url,
            "events": ", ".join(filter(None, hook.events)),
            "is_active": hook.is_active,
            "is_own": self._owns_hook(hook),
        }

    def _owns_hook(self, hook):
        url = self.sudo().hook_url
        return bool(url and hook.url == url)

    def _run_hook_call(self, method, sentence):
        self._make_hook_call(method)
        return self._notify(sentence, "success")

    def _ensure_can_be_called(self):
        """:raise Refused: the platform could not reach this database, or not safely."""
        base = urlsplit(self.get_base_url())
        if not self.can_push or not self.has_events:
            raise Refused(self.env._("This platform has no web hooks."))
        if base.scheme != "https" and not _is_this_machine(base.hostname or ""):
            raise Refused(
                self.env._(
                    "Web hooks need an address that begins with https://, and this database calls "
                    "itself %(url)s. An administrator corrects the system parameter web.base.url.",
                    url=self.get_base_url(),
                )
            )


def _make_secret():
    return secrets.token_urlsafe(32)
