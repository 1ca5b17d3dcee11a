"""The TB.One simulator over real HTTP: what it answers, what it notices, how it misbehaves."""

import ast
import base64
import doctest
import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from lxml import etree

import simulator
from simulator import FAULTS, TBOneSimulator, schema
from simulator.document import TWISTS
from simulator.tbone import demo
from simulator.tbone.backlog import add_backlog


class Client(requests.Session):
    """A channel that knows how to write its URLs."""

    def __init__(self, tbone, **changes):
        super().__init__()
        self.auth = (changes.get("user", tbone.user), changes.get("password", tbone.password))
        self.root = f"{tbone.url}/{changes.get('account', tbone.account)}/"
        self.channel = changes.get("channel", tbone.channel)

    def call(self, method, path, timeout=5, body=None, **query):
        query = {"channel": self.channel} | query
        return self.request(method, self.root + path, params=query, data=body, timeout=timeout)

    def page(self, timeout=5, **query):
        return self.call("GET", "messages/", timeout, **query)

    def processed(self, message, timeout=5):
        number = getattr(message, "message_id", message)
        return self.call("POST", f"messages/{number}/processed", timeout)

    def ids(self, **query):
        return [
            int(n)
            for n in etree.fromstring(self.page(**query).content).xpath("//MESSAGE_ID/text()")
        ]


@pytest.fixture
def tbone():
    with TBOneSimulator() as running:
        yield running


@pytest.fixture
def client(tbone):
    with Client(tbone) as client:
        yield client


@pytest.fixture
def order(tbone):
    """Two items, and a SHIP message for each."""
    order = tbone.add_order("S00042", [("S00042-1", "CUP", 3), ("S00042-2", "PLATE", 1)])
    tbone.ship(order.items[0], 2, idcode="T-1", carrier="DHL_STD_NATIONAL")
    tbone.ship(order.items[1], 1, idcode="T-2", comment="Grüße & Küsse")
    return order


def rules(tbone):
    return [violation.rule for violation in tbone.violations]


class TestMessages:
    def test_page_has_the_documented_nodes_in_order(self, client, order):
        answer = client.page()
        root = etree.fromstring(answer.content)
        assert (answer.status_code, root.tag) == (200, "MESSAGES_LIST")
        assert {child.tag: child.text for child in root[0]} == {
            "MESSAGE_ID": "9000001",
            "MESSAGE_TYPE": "SHIP",
            "TB_ORDER_ID": str(order.tb_id),
            "TB_ORDER_ITEM_ID": str(order.items[0].tb_id),
            "SKU": "CUP",
            "CHANNEL_SIGN": "fcsh",
            "CHANNEL_ORDER_ID": "S00042",
            "CHANNEL_ORDER_ITEM_ID": "S00042-1",
            "QUANTITY": "2",
            "CARRIER_PARCEL_TYPE": "DHL_STD_NATIONAL",
            "IDCODE": "T-1",
            "PROCESSED": "0",
            "EXPORTED": "0",
            "DATE_CREATED": root[0].findtext("DATE_CREATED"),
        }
        assert root[1].findtext("COMMENT") == "Grüße & Küsse"

    def test_limit_and_oldest_first(self, tbone, client):
        add_backlog(tbone, 7)
        everything = client.ids()
        assert len(everything) == 7
        assert everything == sorted(everything)
        assert client.ids(limit=3) == everything[:3]
        assert client.page(limit=0).status_code == 400
        assert client.page(limit="x").status_code == 400

    def test_ids_rise_with_gaps_and_are_the_same_every_time(self, tbone):
        add_backlog(tbone, 5)
        ids = [message.message_id for message in tbone.open_messages()]
        assert ids == [9000001, 9000002, 9000005, 9000006, 9000013]

    def test_processed_leaves_the_queue_and_may_be_repeated(self, tbone, client, order):
        first, second = tbone.open_messages()
        assert [client.processed(first).status_code for _ in range(2)] == [200, 200]
        assert client.ids() == [second.message_id]
        assert tbone.processed_ids() == [first.message_id]
        one = etree.fromstring(client.call("GET", f"messages/{first.message_id}").content)
        assert one.findtext("MESSAGE/PROCESSED") == "1"
        tbone.reopen(first)
        assert client.ids() == [first.message_id, second.message_id]
        assert rules(tbone) == []

    def test_raw_messages_go_out_word_for_word(self, tbone, client):
        tbone.add_raw_message("<MESSAGE><MESSAGE_ID>77</MESSAGE_ID><ODD/></MESSAGE>")
        assert b"<MESSAGE><MESSAGE_ID>77</MESSAGE_ID><ODD/></MESSAGE>" in client.page().content
        client.processed(77)
        assert tbone.processed_ids() == [77]

    def test_several_accounts_and_channels_are_apart(self, tbone, order):
        tbone.add_account("3001", "other", "secret", {"9": "oth9"})
        other = Client(tbone, account="3001", user="other", password="secret", channel="9")
        theirs = tbone.add_order("X1", [("X1-1", "CUP", 1)], account="3001")
        tbone.acknowledge(theirs)
        assert len(other.ids()) == 1
        assert other.processed(tbone.open_messages()[0]).status_code == 404
        assert other.call("GET", f"orders/{order.tb_id}").status_code == 404


