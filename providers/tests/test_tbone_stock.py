"""Stock fetched by our client from the stand-in, over real HTTP."""

import time
from decimal import Decimal

import pytest
from local_server import always, build_answer, serve
from stand_in import connect

from providers import Malformed, TooLarge, Unavailable, build_client
from providers.canonical import StockLine


@pytest.fixture
def client(tbone):
    return connect(tbone)


def test_full_then_changes(tbone, client):
    tbone.set_stock("CUP", 7)
    tbone.set_stock("0012345678905", 5, node="A_EAN", identifier="name", **{"North & Co": 2})
    tbone.set_stock("GONE", None)
    with client.fetch_stock() as full:
        lines = list(full)
    assert (full.is_full, full.cursor) == (True, str(int(tbone.clock.now())))
    assert lines == [
        StockLine("CUP", "", Decimal(7)),
        StockLine("", "0012345678905", Decimal(5), (("North & Co", Decimal(2)),)),
        StockLine("GONE", problem="A_STOCK is missing."),
    ]
    tbone.clock.advance(600)
    tbone.set_stock("PLATE", 3)
    part = client.fetch_stock(full.cursor)
    assert not part.is_full
    assert [line.sku for line in part if line.sku == "PLATE"] == ["PLATE"]
    assert int(part.cursor) >= int(full.cursor) + 600
    assert tbone.calls[-1].path == f"/2604/stock/?channel=318&delta={full.cursor}"
    assert tbone.violations == []


def test_blanks_in_front_of_article_numbers(tbone, client):
    tbone.set_stock("CUP", 7)
    tbone.set_stock("0815", 7, node="A_EAN")
    tbone.fault("stock", "leading_blanks")
    assert [line.sku or line.ean for line in client.fetch_stock()] == ["CUP", "0815"]


def test_an_empty_stock_and_an_empty_body(tbone, client):
    feed = client.fetch_stock()
    assert (list(feed), feed.is_full) == ([], True)
    tbone.clock.advance(3600)
    tbone.fault("stock", "empty")
    feed = client.fetch_stock()
    assert (list(feed), feed.is_full, feed.cursor) == ([], False, "")


def test_twenty_thousand_articles(tbone, client):
    tbone.set_stock_many({f"ARTICLE-{number}": number % 100 for number in range(20_000)})
    numbers = {line.sku: line.total for line in client.fetch_stock()}
    assert len(numbers) == 20_000
    assert numbers["ARTICLE-1234"] == 34


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("html", Malformed),
        ("doctype", Malformed),
        ("billion_laughs", Malformed),
        ("external_entity", Malformed),
        ("server_error", Unavailable),
        ("truncated", Unavailable),
        ("stuck", Unavailable),
        ("accept_hang", Unavailable),
    ],
)
def test_faults(tbone, fault, error):
    tbone.set_stock_many({f"ARTICLE-{number}": 1 for number in range(100)})
    tbone.fault("stock", fault)
    with pytest.raises(error):
        connect(tbone, read_timeout_stock=0.3).fetch_stock()


def test_an_answer_that_is_broken_inside(tbone, client):
    tbone.set_stock_many({"CUP": 1, "PLATE": 2})
    tbone.fault("stock", "malformed")
    feed, seen = client.fetch_stock(), []
    with pytest.raises(Malformed) as caught:
        for line in feed:
            seen.append(line.sku)
    assert seen == ["CUP", "PLATE"]
    assert caught.value.status == 200


def test_a_broken_answer_hides_the_password():
    body = b"<TBSTOCK><ARTICLE><A_NR>s3cr3t</A_NR></ARTICLE><s3cr3t>"
    settings = {"account_number": "1", "user": "u", "password": "s3cr3t", "channel_id": "2"}
    with serve(always(build_answer(200, body))) as server:
        client = build_client("tbone", settings | {"host": server.url}, clock=time.monotonic)
        with pytest.raises(Malformed) as caught:
            list(client.fetch_stock())
    error = caught.value
    assert "s3cr3t" not in f"{error} {error.body} {error.raw}"


def test_it_may_be_larger_than_a_page_of_messages_but_not_endless(tbone):
    tbone.set_stock_many({f"ARTICLE-{number}": 1 for number in range(100)})
    assert len(list(connect(tbone, max_bytes=10).fetch_stock())) == 100
    tbone.clock.advance(3600)
    with pytest.raises(TooLarge):
        connect(tbone, max_stock_bytes=1000).fetch_stock()
