"""A worker that is killed at any step: the next run ends its work and does nothing twice."""

from kill_points import AtCall, AtRow, kill_at, while_
from shop import Inbox
from stories import ORDERS, tell
from worker import Worker

STORE = "INSERT ON fulfillment_message"
OWE = "INSERT ON fulfillment_acknowledgement"
WAKE = "INSERT ON ir_cron_trigger"
MARK = "UPDATE OF acknowledged_at ON fulfillment_acknowledgement"
IS_MARKED = "NEW.acknowledged_at IS NOT NULL"
LOG = "UPDATE OF state ON fulfillment_sync"
MATCH = "UPDATE OF order_id ON fulfillment_message"
PARCEL = "INSERT ON fulfillment_parcel"
GOODS = "UPDATE OF state ON stock_move"
TOTAL = "UPDATE OF fulfillment_qty_shipped ON sale_order_line"
APPLY = "UPDATE OF state ON fulfillment_message"
IS_APPLIED = "NEW.state = 'applied'"

# Where a run over 12 messages, five to a page, is killed; and what it leaves behind: how many are
# stored, processed at the platform, marked as such here, and applied.
EXCHANGE = {
    "the first page is under way": (AtCall("messages"), (0, 0, 0, 0)),
    "the second page is under way": (AtCall("messages", 2), (5, 5, 5, 0)),
    "a page is half stored": (AtRow(STORE, nth=3), (0, 0, 0, 0)),
    "what is owed for a page is half stored": (AtRow(OWE, nth=3), (0, 0, 0, 0)),
    "the apply lane is being woken": (AtRow(WAKE), (0, 0, 0, 0)),
    "a stored page is being committed": (AtRow(STORE, in_commit=True), (5, 0, 0, 0)),
    "the first flag is not yet taken": (AtCall("processed", taken=False), (5, 0, 0, 0)),
    "the third flag is taken": (AtCall("processed", 3), (5, 3, 0, 0)),
    "a flag of the second page is taken": (AtCall("processed", 8), (10, 8, 5, 0)),
    "marks are half written": (AtRow(MARK, IS_MARKED, nth=3), (5, 5, 0, 0)),
    "marks are being committed": (AtRow(MARK, IS_MARKED, in_commit=True), (5, 5, 5, 0)),
    "the run ends": (AtRow(LOG, "NEW.state = 'done'"), (12, 12, 12, 0)),
}
APPLYING = {
    "orders are being found": (AtRow(MATCH, nth=6), 0),
    "parcels are being made": (AtRow(PARCEL, nth=2), 0),
    "goods are being moved": (AtRow(GOODS, "NEW.state = 'done'", nth=3), 0),
    "totals are being written": (AtRow(TOTAL, nth=2), 0),
    "messages are half applied": (AtRow(APPLY, IS_APPLIED, nth=6), 0),
    "applied messages are being committed": (AtRow(APPLY, IS_APPLIED, in_commit=True), 12),
}


@while_(EXCHANGE)
def test_nothing_is_lost_or_doubled_if_killed_while(shop, tbone, point, left, assert_complete):
    messages = tell(tbone, ORDERS)
    kill_at(point, shop, tbone, "exchange")
    assert (shop.inbox(tbone), shop.runs()) == (Inbox(*left), ["running"])
    shop.let_ten_minutes_pass()
    again = Worker("exchange", "apply").finish()
    assert "ERROR" not in again.log
    assert shop.runs() == ["interrupted", "done"]
    assert_complete(messages)


@while_(APPLYING)
def test_nothing_is_half_applied_if_killed_while(shop, tbone, point, left, assert_complete):
    messages = tell(tbone, ORDERS)
    kill_at(point, shop, tbone, "exchange", "apply")
    assert shop.inbox(tbone) == (12, 12, 12, left)
    again = Worker("apply").finish()
    assert "ERROR" not in again.log
    assert_complete(messages)


def test_what_is_applied_is_processed_later_if_killed_with_the_other_policy(
    shop, tbone, assert_complete
):
    messages = tell(tbone, ORDERS)
    shop.rows("UPDATE fulfillment_account SET acknowledge_policy = 'applied'")
    kill_at(AtCall("processed", 4), shop, tbone, "exchange", "apply", "exchange")
    assert shop.inbox(tbone) == (12, 4, 0, 12)
    Worker("exchange", "apply").finish()
    assert shop.runs() == ["done", "interrupted", "done"]
    assert_complete(messages)
