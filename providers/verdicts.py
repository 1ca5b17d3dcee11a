"""From what happened on the wire to an error of the tree; pure, without an HTTP library."""

import re
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from .errors import (
    CredentialsRejected,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unavailable,
)

MAX_RETRY_AFTER = 86_400  # seconds; a wish beyond a day is not a plan

ADVICE = {
    400: "Show the answer to the support of the platform.",
    404: "Check host, account number and channel in the account.",
    407: "Check the proxy of this server.",
    409: "Look at the platform whether it was taken before.",
    412: "Its state at the platform has changed in the meantime.",
    413: "It is too large for the platform.",
}

MARKUP = re.compile(r"<[^>]*>")  # of an answer; people read what stands between

CONNECTION_CAUSES = (  # first match wins; the more special class comes first
    (socket.gaierror, "name not found", "Check the host in the account."),
    (
        ssl.SSLCertVerificationError,
        "its certificate is not valid",
        "Check the host in the account and the certificates of this server.",
    ),
    (ssl.SSLError, "no secure connection", "Check that the host in the account speaks https."),
    (ConnectionRefusedError, "connection refused", "Check the host in the account."),
    (TimeoutError, "no answer in time", "It is tried again later."),
)


@dataclass(frozen=True, slots=True)
class Call:
    """What a sentence needs to know about a call."""

    platform: str  # as people call it, e.g. TB.One
    host: str
    idempotent: bool  # may happen twice without harm


def error_from_status(call: Call, status: int, headers, body: str) -> ProviderError:
    """For an answer that is not 2xx. `body` and the header Location are masked already."""
    match status:
        case 401 | 403:
            cls, text = CredentialsRejected, _describe_rejection(call, status)
        case 429:
            cls, text = Throttled, f"{call.platform} asks to slow down (429). {_again(headers)}"
        case 301 | 302 | 303 | 307 | 308:
            cls, text = Refused, _describe_redirect(call, status, headers)
        case _ if status >= 500:
            return _judge_fault(call, status, headers, body)
        case _:
            advice = ADVICE.get(status, "The call is not repeated as it was.")
            cls, text = Refused, f"{call.platform} refused the call ({status}). {advice}"
    return _build(cls, text, status, headers, body)


def error_from_failure(call: Call, error: BaseException, is_sent: bool) -> ProviderError:
    """For a call without a complete answer. Quotes nothing of `error`, which may know secrets."""
    cause, advice = _find_cause(error)
    if not is_sent:
        return Unavailable(
            f"{call.platform} does not answer at host {call.host} ({cause}). {advice}"
        )
    if call.idempotent:
        return Unavailable(
            f"{call.platform} at host {call.host} did not answer completely ({cause}). "
            "It is tried again later."
        )
    return OutcomeUnknown(_describe_unknown(call, cause))


def read_retry_after(headers) -> int | None:
    """Seconds from Retry-After; a date counts from the answer's own Date, not from our clock."""
    value = (headers.get("Retry-After") or "").strip()
    if value.isascii() and value.isdecimal():
        return min(int(value[:9]), MAX_RETRY_AFTER)
    until, now = _parse_http_date(value), _parse_http_date(headers.get("Date") or "")
    if until is None or now is None:
        return None
    return min(max(int((until - now).total_seconds()), 0), MAX_RETRY_AFTER)


def _judge_fault(call: Call, status: int, headers, body: str) -> ProviderError:
    """5xx. Behind a gateway that gave up (502, 504) the call may have been taken."""
    if not call.idempotent and status in (502, 504):
        return _build(OutcomeUnknown, _describe_unknown(call, status), status, headers, body)
    cls = Throttled if status == 503 and headers.get("Retry-After") else Unavailable
    text = f"{call.platform} at host {call.host} has a fault ({status}). {_again(headers)}"
    return _build(cls, text, status, headers, body)


def _build(cls, text: str, status: int, headers, body: str) -> ProviderError:
    words = " ".join(MARKUP.sub(" ", body).split())
    quoted = f' It says: "{words}"' if words else ""
    return cls(text + quoted, status=status, body=body, retry_after=read_retry_after(headers))


def _again(headers) -> str:
    seconds = read_retry_after(headers)
    when = f"in {seconds} seconds at the earliest" if seconds else "later"
    return f"It is tried again {when}."


def _describe_rejection(call: Call, status: int) -> str:
    if status == 401:
        what, advice = "the user or the password", "Check both in the account."
    else:
        what = "this access"
        advice = "Check at the platform whether the user is blocked, and which channels and "
        advice += "addresses it may use."
    return f"{call.platform} at host {call.host} does not accept {what} ({status}). {advice}"


def _describe_redirect(call: Call, status: int, headers) -> str:
    target = headers.get("Location") or "an unknown address"
    return (
        f"{call.platform} at host {call.host} sends us elsewhere ({status}), to {target}. "
        "We do not follow, because the password would travel along. "
        "If the platform has moved, enter the new host in the account."
    )


def _describe_unknown(call: Call, cause) -> str:
    return (
        f"Nobody knows whether {call.platform} has taken the call ({cause}). "
        "Look at the platform before it is sent again."
    )


def _find_cause(error: BaseException | None) -> tuple[str, str]:
    chain = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    for cls, cause, advice in CONNECTION_CAUSES:
        if any(isinstance(link, cls) for link in chain):
            return cause, advice
    words = [link.strerror for link in chain if isinstance(link, OSError) and link.strerror]
    return words[-1] if words else "connection broken", "It is tried again later."


def _parse_http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
