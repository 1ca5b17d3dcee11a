"""A whole small platform, as CONTRIBUTING.md describes it: messages as JSON, over HTTP.

POST /orders answers with the order's id there, GET /messages with what is new, such as {"id": "M1",
"type": "shipped", "order": key, "item": key, "pieces": 2}; DELETE /messages/M1 takes it off there.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal

from ..providers import Malformed, Misconfigured, OutcomeUnknown, Provider
from ..providers.canonical import Kind, Message, Order, Page, Sent
from ..providers.http_call import Endpoint, Request
from ..providers.transport import Transport

KINDS = {"shipped": Kind.SHIP, "cancelled": Kind.CANCEL}  # all others are kept, shown and counted


@dataclass(frozen=True, slots=True)
class ExampleConfig:
    """These names are filled from the account; others take _prepare_client_settings()."""

    host: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    def list_problems(self) -> list[str]:
        names = ("host", "user", "password")
        return [f"The {name} is missing." for name in names if not getattr(self, name)]


class ExampleClient:
    """Calls of one account. Every method raises ProviderError only."""

    def __init__(self, config: ExampleConfig, transport: Transport):
        self._config, self._transport = config, transport

    @classmethod
    def connect(cls, config: ExampleConfig, *, clock, on_exchange=None) -> "ExampleClient":
        if problems := config.list_problems():
            raise Misconfigured(" ".join(problems), problems=problems)
        endpoint = Endpoint(config.host, "Example", "odoo", (config.user, config.password))
        return cls(config, Transport(endpoint, clock, on_exchange))

    def fetch_messages(self, limit: int) -> Page:
        return parse_messages(self._call("GET", f"/messages?limit={limit}"), limit)

    def acknowledge(self, message_id: str) -> None:
        self._call("DELETE", f"/messages/{message_id}")

    def send_order(self, order: Order) -> Sent:
        items = [{"key": one.key, "sku": one.sku, "pieces": one.quantity} for one in order.items]
        answer = self._call("POST", "/orders", {"key": order.key, "items": items})
        try:
            return Sent(order_ref=json.loads(answer)["id"])
        except (ValueError, TypeError, KeyError):
            raise OutcomeUnknown("Nobody knows whether Example has taken the order.") from None

    def check(self) -> str:
        return f"Example accepts {self._config.user}: {len(self.fetch_messages(1).messages)} wait."

    def _call(self, method: str, path: str, value: object = None) -> bytes:
        body = json.dumps(value).encode() if value else b""
        request = Request(method, self._config.host + path, method != "POST", body=body)
        with self._transport.send(request).body as answer:
            return answer.read()


def parse_messages(content: bytes, limit: int) -> Page:
    """Raises Malformed: nothing of it is kept."""
    try:
        messages = tuple(map(_read_message, json.loads(content)))
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise Malformed(f"The answer is not understood: {error}", raw=content) from error
    return Page(messages, is_full=len(messages) >= limit, size=len(content))


def _read_message(said: dict) -> Message:
    return Message(
        external_id=said["id"],
        acknowledgeable=True,
        kind=KINDS.get(said["type"], Kind.UNKNOWN),
        platform_type=said["type"],
        raw=json.dumps(said),
        order_key=said["order"],
        item_key=said["item"],
        quantity=Decimal(said["pieces"]),
        tracking_ref=said.get("parcel", ""),
    )


EXAMPLE = Provider(
    label="Example",
    config=ExampleConfig,
    client=ExampleClient,
    parse_file=lambda content, _config: parse_messages(content, 10**6),
    list_problems=lambda _order, _config: [],
    hosts={"production": {"host": "https://api.example.com"}},
    test_hosts=frozenset({"test.example.com"}),
)
