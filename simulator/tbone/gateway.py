"""The door: finds the call, asks for credentials, lets one in at a time, spoils what it must."""

import base64
import binascii
import re
import time
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import partial

from ..document import AT_ONCE, build_state
from ..faults import Fault, FaultBook
from ..http_server import Reply, Request
from ..journal import Call, Journal
from . import calls
from .contract import Answer, Context, Handler, Refusal
from .orders import send_order
from .send_messages import send_messages
from .state import Account, Platform
from .stock import list_stock

# Every call takes a moment, else two that overlap are answered one after the other and the
# breach is not seen: a thread gives way to another only when it waits.
MOMENT = 0.0003
CHALLENGE = {"WWW-Authenticate": 'Basic realm="TB.One REST API"'}


@dataclass(frozen=True)
class Route:
    """One call of the API; faults are addressed to its kind."""

    method: str
    path: str
    kind: str
    handler: Handler
    parameters: tuple[str, ...] = ("channel",)
    needs_channel: bool = False

    def match(self, path: str) -> re.Match | None:
        return re.fullmatch(self.path.replace("ID", "(?P<id>[^/]+)") + "/?", path)


ROUTES = (
    Route("GET", "messages", "messages", calls.list_messages, ("channel", "limit"), True),
    Route("GET", "messages/ID", "message", calls.get_message),
    Route("POST", "messages/ID/processed", "processed", calls.process_message),
    Route("POST", "messages/ID/exported", "exported", calls.export_message),
    Route("POST", "messages", "send_messages", send_messages, ("channel",), True),
    Route("GET", "orders/ID", "order", calls.get_order),
    Route("POST", "orders", "orders", send_order, ("channel",), True),
    Route("GET", "stock", "stock", list_stock, ("channel", "delta"), True),
)


class Gateway:
    """The application behind the server: from a request to a reply, with everything recorded."""

    def __init__(self, platform: Platform, journal: Journal, faults: FaultBook):
        self.platform, self.journal, self.faults = platform, journal, faults
        self.latency: dict[str, float] = {"*": MOMENT}  # seconds by kind of call

    def answer(self, request: Request) -> Reply:
        """Answer one call and write it down."""
        number, _, path = request.path.lstrip("/").partition("/")
        routes = {route.method: (route, hit) for route in ROUTES if (hit := route.match(path))}
        route, hit = routes.get(request.method, (None, None))
        account = self.platform.accounts.get(number)
        call = self._open_call(request, number, route.kind if route else "unknown")
        started = time.perf_counter()
        try:
            _check_path(account, route, list(routes))
            context = self._admit(call, request, account, route, hit)
            reply = self._serve(call, route, context)
        except Refusal as no:
            body = build_state(no.text).encode()
            reply = Reply(no.status, body, no.headers)
        call.seconds = time.perf_counter() - started
        self._close_call(call, request, reply)
        return replace(reply, done=partial(account.gate.leave, call)) if account else reply

    def _open_call(self, request: Request, account: str, kind: str) -> Call:
        now = self.platform.clock.now()
        call = Call(now, account, kind, request.method, request.target, request.body)
        self.journal.open(call, _fingerprint(request))
        return call

    def _close_call(self, call: Call, request: Request, reply: Reply) -> None:
        call.status = 0 if reply.delivery.silent else reply.status
        outcome = reply.status if reply.delivery.is_whole() else 0
        wait = float(reply.headers.get("Retry-After", 0))
        self.journal.close(_fingerprint(request), outcome, wait)

    def _admit(self, call, request, account: Account, route: Route, hit: re.Match) -> Context:
        _check_credentials(account, request.headers.get("authorization", ""))
        breach = partial(self.journal.breach, call)
        if not account.gate.enter(call, request.is_gone):
            breach("parallel", "another call of this account is being answered")
            raise Refusal(409, "Calls of one account have to follow one after another.")
        for name in request.query.keys() - set(route.parameters):
            breach("unknown_parameter", f"{name} is not known for this call")
        channel = _check_channel(account, route, request.query.get("channel"))
        target = hit.groupdict().get("id", "")
        return Context(self.platform, account, request, target, channel, breach)

    def _serve(self, call: Call, route: Route, context: Context) -> Reply:
        fault = self.faults.take(route.kind, context.target) or Fault()
        call.fault = fault.name
        query = {k: v for k, v in context.request.query.items() if k not in fault.ignored}
        context = replace(context, request=replace(context.request, query=query))
        answer = self._act(route, context) if fault.accepted else Answer(calls.DONE)
        document = answer.document
        is_streamed = not fault.name and len(document.parts) > AT_ONCE  # faults need the whole
        body = document.iter_bytes() if is_streamed else document.encode()
        reply = Reply(answer.status, body)
        latency = self.latency.get(route.kind, self.latency["*"])
        return fault.spoil(reply, document, latency)

    def _act(self, route: Route, context: Context) -> Answer:
        with self.platform.lock:
            try:
                return route.handler(context)
            except Refusal as no:
                return Answer(build_state(no.text), no.status)


def _check_path(account: Account | None, route: Route | None, allowed: list[str]) -> None:
    if account is None:
        raise Refusal(404, "The account is not known.")
    if route is None and allowed:
        raise Refusal(405, "This method is not allowed here.", {"Allow": ", ".join(allowed)})
    if route is None:
        raise Refusal(404, "There is no such call.")


def _check_credentials(account: Account, header: str) -> None:
    scheme, _, token = header.partition(" ")
    try:
        user, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user = password = ""
    if scheme.lower() != "basic" or not user or account.users.get(user) != password:
        raise Refusal(401, "User or password is wrong.", CHALLENGE)


def _check_channel(account: Account, route: Route, channel: str | None) -> str | None:
    if channel is None and route.needs_channel:
        raise Refusal(400, "The parameter channel is missing.")
    if channel is not None and not channel.isdecimal():
        raise Refusal(400, "The parameter channel has to be the number of a channel.")
    if channel is not None and channel not in account.channels:
        raise Refusal(403, f"The user has no right to channel {channel}.")
    return channel


def _fingerprint(request: Request) -> Hashable:
    query = tuple(sorted(request.query.items()))
    who = request.headers.get("authorization", "")
    return request.method, request.path, query, hash(who), hash(request.body)
