"""The platform's stock: lanes that are killed, and people who work while numbers are compared."""

import pytest
from kill_points import AtRow, kill_at, meet_others, wait_at
from stories import ITEMS, SHOP_ORDERS, order_key
from worker import Worker, wait_until

JARS = 300  # are adjusted in two transactions
FIRST = 200
NUMBER = 7

GOODS = "UPDATE OF quantity ON stock_quant"
PLACE = "UPDATE OF stock_position ON fulfillment_sync"
ON_HAND = """
    SELECT default_code, sum(quantity)::int FROM stock_quant q
      JOIN product_product p ON p.id = q.product_id
      JOIN stock_location l ON l.id = q.location_id AND usage = 'internal'
     WHERE default_code ~ %s GROUP BY 1
"""
WORK = """
    SELECT stock_is_pending, coalesce(stock_changed_count, 0) FROM fulfillment_sync
     WHERE kind = 'stock' ORDER BY id DESC LIMIT 1
"""

# Where a run over 300 products that differ is killed; and how many of them are adjusted by then.
ADJUSTING = {
    "the first products are being adjusted": (AtRow(GOODS, nth=50), 0),
    "the first products are being committed": (AtRow(PLACE, in_commit=True), FIRST),
    "the next products are being adjusted": (AtRow(GOODS, nth=FIRST + 50), FIRST),
    "the next place is being written": (AtRow(PLACE, nth=2), FIRST),
    "the last products are being committed": (AtRow(PLACE, nth=2, in_commit=True), JARS),
}


def count_adjusted(shop):
    return shop.rows(
        "SELECT count(*), count(DISTINCT product_id) FROM stock_move"
        " WHERE is_inventory AND state = 'done'"
    )[0]


@pytest.fixture
def jars(shop, tbone):
    """Products that all differ from the numbers that are stored."""
    for number in range(JARS):
        tbone.set_stock(f"JAR-{number}", NUMBER)
    Worker("switch_stock_on", jars=JARS).finish()
    Worker("fetch_stock").finish()
    assert shop.rows(WORK) == [(True, 0)]


@pytest.fixture
def assert_adjusted(shop, tbone):
    def check():
        assert count_adjusted(shop) == (JARS, JARS)
        assert set(dict(shop.rows(ON_HAND, "JAR")).values()) == {NUMBER}
        assert shop.rows(WORK) == [(False, JARS)]
        assert tbone.violations == []

    return check


@pytest.mark.parametrize(("point", "left"), ADJUSTING.values(), ids=ADJUSTING)
def test_no_product_is_adjusted_twice_or_forgotten_if_killed_while(
    shop, tbone, jars, assert_adjusted, point, left
):
    kill_at(point, shop, tbone, "apply_stock")
    assert count_adjusted(shop) == (left, left)
    assert shop.rows(WORK) == [(left < JARS, left)]
    again = Worker("apply_stock").finish()
    assert "ERROR" not in again.log
    assert_adjusted()


def test_what_meets_others_again_and_again_is_done_in_smaller_sets(
    shop, tbone, jars, assert_adjusted
):
    meet_others(shop, PLACE, 4)
    Worker("apply_stock").finish()
    assert shop.value("SELECT last_value FROM met") > 4
    assert_adjusted()


def test_a_delivery_that_is_validated_meanwhile_leaves_once(shop, tbone):
    for sku, _quantity in ITEMS:
        tbone.set_stock(sku, NUMBER)
    Worker("switch_stock_on").finish()
    Worker("fetch_stock").finish()
    point = AtRow(PLACE)
    point.arm(shop, tbone)
    lane = Worker("apply_stock")
    wait_at(point, lane)
    person = Worker("deliver", key=order_key(0))
    wait_until(
        lambda: not person.is_alive or shop.is_somebody_waiting() > 1,
        "the delivery is done, or waits for the lane",
    )
    point.release()
    lane.finish()
    person.finish()
    Worker("apply_stock", "tidy_stock").finish()
    left = SHOP_ORDERS - 1
    wanted = {sku: NUMBER + left * quantity for sku, quantity in ITEMS}
    assert dict(shop.rows(ON_HAND, "MUG|TEE|LAMP")) == wanted
    assert shop.stock() == (dict(ITEMS), [])
    assert shop.reserved_for_nobody() == 0


@pytest.mark.parametrize("job", ["switch_stock_off", "change_channel"])
def test_an_answer_that_nobody_wants_any_more_is_not_taken_over(shop, tbone, job):
    tbone.set_stock("MUG", NUMBER)
    Worker("switch_stock_on").finish()
    with tbone.platform.lock:  # it thinks until the end of the block
        run = Worker("fetch_stock")
        wait_until(lambda: tbone.calls, "the call is under way")
        Worker(job).finish()
    run.finish()
    Worker("apply_stock").finish()
    assert shop.runs() == ["interrupted"]
    assert shop.value("SELECT count(*) FROM fulfillment_stock_level") == 0
    assert shop.rows(
        "SELECT stock_cursor, stock_stored_at, stock_previewed_at FROM fulfillment_account"
    ) == [(None, None, None)]
    assert count_adjusted(shop) == (0, 0)
