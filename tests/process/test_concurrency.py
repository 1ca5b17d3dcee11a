"""Workers beside workers, and people who work while they do.

Odoo keeps quantities right when transactions deliver one product at the same time, but it may
lose the release of a reservation until it tidies its stock (`max(0, …)` in
`stock.quant._update_available_quantity`); where lanes run side by side we tidy before we look.
"""

import pytest
from kill_points import AtRow, meet_others, wait_at
from shop import CUT, Inbox
from stories import ORDERS, WORDS, order_key, tell
from worker import Worker, wait_until

WORKERS = 4
MANY = 20  # orders, of which each has four messages
SOME = 12
FEW = 6
BATCH = 8  # messages; some hundred in a real batch

PARCEL = "INSERT ON fulfillment_parcel"
ORDER = "UPDATE sale_order SET client_order_ref = 'By hand' WHERE fulfillment_key = %s"
TRANSFER = "UPDATE stock_picking SET note = 'By hand' WHERE origin = (%s)"


def fill_inbox(shop, tbone, orders):
    messages = tell(tbone, orders)
    shop.rows("UPDATE fulfillment_account SET page_size = 100")
    Worker("exchange").finish()
    assert shop.inbox(tbone) == (len(messages), len(messages), len(messages), 0)
    return messages


def start_workers():
    """All of them work at the same time."""
    return [Worker("apply_beside", size=BATCH) for _number in range(WORKERS)]


def finish(workers):
    for worker in workers:
        worker.finish()


def test_four_workers_apply_each_message_once(shop, tbone, assert_complete):
    messages = fill_inbox(shop, tbone, MANY)
    workers = start_workers()
    finish(workers)
    assert sum("Took a batch" in worker.log for worker in workers) > 1
    Worker("apply", "tidy_stock").finish()
    assert_complete(messages, MANY, besides=CUT)


def test_three_workers_go_on_when_the_fourth_is_killed(shop, tbone, assert_complete):
    messages = fill_inbox(shop, tbone, SOME)
    point = AtRow(PARCEL, nth=3)
    point.arm(shop, tbone)
    workers = start_workers()
    wait_at(point, *workers)
    wait_until(lambda: sum(worker.is_alive for worker in workers) == 1, "three have ended")
    [stuck] = [worker for worker in workers if worker.is_alive]
    others = shop.inbox(tbone).applied
    stuck.kill()
    point.release()
    assert shop.inbox(tbone).applied == others >= len(messages) / 2
    Worker("apply", "tidy_stock").finish()
    assert_complete(messages, SOME, besides=CUT)


def test_an_order_that_somebody_holds_is_left_for_the_next_run(shop, tbone, assert_complete):
    messages = fill_inbox(shop, tbone, ORDERS)
    with shop.person(ORDER, order_key(0)):
        Worker("apply").finish()
        assert shop.inbox(tbone).applied == len(messages) - WORDS
    Worker("apply").finish()
    assert shop.value("SELECT count(*) FROM sale_order WHERE client_order_ref = 'By hand'") == 1
    assert_complete(messages)


def test_what_somebody_does_to_a_transfer_meanwhile_is_kept(shop, tbone, assert_complete):
    messages = fill_inbox(shop, tbone, ORDERS)
    name = shop.value("SELECT name FROM sale_order WHERE fulfillment_key = %s", order_key(0))
    with shop.person(TRANSFER, name):
        worker = Worker("apply")
        wait_until(shop.is_somebody_waiting, "the worker needs the transfer")
    assert "could not serialize" in worker.finish().log
    assert shop.value("SELECT count(*) FROM stock_picking WHERE note LIKE '%By hand%'")
    assert_complete(messages)


@pytest.mark.parametrize(("times", "applied"), [(2, ORDERS * WORDS), (3, 0)])
def test_a_worker_tries_three_times_and_asks_for_another_run(
    shop, tbone, assert_complete, times, applied
):
    messages = fill_inbox(shop, tbone, ORDERS)
    shop.rows("DELETE FROM ir_cron_trigger")
    meet_others(shop, PARCEL, times)
    Worker("apply").finish()
    assert shop.inbox(tbone).applied == applied
    assert shop.value("SELECT count(*) FROM ir_cron_trigger") == (0 if applied else 1)
    Worker("apply").finish()
    assert_complete(messages)


def test_runs_of_one_account_never_call_at_the_same_time(shop, tbone, assert_complete):
    messages = tell(tbone, FEW)
    tbone.set_latency(0.01)
    beside = ("exchange", "exchange_beside", "exchange_beside", "fetch_now", "fetch_now")
    finish([Worker(job) for job in beside])
    Worker("exchange", "apply", "tidy_stock").finish()
    assert "running" not in shop.runs()
    assert_complete(messages, FEW, besides=CUT)


def test_a_run_gives_way_to_a_dead_one_that_still_holds_the_account(shop, tbone, assert_complete):
    messages = tell(tbone, ORDERS)
    point = AtRow("INSERT ON fulfillment_message", nth=3)
    point.arm(shop, tbone)
    worker = Worker("exchange_beside")
    wait_at(point, worker)
    worker.kill()
    shop.let_ten_minutes_pass()
    Worker("exchange_beside").finish()
    assert (len(tbone.calls), shop.inbox(tbone)) == (1, Inbox(0, 0, 0, 0))
    point.release()
    Worker("exchange", "apply").finish()
    assert_complete(messages)


def test_an_account_can_be_saved_while_the_platform_thinks(shop, tbone, assert_complete):
    messages = tell(tbone, ORDERS)
    with tbone.platform.lock:  # it thinks until the end of the block
        run = Worker("exchange")
        wait_until(lambda: tbone.calls, "the call is under way")
        Worker("save_account").finish()
        assert shop.runs() == ["running"], "the form was saved only after the call"
    run.finish()
    Worker("apply").finish()
    assert shop.rows("SELECT name, fetch_interval FROM fulfillment_account") == [("Saved", 20)]
    assert shop.runs() == ["done"]
    assert_complete(messages)
