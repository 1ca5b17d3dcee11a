"""The client of an account: the one place where it is built, and the wall in front of it."""

import logging
import time
from ipaddress import ip_address
from urllib.parse import urlsplit

from odoo import models
from odoo.tools import config

from ...providers import NotAllowed, build_client
from .fulfillment_account import HOSTS

_logger = logging.getLogger(__name__)

FLAG_TIMEOUT = 30  # seconds; marking is quick, or stuck: three in a row stay below Odoo's limit
ORDER_TIMEOUT = 60  # seconds; after a longer silence nobody knows whether the order arrived
CALL_SECONDS = 900  # a call ends after this time, where Odoo sets no limit
MARGIN = 20  # seconds a call ends before Odoo kills its worker: enough to write down what happened
STAGING_HOSTS = {"reststaging.core.tradebyte.com", "reststaging.tradebyte.com"}


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
        deadline = self._get_call_seconds()
        read_timeout = min(self.read_timeout, deadline)
        return {
            "host": self.host or "",
            "account_number": self.account_number or "",
            "user": self.username or "",
            "password": self.password or "",
            "channel_id": self.channel_number or "",
            "time_zone": self.time_zone,
            "send_currency": self.send_currency,
            "connect_timeout": self.connect_timeout,
            "read_timeout_list": read_timeout,
            "read_timeout_flag": min(read_timeout, FLAG_TIMEOUT),
            "read_timeout_order": min(read_timeout, ORDER_TIMEOUT),
            "read_timeout_stock": read_timeout,
            "deadline": deadline,
        }

    def _get_call_seconds(self):
        """A call ends before Odoo kills the worker that makes it, with room to write it down."""
        limit = config["limit_time_real"]
        if self.env.context.get("ir_cron_progress_id") and config["limit_time_real_cron"] != -1:
            limit = config["limit_time_real_cron"]
        return min(CALL_SECONDS, max(limit - MARGIN, MARGIN)) if limit > 0 else CALL_SECONDS

    def _ensure_host_allowed(self):
        """A test account or a copied database reaches a test system or this machine, no other."""
        if self._is_test_host():
            return
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            raise NotAllowed(
                self.env._(
                    "This database is a neutralized copy and makes no calls to %(host)s. "
                    "Enter the host of the platform's test system: %(staging)s.",
                    host=self.host,
                    staging=HOSTS["test"],
                )
            )
        if self.environment != "production":
            raise NotAllowed(
                self.env._(
                    "The environment of this account is Test, and %(host)s is no known test "
                    "system. Enter %(staging)s, or set the environment to Production.",
                    host=self.host,
                    staging=HOSTS["test"],
                )
            )

    def _is_test_host(self):
        """Where a wrong call does no harm: a test system of the platform, or this machine."""
        address = (self.host or "").strip().lower()
        try:
            host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        except ValueError:
            return False
        return host.rstrip(".") in STAGING_HOSTS or _is_this_machine(host)

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
