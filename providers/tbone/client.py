"""The calls of TB.One a channel makes; knows no document.

Protocol facts: TB.One REST API, "Retrieve Order Status". Calls of one account go one after
another; a 4xx is never repeated as it was; a 5xx after ten minutes, at most five times.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from ..canonical import Page
from ..errors import Malformed, Misconfigured, NotAllowed
from ..http_call import Endpoint, Exchange, Request, Response, read_origin
from ..masking import Mask
from ..time_zone import find_zone
from ..transport import Transport
from .message_values import is_usable_id
from .message_xml import parse_page

PLATFORM = "TB.One"
USER_AGENT = "odoo-fulfillment-connector/19.0"
HEADERS = {"Accept": "application/xml", "Content-Type": "application/xml"}
HOST_FORM = re.compile(r"(?:(https?)://)?((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?)/?")
DIGITS = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class TBOneConfig:
    """Settings of one account. Times in seconds; time_zone is for stamps without zone."""

    host: str = ""  # host[:port], with or without https:// in front
    account_number: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    channel_id: str = ""  # the numeric one, not the channel sign
    time_zone: str = "UTC"
    connect_timeout: float = 10
    read_timeout_list: float = 300  # TB.One is slow when many messages are open
    read_timeout_flag: float = 60
    deadline: float = 900  # for a whole call
    max_bytes: int = 64 * 1024 * 1024  # of one page of messages, unpacked

    @property
    def base_url(self) -> str:
        """https://host[:port]; http when written so, which only this machine may be."""
        form = HOST_FORM.fullmatch((self.host or "").strip())
        return f"{form[1] or 'https'}://{form[2]}" if form else ""

    def list_problems(self) -> list[str]:
        """Everything that is missing or wrong, one sentence each."""
        checks = (
            (self._is_host_usable(), "The host must look like rest.core.tradebyte.com."),
            (_is_digits(self.account_number), "The account number must be digits only."),
            (_is_digits(self.channel_id), "The channel ID must be digits only."),
            (self.user, "The user is missing."),
            (":" not in (self.user or ""), "The user must not contain a colon."),
            (self.password, "The password is missing."),
            (find_zone(self.time_zone), f"The time zone '{self.time_zone}' is not known here."),
            (self._has_positive_times(), "Every time-out must be more than zero seconds."),
        )
        return [sentence for is_good, sentence in checks if not is_good]

    def ensure_valid(self) -> None:
        """Raises Misconfigured with all problems at once."""
        if problems := self.list_problems():
            raise Misconfigured(f"{PLATFORM}: " + " ".join(problems), problems=problems)

    def _is_host_usable(self) -> bool:
        try:
            return bool(self.base_url and read_origin(self.base_url))
        except NotAllowed:
            return False

    def _has_positive_times(self) -> bool:
        reading = min(self.read_timeout_list, self.read_timeout_flag)
        return min(self.connect_timeout, self.deadline, reading) > 0


class TBOneClient:
    """Calls of one account and channel. Every method raises ProviderError only."""

    def __init__(self, config: TBOneConfig, transport):
        config.ensure_valid()
        self._config = config
        self._transport = transport
        self._zone = find_zone(config.time_zone)

    @classmethod
    def connect(
        cls,
        config: TBOneConfig,
        *,
        clock: Callable[[], float],
        on_exchange: Callable[[Exchange], None] | None = None,
    ) -> "TBOneClient":
        """A client with a transport of its own; `clock` gives monotonic seconds."""
        config.ensure_valid()
        endpoint = Endpoint(
            config.base_url,
            platform=PLATFORM,
            user_agent=USER_AGENT,
            auth=(config.user, config.password),
            connect_timeout=config.connect_timeout,
            deadline=config.deadline,
        )
        return cls(config, Transport(endpoint, clock, on_exchange))

    def fetch_messages(self, limit: int) -> Page:
        """Up to `limit` open messages, sorted by id; marks nothing. Malformed: nothing kept.

        Of an answer that breaks off, the complete messages count; the rest comes again.
        """
        config, limit = self._config, max(int(limit), 1)
        request = Request(
            "GET",
            self._build_url("messages/", limit=limit),
            idempotent=True,
            headers=HEADERS,
            read_timeout=config.read_timeout_list,
            max_bytes=config.max_bytes,
            accepts_cut=True,
        )
        response = self._transport.send(request)
        with response.body:
            page = self._parse(response, limit)
        if not response.cut:
            return page
        if not page.messages:
            raise response.cut
        return replace(page, problem=f"{response.cut} {page.problem}".strip())

    def _parse(self, response: Response, limit: int) -> Page:
        try:
            return parse_page(response.body, limit=limit, zone=self._zone)
        except Malformed as error:
            if response.cut:
                raise response.cut from None
            error.status = response.status
            error.hide(Mask(self._config.password))
            raise

    def acknowledge(self, message_id: str) -> None:
        """Mark one message as processed, so that it does not come again. 404: Refused."""
        if not is_usable_id(message_id):
            raise NotAllowed(
                f"A message without an id of {PLATFORM} cannot be marked as processed there."
            )
        path = f"messages/{quote(message_id, safe='')}/processed"
        request = Request(
            "POST",
            self._build_url(path),
            idempotent=True,
            headers=HEADERS,
            read_timeout=self._config.read_timeout_flag,
        )
        self._transport.send(request).body.close()

    def check(self) -> str:
        """Ask for one message and mark nothing: a sentence for "Test connection"."""
        page = self.fetch_messages(limit=1)
        news = "Messages are waiting." if page.messages else "No message is waiting."
        return (
            f"{PLATFORM} at {self._config.host} accepts account {self._config.account_number} "
            f"and channel {self._config.channel_id}. {news}"
        )

    def _build_url(self, path: str, **parameters) -> str:
        query = urlencode({"channel": self._config.channel_id, **parameters})
        return f"{self._config.base_url}/{self._config.account_number}/{path}?{query}"


def _is_digits(value: str) -> bool:
    return bool(DIGITS.fullmatch(value or ""))
