"""Which events count in the end: the same ones the platform shows, whatever came how and when."""

import json
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.acommerce.client import AcommerceClient
from providers.acommerce.config import AcommerceConfig
from providers.acommerce.event_csv import parse_csv
from providers.acommerce.event_json import parse_push
from providers.acommerce.event_values import to_second
from providers.acommerce.profile import Reading
from providers.canonical import Kind
from providers.event_book import (
    Change,
    Known,
    Step,
    is_other,
    is_worth_keeping,
    read_known,
    settle,
    write_known,
)
from providers.events import Event, EventPage
from providers.live_events import plan_changes
from simulator.acommerce import AcommerceSimulator
from simulator.acommerce.files import Style, build_csv

NOON = 1_780_000_000.654321
NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
PACE = 13  # seconds from step to step: the same order is not asked for too often
STATUSES = ("PACKED", "IN_TRANSIT", "COMPLETED", "REJECTED", "CANCELED", "SOMETHING_NEW")


class Store:
    """What an inbox does with the plans."""

    def __init__(self):
        self.known, self.events = {}, {}
        self.heard_at, self.doubtful = {}, set()
        self.steps = []

    def take(self, page: EventPage) -> None:
        plan = plan_changes(page, self.known.values(), self.heard_at)
        for change in plan.changes:
            self.steps.append(change.step)
            event = self.events.pop(change.known.external_id) if change.known else None
            if change.known:
                del self.known[change.known.external_id]
            one = settle(change)
            assert read_known(json.loads(json.dumps(write_known(one)))) == one
            if change.known and not is_worth_keeping(change.known, one):
                one = change.known  # what is not written must make no difference
            self.known[one.external_id] = one
            self.events[one.external_id] = change.event or event
        self.heard_at |= plan.heard_at
        self.doubtful |= plan.doubtful

    def live(self) -> dict:
        return {id: self.events[id] for id, one in self.known.items() if one.is_live}


class World:
    """A platform, a client of it, and what was caught of it so far."""

    def __init__(self, sim):
        self.sim = sim
        config = AcommerceConfig(
            environment="own",
            host=sim.url,
            scope_id=sim.channel,
            user=sim.user,
            api_key=sim.api_key,
        )
        self.client = AcommerceClient.connect(config, clock=time.monotonic)
        self.events, self.caught = [], []

    def report(self, number, level, status, earlier=0):
        order = self.sim.platform.orders.get(f"S{number}") or self.sim.add_order(f"S{number}")
        places = {"detail": {"shipment": f"F{number}-1"}, "order": {}}
        box = {"shipment": f"F{number}-{status[0]}", "tracking": f"T{number}-{status[0]}"}
        place = places.get(level, box)
        event = self.sim.report(order, status, level, earlier=earlier, **place)
        self.events.append(event)
        return event

    def poll(self, cursor=""):
        pages = list(self.client.fetch_changes(cursor))
        self.caught += pages
        return pages

    def look(self, store):
        """A poll a minute later that is taken over at once."""
        self.sim.clock.advance(60)
        pages = self.poll()
        for page in pages:
            store.take(page)
        return pages

    def push(self, event):
        self.caught.append(parse_push(self.sim.push_body(event), Reading()))

    def file(self, events, has_ids):
        style = Style(has_ids=has_ids and self.sim.platform.has_ids)
        self.caught.append(parse_csv(build_csv(self.sim.platform, events, style), Reading()))

    def ask_again(self, store, looks=3):
        """A contradiction is settled by the first look, what is gone by the second."""
        for _look in range(looks):
            self.sim.clock.advance(60)
            keys, store.doubtful = sorted(store.doubtful), set()
            for page in self.client.fetch_orders(keys):
                store.take(page)
        assert not store.doubtful


@pytest.fixture(scope="module")
def sim():
    with AcommerceSimulator(clock=lambda: NOON) as running:
        yield running


@pytest.fixture
def world(sim):
    sim.reset()
    return World(sim)


def describe(event, sim):
    """Like Event.fact() of the simulator."""
    level = "detail" if "orderDetailedStatus" in event.raw else ""
    return (
        event.order_key,
        event.platform_type,
        "" if level == "detail" else event.tracking_ref,
        event.shipment_ref if sim.platform.version == 3 else "",
        to_second(event.occurred_at),
        event.comment,
        event.delivery_information,
    )


def list_expected(sim):
    found = {}
    for key, fact in sim.expected().items():
        order, status, tracking, shipment, when, *texts = fact
        shipment = shipment if sim.platform.version == 3 else ""
        found[key] = (order, status, tracking, shipment, sim.platform.stamp(when), *texts)
    return found


