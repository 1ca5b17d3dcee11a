"""The client of an account: the one place where it is built, and the wall in front of it."""

import logging
import time
from dataclasses import fields
from ipaddress import ip_address
from urllib.parse import urlsplit

from odoo import models
from odoo.tools import config

from ...providers import NotAllowed, build_client

_logger = logging.getLogger(__name__)

CALL_SECONDS = 900  # a call ends after this time, where Odoo sets no limit
MARGIN = 20  # seconds a call ends before Odoo kills its worker: enough to write down what happened


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    def _get_client(self, on_exchange=None):
        """The client of this account: the one place where one is built.

        :param on_exchange: called with each HTTP exchange, after it was logged.
        :raise ProviderError: the settings are incomplete, or a call is not allowed from here.
        """
        self.ensure_one()
        account = self.sudo()  # whoever may fetch need not be allowed to read the credentials
        account._ensure_host_allowed()

        def report(exchange):
            account._log_exchange(exchange)
            if on_exchange:
                on_exchange(exchange)

        return build_client(
            account.provider,
            account._prepare_client_settings(),
            clock=time.monotonic,
            on_exchange=report,
        )

    def _prepare_client_settings(self):
        """The fields of the provider's config; here those that any platform may have.

        A platform whose accounts know more adds it, for its own accounts alone.
        """
        deadline = self._get_call_seconds()
        common = {
            "host": self.host or "",
            "user": self.username or "",
            "password": self.password or "",
            "time_zone": self.time_zone,
            "connect_timeout": self.connect_timeout,
            "read_timeout": min(self.read_timeout, deadline),
            "deadline": deadline,
        }
        wanted = {field.name for field in fields(self._get_provider().config)}
        return {name: value for name, value in common.items() if name in wanted}

    def _list_order_problems(self, order):
        """Why the platform would refuse a canonical order of this account."""
        account = self.sudo()  # whoever sends orders need not be allowed to read the credentials
        provider = account._get_provider()
        config = provider.config(**account._prepare_client_settings())
        return provider.list_problems(order, config)

    def _get_call_seconds(self):
        """A call ends before Odoo kills the worker that makes it, with room to write it down."""
        limit = config["limit_time_real"]
        if self.env.context.get("ir_cron_progress_id") and config["limit_time_real_cron"] != -1:
            limit = config["limit_time_real_cron"]
        return min(CALL_SECONDS, max(limit - MARGIN, MARGIN)) if limit > 0 else CALL_SECONDS

    def _ensure_host_allowed(self):
        """A test account or a copied database reaches a test system or this machine, no other."""
        strange = next(filter(None, map(self._find_strange_host, self._list_hosts())), "")
        if not strange:
            return
        names = {"host": strange, "staging": self._get_test_host()}
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            raise NotAllowed(
                self.env._(
                    "This database is a neutralized copy and makes no calls to %(host)s. "
                    "Enter the host of the platform's test system: %(staging)s.",
                    **names,
                )
            )
        if self.environment != "production":
            raise NotAllowed(
                self.env._(
                    "The environment of this account is Test, and %(host)s is no known test "
                    "system. Enter %(staging)s, or set the environment to Production.",
                    **names,
                )
            )

    def _list_hosts(self):
        """Every host that the account may call."""
        names = {name for hosts in self._get_provider().hosts.values() for name in hosts}
        return [self[name] for name in sorted(names) if self[name]]

    def _get_test_host(self):
        return ", ".join(self._get_provider().hosts.get("test", {}).values()) or "127.0.0.1"

    def _find_strange_host(self, text):
        """The address, unless a wrong call does no harm there: a test system, or this machine."""
        address = (text or "").strip().lower()
        try:
            host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        except ValueError:
            return text
        is_known = host.rstrip(".") in self._get_provider().test_hosts
        return "" if is_known or _is_this_machine(host) else text

    def _log_exchange(self, exchange):
        _logger.info(
            "Account %s: %s %s, status %s, %s ms",
            self.id,
            exchange.method,
            exchange.url,
            exchange.status,
            exchange.elapsed_ms,
        )


def _is_this_machine(host):
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
