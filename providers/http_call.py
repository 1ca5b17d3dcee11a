"""What goes into a transport, what comes out, and what is logged about it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import BinaryIO
from urllib.parse import urlsplit

from .errors import NotAllowed, ProviderError
from .masking import excerpt, mask_url

NOT_IN_A_URL = re.compile(r"[^\x21-\x7e]|\\")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whom a transport talks to, and as whom."""

    base_url: str  # https://host[:port]; http for this machine only
    platform: str  # its name in sentences
    user_agent: str
    auth: tuple[str, str] | None = field(default=None, repr=False)  # user, password
    connect_timeout: float = 10  # seconds
    deadline: float = 900  # seconds for a whole call, whatever the server does
    quote_error: Callable[[str], str] = excerpt  # what to tell of the body of an error


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `idempotent`: may it happen twice without harm?"""

    method: str
    url: str = field(repr=False)
    idempotent: bool
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    read_timeout: float = 60  # seconds between two pieces of the answer
    max_bytes: int = 64 * 1024 * 1024  # of the unpacked answer
    accepts_cut: bool = False  # is the beginning of an answer of use?
    secrets: tuple[str, ...] = field(default=(), repr=False)  # what no error may quote


@dataclass(frozen=True, slots=True)
class Response:
    """A 2xx answer; the caller closes `body`, which is at its beginning."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: BinaryIO = field(repr=False)
    size: int  # bytes, unpacked
    elapsed_ms: int
    cut: ProviderError | None = None  # why `body` ends early; only if the request accepts that


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line for the log."""

    method: str
    url: str  # masked
    status: int | None  # None: no answer
    elapsed_ms: int
    size: int  # bytes of a 2xx answer, unpacked


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port: where credentials may go."""

    scheme: str
    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Is it this machine?"""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def read_origin(url: str) -> Origin:
    """Raises NotAllowed for everything but https, and http to this machine."""
    if NOT_IN_A_URL.search(url):  # libraries disagree about where such an address leads
        raise NotAllowed(f"{excerpt(mask_url(url))} is not an address.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise NotAllowed(
            f"{mask_url(url)} is not an address. Check the host in the account."
        ) from None
    origin = Origin(parts.scheme, host, port or (80 if parts.scheme == "http" else 443))
    if not host or "@" in parts.netloc:
        raise NotAllowed(f"{mask_url(url)} must name a host, without user and password.")
    if parts.scheme != "https" and not (parts.scheme == "http" and origin.is_loopback):
        raise NotAllowed(f"{mask_url(url)} is not allowed: credentials travel over https only.")
    return origin
