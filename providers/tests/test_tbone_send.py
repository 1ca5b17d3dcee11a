"""Orders of our client at the stand-in, over real HTTP."""

import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from local_server import always, build_answer, serve
from lxml import etree
from stand_in import connect
from wire_orders import HOME, MINIMAL, RICH, good_orders, orders

from providers import (
    PROVIDERS,
    CredentialsRejected,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unavailable,
    Unsendable,
    Verdict,
    build_client,
)
from simulator import TBOneSimulator


@pytest.fixture(scope="module")
def shared():
    """For the tests that send hundreds of orders."""
    with TBOneSimulator() as running:
        yield running


def connect_to(server, **changes):
    settings = {"account_number": "1", "user": "u", "password": "s3cr3t", "channel_id": "2"}
    return build_client("tbone", settings | {"host": server.url} | changes, clock=time.monotonic)


@pytest.mark.parametrize("send_currency", [True, False])
@pytest.mark.parametrize("order", [RICH, MINIMAL], ids=["rich", "minimal"])
def test_an_order_arrives(tbone, order, send_currency):
    tbone.platform.needs_currency = send_currency
    tbone.set_articles("CUP", "0815")
    sent = connect(tbone, send_currency=send_currency).send_order(order)
    assert sent.order_ref == str(tbone.find_order(order.key).tb_id)
    assert "has been created" in sent.raw
    call = tbone.calls[-1]
    assert (call.kind, call.path) == ("orders", "/2604/orders/?channel=318")
    assert tbone.violations == []


def test_the_currency_is_an_agreement(tbone):
    tbone.platform.needs_currency = True
    with pytest.raises(Refused, match="the attribute currency is missing"):
        connect(tbone).send_order(MINIMAL)


@given(orders | good_orders, st.booleans())
@example(RICH, True)
@example(MINIMAL, False)
def test_what_has_no_problem_is_taken_as_it_was_meant(shared, order, send_currency):
    shared.reset()
    client = connect(shared, send_currency=send_currency)
    if PROVIDERS["tbone"].list_problems(order):
        with pytest.raises(Unsendable):
            client.send_order(order)
        assert shared.calls == []
        return
    sent = client.send_order(order)
    taken = shared.find_order(order.key)
    assert sent.order_ref == str(taken.tb_id)
    assert [(i.channel_id, i.sku, i.quantity, i.price) for i in taken.items] == [
        (item.key, item.sku.strip(), item.quantity, item.price) for item in order.items
    ]
    root = etree.fromstring(taken.xml)
    assert root.findtext("SHIP_TO/CITY") == order.ship_to.city.strip()
    assert (root.find("SELL_TO") is None) == (order.sell_to is None)
    assert Decimal(root.findtext("SHIPMENT/PRICE", "0")) == order.shipping_price
    assert shared.violations == []


def test_what_would_be_refused_is_not_sent(tbone):
    order = replace(MINIMAL, ship_to=replace(HOME, zip="", city=""))
    with pytest.raises(Unsendable) as caught:
        connect(tbone).send_order(order)
    assert [problem.field for problem in caught.value.problems] == ["zip", "city"]
    assert str(caught.value) == (
        "It was not sent, because TB.One would refuse it. "
        "Delivery address: the ZIP is missing. Delivery address: the city is missing."
    )
    assert caught.value.verdict is Verdict.PERSON
    assert tbone.calls == []


@pytest.mark.parametrize("style", ["element", "sentence", "without"])
def test_forms_of_the_answer(tbone, style):
    tbone.platform.order_answer = style
    sent = connect(tbone).send_order(replace(MINIMAL, key="555555", number="4711000"))
    number = "" if style == "without" else str(tbone.find_order("555555").tb_id)
    assert sent.order_ref == number


@pytest.mark.parametrize("status", [200, 400, 422])
def test_an_unknown_article_is_a_refusal_whatever_the_status(tbone, status):
    tbone.set_articles("PLATE")
    tbone.platform.rejection_status = status
    with pytest.raises(Refused, match="SKU CUP is not known") as caught:
        connect(tbone).send_order(MINIMAL)
    assert caught.value.status == status
    assert tbone.find_order("S1") is None


