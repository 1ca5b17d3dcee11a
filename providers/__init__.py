"""The door to the platforms: everything the rest of the app may know about the wire.

    client = build_client("tbone", settings, clock=time.monotonic)
    page = client.fetch_messages(limit=100)
    client.acknowledge(page.messages[0].external_id)

What is said, in our words, stands in `providers.canonical`.
Plain Python: no odoo, no database, no clock and no sleep of its own.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .canonical import Order, Page, Problem
from .errors import (
    CredentialsRejected,
    Malformed,
    Misconfigured,
    NotAllowed,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    TooLarge,
    Unavailable,
    Unsendable,
    Verdict,
)
from .http_call import Exchange
from .tbone.client import TBOneClient
from .tbone.config import TBOneConfig
from .tbone.message_xml import parse_page
from .tbone.order_problems import list_problems
from .time_zone import find_zone

__all__ = [
    "PROVIDERS",
    "CredentialsRejected",
    "Exchange",
    "Malformed",
    "Misconfigured",
    "NotAllowed",
    "OutcomeUnknown",
    "Provider",
    "ProviderError",
    "Refused",
    "TBOneConfig",
    "Throttled",
    "TooLarge",
    "Unavailable",
    "Unsendable",
    "Verdict",
    "build_client",
    "read_file",
]


@dataclass(frozen=True, slots=True)
class Provider:
    """What there is to know about a platform before a call is made."""

    label: str
    config: type  # dataclass of settings; has ensure_valid() and list_problems()
    client: type  # has connect(config, clock=, on_exchange=)
    parse: Callable[..., Page]  # of (body, limit=, zone=): messages that came another way
    list_problems: Callable[[Order], list[Problem]]  # why an order would be refused


PROVIDERS: dict[str, Provider] = {
    "tbone": Provider("TB.One", TBOneConfig, TBOneClient, parse_page, list_problems),
}


def build_client(
    code: str,
    settings: Mapping[str, object],
    *,
    clock: Callable[[], float],
    on_exchange: Callable[[Exchange], None] | None = None,
):
    """A client with a connection of its own; makes no call yet.

    settings: the fields of the provider's config. clock: monotonic seconds, time.monotonic.
    Raises Misconfigured for an unknown provider and for settings, all problems at once.
    """
    provider = _get_provider(code)
    config = provider.config(**settings)
    return provider.client.connect(config, clock=clock, on_exchange=on_exchange)


def read_file(code: str, content: bytes, *, time_zone: str = "UTC") -> Page:
    """Messages of a file that came by hand or by mail, as if they had been fetched.

    time_zone: of stamps without zone. Raises Malformed, and Misconfigured for unknown names.
    """
    provider, zone = _get_provider(code), find_zone(time_zone)
    if zone is None:
        raise Misconfigured(f"The time zone '{time_zone}' is not known here.")
    return provider.parse(content, limit=sys.maxsize, zone=zone)


def _get_provider(code: str) -> Provider:
    provider = PROVIDERS.get(code)
    if provider is None:
        known = ", ".join(PROVIDERS)
        raise Misconfigured(f"There is no provider '{code}'. Known: {known}.")
    return provider
