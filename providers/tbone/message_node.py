"""One MESSAGE of TB.One -> canonical Message. Node names: "TB.One field list", messages."""

from datetime import tzinfo
from hashlib import sha256

from lxml import etree

from ..canonical import Kind, Message
from .message_values import (
    LONGEST_ID,
    is_usable_id,
    parse_date,
    parse_moment,
    parse_number,
    quote_value,
)

KINDS = {  # the complete documented list, plus what a return's price reduction is called
    "ORDER_ACKNOWLEDGE": Kind.ACKNOWLEDGE,
    "SHIP": Kind.SHIP,
    "NO_INVENTORY": Kind.CANCEL,
    "CUST_CANCEL": Kind.CANCEL,
    "RETURN": Kind.RETURN,
    "DEDUCTION": Kind.DEDUCTION,
    "DEDUCT_SHIPPING_COSTS": Kind.DEDUCTION,
    "DEDUCT_SERVICE_PRICE": Kind.DEDUCTION,
    "DEDUCT_PAYMENT_COSTS": Kind.DEDUCTION,
    "PAYMENT_STATE_OPEN": Kind.PAYMENT,
    "PAYMENT_STATE_PAID": Kind.PAYMENT,
    "PAYMENT_STATE_SHORTFALL": Kind.PAYMENT,
    "REFUND": Kind.REFUND,
}

TEXTS = {  # node -> field of Message
    "TB_ORDER_ID": "order_ref",
    "TB_ORDER_ITEM_ID": "item_ref",
    "CHANNEL_ORDER_ID": "order_key",
    "CHANNEL_ORDER_ITEM_ID": "item_key",
    "CHANNEL_SIGN": "channel_sign",
    "SKU": "sku",
    "CHANNEL_SKU": "channel_sku",
    "CARRIER_PARCEL_TYPE": "carrier_key",
    "IDCODE": "tracking_ref",
    "IDCODE_RETURN_PROPOSAL": "return_tracking_ref",
    "COMMENT": "comment",
    "RETURN_CAUSE": "return_cause",
    "RETURN_STATE": "return_state",
    "SERVICE": "service",
    "DELIVERY_INFORMATION": "delivery_information",
    "DATE_CREATED": "occurred_raw",
}
FIELDS = TEXTS | {
    "MESSAGE_ID": "external_id",
    "MESSAGE_TYPE": "platform_type",
    "QUANTITY": "quantity",
    "DEDUCTION": "amount",
    "EST_SHIP_DATE": "expected_date",
}
VALUES = {  # field that is no text -> its node, and what makes a value of it
    "quantity": ("QUANTITY", parse_number),
    "amount": ("DEDUCTION", parse_number),
    "expected_date": ("EST_SHIP_DATE", parse_date),
}


def read_message(element, zone: tzinfo) -> Message:
    """Never raises: what cannot be understood is told in `problem`."""
    raw = etree.tostring(element, encoding="unicode", with_tail=False)
    fields, problems = _read_texts(element)
    external_id, id_problem = name_message(fields.pop("external_id", ""), raw)
    platform_type = fields.pop("platform_type", "")
    type_problem = "" if platform_type else "MESSAGE_TYPE is missing."
    problems += _read_values(fields, zone)
    return Message(
        external_id=external_id,
        acknowledgeable=not id_problem,
        kind=KINDS.get(platform_type, Kind.UNKNOWN),
        platform_type=platform_type,
        raw=raw,
        problem=" ".join(filter(None, (id_problem, type_problem, *problems))),
        **fields,
    )


def name_message(message_id: str, raw: str) -> tuple[str, str]:
    """External id and problem; without a usable id the content is the id, so it stays one row."""
    if is_usable_id(message_id):
        return message_id, ""
    if not message_id:
        reason = "MESSAGE_ID is missing"
    elif len(message_id) > LONGEST_ID:
        reason = f"MESSAGE_ID is too long ({len(message_id)} characters)"
    else:
        reason = f"MESSAGE_ID cannot be used: {quote_value(message_id)}"
    digest = sha256(raw.encode("utf-8", "replace")).hexdigest()
    return f"sha256:{digest}", f"{reason}; the message cannot be marked as processed at TB.One."


def _read_texts(element) -> tuple[dict[str, str], list[str]]:
    """Field -> stripped text, the first one that says something; and problems."""
    texts, problems = {}, []
    for child in element:
        tag = child.tag
        node = tag if tag in FIELDS else tag.rpartition("}")[2]  # a name space changes nothing
        field = FIELDS.get(node)
        if field is None:
            continue  # `raw` keeps it
        text = ("".join(child.itertext()) if len(child) else child.text or "").strip()
        if text and texts.setdefault(field, text) != text:
            both = f"{quote_value(texts[field])} and {quote_value(text)}"
            problems.append(f"{node} occurs twice: {both}; the first one counts.")
    return texts, problems


def _read_values(fields: dict, zone: tzinfo) -> list[str]:
    """Put values where texts stand for them; what is wrong with each."""
    problems = []
    for field, (node, parse) in VALUES.items():
        if text := fields.get(field):
            fields[field], problem = parse(node, text)
            problems.append(problem)
    if created := fields.get("occurred_raw"):
        fields["occurred_at"], problem = parse_moment("DATE_CREATED", created, zone)
        problems.append(problem)
    return problems
