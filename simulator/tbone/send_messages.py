"""POST messages/: what a channel may tell the merchant."""

from collections import Counter

from lxml import etree

from ..document import build_state
from ..schema import check, parse
from .contract import Answer, Context, Refusal
from .ledger import tally
from .state import Item, Message, Order
from .tables import MESSAGES

FROM_CHANNEL = {
    "CUST_CANCEL",
    "PAYMENT_STATE_OPEN",
    "PAYMENT_STATE_PAID",
    "PAYMENT_STATE_SHORTFALL",
}


def send_messages(context: Context) -> Answer:
    """Take in all messages of the list, or none of them."""
    root = parse(context.request.body)
    if root is None:
        raise Refusal(400, "The body is not well-formed XML.")
    if problems := check(root, MESSAGES) if root.tag == MESSAGES.name else [f"root is {root.tag}"]:
        raise Refusal(400, "The XML does not fit the message schema: " + "; ".join(problems))
    wanted = Counter()
    for node in root:
        _check_meaning(context, node, wanted)
    for node in root:
        _keep(context, node)
    return Answer(build_state("The messages have been created."), 201)


def _check_meaning(context: Context, node: etree._Element, wanted: Counter[Item]) -> None:
    """`wanted`: pieces to cancel by item, so far in this list."""
    kind, quantity = node.findtext("MESSAGE_TYPE"), int(node.findtext("QUANTITY"))
    if kind not in FROM_CHANNEL:
        raise Refusal(400, f"A channel cannot send {kind}.")
    item = _find(context, node)[1]
    if kind != "CUST_CANCEL":
        return
    if node.find("TB_ORDER_ITEM_ID") is None and context.platform.needs_item_ids:
        raise Refusal(400, "TB_ORDER_ITEM_ID is missing for CUST_CANCEL.")
    if item is None:
        raise Refusal(400, "The item is not known.")
    _check_names(context, node, item)
    wanted[item] += quantity
    room = tally(item).room("cancelled")
    if not quantity or wanted[item] > room:
        raise Refusal(400, f"Of {item.channel_id} only {room} are open.")


def _find(context: Context, node: etree._Element) -> tuple[Order, Item | None]:
    number = int(node.findtext("TB_ORDER_ID"))
    order = context.account.orders.get(number)
    if order is None or order.channel != context.channel:
        raise Refusal(404, f"There is no order {number}.")
    number = node.findtext("TB_ORDER_ITEM_ID")
    items = {str(item.tb_id): item for item in order.items}
    if number and number not in items:
        raise Refusal(400, f"Order {order.tb_id} has no item {number}.")
    keys = {item.channel_id: item for item in order.items}
    return order, items.get(number) or keys.get(node.findtext("CHANNEL_ORDER_ITEM_ID"))


def _check_names(context: Context, node: etree._Element, item: Item) -> None:
    """What names the order or the item besides the platform's ids has to agree with them."""
    names = {
        "SKU": item.sku,
        "CHANNEL_SIGN": context.account.channels[context.channel],
        "CHANNEL_ORDER_ID": item.order.channel_id,
        "CHANNEL_ORDER_ITEM_ID": item.channel_id,
    }
    for name, known in names.items():
        if node.findtext(name) not in (None, known):
            raise Refusal(400, f"{name} is not {known} but {node.findtext(name)}.")


def _keep(context: Context, node: etree._Element) -> None:
    order, item = _find(context, node)
    values = {child.tag.lower(): child.text for child in node}
    values |= {"quantity": int(values["quantity"]), "date_created": context.platform.stamp()}
    message = Message(message_id=next(context.platform.message_ids), **values)
    context.account.add_message(message, order.channel, is_open=False)
    for owner in (order, item):
        if owner:
            owner.messages.append(message)