def assert_true(store, sim):
    found = {id: describe(event, sim) for id, event in store.live().items()}
    expected = list_expected(sim)
    if sim.platform.has_ids:
        assert found == expected
    else:
        assert sorted(found.values()) == sorted(expected.values())


# --- any history, any mixture ------------------------------------------------------------------

numbers = st.integers(0, 99)
steps = st.one_of(
    st.tuples(
        st.just("report"),
        st.integers(1, 3),
        st.sampled_from(["order", "detail", "package"]),
        st.sampled_from(STATUSES),
        st.booleans(),
    ),
    st.tuples(st.just("revise"), numbers, st.sampled_from(STATUSES), st.booleans(), st.booleans()),
    st.tuples(st.just("delete"), numbers),
    st.tuples(st.just("restore"), numbers),
    st.tuples(st.just("push"), numbers),
    st.tuples(st.just("file"), numbers, st.booleans()),
    st.tuples(st.just("poll")),
    st.tuples(st.just("named"), st.integers(1, 3)),
    st.tuples(st.just("ids")),
)


def play(world, step):
    """One step of a history, or one catch of it."""
    what, *values = step
    getattr(Player(world), what)(*values)
    world.sim.clock.advance(PACE)


class Player:
    def __init__(self, world):
        self.world, self.sim = world, world.sim

    def pick(self, number):
        return self.world.events[number % len(self.world.events)] if self.world.events else None

    def report(self, number, level, status, is_told):
        event = self.world.report(number, level, status, earlier=40)
        if is_told:
            self.world.push(event)

    def poll(self):
        self.world.poll()

    def named(self, number):
        self.world.caught += self.world.client.fetch_orders([f"S{number}", "S404"])

    def ids(self):
        self.sim.platform.has_ids = True

    def revise(self, number, status, is_lifted, is_told):
        if event := self.pick(number):
            now = {"recorded": self.sim.clock.now()} if is_lifted else {}
            more = {} if event.level == "detail" else {"comment": f"was {event.status}"}
            self.sim.revise(event, status=status, **now, **more)
            if is_told and not event.is_deleted:
                self.world.push(event)

    def delete(self, number):
        if event := self.pick(number):
            self.sim.delete(event)

    def restore(self, number):
        if event := self.pick(number):
            self.sim.restore(event)

    def push(self, number):
        event = self.pick(number)
        if event and not event.is_deleted:
            self.world.push(event)

    def file(self, number, has_ids):
        events = [event for event in self.world.events if not event.is_deleted]
        self.world.file(events[number % (len(events) + 1) :], has_ids)


@settings(max_examples=60)
@given(st.data())
def test_live_events_are_those_of_the_platform(sim, data):
    """Polls, web hooks and files of all moments, in any order and repeated. Among them is one
    complete poll of the end, and web hooks of what was new afterwards."""
    sim.reset()
    world = World(sim)
    sim.platform.version = data.draw(st.sampled_from([2, 3]), "version")
    sim.platform.has_ids = sim.platform.version == 3 or data.draw(st.booleans(), "has ids")
    sim.platform.page_size = data.draw(st.sampled_from([1, 2, 100]), "page size")
    for step in data.draw(st.lists(steps, min_size=3, max_size=14), "steps"):
        play(world, step)
    world.poll()
    for status in data.draw(st.lists(st.sampled_from(STATUSES), max_size=2), "later"):
        sim.clock.advance(PACE)
        world.push(world.report(1, "package", status))
    repeats = data.draw(st.lists(st.sampled_from(world.caught), max_size=4), "repeats")
    order = data.draw(st.permutations(range(len(world.caught) + len(repeats))), "order")
    caught, store = world.caught + repeats, Store()
    for number in order:
        store.take(caught[number])
    world.ask_again(store)
    assert_true(store, sim)
    assert [v.rule for v in sim.violations] == []


# --- each rule ------------------------------------------------------------------------------


def test_in_their_order_nothing_is_doubted(world):
    store = Store()
    first = world.report(1, "package", "IN_TRANSIT")
    world.push(first)
    world.sim.clock.advance(60)
    world.poll()
    world.push(first)
    second = world.report(1, "package", "COMPLETED")
    world.push(second)
    for page in world.caught:
        store.take(page)
    assert store.steps == [Step.INSERT, Step.CONFIRM, Step.INSERT]
    assert not store.doubtful
    assert_true(store, world.sim)


