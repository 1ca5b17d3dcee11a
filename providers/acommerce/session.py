"""Calls with a token: to the host of tokens and web hooks, and to the host of orders."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import CredentialsRejected, Malformed
from ..http_call import Endpoint, Exchange, Request, Response
from ..masking import Mask, excerpt
from ..transport import Transport
from .config import PLATFORM, AcommerceConfig
from .json_input import read_json, write_json
from .token import TokenKeeper, read_date

USER_AGENT = "odoo-fulfillment-connector/19.0"
LONGEST_QUOTE = 4000  # characters of the reasons for a refusal


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    url: str = field(repr=False)
    status: int
    body: bytes = field(repr=False)
    link: str = field(repr=False)  # the header
    as_of: datetime | None  # the platform's clock before it looked; None: it does not tell


class Session:
    """One account's calls, one after another. Every method raises ProviderError only."""

    def __init__(self, config: AcommerceConfig, common, orders, clock: Callable[[], float]):
        self._config, self._common, self._orders = config, common, orders
        self._token = TokenKeeper(config, common, clock)

    @classmethod
    def connect(
        cls,
        config: AcommerceConfig,
        clock: Callable[[], float],
        on_exchange: Callable[[Exchange], None] | None,
    ) -> "Session":
        """A session with connections of its own; makes no call yet."""
        common, orders = (
            Transport(_build_endpoint(config, url), clock, on_exchange)
            for url in (config.base_url, config.order_url)
        )
        return cls(config, common, orders, clock)

    def parse(self, answer: Answer, function: Callable[[bytes], object]):
        """What `function` makes of the body; what it cannot read is quoted without secrets."""
        try:
            return function(answer.body)
        except Malformed as error:
            error.status = answer.status
            error.hide(self.mask)
            raise

    @property
    def mask(self) -> Mask:
        """Hides what must not be quoted of a 2xx answer."""
        return Mask(self._config.api_key, self._token.current)

    def get(self, url: str) -> Answer:
        """Read something; may be repeated."""
        return self._call("GET", url, idempotent=True)

    def put(self, url: str, value: object) -> Answer:
        """Create something under an id of ours. OutcomeUnknown: it may be there already."""
        return self._call("PUT", url, idempotent=False, body=write_json(value))

    def post(self, url: str, value: object, *secrets: str) -> Answer:
        """Create something under an id of theirs; must not happen twice."""
        body = write_json(value)
        return self._call("POST", url, idempotent=False, body=body, secrets=secrets)

    def delete(self, url: str) -> Answer:
        """Remove something."""
        return self._call("DELETE", url, idempotent=True)

    def _call(self, method: str, url: str, *, idempotent, body=b"", secrets=()) -> Answer:
        """A token may end between two calls: then once more with a new one."""
        call = {"idempotent": idempotent, "body": body, "secrets": secrets}
        token = self._token.get()  # what fails here is not tried again
        try:
            return self._send(token, method, url, **call)
        except CredentialsRejected as error:
            if error.status != 401:
                raise
        self._token.drop()
        return self._send(self._token.get(), method, url, **call)

    def _send(self, token: str, method: str, url: str, *, idempotent, body, secrets) -> Answer:
        config = self._config
        headers = {"Accept": "application/json", config.profile.token_header: token}
        if body:
            headers["Content-Type"] = "application/json"
        is_order = url.startswith(f"{config.order_url}/")
        transport = self._orders if is_order else self._common
        request = Request(
            method,
            url,
            idempotent=idempotent,
            headers=headers,
            body=body,
            read_timeout=config.read_timeout,
            secrets=(token, config.api_key, *secrets),
        )
        response = transport.send(request)
        with response.body:
            return _build_answer(url, response)


def quote_error(text: str) -> str:
    """Every reason in the body of an error; the beginning of it where there is none to be found."""
    try:
        reasons = list_reasons(read_json(text.encode(), (dict,)))
    except Malformed:
        reasons = []
    return excerpt("; ".join(reasons), LONGEST_QUOTE) if reasons else excerpt(text)


def list_reasons(answer: dict) -> list[str]:
    """The inner messages, each with its field; else the outer one."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return [error] if isinstance(error, str) and error else []
    inner = error.get("errors")
    found = [
        one["message"] if isinstance(one, dict) and one.get("message") else str(one)
        for one in (inner if isinstance(inner, list) else [])
    ]
    texts = found or [error.get("message")]
    return [text for text in texts if isinstance(text, str) and text]


def _build_endpoint(config: AcommerceConfig, url: str) -> Endpoint:
    return Endpoint(
        url,
        platform=PLATFORM,
        user_agent=USER_AGENT,
        connect_timeout=config.connect_timeout,
        deadline=config.deadline,
        quote_error=quote_error,
    )


def _build_answer(url: str, response: Response) -> Answer:
    """The platform looked when it had our call: not before its Date less what the call took."""
    date = read_date(response)
    took = timedelta(seconds=1, milliseconds=response.elapsed_ms)  # 1: Date has no fraction
    return Answer(
        url=url,
        status=response.status,
        body=response.body.read(),
        link=response.headers.get("Link") or "",
        as_of=date - took if date else None,
    )
