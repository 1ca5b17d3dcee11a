"""A worker that is killed while it sends: no order is sent twice, and none is forgotten."""

import pytest
from kill_points import AtCall, AtRow, kill_at
from worker import Worker, wait_until

ORDERS = 3
MANY = 12

KEY = "UPDATE OF fulfillment_key ON sale_order"
ITEM_KEY = "UPDATE OF fulfillment_key ON sale_order_line"
STATE = "UPDATE OF state ON fulfillment_outbox"
REF = "UPDATE OF fulfillment_ref ON sale_order"
LOG = "UPDATE OF state ON fulfillment_sync"
BY_HAND = "UPDATE sale_order SET client_order_ref = 'By hand' WHERE name = %s"
INTENDED, SENT = "NEW.state = 'sending'", "NEW.state = 'sent'"
HAS_REF = "NEW.fulfillment_ref IS NOT NULL"

FIRST_SENT = ["sent", "to_send", "to_send"]
SECOND_OPEN = ["sent", "sending", "to_send"]
SECOND_SENT = ["sent", "sent", "to_send"]

# Where a run over three orders is killed, at the second one; what then stands in the outbox, and
# whether the second order is at the platform.
SENDING = {
    "the order is being prepared": (AtRow(KEY, nth=2), FIRST_SENT, False),
    "its items are being prepared": (AtRow(ITEM_KEY, nth=2), FIRST_SENT, False),
    "the intent is being written": (AtRow(STATE, INTENDED, nth=2), FIRST_SENT, False),
    "the intent is being committed": (
        AtRow(STATE, INTENDED, nth=2, in_commit=True),
        SECOND_OPEN,
        False,
    ),
    "the call is not yet taken": (AtCall("orders", 2, taken=False), SECOND_OPEN, False),
    "the call is taken": (AtCall("orders", 2), SECOND_OPEN, True),
    "the outcome is being written": (AtRow(STATE, SENT, nth=2), SECOND_OPEN, True),
    "the outcome is being committed": (
        AtRow(STATE, SENT, nth=2, in_commit=True),
        SECOND_SENT,
        True,
    ),
    "the order hears of it": (AtRow(REF, HAS_REF, nth=2), SECOND_SENT, True),
    "the order has heard of it": (
        AtRow(REF, HAS_REF, nth=2, in_commit=True),
        SECOND_SENT,
        True,
    ),
    "the run ends": (AtRow(LOG, "NEW.state = 'done'"), ["sent"] * ORDERS, True),
}


@pytest.fixture
def assert_all_sent(shop, tbone):
    """Every order is at the platform once, and both sides know it by the same ids."""

    def check(count=ORDERS):
        there = tbone.platform.accounts[tbone.account].orders.values()
        rows = shop.rows(
            "SELECT o.fulfillment_key, o.fulfillment_ref FROM sale_order o"
            " JOIN fulfillment_outbox b ON b.order_id = o.id AND b.state = 'sent' AND settled"
        )
        assert sorted(rows) == sorted((order.channel_id, str(order.tb_id)) for order in there)
        assert len(rows) == count
        assert tbone.violations == []

    return check


@pytest.mark.parametrize(("point", "left", "is_there"), SENDING.values(), ids=SENDING)
def test_no_order_is_sent_twice_or_forgotten_if_killed_while(
    shop, tbone, assert_all_sent, point, left, is_there
):
    Worker("confirm", count=ORDERS).finish()
    kill_at(point, shop, tbone, "exchange")
    keys = [row[0] for row in shop.rows("SELECT key FROM fulfillment_outbox ORDER BY id")]
    assert shop.outbox() == left
    assert bool(tbone.find_order(keys[1])) is is_there
    tbone.clock.advance(600)
    shop.let_ten_minutes_pass()
    again = Worker("exchange").finish()
    assert "ERROR" not in again.log
    assert shop.outbox() == ["sent", "unknown" if "sending" in left else "sent", "sent"]
    assert shop.runs() == ["interrupted", "warning" if "sending" in left else "done"]
    if "sending" in left:
        _resolve(shop, tbone, keys[1])
    assert_all_sent()


def _resolve(shop, tbone, key):
    """What nobody knew becomes known: by a message, or by a person who has looked."""
    Worker("exchange").finish()
    if there := tbone.find_order(key):
        tbone.acknowledge(there)
        shop.let_an_interval_pass()
        Worker("exchange", "apply").finish()
    else:
        Worker("send_again", "exchange").finish()


def test_runs_of_one_account_send_each_order_once(shop, tbone, assert_all_sent):
    Worker("confirm", count=MANY).finish()
    tbone.set_latency(0.05)
    beside = ("exchange", "exchange_beside", "exchange_beside", "fetch_now")
    for worker in [Worker(job) for job in beside]:
        worker.finish()
    Worker("exchange").finish()
    assert len([call for call in tbone.calls if call.kind == "orders"]) == MANY
    assert_all_sent(MANY)


def test_order_that_is_confirmed_meanwhile_is_sent_by_the_next_run(shop, tbone, assert_all_sent):
    Worker("confirm", count=1).finish()
    tbone.fault("messages", "slow", delay=3)
    run = Worker("exchange")
    wait_until(lambda: [c for c in tbone.calls if c.kind == "messages"], "messages are asked for")
    Worker("confirm", count=1).finish()
    run.finish()
    Worker("exchange").finish()
    assert_all_sent(2)


def test_order_that_is_cancelled_meanwhile_is_not_sent(shop, tbone, assert_all_sent):
    Worker("confirm", count=2).finish()
    tbone.fault("orders", "slow", delay=3)
    run = Worker("exchange")
    wait_until(lambda: tbone.calls, "the first order is under way")
    Worker("cancel_the_last").finish()
    assert len(tbone.calls) == 1, "it was cancelled only after the answer"
    assert "ERROR" not in run.finish().log
    assert shop.outbox() == ["sent", "cancelled"]
    assert_all_sent(1)


def test_outcome_is_kept_while_somebody_holds_the_order(shop, tbone, assert_all_sent):
    """And nobody waits for them: another order is sent meanwhile."""
    Worker("confirm", count=2).finish()
    tbone.fault("orders", "slow", delay=2)
    run = Worker("exchange")
    wait_until(lambda: tbone.calls, "the first order is under way")
    with shop.person(BY_HAND, shop.value("SELECT min(key) FROM fulfillment_outbox")):
        assert "ERROR" not in run.finish().log
        assert shop.outbox() == ["sent", "sent"]
        assert shop.rows("SELECT settled FROM fulfillment_outbox ORDER BY id") == [
            (False,),
            (True,),
        ]
    Worker("exchange").finish()
    assert shop.value("SELECT count(*) FROM sale_order WHERE client_order_ref = 'By hand'") == 1
    assert_all_sent(2)


def test_order_that_somebody_holds_is_sent_by_a_later_run(shop, tbone, assert_all_sent):
    Worker("confirm", count=3).finish()
    with shop.person(BY_HAND, shop.value("SELECT min(key) FROM fulfillment_outbox")):
        assert "ERROR" not in Worker("exchange").finish().log
        assert shop.outbox() == ["to_send", "sent", "sent"]
    Worker("exchange").finish()
    assert_all_sent(3)