class TestMerchant:
    def test_arithmetic_is_checked_unless_told_otherwise(self, tbone, order):
        cup = order.items[0]
        with pytest.raises(ValueError, match="3 ordered, 2 shipped"):
            tbone.ship(cup, 2)
        with pytest.raises(ValueError, match="RETURN of 3"):
            tbone.return_(cup, 3)
        refused = tbone.cancel(cup, 5, unchecked=True)
        tbone.cancel(cup, 1)
        tbone.return_(cup, 1, idcode="R-1", cause="BROKEN", state="B", deduction=2)
        expected = tbone.expected()["S00042"]
        assert expected["attention"] == [refused.message_id]
        assert expected["items"]["S00042-1"] == {
            "ordered": 3,
            "shipped": 2,
            "cancelled": 1,
            "returned": 1,
            "tracking": ["T-1"],
            "return_tracking": ["R-1"],
        }

    def test_a_return_may_come_before_its_shipment(self, tbone):
        item = tbone.add_order("S1", [("S1-1", "CUP", 1)]).items[0]
        tbone.return_(item, 1, unchecked=True)
        tbone.ship(item, 1, unchecked=True)
        assert tbone.expected()["S1"]["items"]["S1-1"]["returned"] == 1

    def test_order_level_messages_name_no_item(self, tbone, client, order):
        tbone.acknowledge(order, est_ship_date="2031-05-01")
        tbone.payment(order, "PAID")
        tbone.deduct_shipping(order, 4.9)
        tbone.deduct_service(order, 3, service="GIFTWRAP")
        tbone.deduct_payment(order, "1.00")
        tbone.refund(order, 12)
        nodes = etree.fromstring(client.page().content)[2:]
        assert [node.findtext("MESSAGE_TYPE") for node in nodes] == [
            "ORDER_ACKNOWLEDGE",
            "PAYMENT_STATE_PAID",
            "DEDUCT_SHIPPING_COSTS",
            "DEDUCT_SERVICE_PRICE",
            "DEDUCT_PAYMENT_COSTS",
            "REFUND",
        ]
        assert [node.findtext("DEDUCTION") for node in nodes[2:]] == [
            "4.90",
            "3.00",
            "1.00",
            "12.00",
        ]
        assert not any(node.findtext("TB_ORDER_ITEM_ID") for node in nodes)
        assert tbone.expected()["S00042"]["payment"] == "PAID"


