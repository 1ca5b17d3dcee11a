"""The calls of aCommerce; knows no document.

    client = AcommerceClient.connect(config, clock=time.monotonic)
    feed = client.fetch_changes(cursor)
    for page in feed:
        ...  # store it
    cursor = feed.cursor

What comes by web hook or as a file needs no client: event_json.parse_push, event_csv.parse_csv.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from urllib.parse import quote, urlencode, urlsplit

from ..canonical import Cancellation, Order, Sent, StockFeed
from ..errors import Malformed, Refused
from ..events import EventFeed, EventPage
from ..http_call import Exchange, read_origin
from .bookmark import read_bookmark
from .config import PLATFORM, AcommerceConfig
from .hook_json import Hook, build_hook, read_hook
from .json_input import read_json
from .order_call import ensure_partner, send_order
from .paging import iter_pages
from .polling import Poll, reach_back, read_histories
from .session import Session
from .stock_poll import StockPoll


class AcommerceClient:
    """Calls of one account. Every method raises ProviderError only, and never sleeps."""

    def __init__(self, config: AcommerceConfig, session: Session):
        config.ensure_valid()
        self._config = config
        self._session = session

    @classmethod
    def connect(
        cls,
        config: AcommerceConfig,
        *,
        clock: Callable[[], float],
        on_exchange: Callable[[Exchange], None] | None = None,
    ) -> "AcommerceClient":
        """A client with connections of its own; `clock` gives monotonic seconds."""
        config.ensure_valid()
        return cls(config, Session.connect(config, clock, on_exchange))

    def fetch_changes(self, cursor: str = "", bookmark: str = "") -> EventFeed:
        """Complete histories of the orders that changed since the cursor, page by page.

        bookmark: of such a feed that was broken off; it goes on there.
        """
        start = read_bookmark(bookmark, cursor, self._config)
        return Poll(self._session, self._config, start).feed

    def look_back(self, cursor: str, days: int, bookmark: str = "") -> EventFeed:
        """The same from so many days before the cursor on; the cursor it ends with is of no use."""
        since = reach_back(cursor, days)
        start = read_bookmark(bookmark, since, self._config, is_wide=True)
        return Poll(self._session, self._config, start).feed

    def fetch_orders(self, keys: Iterable[str]) -> Iterator[EventPage]:
        """Complete histories of these orders, ten a call; an order that is not there has none."""
        config, wanted = self._config, list(dict.fromkeys(keys))
        path = config.build_path(f"status_by_id_path_{config.version}")
        size = config.profile.ids_per_call
        for start in range(0, len(wanted), size):
            some = [(config.profile.id_parameter, key) for key in wanted[start : start + size]]
            url = f"{config.order_url}{path}?{urlencode(some)}"
            for answer in iter_pages(self._session, url, config.max_pages):
                yield read_histories(self._session, answer, config)

    def send_order(self, order: Order) -> Sent:
        """Create an order under our id. Unsendable: it would be refused, and was not sent.

        A second time is harmless. Refused: the platform says no, or has another one of this id.
        """
        return send_order(self._session, self._config, order)

    def send_cancellations(self, cancellations: Iterable[Cancellation]) -> None:
        """The platform has no public call for it: a person must ask."""
        if keys := sorted({one.order_key for one in cancellations}):
            raise Refused(
                f"{PLATFORM} cannot be told by this connector to cancel {', '.join(keys)}. "
                "Ask them; what they cancel comes back by itself."
            )

    def fetch_stock(self, cursor: str = "") -> StockFeed:
        """What can be promised: of all articles, or of those updated since `cursor`."""
        ensure_partner(self._config)
        return StockPoll(self._session, self._config, cursor).feed

    def register_hook(self, url: str, secret: str, name: str = "Odoo") -> Hook:
        """Let the platform call `url`. OutcomeUnknown: look at the list before a second try."""
        read_origin(url)  # https, or this machine
        if not secret:
            raise Refused("A web hook without a secret would take orders from anybody.")
        body = build_hook(self._config, url, secret, name)
        token = urlsplit(url).path.rpartition("/")[2]  # who knows it may call too
        answer = self._session.post(self._build_hooks_url(), body, secret, token)
        try:
            return read_hook(read_json(answer.body, (dict,)))
        except Malformed:  # it took it, and that is what counts
            return Hook("", url)

    def list_hooks(self) -> list[Hook]:
        """The web hooks of this channel or partner, also those of others."""
        answer = self._session.get(self._build_hooks_url())
        found = self._session.parse(answer, partial(read_json, types=(list,)))
        return [read_hook(one) for one in found if isinstance(one, dict)]

    def remove_hook(self, hook_id: str) -> None:
        """Refused with status 404: it is not there."""
        if not hook_id or hook_id in (".", ".."):
            raise Refused("A web hook without an ID cannot be removed.")
        self._session.delete(f"{self._build_hooks_url()}/{quote(hook_id, safe='')}")

    def check(self) -> str:
        """Ask for an order that does not exist: a sentence for "Test connection"."""
        for _page in self.fetch_orders(["connection-test"]):
            pass
        config = self._config
        return f"{PLATFORM} at {config.order_url} accepts {config.side} {config.scope_id}."

    def _build_hooks_url(self) -> str:
        return self._config.base_url + self._config.build_path("hooks_path")
