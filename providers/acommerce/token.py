"""The token that every other call carries: fetched when needed, renewed before it ends."""

from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from ..errors import CredentialsRejected, Malformed
from ..http_call import Request, Response
from .config import PLATFORM, AcommerceConfig
from .event_values import read_moment, read_text
from .json_input import read_json, write_json

SHORTEST_MARGIN = 60  # seconds a token is renewed before its end, or a tenth of its life


class TokenKeeper:
    """The token of one account. clock: monotonic seconds."""

    def __init__(self, config: AcommerceConfig, transport, clock: Callable[[], float]):
        self._config, self._transport, self._clock = config, transport, clock
        self.current, self._renew_at = "", 0.0

    def __repr__(self):
        return f"TokenKeeper({'with' if self.current else 'without'} a token)"

    def get(self) -> str:
        """A token that is good for this call."""
        if not self.current or self._clock() >= self._renew_at:
            self._fetch()
        return self.current

    def drop(self) -> None:
        """The platform does not take it any more."""
        self.current = ""

    def _fetch(self) -> None:
        self.drop()
        config = self._config
        credentials = {"username": config.user, "apiKey": config.api_key}
        request = Request(
            "POST",
            config.base_url + config.build_path("token_path"),
            idempotent=True,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=write_json({"auth": {"apiKeyCredentials": credentials}}),
            read_timeout=config.read_timeout,
            max_bytes=1024 * 1024,
            secrets=(config.api_key,),
        )
        asked_at = self._clock()
        try:
            response = self._transport.send(request)
        except CredentialsRejected as error:
            raise _explain(error) from None
        with response.body:
            self.current, seconds = _read(response, config.profile.token_seconds)
        self._renew_at = asked_at + seconds - max(SHORTEST_MARGIN, seconds / 10)


def read_date(response: Response) -> datetime | None:
    """The platform's clock when it answered; in whole seconds, so up to one too early."""
    try:
        moment = parsedate_to_datetime(response.headers.get("Date") or "")
    except (TypeError, ValueError):
        return None
    return moment.astimezone(timezone.utc) if moment.tzinfo else None


def _read(response: Response, default: float) -> tuple[str, float]:
    """The token, and how many seconds it lives by the platform's own clock."""
    try:
        answer = read_json(response.body.read(), (dict,)).get("token")
    except Malformed:
        answer = None  # what came may hold a token: it is not quoted
    answer = answer if isinstance(answer, dict) else {}
    token = read_text(answer.get("token_id"))
    if not (token.isascii() and token.isprintable() and token):
        raise Malformed(
            f"{PLATFORM} answered without a token. Check the host in the account.",
            status=response.status,
        )
    ends_at = read_moment(read_text(answer.get("expires_at")), timezone.utc)[0]
    now = read_date(response)
    return token, (ends_at - now).total_seconds() if ends_at and now else default


def _explain(error: CredentialsRejected) -> CredentialsRejected:
    return CredentialsRejected(
        f"{PLATFORM} does not accept the user or the API key ({error.status}). "
        "Check both in the account.",
        status=error.status,
        body=error.body,
    )
