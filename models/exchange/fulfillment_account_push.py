"""What an account does with a call of the platform, a web hook; the controller asks in this order.

No row of the log: the platform may call a thousand times an hour. Nothing here makes a call.
"""

import re
import secrets
from collections import namedtuple
from datetime import timedelta
from textwrap import shorten

from odoo import api, fields, models
from odoo.fields import Domain

from ...providers import PROVIDERS
from .fulfillment_exchange_transaction import FETCH_CRON

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
NO_SECRET = secrets.token_urlsafe(32)  # of nobody; so that strangers cost as much time as friends
PROBLEM_LENGTH = 1000  # characters that are kept of what a call left in the dark
SEEN_AGAIN = timedelta(minutes=5)  # the account is written that often, not with every call


NoRun = namedtuple("NoRun", "account_id company_id id")  # in place of a row of the log


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    @api.model
    def _find_listening(self, token):
        """The account this address belongs to, or none. A stopped one listens too."""
        if not TOKEN.fullmatch(token):
            return self.browse()
        found = self.sudo().search([("hook_token", "=", token), ("company_id.active", "=", True)])
        return found.filtered(lambda account: account.has_events and account.can_push)

    def _is_push_signed(self, body, headers):
        """Did the platform sign the bytes with a secret of this account?"""
        known = self._list_hook_secrets() if self else []
        push, config = self._get_push()
        return push.verify(config, body, headers, known or [NO_SECRET]) and bool(known)

    def _take_push(self, body):
        """Store what a signed call says; that wakes the apply lane if there is news.

        :raise Malformed: it says nothing.
        """
        self.ensure_one()
        push, config = self._get_push()
        page = push.parse(config, body)
        inbox = self.env["fulfillment.message"].with_company(self.company_id)
        stored, _known = inbox._store_events(NoRun(self, self.company_id, None), page)
        keys = {event.order_key for event in page.messages} | page.unclear_keys
        if page.problem:
            self.env["fulfillment.history"]._doubt(self, keys)
        if stored or not self._is_fetch_due():
            self._ask_soon(keys)
        self._note_push(page.problem)

    def _ask_soon(self, keys):
        """Fetch now where a push tells a part, or contradicts the known and may be an old one.

        No order is asked for more often than all are fetched, whatever is pushed.
        """
        now = fields.Datetime.now()
        rested = Domain("asked_at", "=", False) | Domain(
            "asked_at", "<=", now - timedelta(minutes=self.fetch_interval)
        )
        of_page = Domain("account_id", "=", self.id) & Domain("order_key", "in", keys)
        is_doubtful = of_page & Domain("is_doubtful", "=", True) & rested
        if self.failure_count or not self.env["fulfillment.history"].search_count(
            is_doubtful, limit=1
        ):
            return
        self.next_fetch_at = min(self.next_fetch_at or now, now)
        self.env["fulfillment.exchange"]._wake(FETCH_CRON)

    def _get_push(self):
        """How the platform calls, and how this account reads it; for no account any platform."""
        if self:
            provider = self._get_provider()
            return provider.push, provider.config(**self._prepare_client_settings())
        provider = next(one for one in PROVIDERS.values() if one.push)
        return provider.push, provider.config()

    def _note_push(self, problem):
        now = fields.Datetime.now()
        is_late = not self.hook_seen_at or self.hook_seen_at < now - SEEN_AGAIN
        if is_late:
            self.hook_seen_at = now
        if problem and (is_late or not self.hook_problem):
            self.hook_problem = shorten(problem, PROBLEM_LENGTH, placeholder=" …")
