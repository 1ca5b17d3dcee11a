"""A stand-in platform, and for each test a copy of one database that real processes work on."""

import os

import pytest
from shop import Copies, drop_database, make_database
from stories import ORDERS, tell
from worker import Worker, kill_the_rest, logs

from simulator import TBOneSimulator

BASE = os.environ["ODOO_DATABASE"]  # has the add-on and nothing else
TEMPLATE = f"{BASE}_shop"
WORK = os.environ["PROCESS_DATABASE"] = f"{BASE}_work"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A failure shows how far shop and platform came, and what the processes wrote."""
    report = yield
    if report.failed:
        if {"shop", "tbone"} <= item.funcargs.keys():
            report.sections.append(("seen", item.funcargs["shop"].describe(item.funcargs["tbone"])))
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
def copies(platform):
    """Copies of a shop with an account of the stand-in and orders that it knows."""
    connection = {
        "host": platform.url,
        "account_number": platform.account,
        "username": platform.user,
        "password": platform.password,
        "channel_number": platform.channel,
    }
    make_database(WORK, BASE)
    Worker("open_shop", connection=connection).finish()
    make_database(TEMPLATE, WORK)
    with Copies(WORK, TEMPLATE) as copies:
        yield copies
    drop_database(TEMPLATE)
    drop_database(WORK)


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
