"""What can go wrong at a platform, and who has to act.

    ProviderError                 verdict
    ├─ Unavailable                LATER            no connection, time-out, 5xx
    │  └─ Throttled               LATER            429, 503; retry_after in seconds
    ├─ OutcomeUnknown             NEVER_BY_ITSELF  it may have been taken
    ├─ Refused                    PERSON           3xx, 4xx: the same call fails again
    │  └─ Unsendable              PERSON           an order the platform would refuse; not sent
    ├─ Malformed                  PERSON           2xx that is not understood; raw kept
    │  └─ TooLarge                PERSON           2xx larger than allowed
    ├─ CredentialsRejected        STOP_ACCOUNT     401, 403
    └─ NotAllowed                 STOP_ACCOUNT     refused by us: environment, host, http
       └─ Misconfigured           STOP_ACCOUNT     settings missing or wrong, all at once

Anything else that is raised is a bug of ours.
"""

from enum import Enum

from .canonical import Problem

RAW_LIMIT = 65_536  # bytes of an answer kept for a person


class Verdict(str, Enum):
    """Who has to act before the call is made again."""

    LATER = "later"  # the clock
    NEVER_BY_ITSELF = "never_by_itself"  # a person, who looks first whether it arrived
    PERSON = "person"  # a person corrects; other calls of the account go on
    STOP_ACCOUNT = "stop_account"  # a person; until then no call of the account can succeed


class ProviderError(Exception):
    """A sentence for an administrator, plus what a lane needs to decide; no credentials.

    status: HTTP status, None when there was none. body: masked excerpt of the answer.
    retry_after: seconds the platform asked us to wait.
    """

    verdict = Verdict.PERSON

    def __init__(self, sentence, *, status=None, body="", retry_after=None):
        super().__init__(sentence)
        self.status: int | None = status
        self.body: str = body
        self.retry_after: int | None = retry_after

    def hide(self, mask):
        """Mask secrets in everything that came from outside; `mask` is a masking.Mask."""
        self.args = tuple(mask(str(arg)) for arg in self.args)
        self.body = mask(self.body)


class Unavailable(ProviderError):
    """The platform cannot answer now; the call may be repeated later."""

    verdict = Verdict.LATER


class Throttled(Unavailable):
    """The platform asks us to slow down."""


class OutcomeUnknown(ProviderError):
    """A call that must not happen twice was sent, and nobody knows whether it was taken."""

    verdict = Verdict.NEVER_BY_ITSELF


class Refused(ProviderError):
    """The platform does not accept this call; it is not repeated as it was."""


class Unsendable(Refused):
    """An order the platform would refuse was not sent; `problems` holds every canonical.Problem."""

    def __init__(self, sentence, *, problems=(), **kwargs):
        super().__init__(sentence, **kwargs)
        self.problems: tuple[Problem, ...] = tuple(problems)


class CredentialsRejected(ProviderError):
    """User, password or permission is wrong."""

    verdict = Verdict.STOP_ACCOUNT


class Malformed(ProviderError):
    """The platform said yes with a body we do not understand; `raw` holds its beginning."""

    def __init__(self, sentence, *, raw=b"", **kwargs):
        super().__init__(sentence, **kwargs)
        self.raw: bytes = bytes(raw[:RAW_LIMIT])

    def hide(self, mask):
        """Mask the raw bytes too."""
        self.raw = mask.in_bytes(self.raw)
        return super().hide(mask)


class TooLarge(Malformed):
    """The body is larger than the call allows."""


class NotAllowed(ProviderError):
    """We refuse to make this call: environment, foreign host, or no https."""

    verdict = Verdict.STOP_ACCOUNT


class Misconfigured(NotAllowed):
    """Settings of the account are missing or wrong; `problems` names each."""

    def __init__(self, sentence, *, problems=(), **kwargs):
        super().__init__(sentence, **kwargs)
        self.problems: tuple[str, ...] = tuple(problems)
