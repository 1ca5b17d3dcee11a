"""A platform that tells events: runs that are killed, and ways in that meet each other."""

import pytest
from kill_points import AtCall, AtRow, held_at, kill_at, wait_at, wait_for_waiting, while_
from stories import EVENT_ORDERS, ITEMS, MINUTE, order_key, tell_events, tell_left, tell_taken
from worker import Worker, kill_the_rest

from simulator.acommerce.files import build_csv
from simulator.acommerce.ftp_server import FtpServer

PAGE = 2  # orders, of which each has two events
REVISED = ("CANCELLED", "COMPLETED")  # what becomes of the parcels of the first two orders
LOGIN = ("shop", "secret")

STORE = "INSERT ON fulfillment_message"
HISTORY = "INSERT ON fulfillment_history"
CURSOR = "UPDATE OF event_cursor ON fulfillment_account"
PARCEL = "INSERT ON fulfillment_parcel"
CONTENT = "UPDATE OF kind ON fulfillment_message"
APPLY = "UPDATE OF state ON fulfillment_message"
IS_APPLIED = "NEW.state = 'applied'"
FILE = "INSERT ON fulfillment_file"
READ = "UPDATE OF state ON fulfillment_file"
IS_READ = "NEW.state = 'done'"
SET_ASIDE = "UPDATE OF is_set_aside ON fulfillment_file"

IDS = "SELECT external_id FROM fulfillment_message ORDER BY 1"
STATES = "SELECT state, count(*) FROM fulfillment_message GROUP BY 1 ORDER BY 1"
PARCELS = (
    "SELECT state, kind FROM fulfillment_message WHERE tracking_ref IS NOT NULL"
    " ORDER BY external_id"
)
HISTORIES = (
    "SELECT order_key, heard_at IS NOT NULL, shipment_refs FROM fulfillment_history ORDER BY 1"
)
REVISIONS = (
    "SELECT count(*) FROM fulfillment_message_revision r"
    " JOIN fulfillment_message m ON m.id = message_id AND m.platform_type != r.platform_type"
)
TOLD = "SELECT count(*) FROM mail_activity WHERE res_model = 'sale.order'"
ASKED_UNTIL = "SELECT event_cursor FROM fulfillment_account"
LOOK = "UPDATE fulfillment_account SET next_folder_at = NULL"
FILES = "SELECT state, new_count, known_count FROM fulfillment_file"

# Where a run over five orders, two to a page, is killed; how many events are stored by then, and
# whether the cursor has moved.
POLLING = {
    "the first page is asked for": (AtCall("status"), (0, False)),
    "the second page is asked for": (AtCall("status", 2), (4, False)),
    "a page is half stored": (AtRow(STORE, nth=6), (4, False)),
    "the history of an order is being written": (AtRow(HISTORY, nth=4), (4, False)),
    "a page is being committed": (AtRow(STORE, nth=5, in_commit=True), (8, False)),
    "the pages are asked for once more": (AtCall("status", 5), (10, False)),
    "the cursor is being written": (AtRow(CURSOR), (10, False)),
    "the cursor is being committed": (AtRow(CURSOR, in_commit=True), (10, True)),
    "open orders are asked for": (AtCall("named"), (10, True)),
}
APPLYING = {
    "its goods are being moved": AtRow(PARCEL),
    "it is being committed": AtRow(APPLY, IS_APPLIED, in_commit=True),
}
# Where a look into a folder is killed; the state of the file by then, how many events are stored,
# and whether the file lies where it lay.
LOOKING = {
    "it is being kept": (AtRow(FILE), (None, 0, True)),
    "what is kept is being committed": (AtRow(FILE, in_commit=True), ("received", 0, True)),
    "it is known to be read": (AtRow(READ, IS_READ, in_commit=True), ("done", 4, True)),
    "it is moved, and not known to be": (AtRow(SET_ASIDE), ("done", 4, False)),
}
READING = {
    "its events are half stored": (AtRow(STORE, nth=3), 0),
    "its events are being committed": (AtRow(STORE, in_commit=True), 4),
    "it is not yet known to be read": (AtRow(READ, IS_READ), 4),
}


