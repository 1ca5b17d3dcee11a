"""What the gateway hands to a handler, and what a handler hands back."""

from collections.abc import Callable
from dataclasses import dataclass

from ..document import Document
from ..http_server import Request
from .state import Account, Platform


class Refusal(Exception):
    """The platform says no, with a status and a sentence."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None):
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers or {}


@dataclass(frozen=True)
class Context:
    """One admitted call; `target` is the id in its path."""

    platform: Platform
    account: Account
    request: Request
    target: str
    channel: str | None
    breach: Callable[[str, str], None]  # rule, detail: goes to the violations


@dataclass(frozen=True)
class Answer:
    """What a handler found out, before faults and bytes."""

    document: Document
    status: int = 200


Handler = Callable[[Context], Answer]
