"""Cancellations of our client at the stand-in, over real HTTP."""

import pytest
from stand_in import connect

from providers import OutcomeUnknown, Refused, Unavailable, Unsendable
from providers.canonical import Cancellation


def cancel(order, item, quantity, **more):
    values = {
        "order_ref": str(order.tb_id),
        "item_ref": str(item.tb_id),
        "order_key": order.channel_id,
        "item_key": item.channel_id,
        "sku": item.sku,
        "quantity": quantity,
    }
    return Cancellation(**values | more)


@pytest.fixture
def order(tbone):
    return tbone.add_order("S00042", [("S00042-1", "CUP", 3), ("S00042-2", "PLATE", 1)])


def test_cancellations_lower_what_is_open(tbone, order):
    cup, plate = order.items
    wishes = [cancel(order, cup, 2, comment="Too late", channel_sign="fcsh")]
    wishes.append(cancel(order, plate, 1))
    assert connect(tbone).send_cancellations(wishes) is None
    items = tbone.expected()["S00042"]["items"]
    assert [item["cancelled"] for item in items.values()] == [2, 1]
    with pytest.raises(ValueError, match="3 ordered, 0 shipped, 2 cancelled"):
        tbone.ship(cup, 2)
    tbone.ship(cup, 1)
    tbone.ship(plate, 1, unchecked=True)  # the parcel had left all the same
    assert tbone.violations == []


def test_more_than_is_open_is_refused_as_a_whole(tbone, order):
    cup, plate = order.items
    with pytest.raises(Refused, match="Of S00042-2 only 1 are open"):
        connect(tbone).send_cancellations([cancel(order, cup, 1), cancel(order, plate, 2)])
    assert order.messages == []


def test_without_the_item_id_it_is_the_platform_that_decides(tbone, order):
    wish = cancel(order, order.items[0], 1, item_ref="")
    with pytest.raises(Refused, match="TB_ORDER_ITEM_ID is missing"):
        connect(tbone).send_cancellations([wish])
    tbone.journal.forget_failures()
    tbone.platform.needs_item_ids = False
    connect(tbone).send_cancellations([wish])
    assert tbone.expected()["S00042"]["items"]["S00042-1"]["cancelled"] == 1


def test_without_the_order_id_it_is_not_sent(tbone, order):
    wish = cancel(order, order.items[0], 1, order_ref="")
    with pytest.raises(Unsendable, match=r"Item S00042-1: the order id of TB.One is missing"):
        connect(tbone).send_cancellations([wish])
    assert tbone.calls == []


def test_nothing_to_cancel_is_no_call(tbone):
    connect(tbone).send_cancellations([])
    assert tbone.calls == []


@pytest.mark.parametrize(
    ("fault", "changes", "error"),
    [
        ("accept_drop", {}, OutcomeUnknown),
        ("hang", {}, OutcomeUnknown),
        ("html", {}, OutcomeUnknown),
        ("server_error", {}, Unavailable),
        ("bad_request", {}, Refused),
        ("html", {"body": "<tradebyte><state>TB_ORDER_ID is unknown</state></tradebyte>"}, Refused),
    ],
)
def test_faults_of_cancellations(tbone, order, fault, changes, error):
    tbone.fault("send_messages", fault, **changes)
    client = connect(tbone, read_timeout_order=0.3)
    with pytest.raises(error) as caught:
        client.send_cancellations([cancel(order, order.items[0], 1)])
    assert type(caught.value) is error
    assert bool(order.messages) == (fault == "accept_drop")


def test_an_empty_answer_to_a_cancellation_is_success(tbone, order):
    tbone.fault("send_messages", "empty")
    connect(tbone).send_cancellations([cancel(order, order.items[0], 1)])
    assert order.messages
