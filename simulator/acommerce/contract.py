"""What the gateway hands to a handler, and what a handler hands back."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .state import Platform


class Refusal(Exception):
    """The platform says no, with a status and its reasons."""

    def __init__(self, status: int, *reasons: str, headers: dict[str, str] | None = None):
        super().__init__(*reasons)
        self.status, self.reasons, self.headers = status, reasons, headers or {}

    def as_json(self) -> dict:
        inner = [{"message": text, "reason": "invalid_value"} for text in self.reasons[1:]]
        return {"error": {"message": self.reasons[0], "errors": inner}}


@dataclass(frozen=True)
class Context:
    """One admitted call; `target` is the id in its path, `query` keeps what is repeated."""

    platform: Platform
    target: str
    query: list[tuple[str, str]]
    body: bytes
    url: str  # without the query
    breach: Callable[[str, str], None]  # rule, detail: goes to the violations

    def get(self, name: str) -> str | None:
        return dict(self.query).get(name)


@dataclass(frozen=True)
class Answer:
    """What a handler found out; None for an empty body."""

    value: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Context], Answer]
