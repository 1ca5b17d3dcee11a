"""The door to the platforms: everything the rest of the app may know about the wire.

    client = build_client("tbone", settings, clock=time.monotonic)
    page = client.fetch_messages(limit=100)
    client.acknowledge(page.messages[0].external_id)

A platform that `has_events` is asked in another way, see providers.events:

    feed = client.fetch_changes(cursor)

What is said, in our words, stands in `providers.canonical`.
Plain Python: no odoo, no database, no clock and no sleep of its own.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from .acommerce.client import AcommerceClient
from .acommerce.config import HOSTS as ACOMMERCE_HOSTS
from .acommerce.config import ORDER_HOSTS as ACOMMERCE_ORDER_HOSTS
from .acommerce.config import AcommerceConfig
from .acommerce.event_file import parse_file as parse_acommerce_file
from .acommerce.folder import open_with as open_acommerce_folder
from .acommerce.order_fields import list_problems as list_acommerce_problems
from .acommerce.push import AcommercePush
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
from .events import EventPage
from .http_call import Exchange
from .tbone.client import TBOneClient
from .tbone.config import HOSTS as TBONE_HOSTS
from .tbone.config import TEST_HOSTS as TBONE_TEST_HOSTS
from .tbone.config import TBOneConfig
from .tbone.message_file import parse_file as parse_tbone_file
from .tbone.order_problems import list_problems as list_tbone_problems

__all__ = [
    "PROVIDERS",
    "AcommerceConfig",
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
    "get_provider",
    "read_file",
]


class Push(Protocol):
    """Web hooks of a platform: what it sends by itself."""

    def verify(self, config, body: bytes, headers: Mapping[str, str], secrets) -> bool:
        """Do the headers sign the bytes with one of these secrets? Never raises."""

    def parse(self, config, body: bytes) -> EventPage:
        """What it says. Raises Malformed."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What there is to know about a platform before a call is made."""

    label: str
    config: type  # dataclass of settings, each with a default; has list_problems()
    client: type  # has connect(config, clock=, on_exchange=)
    parse_file: Callable[[bytes, object], Page]  # of (content, config): what came by hand or mail
    list_problems: Callable[[Order, object], list[Problem]]  # (order, config): why it is refused
    hosts: Mapping[str, Mapping[str, str]]  # environment -> {setting: host}
    test_hosts: frozenset[str]  # where a wrong call does no harm
    has_events: bool = False  # tells events, see providers.events; else messages to acknowledge
    is_send_repeatable: bool = False  # an order sent twice is there once, and found out to be
    takes_cancellations: bool = False  # can be told that the customer wants no more
    push: Push | None = None  # how it calls us, if it can
    open_folder: Callable[[Mapping], AbstractContextManager] | None = None  # files it leaves


PROVIDERS: dict[str, Provider] = {
    "tbone": Provider(
        label="TB.One",
        config=TBOneConfig,
        client=TBOneClient,
        parse_file=parse_tbone_file,
        list_problems=list_tbone_problems,
        hosts={name: {"host": f"https://{host}"} for name, host in TBONE_HOSTS.items()},
        test_hosts=TBONE_TEST_HOSTS,
        takes_cancellations=True,
    ),
    "acommerce": Provider(
        label="aCommerce",
        config=AcommerceConfig,
        client=AcommerceClient,
        parse_file=parse_acommerce_file,
        list_problems=list_acommerce_problems,
        hosts={
            name: {
                "host": f"https://{host}",
                "order_host": f"https://{ACOMMERCE_ORDER_HOSTS[name]}",
            }
            for name, host in ACOMMERCE_HOSTS.items()
        },
        test_hosts=frozenset({ACOMMERCE_HOSTS["test"], ACOMMERCE_ORDER_HOSTS["test"]}),
        has_events=True,
        is_send_repeatable=True,
        push=AcommercePush(),
        open_folder=open_acommerce_folder,
    ),
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
    provider = get_provider(code)
    config = provider.config(**settings)
    return provider.client.connect(config, clock=clock, on_exchange=on_exchange)


def read_file(code: str, content: bytes, settings: Mapping[str, object]) -> Page:
    """Messages of a file that came by hand or by mail, as if they had been fetched.

    Raises Malformed, and Misconfigured for an unknown provider and an unknown time zone.
    """
    provider = get_provider(code)
    return provider.parse_file(content, provider.config(**settings))


def get_provider(code: str) -> Provider:
    """Raises Misconfigured for one that is not there."""
    provider = PROVIDERS.get(code)
    if provider is None:
        known = ", ".join(PROVIDERS)
        raise Misconfigured(f"There is no provider '{code}'. Known: {known}.")
    return provider
