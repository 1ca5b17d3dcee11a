"""Fixtures: running stand-ins, a client of each, an order with two messages."""

import pytest
from channel import Client, Partner

from simulator import TBOneSimulator
from simulator.acommerce import AcommerceSimulator


@pytest.fixture
def tbone():
    with TBOneSimulator() as running:
        yield running


@pytest.fixture
def client(tbone):
    with Client(tbone) as client:
        yield client


@pytest.fixture
def acommerce():
    with AcommerceSimulator() as running:
        yield running


@pytest.fixture
def partner(acommerce):
    with Partner(acommerce.url) as partner:
        yield partner


@pytest.fixture
def order(tbone):
    """Two items, and a SHIP message for each."""
    order = tbone.add_order("S00042", [("S00042-1", "CUP", 3), ("S00042-2", "PLATE", 1)])
    tbone.ship(order.items[0], 2, idcode="T-1", carrier="DHL_STD_NATIONAL")
    tbone.ship(order.items[1], 1, idcode="T-2", comment="Grüße & Küsse")
    return order
