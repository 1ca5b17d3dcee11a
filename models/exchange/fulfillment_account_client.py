"""The client of an account: the one place where it is built, and the wall in front of it."""

import logging
import time
from urllib.parse import urlsplit

from odoo import models

from ...providers import NotAllowed, build_client

_logger = logging.getLogger(__name__)

FLAG_TIMEOUT = 60  # seconds; marking one message is quick, or it is stuck
PRODUCTION_HOSTS = {"rest.core.tradebyte.com", "rest.trade-server.net", "rest.tradebyte.com"}


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
        return {
            "host": self.host or "",
            "account_number": self.account_number or "",
            "user": self.username or "",
            "password": self.password or "",
            "channel_id": self.channel_number or "",
            "time_zone": self.time_zone,
            "connect_timeout": self.connect_timeout,
            "read_timeout_list": self.read_timeout,
            "read_timeout_flag": min(self.read_timeout, FLAG_TIMEOUT),
        }

    def _ensure_host_allowed(self):
        """A test account or a copied database never reaches a production host."""
        if not self._is_production_host():
            return
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            raise NotAllowed(
                self.env._(
                    "This database is a neutralized copy and makes no calls to the production "
                    "host %s. Enter the host of the platform's test system.",
                    self.host,
                )
            )
        if self.environment != "production":
            raise NotAllowed(
                self.env._(
                    "%s is a production host, but the environment of this account is Test. "
                    "Set the environment to Production, or enter the host of the test system.",
                    self.host,
                )
            )

    def _is_production_host(self):
        address = (self.host or "").strip().lower()
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        return host.rstrip(".") in PRODUCTION_HOSTS

    def _log_exchange(self, exchange):
        _logger.info(
            "Account %s: %s %s, status %s, %s ms",
            self.id,
            exchange.method,
            exchange.url,
            exchange.status,
            exchange.elapsed_ms,
        )