def test_a_revision_a_deletion_and_a_return(world):
    store = Store()
    event = world.report(1, "package", "COMPLETED")
    for change in (
        lambda: None,
        lambda: world.sim.revise(event, status="REJECTED"),
        lambda: world.sim.delete(event),
        lambda: None,
        lambda: world.sim.restore(event),
    ):
        change()
        world.look(store)
        world.ask_again(store)
        assert_true(store, world.sim)
    taken = [step for step in store.steps if step is not Step.CONFIRM]
    assert taken == [Step.INSERT, Step.REVISE, Step.MISS, Step.RETRACT, Step.REVIVE]


def test_what_is_missing_once_still_counts(world):
    """It is asked for again, and only a later look that misses it, too, ends it."""
    store, event = Store(), world.report(1, "package", "COMPLETED")
    world.look(store)
    world.sim.delete(event)
    pages = world.look(store)
    assert (list(store.live()), store.doubtful) == ([event.event_id], {"S1"})
    for page in pages:  # the same look again is no second one
        store.take(page)
    assert list(store.live()) == [event.event_id]
    world.look(store)
    assert store.live() == {}


def test_what_was_missing_and_is_shown_again_is_looked_for_twice_again(world):
    store, event = Store(), world.report(1, "package", "COMPLETED")
    for change in (lambda _event: None, world.sim.delete, world.sim.restore, world.sim.delete):
        change(event)
        world.look(store)
    assert store.steps == [Step.INSERT, Step.MISS, Step.CONFIRM, Step.MISS]
    assert list(store.live()) == [event.event_id]


def test_a_look_without_news_need_not_be_written():
    known = Known("e-1", "S1", "json:1:2", recorded_at=NOW, judged_at=NOW)
    later = NOW + timedelta(hours=1)
    assert not is_worth_keeping(known, replace(known, judged_at=later))
    finer = NOW + timedelta(milliseconds=654)
    assert not is_worth_keeping(known, replace(known, recorded_at=finer))
    assert is_worth_keeping(replace(known, missed_at=NOW), replace(known, judged_at=later))
    timeless = replace(known, recorded_at=None, judged_at=None)
    assert is_worth_keeping(timeless, replace(timeless, judged_at=later))
    seen = replace(timeless, judged_at=NOW)
    assert not is_worth_keeping(seen, replace(seen, judged_at=later))


@pytest.mark.parametrize(
    ("revision", "contents", "is_new"),
    [
        ("json:core:other", (), False),
        ("csv:core:rest", (("CUP", Decimal(2)),), False),
        ("json:other:rest", (("CUP", Decimal(2)),), True),
        ("json:core:rest", (("CUP", Decimal(1)),), True),
    ],
)
def test_details_are_told_from_another_content(revision, contents, is_new):
    known = Known("e-1", "S1", "json:core:rest", NOW, contents=(("CUP", Decimal(2)),))
    event = Event(
        external_id="e-1",
        acknowledgeable=False,
        kind=Kind.SHIP,
        platform_type="IN_TRANSIT",
        raw="",
        revision=revision,
        contents=contents,
    )
    assert is_other(Change(Step.REVISE, known, event)) is is_new


def test_a_hook_is_never_a_proof_of_absence(world):
    store = Store()
    for status in ("IN_TRANSIT", "COMPLETED"):
        world.push(world.report(1, "package", status))
    for page in world.caught:
        store.take(page)
    assert len(store.live()) == 2


def test_a_hook_that_is_older_than_the_poll_asks_again(world):
    store = Store()
    event = world.report(1, "package", "COMPLETED")
    world.push(event)
    world.sim.delete(event)
    world.sim.clock.advance(60)
    world.poll()
    for page in reversed(world.caught):
        store.take(page)
    assert (store.live(), store.steps, store.doubtful) == ({}, [Step.BURY], {"S1"})


@pytest.mark.parametrize("is_lifted", [True, False])
def test_a_hook_that_tells_an_older_revision_asks_again(world, is_lifted):
    store, event = Store(), world.report(1, "package", "COMPLETED")
    world.push(event)
    world.sim.clock.advance(60)
    lifted = {"recorded": world.sim.clock.now()} if is_lifted else {}
    world.sim.revise(event, status="REJECTED", **lifted)
    world.sim.clock.advance(60)
    world.poll()
    for page in reversed(world.caught):
        store.take(page)
    assert_true(store, world.sim)
    assert (store.steps, store.doubtful) == ([Step.INSERT], {"S1"})


