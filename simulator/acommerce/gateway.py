"""The door: finds the call, asks for the token, watches the pace, spoils what it must."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from functools import partial
from urllib.parse import parse_qsl, unquote, urlsplit

from ..document import Document
from ..faults import Fault, FaultBook
from ..http_server import Reply, Request
from ..journal import Call, Journal
from . import hooks, lists, orders, tokens
from .contract import Answer, Context, Handler, Refusal
from .state import Platform

NOTHING = Document("")
HAMMERING, HAMMER_SECONDS = 5, 60  # the same order id, so often in so many seconds


@dataclass(frozen=True)
class Route:
    """One call; faults are addressed to its kind. SCOPE is /channel/ID or /partner/ID."""

    method: str
    path: str
    kind: str
    handler: Handler
    parameters: tuple[str, ...] = ()

    def match(self, path: str, scope: str) -> re.Match | None:
        pattern = self.path.replace("SCOPE", re.escape(scope)).replace("ID", "(?P<id>[^/]+)")
        return re.fullmatch(pattern, path)


LIST = ("since", "page", "page_size")
ROUTES = (
    Route("GET", "SCOPE/sales-order-status", "status", lists.list_changed, (*LIST, "orderStatus")),
    Route("GET", "SCOPE/sales-order-status/id", "named", lists.list_named, ("id",)),
    Route("GET", "SCOPE/allocation/merchant/ID", "stock", lists.list_stock, LIST),
    Route("PUT", "SCOPE/order/ID", "put_order", orders.put_order),
    Route("GET", "SCOPE/order/ID", "get_order", orders.get_order),
    Route("POST", "SCOPE/hooks", "add_hook", hooks.add_hook),
    Route("GET", "SCOPE/hooks", "hooks", hooks.list_hooks),
    Route("DELETE", "SCOPE/hooks/ID", "remove_hook", hooks.remove_hook),
)


class Gateway:
    """The application behind the server: from a request to a reply, with everything recorded."""

    def __init__(self, platform: Platform, journal: Journal, faults: FaultBook, scope: str):
        self.platform, self.journal, self.faults = platform, journal, faults
        self.scope = scope
        self.credentials = ("", "")
        self.before: Callable[[str], None] = lambda kind: None  # told of each admitted call
        self.reset()

    def reset(self) -> None:
        self.latency: dict[str, float] = {"*": 0.0}  # seconds by kind of call
        self._quiet_until = 0.0
        self._asked: dict[str, list[float]] = {}  # order id -> times
        self._taken: set[str] = set()  # order ids that were answered with 501

    def answer(self, request: Request) -> Reply:
        """Answer one call and write it down."""
        path = urlsplit(request.target).path
        token = Route("POST", "/identity/token", "token", partial(self._issue_token))
        routes = [route for route in (token, *ROUTES) if route.match(path, self.scope)]
        route = next((route for route in routes if route.method == request.method), None)
        call = self._open_call(request, route.kind if route else "unknown")
        try:
            if route is None:
                raise Refusal(405 if routes else 404, "There is no such call")
            context = self._admit(call, route, request, path)
            reply = self._serve(call, route, context)
        except Refusal as no:
            reply = _build_reply(Answer(no.as_json(), no.status, no.headers))
        call.status = 0 if reply.delivery.silent else reply.status
        self._note_outcome(reply)
        date = formatdate(self.platform.clock.now(), usegmt=True)
        return replace(reply, headers={"Date": date, **reply.headers})

    def _issue_token(self, context: Context) -> Answer:
        return tokens.issue_token(context, self.credentials)

    def _open_call(self, request: Request, kind: str) -> Call:
        now = self.platform.clock.now()
        call = Call(now, self.scope, kind, request.method, request.target, request.body)
        self.journal.open(call, object())
        if now < self._quiet_until:
            seconds = self._quiet_until - now
            self.journal.breach(call, "too_early", f"{seconds:.0f} s before it may come again")
        if not request.headers.get("user-agent"):
            self.journal.breach(call, "no_user_agent", "a call without User-Agent")
        return call

    def _admit(self, call: Call, route: Route, request: Request, path: str) -> Context:
        breach = partial(self.journal.breach, call)
        if route.kind != "token":
            tokens.admit(self.platform, request.headers, breach)
        query = parse_qsl(urlsplit(request.target).query, keep_blank_values=True)
        for name in {name for name, _value in query} - set(route.parameters):
            breach("unknown_parameter", f"{name} is not known for this call")
        target = unquote(route.match(path, self.scope).groupdict().get("id") or "")
        url = f"http://{request.headers['host']}{path}"
        self._watch_pace(route.kind, target, query, breach)
        return Context(self.platform, target, query, request.body, url, breach)

    def _watch_pace(self, kind: str, target: str, query: list, breach) -> None:
        now = self.platform.clock.now()
        for key in {value for name, value in query if name == "id"}:
            times = [at for at in self._asked.get(key, []) if at > now - HAMMER_SECONDS]
            self._asked[key] = [*times, now]
            if len(times) >= HAMMERING:
                breach("hammering", f"order {key}, {len(times) + 1} times in a minute")
        if kind == "put_order" and target in self._taken:
            breach("put_after_501", f"order {target} exists, and was put again")

    def _serve(self, call: Call, route: Route, context: Context) -> Reply:
        self.before(route.kind)
        fault = self.faults.take(route.kind, context.target) or Fault()
        call.fault = fault.name
        answer = self._act(route, context) if fault.accepted else Answer(None)
        latency = self.latency.get(route.kind, self.latency["*"])
        return fault.spoil(_build_reply(answer), NOTHING, latency)

    def _act(self, route: Route, context: Context) -> Answer:
        with self.platform.lock:
            try:
                return route.handler(context)
            except Refusal as no:
                if no.status == 501:
                    self._taken.add(context.target)
                return Answer(no.as_json(), no.status, no.headers)

    def _note_outcome(self, reply: Reply) -> None:
        wait = reply.headers.get("Retry-After", "")
        if wait.isdecimal():
            self._quiet_until = self.platform.clock.now() + int(wait)


def _build_reply(answer: Answer) -> Reply:
    body = b"" if answer.value is None else json.dumps(answer.value, ensure_ascii=False).encode()
    return Reply(answer.status, body, answer.headers, "application/json")
