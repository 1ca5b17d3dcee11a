"""Orders and cancellations as TB.One wants them, and why some cannot go out."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from wire_orders import CANCELLATIONS, HOME, MINIMAL, RICH, good_orders, orders

from providers.canonical import OrderItem, Problem
from providers.tbone import order_fields
from providers.tbone.cancel_xml import build_cancellations, list_cancel_problems
from providers.tbone.order_problems import describe_problems, list_problems
from providers.tbone.order_xml import build_order
from providers.tbone.xml_output import get_text

SAMPLES = Path(__file__).parent / "samples" / "tbone"
TABLES = {  # part of an order -> its fields
    "order": order_fields.OF_THE_ORDER,
    "ship_to": order_fields.ADDRESS,
    "sell_to": order_fields.ADDRESS,
    "item": order_fields.ITEM,
}
LIMITED = [
    pytest.param(part, field, id=f"{part}-{field.name}")
    for part, fields in TABLES.items()
    for field in fields
    if field.limit
]
NEEDED = [
    pytest.param(part, field, id=f"{part}-{field.name}")
    for part, fields in TABLES.items()
    for field in fields
    if field.name and field.is_mandatory and not field.may_be_empty
]


def change(part, **values):
    """The minimal order with other values in one part."""
    match part:
        case "order":
            return replace(MINIMAL, **values)
        case "item":
            return replace(MINIMAL, items=(replace(MINIMAL.items[0], **values),))
    return replace(MINIMAL, **{part: replace(HOME, **values)})


def read(order, with_currency=False):
    return etree.fromstring(build_order(order, with_currency))


# --- documents -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "with_currency", "sample"),
    [(RICH, True, "order_rich"), (MINIMAL, False, "order_minimal")],
)
def test_golden_document(order, with_currency, sample):
    assert list_problems(order) == []
    expected = (SAMPLES / f"{sample}.xml").read_text("utf-8")
    assert build_order(order, with_currency).decode("utf-8") == expected


def test_golden_cancellations():
    assert list_cancel_problems(CANCELLATIONS) == []
    expected = (SAMPLES / "cancellations.xml").read_text("utf-8")
    assert build_cancellations(CANCELLATIONS).decode("utf-8") == expected


@given(good_orders, st.booleans())
def test_every_node_says_something(order, with_currency):
    document = build_order(order, with_currency)
    assert document.startswith(b"<?xml")
    for node in etree.fromstring(document).iter():
        assert len(node) or node.text or node.tag in ("FIRSTNAME", "LASTNAME")
        assert bool(node.get("currency")) == (with_currency and is_amount(node))


def is_amount(node):
    return node.tag in ("TOTAL_ITEM_AMOUNT", "ITEM_PRICE", "PRICE", "COSTS")


@given(good_orders)
def test_the_arithmetic_is_that_of_the_printed_prices(order):
    root = read(order)
    total = sum(
        int(item.findtext("QUANTITY")) * Decimal(item.findtext("ITEM_PRICE"))
        for item in root.findall("ITEMS/ITEM")
    )
    assert root.findtext("ORDER_DATA/TOTAL_ITEM_AMOUNT") == f"{total:.2f}"
    assert root.findtext("ORDER_DATA/ITEM_COUNT") == str(len(order.items))


@pytest.mark.parametrize(
    ("is_paid", "is_lost", "paid"),
    [(False, False, "0"), (True, False, "1"), (False, True, "2"), (True, True, "2")],
)
def test_payment_state(is_paid, is_lost, paid):
    order = replace(MINIMAL, is_paid=is_paid, is_payment_lost=is_lost)
    assert read(order).findtext("ORDER_DATA/PAID") == paid


def test_a_billing_text_is_cut_and_nothing_else():
    text = "Cup " * 63 + "end of the name"
    order = change("item", text=text)
    assert list_problems(order) == []
    assert read(order).findtext("ITEMS/ITEM/BILLING_TEXT") == text[:255]
    cut = [field.name for fields in TABLES.values() for field in fields if field.is_cut]
    assert cut == ["text"]


@pytest.mark.parametrize("text", ["a\x00b\x0bc", "a\ud800bc", "\ufffeabc\uffff", " abc\x1f "])
def test_what_xml_cannot_carry_is_left_out(text):
    assert read(replace(MINIMAL, comment=text)).findtext("ORDER_DATA/CUSTOMER_COMMENT") == "abc"


# --- problems ------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "field"), LIMITED)
def test_a_limit_is_a_limit(part, field):
    longest = "1" * field.limit
    at_limit = change(part, **{field.name: longest})
    assert list_problems(at_limit) == []
    assert longest in read(at_limit).xpath("//text()")
    found = list_problems(change(part, **{field.name: longest + "1"}))
    key = "S1-1" if part == "item" and field.name != "key" else ""
    if field.is_cut:
        assert found == []
    elif field.name == "key" and part == "item":
        assert [(p.reason, p.limit) for p in found] == [("too_long", field.limit)]
    else:
        expected = Problem("too_long", part, field.name, key, field.limit, longest + "1")
        assert found == [expected]


@pytest.mark.parametrize(("part", "field"), NEEDED)
def test_what_is_mandatory(part, field):
    nothing = None if field.name in ("ordered_on", "quantity", "price") else " \x01"
    found = list_problems(change(part, **{field.name: nothing}))
    assert [(p.reason, p.part, p.field) for p in found] == [("missing", part, field.name)]


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("item", {"price": Decimal("-0.01")}),
        ("item", {"price": Decimal("0.005")}),
        ("item", {"price": Decimal("NaN")}),
        ("item", {"price": Decimal("Infinity")}),
        ("item", {"quantity": 0}),
        ("item", {"quantity": -2}),
        ("item", {"quantity": 1.5}),
        ("item", {"quantity": 2**31}),
        ("item", {"ean": "40063813x"}),
        ("item", {"ean": "٤٠٠"}),
        ("item", {"delivery_days": -1}),
        ("item", {"sku": "A\x00B"}),
        ("item", {"sku": "A\nB"}),
        ("item", {"key": " S1-1"}),
        ("order", {"key": "S1\t"}),
        ("order", {"currency": "eur"}),
        ("order", {"shipping_price": Decimal("-4.90")}),
        ("order", {"payment_costs": Decimal("0.001")}),
        ("ship_to", {"country": "Germany"}),
        ("sell_to", {"country": "de"}),
    ],
)
def test_what_is_not_allowed(part, values):
    ((name, value),) = values.items()
    (problem,) = list_problems(change(part, **values))
    assert (problem.reason, problem.part, problem.field) == ("not_allowed", part, name)
    assert problem.value == str(value)


@pytest.mark.parametrize(
    ("names", "is_enough"),
    [
        ({"name": "Ada"}, True),
        ({"first_name": "Ada", "last_name": "Example"}, True),
        ({"first_name": "Ada"}, False),
        ({"last_name": "Example", "name": " "}, False),
        ({}, False),
    ],
)
def test_an_address_needs_a_name(names, is_enough):
    found = list_problems(change("ship_to", **({"name": ""} | names)))
    assert found == ([] if is_enough else [Problem("missing", "ship_to", "name")])


def test_items():
    cup = MINIMAL.items[0]
    assert list_problems(replace(MINIMAL, items=())) == [Problem("missing", "order", "items")]
    twice = replace(MINIMAL, items=(cup, replace(cup, sku="PLATE")))
    assert list_problems(twice) == [Problem("not_allowed", "item", "key", "S1-1", value="S1-1")]


def test_everything_is_told_at_once_and_in_words():
    item = OrderItem(key="S1-1", sku="", quantity=0, price=Decimal("1.005"), ean="1" * 14)
    address = replace(HOME, zip="", city="x" * 51)
    problems = list_problems(replace(MINIMAL, ship_to=address, items=(item,)))
    assert describe_problems(problems) == (
        "Delivery address: the ZIP is missing. "
        "Delivery address: the city is longer than 50 characters. "
        "Item S1-1: the SKU is missing. "
        "Item S1-1: the EAN is longer than 13 characters. "
        "Item S1-1: the quantity cannot be '0'. "
        "Item S1-1: the price cannot be '1.005'."
    )


def test_problems_of_cancellations():
    bad = replace(CANCELLATIONS[0], order_ref="", quantity=0, sku="x" * 51)
    assert [(p.reason, p.field, p.item_key) for p in list_cancel_problems([bad])] == [
        ("missing", "order_ref", "S00042-1"),
        ("too_long", "sku", "S00042-1"),
        ("not_allowed", "quantity", "S00042-1"),
    ]


@given(orders)
def test_problems_name_fields_of_their_part(order):
    for problem in list_problems(order):
        assert problem.reason in ("missing", "too_long", "not_allowed")
        owner = {"order": order, "item": order.items[0] if order.items else None}.get(
            problem.part
        ) or getattr(order, problem.part)
        assert hasattr(owner, problem.field)
        assert bool(problem.limit) == (problem.reason == "too_long")


@given(st.decimals(-(10**6), 10**6, places=2))
def test_money_has_a_point_and_two_digits(amount):
    assert Decimal(get_text(amount)) == amount
    assert get_text(amount)[-3] == "."