def test_a_hook_that_tells_a_newer_revision_is_believed(world):
    store, event = Store(), world.report(1, "package", "COMPLETED")
    world.sim.clock.advance(60)
    world.poll()
    world.sim.revise(event, status="REJECTED", recorded=world.sim.clock.now())
    world.push(event)
    for page in world.caught:
        store.take(page)
    assert_true(store, world.sim)
    assert (store.steps, store.doubtful) == ([Step.INSERT, Step.REVISE], set())


def test_a_hook_that_came_while_the_poll_ran_stays(world):
    """It is newer than what the poll could see."""
    store = Store()
    world.report(1, "order", "NEW")
    world.sim.clock.advance(60)
    pages = world.poll()
    late = world.report(1, "package", "IN_TRANSIT")
    store.take(parse_push(world.sim.push_body(late), Reading()))
    for page in pages:
        store.take(page)
    assert_true(store, world.sim)


def test_what_came_without_an_id_is_known_again_with_one(world):
    world.sim.platform.version, world.sim.platform.has_ids = 2, False
    store = Store()
    event = world.report(1, "package", "IN_TRANSIT", earlier=90)
    world.push(event)
    world.file([event], has_ids=False)
    world.sim.platform.has_ids, world.sim.platform.version = True, 3
    world.push(event)
    world.file([event], has_ids=False)
    world.sim.clock.advance(60)
    world.poll()
    world.file([event], has_ids=False)
    for page in world.caught:
        store.take(page)
    assert store.steps == [Step.INSERT, Step.ADOPT, Step.CONFIRM]
    assert list(store.live()) == [event.event_id]
    assert not store.doubtful


def test_what_came_without_an_id_and_was_gone_comes_back_with_one(world):
    world.sim.platform.version, world.sim.platform.has_ids = 2, False
    store, event = Store(), world.report(1, "package", "IN_TRANSIT")
    world.push(event)
    for change in (world.sim.delete, lambda _event: None, world.sim.restore):
        change(event)
        world.sim.clock.advance(60)
        world.poll()
        world.sim.platform.has_ids = change is not world.sim.delete
    for page in world.caught:
        store.take(page)
    assert store.steps == [Step.INSERT, Step.MISS, Step.RETRACT, Step.REVIVE]
    assert list(store.live()) == [event.event_id]


def test_one_stored_event_is_not_taken_twice(world):
    """A file with two events that look alike, of which one was stored before it had an id."""
    store = Store()
    events = [world.report(1, "detail", "PACKED") for _ in range(2)]
    world.file(events[:1], has_ids=False)
    world.file(events, has_ids=True)
    world.sim.clock.advance(60)
    world.poll()
    for page in world.caught:
        store.take(page)
    assert store.steps == [Step.INSERT, Step.ADOPT, Step.INSERT, Step.CONFIRM, Step.CONFIRM]
    assert_true(store, world.sim)


def test_a_file_tells_one_event_with_its_id_and_without(world):
    store, event = Store(), world.report(1, "detail", "PACKED")
    world.sim.clock.advance(60)
    world.poll()
    nameless, named = (
        build_csv(world.sim.platform, [event], Style(has_ids=has_ids)) for has_ids in (False, True)
    )
    world.caught.append(parse_csv(nameless + named.partition(b"\n")[2], Reading()))
    assert len(world.caught[-1].messages) == 2
    for page in world.caught:
        store.take(page)
    assert (store.steps, store.doubtful) == ([Step.INSERT], set())


def test_events_that_look_alike_stay_apart(world):
    store = Store()
    for _ in range(2):
        world.report(1, "detail", "PACKED")
    world.sim.platform.has_ids = False
    world.push(world.events[0])
    world.sim.platform.has_ids = True
    world.sim.clock.advance(60)
    world.poll()
    world.poll()
    for page in world.caught:
        store.take(page)
    assert_true(store, world.sim)


def test_an_old_poll_changes_nothing(world):
    store, event = Store(), world.report(1, "order", "NEW")
    world.sim.clock.advance(60)
    old = world.poll()
    world.sim.delete(event)
    world.report(1, "order", "CANCELLED")
    world.sim.clock.advance(60)
    for page in (*world.poll(), *old):
        store.take(page)
    assert_true(store, world.sim)


def test_new_contents_of_a_shipment_are_a_revision(world):
    store, event = Store(), world.report(1, "package", "IN_TRANSIT")
    world.push(event)
    for items in ([("CUP", 2)], [("CUP", 1)]):
        event.order.shipments[event.shipment] = items
        world.sim.clock.advance(60)
        world.poll()
    for page in world.caught:
        store.take(page)
    assert store.steps == [Step.INSERT, Step.REVISE, Step.REVISE]
    assert [sku for sku, _pieces in store.live()[event.event_id].contents] == ["CUP"]
