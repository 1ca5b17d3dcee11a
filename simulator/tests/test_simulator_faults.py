"""How the stand-in misbehaves on demand."""

import http.client
import time

import pytest
import requests
from channel import basic
from lxml import etree

from simulator import FAULTS
from simulator.document import TWISTS


class TestFaults:
    @pytest.mark.parametrize("name", sorted(n for n in FAULTS if FAULTS[n].status))
    def test_status_faults_strike_once_and_change_nothing(self, tbone, client, order, name):
        message = tbone.open_messages()[0]
        tbone.fault("processed", name)
        assert client.processed(message).status_code == FAULTS[name].status
        assert tbone.processed_ids() == []
        assert tbone.calls[-1].fault == name
        client.processed(message)
        assert tbone.processed_ids() == [message.message_id]

    @pytest.mark.parametrize("name", sorted(TWISTS))
    def test_twists_change_the_page(self, tbone, client, order, name):
        plain = client.page().content
        tbone.fault("messages", name)
        twisted = client.page().content
        assert twisted != plain
        assert client.page().content == plain

    @pytest.mark.parametrize("name", ["malformed", "wrong_encoding", "blank_first"])
    def test_twists_that_are_no_xml(self, tbone, client, order, name):
        tbone.fault("messages", name)
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(client.page().content)

    def test_twists_in_detail(self, tbone, client, order):
        first, second = client.ids()
        tbone.fault("messages", "duplicate")
        assert client.ids() == [first, second, first]
        tbone.fault("messages", "shuffled")
        assert client.ids() == [second, first]
        tbone.fault("messages", "lone_message")
        assert etree.fromstring(client.page().content).tag == "MESSAGE"
        tbone.fault("messages", "latin1")
        answer = client.page().content
        assert "Grüße & Küsse" in etree.fromstring(answer).xpath("//COMMENT/text()")
        assert b"ISO-8859-1" in answer
        assert "ü".encode("latin-1") in answer
        tbone.fault("messages", "no_zone")
        assert not etree.fromstring(client.page().content).findtext("MESSAGE/DATE_CREATED")[19:]

    def test_limit_ignored_and_empty_and_html(self, tbone, client, order):
        tbone.fault("messages", "limit_ignored")
        assert len(client.ids(limit=1)) == 2
        tbone.fault("messages", "empty")
        assert client.page().content == b""
        tbone.fault("messages", "html")
        assert client.page().headers["Content-Type"] == "text/html"

    def test_truncated_at_a_byte(self, tbone, client, order):
        tbone.fault("messages", "truncated", cut=40)
        line = http.client.HTTPConnection("127.0.0.1", tbone.server.server_address[1], timeout=5)
        line.request("GET", "/2604/messages/?channel=318", headers=basic(tbone))
        with pytest.raises(http.client.IncompleteRead) as caught:
            line.getresponse().read()
        line.close()
        assert len(caught.value.partial) == 40
        tbone.fault("messages", "truncated")
        with pytest.raises(requests.RequestException):
            client.page()

    @pytest.mark.parametrize(
        ("name", "is_accepted"),
        [("drop", False), ("hang", False), ("accept_drop", True), ("accept_hang", True)],
    )
    def test_no_answer_with_and_without_effect(self, tbone, client, order, name, is_accepted):
        message = tbone.open_messages()[0]
        tbone.fault("processed", name)
        with pytest.raises(requests.RequestException):
            client.processed(message, timeout=0.3)
        assert bool(tbone.processed_ids()) == is_accepted
        assert tbone.calls[-1].status == 0

    def test_a_page_that_stops_half_way(self, tbone, client, order):
        tbone.fault("messages", "stuck", cut=100)
        started = time.monotonic()
        with pytest.raises(requests.RequestException):
            client.page(timeout=0.3)
        assert 0.3 <= time.monotonic() - started < 2

    def test_forgotten_says_yes_and_does_nothing(self, tbone, client, order):
        message = tbone.open_messages()[0]
        tbone.fault("processed", "forgotten")
        assert client.processed(message).status_code == 200
        assert message.message_id in client.ids()

    def test_oversize_streams(self, tbone, client, order):
        tbone.fault("messages", "oversize", megabytes=3)
        answer = client.page(timeout=20)
        assert len(answer.content) > 3 << 20
        assert "Content-Length" not in answer.headers
        assert len(etree.fromstring(answer.content)) == 2

    def test_addressing(self, tbone, client, order):
        first, second = tbone.open_messages()
        tbone.fault("processed", "server_error", target=second.message_id, times=None)
        tbone.fault("messages", "unavailable", after=1)
        assert [client.page().status_code for _ in range(3)] == [200, 503, 200]
        assert client.processed(first).status_code == 200
        assert [client.processed(second).status_code for _ in range(3)] == [500] * 3
        tbone.faults.clear()
        assert client.processed(second).status_code == 200

    def test_a_limited_fault_goes_before_a_standing_one(self, tbone, client, order):
        tbone.fault("*", "no_zone", times=None)
        tbone.fault("messages", "bad_gateway", accepted=True, status=504)
        assert [client.page().status_code for _ in range(2)] == [504, 200]
        assert tbone.calls[-1].fault == "no_zone"

    def test_unknown_names_are_refused(self, tbone):
        with pytest.raises(ValueError, match="accept_hang"):
            tbone.fault("messages", "gremlins")

    def test_latency(self, tbone, client):
        tbone.set_latency(0.1, "messages")
        started = time.monotonic()
        client.page()
        assert time.monotonic() - started >= 0.1
