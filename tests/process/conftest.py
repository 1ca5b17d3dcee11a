"""A stand-in platform, and for each test a copy of one database that real processes work on."""

import os

import pytest
from shop import drop_database, make_database, open_copy
from stories import ORDERS, tell
from worker import Worker, kill_the_rest

from simulator import TBOneSimulator

BASE = os.environ["ODOO_DATABASE"]  # has the add-on and nothing else
TEMPLATE = f"{BASE}_shop"
WORK = os.environ["PROCESS_DATABASE"] = f"{BASE}_work"


@pytest.fixture(scope="session")
def platform():
    with TBOneSimulator() as tbone:
        yield tbone


@pytest.fixture(scope="session")
def template(platform):
    """A database with an account of the stand-in and orders that it knows; made once."""
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
    yield TEMPLATE
    drop_database(TEMPLATE)
    drop_database(WORK)


@pytest.fixture(scope="session")
def undisturbed(template, platform):
    """The book of an order after two runs that nobody disturbed; all orders have the same story."""
    platform.reset()
    tell(platform, ORDERS)
    with open_copy(WORK, template) as shop:
        Worker("exchange", "apply").finish()
        return shop.book(0)


@pytest.fixture
def tbone(platform):
    platform.reset()
    return platform


@pytest.fixture
def shop(template):
    with open_copy(WORK, template) as shop:
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
