"""Canonical order -> the platform's document; and is what it already has the same?"""

from collections import Counter
from decimal import Decimal, InvalidOperation

from ..canonical import Address, Order, OrderItem
from .config import AcommerceConfig
from .event_values import read_text
from .order_fields import COUNTRIES, get_name, get_phone

PAYMENT_TYPES = ("NON_COD", "COD", "CCOD", "NO_PAYMENT")
SHIPPING_TYPES = (
    "STANDARD_2_4_DAYS",
    "NATIONWIDE_3_5_DAYS",
    "EXPRESS_1_2_DAYS",
    "NEXT_DAY",
    "SAME_DAY",
    "INTERNATIONAL_ECONOMY",
    "INTERNATIONAL_STANDARD",
    "INTERNATIONAL_EXPRESS",
    "NO_SHIPPING",
)


def build_order(order: Order, config: AcommerceConfig) -> dict:
    """The body of the PUT; the order's id is in its path."""
    lines = [_build_line(item.sku, item.quantity, item, config) for item in order.items]
    if config.freight_sku and order.shipping_price:
        lines.append(_build_freight(order, config))
    return {
        "orderCreatedTime": f"{order.ordered_on.isoformat()}T00:00:00Z",
        "customerInfo": _build_address(order.sell_to or order.ship_to, config),
        "orderShipmentInfo": _build_address(order.ship_to, config),
        "paymentType": _choose(order.payment_type, PAYMENT_TYPES, config.payment_type),
        "shippingType": _choose(order.carrier_key, SHIPPING_TYPES, config.shipping_type),
        "grossTotal": _money(_sum(order)),
        "currUnit": order.currency,
        "orderItems": lines,
    }


def list_differences(ours: dict, theirs: dict) -> list[str]:
    """How an order that exists differs from the one we would send, a sentence each."""
    pairs = (
        ("articles", _count_articles(ours), _count_articles(theirs)),
        ("total", read_money(ours["grossTotal"]), read_money(theirs.get("grossTotal"))),
        ("currency", ours["currUnit"], read_text(theirs.get("currUnit"))),
    )
    return [
        f"Its {what}: {_show(their)} there, {_show(our)} here."
        for what, our, their in pairs
        if our != their
    ]


def read_money(value: object) -> Decimal | None:
    """None for what is no amount."""
    try:
        amount = Decimal(read_text(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _sum(order: Order) -> Decimal:
    goods = sum(item.quantity * item.price for item in order.items)
    return goods + order.shipping_price + order.payment_costs


def _build_line(sku: str, quantity: int, item: OrderItem, config: AcommerceConfig) -> dict:
    amount = item.price if config.price_form == "piece" else item.price * quantity
    return _line(sku, quantity, amount, config)


def _build_freight(order: Order, config: AcommerceConfig) -> dict:
    return _line(config.freight_sku, 1, order.shipping_price, config)


def _line(sku: str, quantity: int, amount: Decimal, config: AcommerceConfig) -> dict:
    return {
        "partnerId": config.partner_id,
        "itemId": sku,
        "qty": quantity,
        "subTotal": _money(amount),
    }


def _build_address(address: Address, config: AcommerceConfig) -> dict:
    country = address.country
    return {
        "addressee": get_name(address),
        "address1": address.street,
        "address2": address.street_extension,
        "subDistrict": "",
        "district": "",
        "city": address.city,
        "province": address.province,
        "postalCode": address.zip,
        "country": COUNTRIES[country] if config.country_form == "name" else country,
        "phone": get_phone(address),
        "email": address.email,
    }


def _choose(wish: str, known: tuple[str, ...], default: str) -> str:
    return wish if wish in known else default


def _money(amount: Decimal) -> float:
    """A JSON number. Cents of amounts below ten billions are told apart by a float."""
    return float(round(amount, 2))


def _count_articles(document: dict) -> Counter | None:
    """Pieces by partner and article; None for what is not understood."""
    lines = document.get("orderItems")
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        return None
    count = Counter()
    for line in lines:
        number = read_text(line.get("qty"))
        if not number.isdecimal():
            return None
        count[read_text(line.get("partnerId")), read_text(line.get("itemId"))] += int(number)
    return count


def _show(value: object) -> str:
    if isinstance(value, Counter):
        return ", ".join(f"{number} x {sku}" for (_partner, sku), number in sorted(value.items()))
    return "nothing readable" if value in (None, "") else str(value)