@pytest.mark.parametrize("status", [200, 400, 409, 422])
def test_the_same_key_twice_is_no_refusal_since_it_is_there(tbone, status):
    tbone.platform.rejection_status = status
    client = connect(tbone)
    client.send_order(MINIMAL)
    with pytest.raises(OutcomeUnknown, match="CHANNEL_ID S1 exists already") as caught:
        client.send_order(MINIMAL)
    assert "says that it has this order already" in str(caught.value)
    assert (caught.value.status, caught.value.verdict) == (status, Verdict.NEVER_BY_ITSELF)
    assert "exists already" in caught.value.body
    assert [violation.rule for violation in tbone.violations] == ["order_twice"]


def test_a_conflict_without_a_word_is_no_refusal():
    with serve(always(build_answer(409, b""))) as server, pytest.raises(OutcomeUnknown) as caught:
        connect_to(server).send_order(MINIMAL)
    assert caught.value.status == 409


@pytest.mark.parametrize("status", [400, 404, 503])
def test_other_refusals_and_faults_stay_what_they_are(status):
    words = b"We are already working on it" if status == 503 else b"No such channel"
    answer, errors = always(build_answer(status, words)), (Refused, Unavailable)
    with serve(answer) as server, pytest.raises(errors) as caught:
        connect_to(server).send_order(MINIMAL)
    assert caught.value.status == status


FAULTS = [  # fault, what it changes, error, is the order at the platform?
    ("accept_drop", {}, OutcomeUnknown, True),
    ("accept_hang", {}, OutcomeUnknown, True),
    ("drop", {}, OutcomeUnknown, False),
    ("hang", {}, OutcomeUnknown, False),
    ("truncated", {}, OutcomeUnknown, True),
    ("stuck", {}, OutcomeUnknown, True),
    ("html", {}, OutcomeUnknown, False),
    ("malformed", {}, OutcomeUnknown, True),
    ("oversize", {"megabytes": 1}, OutcomeUnknown, True),
    ("doctype", {}, OutcomeUnknown, True),
    ("bad_gateway", {}, OutcomeUnknown, False),
    ("bad_gateway", {"status": 504}, OutcomeUnknown, False),
    ("server_error", {}, Unavailable, False),
    ("unavailable", {}, Unavailable, False),
    ("throttled", {}, Throttled, False),
    ("bad_request", {}, Refused, False),
    ("not_found", {}, Refused, False),
    ("unauthorized", {}, CredentialsRejected, False),
    ("forbidden", {}, CredentialsRejected, False),
]


@pytest.mark.parametrize(("fault", "changes", "error", "is_taken"), FAULTS)
def test_faults(tbone, fault, changes, error, is_taken):
    tbone.fault("orders", fault, **changes)
    client = connect(tbone, read_timeout_order=0.3, max_bytes=100_000)
    with pytest.raises(error) as caught:
        client.send_order(MINIMAL)
    assert type(caught.value) is error
    assert bool(tbone.find_order("S1")) == is_taken
    assert tbone.password not in str(caught.value)


@pytest.mark.parametrize("fault", ["empty", "forgotten"])
def test_yes_without_a_word_is_sent_without_an_id(tbone, fault):
    tbone.fault("orders", fault, body="")
    assert connect(tbone).send_order(MINIMAL).order_ref == ""


def test_a_complaint_with_success_as_status(tbone):
    body = (
        "<?xml version='1.0'?><tradebyte><state>\nProvided XML does not validate against the "
        "schema.\n</state></tradebyte>"
    )
    tbone.fault("orders", "html", body=body)
    with pytest.raises(Refused, match="does not validate") as caught:
        connect(tbone).send_order(MINIMAL)
    assert (caught.value.status, caught.value.verdict) == (200, Verdict.PERSON)


def test_each_kind_of_call_has_its_own_patience(tbone):
    tbone.fault("orders", "slow", delay=0.5)
    client = connect(tbone, read_timeout_list=0.1, read_timeout_flag=0.1, read_timeout_order=5)
    assert client.send_order(MINIMAL).order_ref


def test_secrets_do_not_come_back():
    echo = b"<tradebyte><state>s3cr3t is not valid</state></tradebyte>"
    with serve(always(build_answer(200, echo))) as server, pytest.raises(Refused) as caught:
        connect_to(server).send_order(MINIMAL)
    assert "s3cr3t" not in str(caught.value) + caught.value.body
    echo = b"<tradebyte><state>s3cr3t</state><TB_ID>7</TB_ID></tradebyte>"
    with serve(always(build_answer(201, echo))) as server:
        sent = connect_to(server).send_order(MINIMAL)
    assert sent.order_ref == "7"
    assert "s3cr3t" not in sent.raw
