"""The field tables of TB.One's order, in the documented order of nodes: "TB.One field list".

One table serves both sides: `order_xml` writes what stands here, `order_problems` refuses what
TB.One would refuse for it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

COUNTRY = re.compile(r"[A-Z]{2}")
CURRENCY = re.compile(r"[A-Z]{3}")
DIGITS = re.compile(r"[0-9]+")
LARGEST = 2**31 - 1  # TB.One says INT; whatever is larger was typed by mistake


@dataclass(frozen=True, slots=True)
class Field:
    """One node, and the field of our dataclass it is written from."""

    node: str
    name: str = ""  # '' for what is computed
    limit: int = 0  # characters; 0: none
    is_mandatory: bool = False  # the node is written whatever it holds
    may_be_empty: bool = False  # then a mandatory node may say nothing
    is_cut: bool = False  # cut at the limit instead of refused
    is_allowed: Callable[[object], bool] = lambda value: True  # asked when there is a value


def is_key(value: str) -> bool:
    """Does it come back in messages as it was sent?"""
    return value == value.strip() and value.isprintable()


def is_money(value: Decimal) -> bool:
    """Whole cents, zero or more."""
    return value.is_finite() and 0 <= value <= LARGEST and value == round(value, 2)


def is_count(value: int) -> bool:
    """A whole number, zero or more."""
    return type(value) is int and 0 <= value <= LARGEST


def _matches(form: re.Pattern) -> Callable[[str], bool]:
    return lambda value: bool(form.fullmatch(value.strip()))


ORDER_DATA = (
    Field("ORDER_DATE", "ordered_on", is_mandatory=True),
    Field("CHANNEL_SIGN", "channel_sign", 12),
    Field("CHANNEL_ID", "key", 50, is_mandatory=True, is_allowed=is_key),
    Field("CHANNEL_NO", "number", 50),
    Field("BILL_NO", "invoice_number", 50),
    Field("PAID", is_mandatory=True),
    Field("APPROVED", is_mandatory=True),
    Field("CUSTOMER_COMMENT", "comment"),
    Field("ITEM_COUNT", is_mandatory=True),
    Field("TOTAL_ITEM_AMOUNT", is_mandatory=True),
)
ADDRESS = (
    Field("CHANNEL_NO", "customer_number", 50),
    Field("FIRSTNAME", "first_name", 50, is_mandatory=True, may_be_empty=True),
    Field("LASTNAME", "last_name", 50, is_mandatory=True, may_be_empty=True),
    Field("NAME", "name", 100),
    Field("NAME_EXTENSION", "name_extension", 100),
    Field("STREET_NO", "street", 100, is_mandatory=True),
    Field("STREET_EXTENSION", "street_extension", 100),
    Field("ZIP", "zip", 10, is_mandatory=True),
    Field("CITY", "city", 50, is_mandatory=True),
    Field("COUNTRY", "country", is_mandatory=True, is_allowed=_matches(COUNTRY)),
    Field("PHONE_PRIVATE", "phone_private", 50),
    Field("PHONE_OFFICE", "phone_office", 50),
    Field("EMAIL", "email", 80),
    Field("VAT_ID", "vat", 20),
)
SHIPMENT = (
    Field("CARRIER_PARCEL_TYPE", "carrier_key", 50),
    Field("PRICE", "shipping_price", is_allowed=is_money),
)
PAYMENT = (
    Field("TYPE", "payment_type", 50),
    Field("COSTS", "payment_costs", is_allowed=is_money),
    Field("PAYMENT_TRANSACTION_ID", "payment_ref", 50),
)
ITEM = (
    Field("CHANNEL_ID", "key", 50, is_mandatory=True, is_allowed=is_key),
    Field("SKU", "sku", 50, is_mandatory=True, is_allowed=lambda sku: sku.strip().isprintable()),
    Field("EAN", "ean", 13, is_allowed=_matches(DIGITS)),
    Field("QUANTITY", "quantity", is_mandatory=True, is_allowed=lambda n: is_count(n) and n > 0),
    # Cut, because it is for reading only and product names with their variants are long; every
    # other text leads a parcel, an invoice or a message somewhere, half of it leads elsewhere.
    Field("BILLING_TEXT", "text", 255, is_cut=True),
    Field("ITEM_PRICE", "price", is_mandatory=True, is_allowed=is_money),
    Field("DELIVERY_TIME", "delivery_days", is_allowed=is_count),
)
ATTRIBUTES = (Field("@currency", "currency", is_mandatory=True, is_allowed=_matches(CURRENCY)),)
OF_THE_ORDER = (*ORDER_DATA, *ATTRIBUTES, *SHIPMENT, *PAYMENT)
