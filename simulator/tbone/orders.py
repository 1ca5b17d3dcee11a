"""POST orders/: one order of the channel, checked before it gets its TB_ID."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from lxml import etree

from ..document import build_state
from ..schema import check, parse
from .contract import Answer, Context, Refusal
from .ledger import tally
from .state import Item, Message, Order
from .tables import ORDER

ANSWERS = {  # where the TB_ID stands in the answer is not documented
    "element": lambda tb_id: build_state("The order has been created.", f"<TB_ID>{tb_id}</TB_ID>"),
    "sentence": lambda tb_id: build_state(f"The order has been created. TB_ID: {tb_id}"),
    "without": lambda tb_id: build_state("The order has been created."),
}


def send_order(context: Context) -> Answer:
    """Take in one order; a refusal names every reason."""
    root = parse(context.request.body)
    _refuse_for(context, ["not well-formed"] if root is None else [])
    _refuse_for(context, check(root, ORDER) if root.tag == ORDER.name else [f"root {root.tag}"])
    _refuse_for(context, [reason for rule in RULES for reason in rule(context, root)])
    key = root.findtext("ORDER_DATA/CHANNEL_ID")
    order = context.account.orders_by_key.get((context.channel, key))
    if root.findtext("ORDER_DATA/WITHDRAWN") == "1":
        _withdraw(context, order)
    else:
        order = context.account.add_order(_make_order(context, root))
        context.platform.on_order(order)
    return Answer(ANSWERS[context.platform.order_answer](order.tb_id))


def _refuse_for(context: Context, reasons: list[str]) -> None:
    if reasons:
        text = "The order is refused: " + "; ".join(reasons)
        raise Refusal(context.platform.rejection_status, text)


def _check_sums(context: Context, order: etree._Element) -> Iterator[str]:
    items = order.findall("ITEMS/ITEM")
    count = int(order.findtext("ORDER_DATA/ITEM_COUNT"))
    total = Decimal(order.findtext("ORDER_DATA/TOTAL_ITEM_AMOUNT"))
    amount = sum(int(i.findtext("QUANTITY")) * Decimal(i.findtext("ITEM_PRICE")) for i in items)
    if count != len(items):
        yield f"ITEM_COUNT is {count}, there are {len(items)} items"
    if total != amount:
        yield f"TOTAL_ITEM_AMOUNT is {total}, the items give {amount}"


def _check_release(context: Context, order: etree._Element) -> Iterator[str]:
    given = [n for n in ("APPROVED", "WITHDRAWN") if order.find(f"ORDER_DATA/{n}") is not None]
    if len(given) != 1:
        yield "either APPROVED or WITHDRAWN has to be there"


def _check_keys(context: Context, order: etree._Element) -> Iterator[str]:
    key = order.findtext("ORDER_DATA/CHANNEL_ID")
    is_known = (context.channel, key) in context.account.orders_by_key
    is_withdrawal = order.findtext("ORDER_DATA/WITHDRAWN") == "1"
    if is_known and not is_withdrawal:
        context.breach("order_twice", f"CHANNEL_ID {key} was accepted before")
        yield f"CHANNEL_ID {key} exists already"
    if is_withdrawal and not is_known:
        yield f"CHANNEL_ID {key} is not known"
    keys = [item.findtext("CHANNEL_ID") for item in order.findall("ITEMS/ITEM")]
    if len(set(keys)) < len(keys):
        yield "the CHANNEL_ID of the items are not unique"


def _check_names(context: Context, order: etree._Element) -> Iterator[str]:
    sign = order.findtext("ORDER_DATA/CHANNEL_SIGN")
    if sign not in (None, context.account.channels[context.channel]):
        yield f"CHANNEL_SIGN {sign} is not the sign of channel {context.channel}"
    for address in order.xpath("SELL_TO | SHIP_TO"):
        names = [address.findtext(name) or "" for name in ("FIRSTNAME", "LASTNAME", "NAME")]
        if not ((names[0].strip() and names[1].strip()) or names[2].strip()):
            yield f"{address.tag} has no name"


def _check_articles(context: Context, order: etree._Element) -> Iterator[str]:
    known = context.account.articles
    for sku in order.xpath("ITEMS/ITEM/SKU/text()"):
        if known is not None and sku not in known:
            yield f"SKU {sku} is not known"


def _check_currency(context: Context, order: etree._Element) -> Iterator[str]:
    amounts = order.xpath("//TOTAL_ITEM_AMOUNT | //ITEM_PRICE")
    if len(set(order.xpath("//@currency"))) > 1:
        yield "more than one currency"
    if context.platform.needs_currency and not all(amount.get("currency") for amount in amounts):
        yield "the attribute currency is missing"


Rule = Callable[[Context, etree._Element], Iterator[str]]
RULES: tuple[Rule, ...] = (
    _check_sums,
    _check_release,
    _check_keys,
    _check_names,
    _check_articles,
    _check_currency,
)


def _make_order(context: Context, root: etree._Element) -> Order:
    items = [
        Item(
            next(context.platform.item_ids),
            node.findtext("CHANNEL_ID"),
            node.findtext("SKU"),
            int(node.findtext("QUANTITY")),
            Decimal(node.findtext("ITEM_PRICE")),
        )
        for node in root.findall("ITEMS/ITEM")
    ]
    key, account = root.findtext("ORDER_DATA/CHANNEL_ID"), context.account.number
    tb_id = next(context.platform.order_ids)
    order = Order(tb_id, key, context.channel, account, items, xml=context.request.body)
    _lower_stock(context, order)
    return order


def _lower_stock(context: Context, order: Order) -> None:
    for item in order.items:
        if shelf := context.account.stock.get(item.sku):
            shelf.take(item.quantity, context.platform.clock.now())


def _withdraw(context: Context, order: Order) -> None:
    """The channel takes the order back: what is open is cancelled."""
    for item in order.items:
        if room := tally(item).room("cancelled"):
            number = next(context.platform.message_ids)
            message = Message(message_id=number, message_type="CUST_CANCEL", quantity=room)
            item.messages.append(message)
            order.messages.append(message)
