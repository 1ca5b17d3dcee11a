"""Canonical orders and cancellations that tests send: two by hand, the rest by hypothesis."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from providers.canonical import Address, Cancellation, Order, OrderItem

HOME = Address(name="Ada Example", street="Am Hafen 3", zip="20457", city="Hamburg", country="DE")
MINIMAL = Order(
    key="S1",
    ordered_on=date(2031, 2, 3),
    currency="EUR",
    ship_to=HOME,
    items=(OrderItem(key="S1-1", sku="CUP", quantity=3, price=Decimal("10")),),
)
RICH = Order(
    key="S00042",
    number="WEB-42",
    invoice_number="INV/2031/0007",
    channel_sign="fcsh",
    ordered_on=date(2031, 2, 3),
    currency="EUR",
    is_paid=True,
    comment=" Ring <twice>\x0b & wait\n",
    sell_to=replace(
        HOME,
        name="Example Trading",
        customer_number="C-17",
        street="Speicherweg 9",
        phone_office="+49 40 555 01",
        vat="DE999999999",
    ),
    ship_to=Address(
        first_name="Zoë",
        last_name="Müller",
        name="Zoë Müller",
        name_extension="Example Trading",
        street="Am Hafen 3",
        street_extension="Rear building",
        zip="01067",
        city="Dresden",
        country="DE",
        phone_private="+49 351 555 02",
        email="zoe@example.com",
    ),
    shipping_price=Decimal("4.9"),
    carrier_key="DHL_STD_NATIONAL",
    payment_type="PREPAID",
    payment_costs=Decimal(1),
    payment_ref="TX-9",
    items=(
        OrderItem(
            key="S00042-1",
            sku="CUP",
            quantity=2,
            price=Decimal("9.490"),
            ean="0012345678905",
            text="Cup, blue",
            delivery_days=0,
        ),
        OrderItem(key="S00042-2", sku="CUP", quantity=1, price=Decimal("9.49")),
        OrderItem(key="S00042-3", sku="0815", quantity=1, price=Decimal("-0"), text="Gift"),
    ),
)
CANCELLATIONS = (
    Cancellation(
        order_ref="7000001",
        item_ref="8000001",
        order_key="S00042",
        item_key="S00042-1",
        sku="CUP",
        quantity=2,
        channel_sign="fcsh",
        comment="Too late & too blue",
    ),
    Cancellation("7000001", "S00042", "S00042-2", "PLATE", 1),
)

# Mostly good, and now and then everything that a database can hold.
odd = st.text(max_size=12) | st.sampled_from(["", " ", "\x00", "\ud800", "x" * 300, "\ufffe", "-0"])
money = st.decimals(0, 10_000, places=2) | st.sampled_from(
    [Decimal("0.005"), Decimal("-1"), Decimal("NaN"), Decimal("1E+3"), Decimal("-0")]
)


def mostly(*good):
    """One of the good values, or anything."""
    return st.sampled_from(good) | st.sampled_from(good) | odd


addresses = st.builds(
    Address,
    name=mostly("Ada Example", ""),
    first_name=mostly("Ada"),
    last_name=mostly("Example", "O'Hara"),
    name_extension=mostly("", "c/o Post"),
    customer_number=mostly("", "C-1"),
    street=mostly("Am Hafen 3", "Große Straße 1 ½"),
    street_extension=mostly(""),
    zip=mostly("20457", "01067", "SW1A 1AA"),
    city=mostly("Hamburg", "东京"),
    country=st.sampled_from(["DE", "FR", "CH", "de", "DEU", ""]),
    phone_private=mostly(""),
    phone_office=mostly(""),
    email=mostly("", "a@example.com"),
    vat=mostly(""),
)
items = st.builds(
    OrderItem,
    key=mostly(*"ABCDEFGHIJ"),
    sku=mostly("CUP", "PLATE", " 0815 "),
    quantity=st.integers(1, 99) | st.sampled_from([0, -1, 2**31, 1.5]),
    price=money,
    ean=mostly("", "0012345678905"),
    text=odd,
    delivery_days=st.none() | st.integers(-1, 9),
)
orders = st.builds(
    Order,
    key=mostly("S1", "S/2031/2"),
    ordered_on=st.dates(),
    currency=st.sampled_from(["EUR", "USD", "EUR", "eur", ""]),
    ship_to=addresses,
    sell_to=st.none() | addresses,
    items=st.lists(items, max_size=3).map(tuple),
    number=mostly("", "WEB-1"),
    invoice_number=mostly(""),
    channel_sign=st.sampled_from(["", "fcsh"]),
    shipping_price=money,
    carrier_key=mostly(""),
    payment_type=mostly(""),
    payment_costs=money,
    payment_ref=mostly(""),
    is_paid=st.booleans(),
    is_payment_lost=st.booleans(),
    comment=odd,
)

# What nothing is wrong with, so that the other way round is tried as well.
name = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=50)
good_addresses = st.builds(
    Address,
    name=name,
    street=name,
    zip=st.text("0123456789 AZ", min_size=1, max_size=10).filter(str.strip),
    city=name,
    country=st.sampled_from(["DE", "FR"]),
    email=st.just("a@example.com"),
)
good_items = st.builds(
    OrderItem,
    key=name,
    sku=name,
    quantity=st.integers(1, 2**31 - 1),
    price=st.decimals(0, 10**6, places=2),
    text=odd,
)
good_orders = st.builds(
    Order,
    key=name,
    ordered_on=st.dates(),
    currency=st.just("EUR"),
    ship_to=good_addresses,
    sell_to=st.none() | good_addresses,
    items=st.lists(good_items, min_size=1, max_size=4, unique_by=lambda item: item.key).map(tuple),
    comment=odd,
    shipping_price=st.decimals(0, 100, places=2),
    payment_costs=st.decimals(0, 100, places=2),
)
