"""GET stock/: what can still be sold, in full or since a change date."""

from xml.sax.saxutils import escape, quoteattr

from ..document import Document
from .contract import Answer, Context, Refusal
from .state import Shelf

FULL_EVERY, DELTA_EVERY = 3600, 600  # seconds


def list_stock(context: Context) -> Answer:
    """The whole stock, or what changed at or after `delta`."""
    delta = context.request.query.get("delta")
    if delta is not None and not delta.isdecimal():
        raise Refusal(400, "The parameter delta has to be unix seconds.")
    now = context.platform.clock.now()
    _watch_pace(context, "stock_delta" if delta else "stock_full", now)
    shelves = context.account.stock.items()
    parts = [_build_article(sku, s) for sku, s in shelves if s.changed >= int(delta or 0)]
    return Answer(Document("TBSTOCK", tuple(parts), attributes=f' changedate="{int(now)}"'))


def _watch_pace(context: Context, what: str, now: float) -> None:
    pause = DELTA_EVERY if what == "stock_delta" else FULL_EVERY
    last = context.account.last_calls.get(what)
    context.account.last_calls[what] = now
    if last is not None and now - last < pause:
        context.breach(f"{what}_early", f"{now - last:.0f} s after the last one")


def _build_article(sku: str, shelf: Shelf) -> str:
    stocks = [] if shelf.number is None else [f"<A_STOCK>{shelf.number}</A_STOCK>"]
    stocks += [
        f'<A_STOCK identifier="{shelf.identifier}" key={quoteattr(key)}>{number}</A_STOCK>'
        for key, number in shelf.warehouses.items()
    ]
    node = shelf.node
    return f"<ARTICLE><{node}>{escape(sku)}</{node}>{''.join(stocks)}</ARTICLE>"