@pytest.fixture
def shop(event_copies):
    with event_copies.next_one() as shop:
        yield shop
        kill_the_rest()


@pytest.fixture(scope="module")
def undisturbed(event_copies, event_platform):
    """The book of an order after two runs that nobody disturbed."""
    event_platform.reset()
    tell_events(event_platform, EVENT_ORDERS)
    with event_copies.next_one() as shop:
        Worker("exchange", "apply").finish()
        return shop.book(0)


@pytest.fixture
def assert_complete(shop, acommerce, undisturbed):
    """Every event once in the inbox, applied as without trouble, and asked for as is allowed."""

    def check(events):
        orders = len({event.order for event in events})
        assert list_ids(shop) == [event.event_id for event in events]
        assert shop.rows(STATES) == [("applied", len(events))]
        assert shop.value(REVISIONS) == 0
        assert shop.rows(HISTORIES) == [
            (event.order.key, True, [*event.order.shipments]) for event in events[::2]
        ]
        assert_left(shop, orders)
        assert all(shop.book(number) == undisturbed for number in range(orders))
        assert acommerce.violations == []

    return check


def assert_left(shop, orders):
    """All that was ordered with so many orders is at customers, and nothing else is."""
    sold = {sku: orders * quantity for sku, quantity in ITEMS if orders}
    assert shop.stock() == (sold, [])
    assert shop.reserved_for_nobody() == 0


def list_ids(shop):
    return [row[0] for row in shop.rows(IDS)]


def push(acommerce, event):
    """The platform calls, to tell an event as it is now."""
    return Worker("take_push", body=acommerce.push_body(event))


# --- killed polls


@while_(POLLING)
def test_nothing_is_lost_or_doubled_if_killed_while(shop, acommerce, point, left, assert_complete):
    acommerce.platform.page_size = PAGE
    events = tell_events(acommerce, EVENT_ORDERS)
    kill_at(point, shop, acommerce, "exchange")
    assert (len(list_ids(shop)), bool(shop.value(ASKED_UNTIL))) == left
    assert shop.runs() == ["running"]
    shop.let_ten_minutes_pass()
    again = Worker("exchange", "apply").finish()
    assert "ERROR" not in again.log
    assert shop.runs() == ["interrupted", "done"]
    newest = max(event.recorded for event in events)
    assert shop.value(ASKED_UNTIL) == acommerce.platform.stamp(newest)
    assert_complete(events)


def test_what_changes_after_a_kill_is_stored_too(shop, acommerce):
    """The list has moved: what was on the second page is on the first one now."""
    acommerce.platform.page_size = PAGE
    events = [tell_taken(acommerce, number) for number in range(EVENT_ORDERS)]
    acommerce.clock.advance(MINUTE)
    kill_at(AtCall("status", 2), shop, acommerce, "exchange")
    assert list_ids(shop) == [event.event_id for event in events[:PAGE]]
    left = [tell_left(acommerce, number) for number in range(EVENT_ORDERS)]
    acommerce.clock.advance(MINUTE)
    shop.let_ten_minutes_pass()
    Worker("exchange", "apply").finish()
    assert list_ids(shop) == [event.event_id for event in events + left]
    assert shop.rows(STATES) == [("applied", 2 * EVENT_ORDERS)]
    assert_left(shop, EVENT_ORDERS)
    assert acommerce.violations == []


# --- ways in that meet


def test_a_web_hook_tells_what_a_poll_is_storing(shop, acommerce, assert_complete):
    events = tell_events(acommerce, EVENT_ORDERS)
    with held_at(AtRow(STORE, nth=2), shop, acommerce, "exchange"):
        hook = push(acommerce, events[1])
        wait_for_waiting(shop, hook)
    assert "could not serialize" in hook.finish().log
    Worker("apply").finish()
    assert shop.runs() == ["done"]
    assert_complete(events)


