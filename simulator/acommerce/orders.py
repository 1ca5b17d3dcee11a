"""PUT and GET of a sales order; checked as strictly as the platform is known to."""

import json
import re
from collections.abc import Iterator

from .contract import Answer, Context, Refusal
from .state import Order

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ADDRESS = {"addressee", "address1", "postalCode", "country", "phone"}
MORE_ADDRESS = {"address2", "subDistrict", "district", "city", "province", "email"}
WANTED = {
    "orderCreatedTime",
    "customerInfo",
    "orderShipmentInfo",
    "paymentType",
    "shippingType",
    "grossTotal",
    "currUnit",
    "orderItems",
}
PAYMENTS = {"COD", "NON_COD", "CCOD", "NO_PAYMENT"}
SHIPPINGS = {
    "SAME_DAY",
    "NEXT_DAY",
    "EXPRESS_1_2_DAYS",
    "STANDARD_2_4_DAYS",
    "NATIONWIDE_3_5_DAYS",
}
CURRENCIES = {"THB", "SGD", "IDR", "PHP"}


def put_order(context: Context) -> Answer:
    """Create an order; whoever comes again with its id hears that orders are not changed."""
    platform, key = context.platform, context.target
    known = platform.orders.get(key)
    if known and known.document:
        raise Refusal(501, "Not Implemented", "order. exists, modification is not supported")
    document = read_json(context)
    if reasons := list(_check(document)):
        raise Refusal(422, "Validation failed", *reasons)
    for line in document["orderItems"]:
        if platform.articles is not None and line["itemId"] not in platform.articles:
            raise Refusal(404, "Not Found", f"itemId. {line['itemId']} is not known")
    order = Order(key, document["orderItems"][0]["partnerId"], platform.clock.now())
    platform.orders[key] = order
    order.document = document
    platform.on_order(order)
    return Answer({"orderId": key}, 201)


def get_order(context: Context) -> Answer:
    """As it was put."""
    order = context.platform.orders.get(context.target)
    if order is None or order.document is None:
        raise Refusal(404, "Not Found")
    return Answer({"orderId": order.key, **order.document})


def read_json(context: Context) -> dict:
    """The body, an object."""
    try:
        found = json.loads(context.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        context.breach("not_json", "the body is no JSON object")
        raise Refusal(400, "Bad Request")
    return found


def _check(document: dict) -> Iterator[str]:
    if document.keys() != WANTED:
        yield f"order. fields {sorted(document.keys() ^ WANTED)} are missing or not known"
        return
    if not STAMP.fullmatch(str(document["orderCreatedTime"])):
        yield "orderCreatedTime. must be a time in UTC"
    for name in ("customerInfo", "orderShipmentInfo"):
        yield from _check_address(name, document[name])
    yield from _check_words(document)
    for number, line in enumerate(document["orderItems"]):
        yield from _check_line(f"orderItems[{number}]", line)


def _check_words(document: dict) -> Iterator[str]:
    words = {"paymentType": PAYMENTS, "shippingType": SHIPPINGS, "currUnit": CURRENCIES}
    for name, known in words.items():
        if document[name] not in known:
            yield f"{name}. {document[name]} is not allowed"
    if not _is_money(document["grossTotal"]):
        yield "grossTotal. must be an amount with two places"
    if not document["orderItems"]:
        yield "orderItems. may not be empty"


def _check_address(name: str, address: dict) -> Iterator[str]:
    for field in sorted(ADDRESS):
        if not str(address.get(field) or "").strip():
            yield f"{name}.{field}. may not be blank"
    for field in sorted(address.keys() - ADDRESS - MORE_ADDRESS):
        yield f"{name}.{field}. is not known"


def _check_line(name: str, line: dict) -> Iterator[str]:
    if line.keys() != {"partnerId", "itemId", "qty", "subTotal"}:
        yield f"{name}. fields are missing or not known"
        return
    for field in ("partnerId", "itemId"):
        if not (isinstance(line[field], str) and line[field]):
            yield f"{name}.{field}. must be a text"
    if type(line["qty"]) is not int or line["qty"] < 1:
        yield f"{name}.qty. must be a whole number"
    if not _is_money(line["subTotal"]):
        yield f"{name}.subTotal. must be an amount with two places"


def _is_money(value: object) -> bool:
    return type(value) in (int, float) and value >= 0 and round(value, 2) == value
