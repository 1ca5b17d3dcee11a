"""Misbehaviour on demand: what goes wrong is data, when it does is a trigger."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .document import TWISTS, Document
from .http_server import WHOLE, Delivery, Reply

HTML = "<html><head><title>Maintenance</title></head><body><h1>Back soon</h1><br></body></html>"


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour. `accepted`: the call takes effect before it goes wrong."""

    name: str = ""
    accepted: bool = True
    status: int | None = None
    body: str | None = None
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    twist: str = ""
    megabytes: float = 0  # blanks in front of the real content
    ignored: tuple[str, ...] = ()  # query parameters the platform does not look at
    delivery: Delivery = WHOLE

    def spoil(self, reply: Reply, document: Document, latency: float) -> Reply:
        """The reply as this fault wants it."""
        if self.twist:
            reply = replace(reply, body=TWISTS[self.twist](document).encode())
        if self.body is not None:
            reply = replace(reply, body=self.body.encode())
        if self.megabytes:
            reply = replace(reply, body=_padded(reply.body, int(self.megabytes * 16)))
        return replace(
            reply,
            status=self.status or reply.status,
            content_type=self.content_type or reply.content_type,
            headers={**reply.headers, **self.headers},
            delivery=replace(self.delivery, delay=self.delivery.delay + latency),
        )


@dataclass
class Trigger:
    """When a fault strikes: which call, which id in its path, after how many, how often."""

    call: str = "*"
    target: str = ""
    after: int = 0
    times: int | None = 1  # None: until the faults are cleared

    def matches(self, call: str, target: str) -> bool:
        return self.call in ("*", call) and self.target in ("", target) and self.times != 0

    def strike(self) -> bool:
        """Count one matching call; tell whether it is hit."""
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


def _refusing(status: int, text: str, **headers: str) -> Fault:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<tradebyte><state>{text}</state></tradebyte>'
    return Fault(status=status, body=body, accepted=False, headers=headers)


FAULTS: dict[str, Fault] = {
    "server_error": _refusing(500, "An internal error occurred."),
    "bad_gateway": Fault(status=502, body=HTML, content_type="text/html", accepted=False),
    "unavailable": _refusing(503, "The service is being maintained."),
    "throttled": _refusing(429, "Too many requests.", **{"Retry-After": "120"}),
    "bad_request": _refusing(400, "The call was not understood."),
    "unauthorized": _refusing(401, "Access denied.", **{"WWW-Authenticate": 'Basic realm="TB"'}),
    "forbidden": _refusing(403, "The user has no right to this channel."),
    "not_found": _refusing(404, "There is no such thing."),
    "html": Fault(body=HTML, content_type="text/html", accepted=False),
    "empty": Fault(body=""),
    "forgotten": Fault(accepted=False),  # says yes and does nothing
    "limit_ignored": Fault(ignored=("limit",)),
    "oversize": Fault(megabytes=64),
    "slow": Fault(delivery=Delivery(delay=2.0)),
    "truncated": Fault(delivery=Delivery(cut=0.5)),
    "stuck": Fault(delivery=Delivery(cut=0.5, hang=True)),
    "drop": Fault(accepted=False, delivery=Delivery(silent=True)),
    "hang": Fault(accepted=False, delivery=Delivery(silent=True, hang=True)),
    "accept_drop": Fault(delivery=Delivery(silent=True)),
    "accept_hang": Fault(delivery=Delivery(silent=True, hang=True)),
    **{name: Fault(twist=name) for name in TWISTS},
}


def make_fault(name: str, **changes) -> Fault:
    """A fault by its name; `changes` replace its fields or those of its delivery."""
    if name not in FAULTS:
        raise ValueError(f"Unknown fault {name!r}; known: {', '.join(sorted(FAULTS))}")
    fault = FAULTS[name]
    travel = {key: changes.pop(key) for key in ("delay", "cut", "hang") if key in changes}
    delivery = replace(fault.delivery, **travel)
    return replace(fault, name=name, delivery=delivery, **changes)


class FaultBook:
    """The faults that are armed; one strikes a call at most, limited ones before standing ones."""

    def __init__(self):
        self._lock = threading.Lock()
        self._armed: list[tuple[Trigger, Fault]] = []

    def add(self, trigger: Trigger, fault: Fault) -> Fault:
        with self._lock:
            self._armed.append((trigger, fault))
            self._armed.sort(key=lambda pair: pair[0].times is None)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def take(self, call: str, target: str) -> Fault | None:
        """The fault that hits this call, if any."""
        with self._lock:
            for trigger, fault in self._armed:
                if trigger.matches(call, target) and trigger.strike():
                    return fault
        return None

    def waiting(self) -> list[str]:
        """Names of limited faults that have not struck as often as they should."""
        with self._lock:
            return [fault.name for trigger, fault in self._armed if trigger.times]


def _padded(body: bytes, pieces: int) -> Iterator[bytes]:
    at = body.find(b"\n", body.find(b"?>") + 3) if b"?>" in body else -1
    yield body[: at + 1] or b" "
    blank = b" " * (1 << 16)
    for _ in range(pieces):
        yield blank
    yield body[at + 1 :] or b" "