def test_a_web_hook_tells_what_a_poll_has_not_seen(shop, acommerce, assert_complete):
    events = tell_events(acommerce, EVENT_ORDERS - 1)
    events.append(tell_taken(acommerce, EVENT_ORDERS - 1))
    acommerce.clock.advance(MINUTE)
    with held_at(AtRow(STORE), shop, acommerce, "exchange"):
        events.append(tell_left(acommerce, EVENT_ORDERS - 1))
        hook = push(acommerce, events[-1])
        wait_for_waiting(shop, hook)
    assert "could not serialize" in hook.finish().log
    Worker("apply").finish()
    assert shop.runs() == ["done"]
    assert_complete(events)


def test_a_poll_finds_what_a_web_hook_is_storing(shop, acommerce, assert_complete):
    """What the call notes on the account may meet what the run has written there meanwhile."""
    events = tell_events(acommerce, EVENT_ORDERS)
    body = acommerce.push_body(events[1])
    with held_at(AtRow(STORE), shop, acommerce, "take_push", body=body) as hook:
        poll = Worker("exchange")
        wait_for_waiting(shop, poll)
    assert "could not serialize" in hook.log + poll.finish().log
    Worker("apply").finish()
    assert shop.runs() == ["done"]
    assert_complete(events)


def test_two_web_hooks_tell_the_same_at_the_same_time(shop, acommerce):
    [_taken, left] = tell_events(acommerce, 1)
    body = acommerce.push_body(left)
    with held_at(AtRow(STORE), shop, acommerce, "take_push", body=body):
        second = Worker("take_push", body=body)
        wait_for_waiting(shop, second)
    second.finish()
    assert list_ids(shop) == [left.event_id]
    assert shop.value(REVISIONS) == 0
    assert shop.rows(HISTORIES) == [(order_key(0), False, [f"{order_key(0)}-F"])]
    Worker("exchange", "apply").finish()
    assert_left(shop, 1)


def test_what_a_killed_web_hook_told_comes_with_the_poll(shop, acommerce, assert_complete):
    events = tell_events(acommerce, EVENT_ORDERS)
    kill_at(AtRow(STORE), shop, acommerce, "take_push", body=acommerce.push_body(events[1]))
    assert list_ids(shop) == []
    Worker("exchange", "apply").finish()
    assert_complete(events)


# --- revisions of what the apply lane has in hand


@pytest.fixture
def parcels(shop, acommerce):
    """The events of two parcels that have left; they are in the inbox."""
    events = tell_events(acommerce, len(REVISED))
    Worker("exchange").finish()
    return events[1::2]


def revise(acommerce, parcels):
    """What was said of the parcels was wrong."""
    acommerce.clock.advance(MINUTE)
    now = acommerce.clock.now()
    for event, status in zip(parcels, REVISED, strict=True):
        acommerce.revise(event, status=status, recorded=now, happened=now)
    acommerce.clock.advance(MINUTE)


def tell_revised(shop, acommerce, way, parcels):
    """:return: the processes to which it is told."""
    if way == "web hook":
        return [push(acommerce, event) for event in parcels]
    shop.let_an_interval_pass()
    return [Worker("exchange")]


@pytest.mark.parametrize("way", ["web hook", "poll"])
@pytest.mark.parametrize("point", APPLYING.values(), ids=APPLYING)
def test_a_revision_is_not_lost_if_it_comes_while(shop, acommerce, parcels, point, way):
    with held_at(point, shop, acommerce, "apply"):
        revise(acommerce, parcels)
        tellers = tell_revised(shop, acommerce, way, parcels)
        wait_for_waiting(shop, *tellers)
    for teller in tellers:
        assert "could not serialize" in teller.finish().log
    Worker("apply").finish()
    assert shop.rows(PARCELS) == [("failed", "cancel"), ("applied", "deliver")]
    assert (shop.value(REVISIONS), shop.value(TOLD)) == (2, 1)
    assert_left(shop, 2)
    assert acommerce.violations == []


