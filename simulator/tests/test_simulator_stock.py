"""The stock of the stand-in."""

import pytest
import requests
from channel import ORDER, rules
from lxml import etree


class TestStock:
    def test_full_and_delta(self, tbone, client):
        tbone.set_stock("CUP", 7)
        full = etree.fromstring(client.call("GET", "stock/").content)
        assert (full.tag, full.findtext("ARTICLE/A_NR"), full.findtext("ARTICLE/A_STOCK")) == (
            "TBSTOCK",
            "CUP",
            "7",
        )
        tbone.clock.advance(1)
        tbone.set_stock("PLATE", 3, MAIN=2, NORTH=1)
        delta = int(full.get("changedate")) + 1
        part = etree.fromstring(client.call("GET", "stock/", delta=delta).content)
        assert part.xpath("//A_NR/text()") == ["PLATE"]
        assert part.xpath("//A_STOCK[@identifier='key']/@key") == ["MAIN", "NORTH"]
        client.call("GET", "stock/")
        assert rules(tbone) == ["stock_full_early"]

    def test_an_order_lowers_it(self, tbone, client):
        tbone.set_stock("CUP", 7)
        client.call("POST", "orders/", body=ORDER.encode())
        assert tbone.platform.accounts[tbone.account].stock["CUP"].number == 5

    def test_forms_of_an_article(self, tbone, client):
        tbone.set_stock("0012345678905", 4, node="A_EAN", identifier="name", MAIN=4)
        tbone.set_stock("GONE", None)
        root = etree.fromstring(client.call("GET", "stock/").content)
        assert etree.tostring(root[0]).strip() == (
            b"<ARTICLE><A_EAN>0012345678905</A_EAN><A_STOCK>4</A_STOCK>"
            b'<A_STOCK identifier="name" key="MAIN">4</A_STOCK></ARTICLE>'
        )
        assert etree.tostring(root[1]).strip() == b"<ARTICLE><A_NR>GONE</A_NR></ARTICLE>"

    def test_very_many_articles_are_streamed(self, tbone, client):
        tbone.set_stock_many({f"ARTICLE-{number}": number for number in range(200_000)})
        answer = client.call("GET", "stock/", timeout=60)
        assert answer.headers["Transfer-Encoding"] == "chunked"
        root = etree.fromstring(answer.content)
        assert len(root) == 200_000
        assert root[-1].findtext("A_STOCK") == "199999"
        assert rules(tbone) == []

    def test_many_articles_can_break_off(self, tbone, client):
        tbone.set_stock_many({f"ARTICLE-{number}": number for number in range(5000)})
        tbone.fault("stock", "truncated")
        with pytest.raises(requests.RequestException):
            client.call("GET", "stock/")
