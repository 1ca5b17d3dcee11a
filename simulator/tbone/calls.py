"""The calls that read and flag messages and orders."""

from ..document import Document, build_state
from .contract import Answer, Context, Refusal
from .order_xml import build_order
from .state import Message

DONE = build_state("The call was successful.")


def list_messages(context: Context) -> Answer:
    """GET messages/: the open messages of the channel, oldest first."""
    limit = context.request.query.get("limit")
    if limit is not None and not (limit.isdecimal() and int(limit)):
        raise Refusal(400, "The limit has to be a number above zero.")
    found = context.account.waiting(context.channel, int(limit) if limit else None)
    return Answer(_build_list(found))


def get_message(context: Context) -> Answer:
    """GET messages/ID, also when it is processed."""
    return Answer(_build_list([_find_message(context)]))


def process_message(context: Context) -> Answer:
    """POST messages/ID/processed: the channel has it; a repeat changes nothing."""
    message = _find_message(context)
    if context.request.body.strip():
        context.breach("body_on_flag", "a flag call has an empty body")
    context.account.process(message.message_id)
    return Answer(DONE)


def export_message(context: Context) -> Answer:
    """POST messages/ID/exported is the merchant's flag, not the channel's."""
    context.breach("exported_by_channel", "a channel flags its messages as processed")
    raise Refusal(403, "Only a merchant can flag a message as exported.")


def get_order(context: Context) -> Answer:
    """GET orders/TB_ID."""
    number = context.target
    order = context.account.orders.get(int(number)) if number.isdecimal() else None
    if order is None or context.channel not in (None, order.channel):
        raise Refusal(404, f"There is no order {number}.")
    sign = context.account.channels[order.channel]
    return Answer(Document("ORDER_LIST", (build_order(order, sign),)))


def _find_message(context: Context) -> Message:
    number = context.target
    known = context.account.messages.get(int(number)) if number.isdecimal() else None
    if known is None or context.channel not in (None, known[0]):
        raise Refusal(404, f"There is no message {number}.")
    return known[1]


def _build_list(messages: list[Message]) -> Document:
    return Document("MESSAGES_LIST", tuple(message.as_xml() for message in messages))