class TestDoor:
    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"password": "wrong"}, 401),
            ({"user": "nobody"}, 401),
            ({"account": "9999"}, 404),
            ({"channel": "999"}, 403),
            ({"channel": "fcsh"}, 400),
            ({"channel": None}, 400),
        ],
    )
    def test_refusals(self, tbone, changes, status):
        answer = Client(tbone, **changes).page()
        assert answer.status_code == status
        assert etree.fromstring(answer.content).findtext("state").strip()
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "messages/1", 404),
            ("POST", "messages/1/processed", 404),
            ("POST", "messages/x/processed", 404),
            ("GET", "nothing/", 404),
            ("DELETE", "messages/1", 405),
            ("GET", "messages/1/processed", 405),
        ],
    )
    def test_paths_and_methods(self, client, method, path, status):
        assert client.call(method, path).status_code == status

    def test_no_credentials_at_all(self, tbone):
        assert requests.get(f"{tbone.url}/{tbone.account}/messages/", timeout=5).status_code == 401

    def test_one_line_is_kept_open(self, tbone, order):
        line = http.client.HTTPConnection("127.0.0.1", tbone.server.server_address[1], timeout=5)
        lines = set()
        for message in tbone.open_messages():
            path = f"/2604/messages/{message.message_id}/processed"
            line.request("POST", path, headers=basic(tbone))
            line.getresponse().read()
            lines.add(line.sock)
        assert len(lines) == 1
        assert line.sock is not None
        line.close()

    def test_recorded_calls(self, tbone, client, order):
        number = tbone.open_messages()[0].message_id
        client.page(limit=1)
        client.processed(number)
        assert [(c.kind, c.method, c.path, c.status) for c in tbone.calls] == [
            ("messages", "GET", "/2604/messages/?channel=318&limit=1", 200),
            ("processed", "POST", f"/2604/messages/{number}/processed?channel=318", 200),
        ]


