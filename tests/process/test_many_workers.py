"""The scheduled actions that the setting "Apply Workers" makes, as processes side by side."""

from stories import ORDERS, WORDS, order_key, tell
from worker import Worker

WORKERS = 4
MANY = 75  # orders, of which each has four messages
BATCH = 30  # messages; some tens of a real batch
HOLD = "UPDATE sale_order SET client_order_ref = 'By hand' WHERE fulfillment_key IN (%s, %s)"
TRIGGERS = "SELECT count(*) FROM ir_cron_trigger"
NOT_NOTES = ("notes",)  # one per batch, however messages are cut into batches


def fill_inbox(shop, tbone, orders):
    messages = tell(tbone, orders)
    shop.rows("UPDATE fulfillment_account SET page_size = 100")
    Worker("exchange").finish()
    return messages


def test_scheduled_actions_lose_and_double_nothing(shop, tbone, assert_complete):
    messages = fill_inbox(shop, tbone, MANY)
    Worker("add_workers", count=WORKERS).finish()
    for worker in [Worker("apply_as_one_of", size=BATCH) for _number in range(WORKERS)]:
        worker.finish()
    Worker("apply", "tidy_stock").finish()
    assert_complete(messages, MANY, besides=NOT_NOTES)


def test_a_worker_looks_past_what_others_hold_and_comes_back(shop, tbone, assert_complete):
    messages = fill_inbox(shop, tbone, ORDERS)
    shop.rows("DELETE FROM ir_cron_trigger")
    with shop.person(HOLD, order_key(0), order_key(1)):
        Worker("apply_beside", size=WORDS).finish()
        assert shop.inbox(tbone).applied == len(messages) - 2 * WORDS
    assert shop.value(TRIGGERS) == 1
    Worker("apply").finish()
    assert_complete(messages)
