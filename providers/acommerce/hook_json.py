"""Web hooks: what to register, and what is registered."""

from dataclasses import dataclass

from .config import AcommerceConfig
from .event_values import read_text


@dataclass(frozen=True, slots=True)
class Hook:
    """A web hook as the platform has it."""

    hook_id: str
    url: str = ""
    events: tuple[str, ...] = ()
    is_active: bool = True


def build_hook(config: AcommerceConfig, url: str, secret: str, name: str) -> dict:
    """For status updates of the account's version."""
    return {
        "name": name,
        "url": url,
        "requestMethod": "POST",
        "secret": secret,
        "eventType": [getattr(config.profile, f"hook_event_{config.version}")],
        "active": True,
    }


def read_hook(answer: object) -> Hook:
    """'' for an id that is not told: then the list tells it."""
    record = answer if isinstance(answer, dict) else {}
    ids = (read_text(record.get(name)) for name in ("id", "hookId", "_id"))
    events = record.get("eventType")
    return Hook(
        hook_id=next(filter(None, ids), ""),
        url=read_text(record.get("url")),
        events=tuple(map(read_text, events if isinstance(events, list) else [events])),
        is_active=record.get("active") is not False,
    )
