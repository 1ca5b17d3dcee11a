"""The scheduled actions that the setting "Apply Workers" makes, as processes side by side."""

from shop import CUT
from stories import ORDERS, SHOP_ORDERS, WORDS, order_key, tell
from worker import Worker

WORKERS = 4
BATCH = 8  # messages; some hundred in a real batch
HOLD = "UPDATE sale_order SET client_order_ref = 'By hand' WHERE fulfillment_key IN (%s, %s)"
TRIGGERS = "SELECT count(*) FROM ir_cron_trigger"


def fill_inbox(shop, tbone, orders):
    messages = tell(tbone, orders)
    shop.rows("UPDATE fulfillment_account SET page_size = 100")
    Worker("exchange").finish()
    return messages


def test_scheduled_actions_lose_and_double_nothing(shop, tbone, assert_complete):
    messages = fill_inbox(shop, tbone, SHOP_ORDERS)
    Worker("add_workers", count=WORKERS).finish()
    for worker in [Worker("apply_as_one_of", size=BATCH) for _number in range(WORKERS)]:
        worker.finish()
    Worker("apply", "tidy_stock").finish()
    assert_complete(messages, SHOP_ORDERS, besides=CUT)


def test_a_worker_looks_past_what_others_hold_and_comes_back(shop, tbone, assert_complete):
    messages = fill_inbox(shop, tbone, ORDERS)
    shop.rows("DELETE FROM ir_cron_trigger")
    with shop.person(HOLD, order_key(0), order_key(1)):
        Worker("apply_beside", size=WORDS).finish()
        assert shop.inbox(tbone).applied == len(messages) - 2 * WORDS
    assert shop.value(TRIGGERS) == 1
    Worker("apply").finish()
    assert_complete(messages)
