"""Stand-in platforms, and for each test a copy of one database that real processes work on."""

import os
from contextlib import contextmanager

import pytest
from shop import Copies, drop_database, make_database
from stories import EVENT_ORDERS, ORDERS, SHOP_ORDERS, order_key, order_ref, tell
from worker import Worker, kill_the_rest, logs

from simulator import TBOneSimulator
from simulator.acommerce import AcommerceSimulator

BASE = os.environ["ODOO_DATABASE"]  # has the add-on and nothing else
WORK = os.environ["PROCESS_DATABASE"] = f"{BASE}_work"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A failure shows how far shop and platform came, and what the processes wrote."""
    report = yield
    if report.failed:
        platform = item.funcargs.get("tbone") or item.funcargs.get("acommerce")
        if platform and "shop" in item.funcargs:
            report.sections.append(("seen", item.funcargs["shop"].describe(platform)))
        report.sections += [(str(log), log.read_text()) for log in logs]
    return report


@pytest.fixture(autouse=True)
def own_logs():
    """Those of the tests before have been shown, if they were worth it."""
    yield
    logs.clear()


@pytest.fixture(scope="session")
def platform():
    with TBOneSimulator() as tbone:
        yield tbone


@pytest.fixture(scope="session")
def event_platform():
    """The one that tells events."""
    with AcommerceSimulator() as acommerce:
        yield acommerce


@contextmanager
def make_copies(template, connection, orders):
    """Copies of a shop with an account of a stand-in and orders that it knows."""
    make_database(WORK, BASE)
    Worker("open_shop", connection=connection, orders=orders).finish()
    make_database(template, WORK)
    with Copies(WORK, template) as copies:
        yield copies
    drop_database(template)
    drop_database(WORK)


@pytest.fixture(scope="session")
def copies(platform):
    """The platform knows an order by its own id."""
    connection = {
        "name": "TB.One",
        "host": platform.url,
        "account_number": platform.account,
        "username": platform.user,
        "password": platform.password,
        "channel_number": platform.channel,
    }
    orders = {order_key(number): str(order_ref(number)) for number in range(SHOP_ORDERS)}
    with make_copies(f"{BASE}_shop", connection, orders) as copies:
        yield copies


@pytest.fixture(scope="session")
def event_copies(event_platform):
    """The platform knows an order by our key alone."""
    connection = {
        "name": "aCommerce",
        "provider": "acommerce",
        "host": event_platform.url,
        "order_host": event_platform.url,
        "scope_id": event_platform.channel,
        "partner_code": event_platform.partner,
        "username": event_platform.user,
        "password": event_platform.api_key,
    }
    orders = {order_key(number): order_key(number) for number in range(EVENT_ORDERS)}
    with make_copies(f"{BASE}_event_shop", connection, orders) as copies:
        yield copies


@pytest.fixture(scope="session")
def undisturbed(copies, platform):
    """The book of an order after two runs that nobody disturbed; all orders have the same story."""
    platform.reset()
    tell(platform, ORDERS)
    with copies.next_one() as shop:
        Worker("exchange", "apply").finish()
        return shop.book(0)


@pytest.fixture
def tbone(platform):
    platform.reset()
    return platform


@pytest.fixture
def acommerce(event_platform):
    event_platform.reset()
    return event_platform


@pytest.fixture
def shop(copies):
    with copies.next_one() as shop:
        yield shop
        kill_the_rest()


@pytest.fixture
def assert_complete(shop, tbone, undisturbed):
    """Every message once in the inbox, applied as without trouble, processed without complaint."""

    def check(messages, orders=ORDERS, besides=()):
        assert sorted(shop.message_ids()) == sorted(tbone.processed_ids()) == messages
        assert shop.inbox(tbone) == (len(messages),) * 4
        assert tbone.open_messages() == tbone.violations == []
        assert shop.stock() == ({"MUG": 2 * orders, "TEE": orders}, [])
        assert shop.reserved_for_nobody() == 0
        for number in range(orders):
            book = shop.book(number)
            assert {name: book[name] for name in book if name not in besides} == {
                name: undisturbed[name] for name in book if name not in besides
            }

    return check