def test_a_revision_is_applied_if_the_lane_is_killed_before_its_commit(shop, acommerce, parcels):
    point = AtRow(PARCEL)
    point.arm(shop, acommerce)
    lane = Worker("apply")
    wait_at(point, lane)
    revise(acommerce, parcels)
    hooks = [push(acommerce, event) for event in parcels]
    wait_for_waiting(shop, *hooks)
    lane.kill()
    point.release()
    for hook in hooks:
        hook.finish()
    Worker("apply").finish()
    assert shop.rows(PARCELS) == [("applied", "cancel"), ("applied", "deliver")]
    assert (shop.value(REVISIONS), shop.value(TOLD)) == (2, 0)
    assert_left(shop, 1)


def test_the_lane_leaves_alone_what_is_being_revised(shop, acommerce, parcels):
    revise(acommerce, parcels)
    body = acommerce.push_body(parcels[0])
    with held_at(AtRow(CONTENT), shop, acommerce, "take_push", body=body):
        Worker("apply").finish()
        assert shop.rows(PARCELS) == [("received", "ship"), ("applied", "ship")]
    Worker("apply").finish()
    assert shop.rows(PARCELS) == [("applied", "cancel"), ("applied", "ship")]
    assert_left(shop, 1)


# --- files of a folder


@pytest.fixture
def folder(shop, tmp_path):
    """A folder on a server of files, where the account looks."""
    with FtpServer(tmp_path, *LOGIN) as server:
        place = {"protocol": "ftp", "host": "127.0.0.1", "port": server.port}
        place |= zip(("user", "password"), LOGIN, strict=True)
        values = {f"folder_{name}": value for name, value in place.items()}
        Worker("use_folder", **values).finish()
        yield tmp_path


@pytest.fixture
def killed_look(shop, acommerce, folder):
    """A look that is killed while it takes a file of four events.

    :return: the events, and what there is of the file: its state, stored events, is it there.
    """

    def kill(point):
        events = tell_events(acommerce, 2)
        file = folder / "a.csv"
        file.write_bytes(build_csv(acommerce.platform, events))
        Worker("look_into_folders").finish()
        shop.rows(LOOK)
        kill_at(point, shop, acommerce, "look_into_folders")
        shop.rows(LOOK)
        [[state, *_counts]] = shop.rows(FILES) or [(None,)]
        return events, (state, len(list_ids(shop)), file.exists())

    return kill


def assert_set_aside(folder):
    assert [path.name for path in folder.rglob("*.csv")] == ["a.csv"]
    assert not (folder / "a.csv").exists()


@while_(LOOKING)
def test_a_file_is_read_once_and_set_aside_if_killed_while(
    shop, acommerce, folder, killed_look, point, left
):
    events, found = killed_look(point)
    assert found == left
    again = Worker("look_into_folders").finish()
    assert "ERROR" not in again.log
    assert shop.rows(FILES) == [("done", 4, 0)]
    assert list_ids(shop) == [event.event_id for event in events]
    assert_set_aside(folder)
    Worker("exchange", "apply").finish()
    assert_left(shop, 2)


@while_(READING)
def test_a_person_decides_about_a_file_if_killed_while(
    shop, acommerce, folder, killed_look, point, left
):
    """It may be the file that kills the run, and would do so again and again."""
    events, found = killed_look(point)
    assert found == ("received", left, True)
    Worker("look_into_folders").finish()
    assert shop.rows(FILES)[0][0] == "refused"
    assert_set_aside(folder)
    Worker("read_again", "exchange", "apply").finish()
    assert shop.rows(FILES)[0][0] == "done"
    assert list_ids(shop) == [event.event_id for event in events]
    assert_left(shop, 2)
