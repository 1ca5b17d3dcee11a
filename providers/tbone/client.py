"""The calls of TB.One a channel makes; knows no document.

Protocol facts: TB.One REST API, "Retrieve Order Status". Calls of one account go one after
another; a 4xx is never repeated as it was; a 5xx after ten minutes, at most five times.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from urllib.parse import quote, urlencode

from ..canonical import Cancellation, Order, Page, Problem, Sent, StockFeed, StockLine
from ..errors import Malformed, NotAllowed, OutcomeUnknown, ProviderError, Refused, Unsendable
from ..http_call import Endpoint, Exchange, Request, Response
from ..masking import Mask
from ..time_zone import find_zone
from ..transport import Transport
from .answer_xml import ensure_taken, judge_refusal, parse_answer
from .cancel_xml import build_cancellations, list_cancel_problems
from .config import PLATFORM, TBOneConfig
from .message_values import is_usable_id
from .message_xml import parse_page
from .order_problems import describe_problems, list_problems
from .order_xml import build_order
from .stock_xml import parse_stock

USER_AGENT = "odoo-fulfillment-connector/19.0"
HEADERS = {"Accept": "application/xml", "Content-Type": "application/xml"}


class TBOneClient:
    """Calls of one account and channel. Every method raises ProviderError only."""

    def __init__(self, config: TBOneConfig, transport):
        config.ensure_valid()
        self._config = config
        self._transport = transport
        self._zone = find_zone(config.time_zone)
        self._mask = Mask(config.password)

    @classmethod
    def connect(
        cls,
        config: TBOneConfig,
        *,
        clock: Callable[[], float],
        on_exchange: Callable[[Exchange], None] | None = None,
    ) -> "TBOneClient":
        """A client with a transport of its own; `clock` gives monotonic seconds."""
        config.ensure_valid()
        endpoint = Endpoint(
            config.base_url,
            platform=PLATFORM,
            user_agent=USER_AGENT,
            auth=(config.user, config.password),
            connect_timeout=config.connect_timeout,
            deadline=config.deadline,
        )
        return cls(config, Transport(endpoint, clock, on_exchange))

    def fetch_messages(self, limit: int) -> Page:
        """Up to `limit` open messages, sorted by id; marks nothing. Malformed: nothing kept.

        Of an answer that breaks off, the complete messages count; the rest comes again.
        """
        config, limit = self._config, max(int(limit), 1)
        response = self._call(
            "GET",
            self._build_url("messages/", limit=limit),
            read_timeout=config.read_timeout_list,
            max_bytes=config.max_bytes,
            accepts_cut=True,
        )
        with response.body:
            page = self._parse(response, limit)
        if not response.cut:
            return page
        if not page.messages:
            raise response.cut
        return replace(page, problem=f"{response.cut} {page.problem}".strip())

    def acknowledge(self, message_id: str) -> None:
        """Mark one message as processed, so that it does not come again. 404: Refused."""
        if not is_usable_id(message_id):
            raise NotAllowed(
                f"A message without an id of {PLATFORM} cannot be marked as processed there."
            )
        path = f"messages/{quote(message_id, safe='')}/processed"
        url = self._build_url(path)
        self._call("POST", url, read_timeout=self._config.read_timeout_flag).body.close()

    def check(self) -> str:
        """Ask for one message and mark nothing: a sentence for "Test connection"."""
        page = self.fetch_messages(limit=1)
        news = "Messages are waiting." if page.messages else "No message is waiting."
        return (
            f"{PLATFORM} at {self._config.host} accepts account {self._config.account_number} "
            f"and channel {self._config.channel_id}. {news}"
        )

    def send_order(self, order: Order) -> Sent:
        """Hand over one order. Unsendable: TB.One would refuse it, and it was not sent.

        OutcomeUnknown: it may have arrived, now or with a call before. It is not sent again by
        itself, since nobody knows what TB.One makes of the same key a second time.
        """
        _ensure_sendable(list_problems(order))
        body = build_order(order, self._config.send_currency)
        own_ids = (order.key, order.number)
        try:
            return self._post("orders/", body, partial(parse_answer, own_ids=own_ids))
        except Refused as error:
            raise judge_refusal(error) from None

    def send_cancellations(self, cancellations: Iterable[Cancellation]) -> None:
        """Tell the merchant what the customer does not want any more: all or none of it."""
        cancellations = tuple(cancellations)
        _ensure_sendable(list_cancel_problems(cancellations))
        if cancellations:
            self._post("messages/", build_cancellations(cancellations), ensure_taken)

    def fetch_stock(self, cursor: str = "") -> StockFeed:
        """What can still be sold: of all articles, or of what changed since `cursor`."""
        parameters = {"delta": cursor} if cursor else {}
        response = self._call(
            "GET",
            self._build_url("stock/", **parameters),
            read_timeout=self._config.read_timeout_stock,
            max_bytes=self._config.max_stock_bytes,
        )
        try:
            feed = parse_stock(response.body, is_full=not cursor)
        except Malformed as error:
            response.body.close()
            self._complete(error, response)
            raise
        feed.lines = self._iterate(feed.lines, response)
        return feed

    def _parse(self, response: Response, limit: int) -> Page:
        try:
            return parse_page(response.body, limit=limit, zone=self._zone)
        except Malformed as error:
            if response.cut:
                raise response.cut from None
            self._complete(error, response)
            raise

    def _iterate(self, lines: Iterator[StockLine], response: Response) -> Iterator[StockLine]:
        try:
            yield from lines
        except Malformed as error:
            self._complete(error, response)
            raise

    def _post(self, path: str, body: bytes, read: Callable[..., Sent | None]) -> Sent | None:
        """A call that must not happen twice: what is not understood may have been taken."""
        try:
            response = self._call(
                "POST",
                self._build_url(path),
                idempotent=False,
                body=body,
                read_timeout=self._config.read_timeout_order,
                max_bytes=self._config.max_bytes,
            )
        except Malformed as error:
            text = f"Nobody knows whether {PLATFORM} has taken the call. {error}"
            raise OutcomeUnknown(text, status=error.status) from None
        with response.body:
            try:
                return read(response.body, mask=self._mask)
            except ProviderError as error:
                self._complete(error, response)
                raise

    def _call(self, method: str, url: str, *, idempotent: bool = True, **more) -> Response:
        request = Request(method, url, idempotent=idempotent, headers=HEADERS, **more)
        return self._transport.send(request)

    def _complete(self, error: ProviderError, response: Response) -> None:
        error.status = response.status
        error.hide(self._mask)

    def _build_url(self, path: str, **parameters) -> str:
        query = urlencode({"channel": self._config.channel_id, **parameters})
        return f"{self._config.base_url}/{self._config.account_number}/{path}?{query}"


def _ensure_sendable(problems: list[Problem]) -> None:
    """Raises Unsendable with all problems at once."""
    if problems:
        text = f"It was not sent, because {PLATFORM} would refuse it. {describe_problems(problems)}"
        raise Unsendable(text, problems=problems)