class TestRules:
    def test_parallel_calls_of_one_account_are_refused(self, tbone, client, order):
        tbone.fault("messages", "slow", delay=1.0)
        waiting = threading.Thread(target=Client(tbone).page)
        waiting.start()
        wait_for(lambda: tbone.calls)
        assert client.page().status_code == 409
        tbone.add_account("3001", "other", "secret", {"9": "oth9"})
        other = Client(tbone, account="3001", user="other", password="secret", channel="9")
        assert other.page().status_code == 200
        waiting.join()
        assert client.page().status_code == 200
        assert rules(tbone) == ["parallel"]

    def test_overlapping_calls_are_noticed_without_any_delay(self, tbone):
        together = threading.Barrier(2)

        def hurry():
            with Client(tbone) as one:
                for _ in range(50):
                    together.wait(5)
                    one.page()

        threads = [threading.Thread(target=hurry) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(rules(tbone)) == {"parallel"}

    @pytest.mark.parametrize("fault", ["hang", "stuck", "slow"])
    def test_a_client_that_has_given_up_is_not_in_parallel(self, tbone, client, order, fault):
        tbone.fault("messages", fault)
        with pytest.raises(requests.RequestException):
            client.page(timeout=0.2)
        assert client.processed(tbone.open_messages()[0]).status_code == 200
        assert rules(tbone) == []

    def test_a_quick_sequence_on_many_lines_is_not_parallel(self, tbone, order):
        for _ in range(200):
            with Client(tbone) as one:
                assert one.page().status_code == 200
        assert rules(tbone) == []

    def test_repeating_a_refused_call(self, tbone):
        bad = Client(tbone, password="wrong")
        bad.page()
        Client(tbone).page()
        assert rules(tbone) == []
        bad.page()
        assert rules(tbone) == ["repeat_4xx"]
        tbone.journal.forget_failures()
        bad.page()
        assert rules(tbone) == ["repeat_4xx"]

    def test_repeating_too_early_or_too_often_after_a_failure(self, tbone, client):
        tbone.fault("messages", "server_error", times=7)
        for pause in (600, 599, 600, 600, 600, 600):
            client.page()
            tbone.clock.advance(pause)
        assert rules(tbone) == ["repeat_5xx_early"]
        client.page()
        assert rules(tbone) == ["repeat_5xx_early", "repeat_5xx_often"]

    def test_no_answer_counts_as_a_failure(self, tbone, client):
        tbone.fault("messages", "drop")
        with pytest.raises(requests.ConnectionError):
            client.page()
        client.page()
        assert rules(tbone) == ["repeat_5xx_early"]
        client.page()
        assert len(tbone.violations) == 1

    def test_retry_after(self, tbone, client):
        tbone.fault("messages", "throttled")
        assert client.page().headers["Retry-After"] == "120"
        tbone.clock.advance(120)
        client.page()
        assert rules(tbone) == []

    def test_flags_and_parameters(self, tbone, client, order):
        number = tbone.open_messages()[0].message_id
        assert client.call("POST", f"messages/{number}/exported").status_code == 403
        client.call("POST", f"messages/{number}/processed", body=b"<a/>")
        client.page(offset=3)
        assert rules(tbone) == ["exported_by_channel", "body_on_flag", "unknown_parameter"]


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


ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<ORDER>
  <ORDER_DATA>
    <ORDER_DATE>2031-02-03</ORDER_DATE>
    <CHANNEL_SIGN>fcsh</CHANNEL_SIGN>
    <CHANNEL_ID>S00077</CHANNEL_ID>
    <APPROVED>1</APPROVED>
    <ITEM_COUNT>2</ITEM_COUNT>
    <TOTAL_ITEM_AMOUNT currency="EUR">28.47</TOTAL_ITEM_AMOUNT>
  </ORDER_DATA>
  <SHIP_TO>
    <FIRSTNAME>Ada</FIRSTNAME><LASTNAME>Example</LASTNAME>
    <STREET_NO>Am Hafen 3</STREET_NO><ZIP>20457</ZIP><CITY>Hamburg</CITY><COUNTRY>DE</COUNTRY>
  </SHIP_TO>
  <SHIPMENT><PRICE currency="EUR">4.90</PRICE></SHIPMENT>
  <ITEMS>
    <ITEM><CHANNEL_ID>S00077-1</CHANNEL_ID><SKU>CUP</SKU><QUANTITY>2</QUANTITY>
      <ITEM_PRICE currency="EUR">9.49</ITEM_PRICE></ITEM>
    <ITEM><CHANNEL_ID>S00077-2</CHANNEL_ID><SKU>PLATE</SKU><QUANTITY>1</QUANTITY>
      <ITEM_PRICE currency="EUR">9.49</ITEM_PRICE></ITEM>
  </ITEMS>
</ORDER>"""

BAD_ORDERS = [  # replace, by, what the answer must say
    ("<ITEM_COUNT>2<", "<ITEM_COUNT>3<", "ITEM_COUNT is 3"),
    (">28.47<", ">28.46<", "TOTAL_ITEM_AMOUNT is 28.46, the items give 28.47"),
    (">28.47<", ">28,47<", "28,47 is no total"),
    ("<ZIP>20457</ZIP>", "", "ORDER/SHIP_TO: ZIP is missing"),
    ("<ZIP>20457</ZIP>", "<ZIP></ZIP>", "ORDER/SHIP_TO/ZIP: is empty"),
    ("<ZIP>20457</ZIP>", "<ZIP>12345678901</ZIP>", "longer than 10"),
    ("<COUNTRY>DE<", "<COUNTRY>Germany<", "no country"),
    ("<CITY>Hamburg</CITY><COUNTRY>DE</COUNTRY>", "<COUNTRY>DE</COUNTRY><CITY>X</CITY>", "order"),
    ("<SKU>CUP<", "<SKU>SPOON<", "SKU SPOON is not known"),
    ("<QUANTITY>2<", "<QUANTITY>2.0<", "2.0 is no id"),
    ("S00077-2", "S00077-1", "not unique"),
    ("<APPROVED>1</APPROVED>", "", "either APPROVED or WITHDRAWN"),
    ("</APPROVED>", "</APPROVED><WITHDRAWN>1</WITHDRAWN>", "either APPROVED or WITHDRAWN"),
    ("<FIRSTNAME>Ada</FIRSTNAME>", "<FIRSTNAME/>", "SHIP_TO has no name"),
    ("<CHANNEL_SIGN>fcsh<", "<CHANNEL_SIGN>318<", "CHANNEL_SIGN 318"),
    ('<PRICE currency="EUR">', '<PRICE currency="USD">', "more than one currency"),
    ("<SHIPMENT>", "<SHIPMENT><COLOUR>red</COLOUR>", "COLOUR is not known"),
    ("<ORDER>", "<!DOCTYPE ORDER><ORDER>", "not well-formed"),
    ("<?xml", "\n<?xml", "not well-formed"),
    ("ORDER>", "ORDER_LIST>", "root ORDER_LIST"),
]


class TestOrders:
    def post(self, client, text=ORDER):
        return client.call("POST", "orders/", body=text.encode())

    def test_order_gets_its_ids_and_can_be_read_again(self, tbone, client):
        answer = self.post(client)
        tb_id = etree.fromstring(answer.content).findtext("TB_ID")
        order = tbone.find_order("S00077")
        assert (answer.status_code, tb_id) == (200, str(order.tb_id))
        shown = etree.fromstring(client.call("GET", f"orders/{tb_id}").content)
        assert shown.findtext("ORDER/ORDER_DATA/TB_ID") == tb_id
        assert shown.findtext("ORDER/ITEMS/ITEM/TB_ID") == str(order.items[0].tb_id)
        tbone.ship(order.items[0], 2)
        assert len(client.ids()) == 1
        assert rules(tbone) == []

    @pytest.mark.parametrize(("old", "new", "text"), BAD_ORDERS)
    def test_bad_orders_are_refused_with_the_reason(self, tbone, client, old, new, text):
        tbone.set_articles("CUP", "PLATE")
        tbone.platform.rejection_status = 422
        answer = self.post(client, ORDER.replace(old, new))
        assert (answer.status_code, text in answer.text) == (422, True), answer.text
        assert tbone.find_order("S00077") is None

    def test_a_refusal_may_come_with_success_as_status(self, client):
        answer = self.post(client, ORDER.replace(">28.47<", ">1.00<"))
        assert answer.status_code == 200
        assert "TB_ID" not in answer.text

    def test_the_same_order_twice_is_noticed(self, tbone, client):
        tbone.fault("orders", "accept_drop")
        with pytest.raises(requests.ConnectionError):
            self.post(client)
        assert tbone.find_order("S00077")
        tbone.clock.advance(600)
        assert "exists already" in self.post(client).text
        assert rules(tbone) == ["order_twice"]

    def test_withdrawn_cancels_what_is_open(self, tbone, client):
        self.post(client)
        tbone.ship(tbone.find_order("S00077").items[0], 1)
        self.post(client, ORDER.replace("APPROVED>", "WITHDRAWN>"))
        items = tbone.expected()["S00077"]["items"]
        assert [item["cancelled"] for item in items.values()] == [1, 1]

    @pytest.mark.parametrize("style", ["sentence", "without"])
    def test_other_places_for_the_id(self, tbone, client, style):
        tbone.platform.order_answer = style
        answer = etree.fromstring(self.post(client).content)
        number = str(tbone.find_order("S00077").tb_id)
        assert (number in answer.findtext("state")) == (style == "sentence")
        assert answer.find("TB_ID") is None


class TestSendMessages:
    CANCEL = (
        "<MESSAGES_LIST><MESSAGE><MESSAGE_TYPE>CUST_CANCEL</MESSAGE_TYPE>"
        "<TB_ORDER_ID>7000001</TB_ORDER_ID><TB_ORDER_ITEM_ID>8000001</TB_ORDER_ITEM_ID>"
        "<QUANTITY>1</QUANTITY></MESSAGE></MESSAGES_LIST>"
    )

    def post(self, client, old="", new=""):
        return client.call("POST", "messages/", body=self.CANCEL.replace(old, new).encode())

    def test_cancel_by_the_customer(self, tbone, client, order):
        assert self.post(client).status_code == 201
        assert tbone.expected()["S00042"]["items"]["S00042-1"]["cancelled"] == 1
        assert len(client.ids()) == 2  # the channel does not get its own message
        assert self.post(client, ">1<", ">9<").status_code == 400

    @pytest.mark.parametrize(
        ("old", "new", "status"),
        [
            ("CUST_CANCEL", "SHIP", 400),
            ("<QUANTITY>1</QUANTITY>", "", 400),
            ("7000001", "7000099", 404),
            ("8000001", "8000099", 400),
            ("</MESSAGES_LIST>", "", 400),
            ("MESSAGES_LIST", "MESSAGE_LIST", 400),
        ],
    )
    def test_refusals(self, tbone, client, order, old, new, status):
        assert self.post(client, old, new).status_code == status
        assert len(order.messages) == 2


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


class TestDemo:
    def test_ids_are_fixed_and_steps_fit(self, tbone, client):
        demo.play(tbone)
        rows = demo.list_orders()
        assert [row["tb_id"] for row in rows] == list(range(7100001, 7100009))
        assert rows[0]["items"][0]["tb_id"] == 8100001
        expected = tbone.expected()
        assert expected["DEMO-1001"]["items"]["DEMO-1001-3"]["returned"] == 1
        assert len(expected["DEMO-1007"]["attention"]) == len(expected["DEMO-1007"]["unknown"]) == 1
        assert expected["DEMO-1008"]["payment"] == "SHORTFALL"
        assert len(tbone.strays()) == 1
        assert len(client.ids()) == len(demo.STEPS)


class TestCommandLine:
    @pytest.fixture
    def base(self):
        command = [sys.executable, "-m", "simulator", "--port", "0", "--scenario", "demo"]
        process = subprocess.Popen([*command, "--backlog", "10"], stdout=subprocess.PIPE, text=True)
        assert "ready" in process.stdout.readline()
        yield process.stdout.readline().split()[1]
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        process.stdout.close()

    def act(self, base, action, **values):
        answer = requests.post(f"{base}/_control/{action}", json=values, timeout=5)
        return answer.status_code, answer.json()

    def read(self, base, name):
        return requests.get(f"{base}/_control/{name}", timeout=5).json()

    def test_control(self, base):
        assert self.read(base, "summary")["open"] == len(demo.STEPS) + 10
        account = self.read(base, "state")["accounts"][0]
        assert account["orders"]["DEMO-1005"]["items"]["DEMO-1005-1"]["shipped"] == 2
        assert account["messages"][0]["message_type"] == "ORDER_ACKNOWLEDGE"
        assert self.act(base, "fault", call="messages", name="truncated", cut=9)[0] == 200
        assert self.read(base, "summary")["faults_waiting"] == ["truncated"]
        status, message = self.act(base, "ship", item="DEMO-1005-1", quantity=3, idcode="LATE")
        assert (status, message["idcode"]) == (200, "LATE")
        assert self.act(base, "ship", item="DEMO-1005-1", quantity=3)[0] == 400
        assert self.act(base, "payment", order="DEMO-9999", state="PAID")[0] == 400
        assert self.act(base, "message", xml="<MESSAGE/>")[0] == 200
        assert self.act(base, "order", key="N1", items=[["N1-1", "CUP", 1]])[1]["tb_id"]
        assert self.act(base, "settings", rejection_status=400)[0] == 200
        assert self.act(base, "settings", lock=1)[0] == 400
        assert self.act(base, "nonsense")[0] == 404
        assert self.read(base, "violations") == self.read(base, "calls") == []
        self.act(base, "reset")
        assert self.read(base, "summary")["open"] == len(demo.STEPS) + 10
        assert json.dumps(self.read(base, "expected")["DEMO-1004"])


def test_examples_in_the_schema_module():
    assert doctest.testmod(schema).failed == 0


def test_the_simulator_is_independent():
    for path in Path(simulator.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            else:
                continue
            roots = {name.partition(".")[0] for name in names}
            assert roots <= {*sys.stdlib_module_names, "lxml"}, path


def test_fault_names_are_documented():
    text = (Path(simulator.__file__).parent / "README.md").read_text()
    assert [name for name in FAULTS if f"`{name}`" not in text] == []


def basic(tbone):
    token = base64.b64encode(f"{tbone.user}:{tbone.password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
    return result
