"""What a channel sends to the stand-in: orders and messages."""

import pytest
import requests
from channel import ORDER, rules
from lxml import etree

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
    ('<PRICE currency="EUR">', '<PRICE currency="Euro">', "Euro is no currency"),
    ("2031-02-03", "2031-02-30", "2031-02-30 is no date"),
    ("<APPROVED>", "<PAID>3</PAID><APPROVED>", "3 is no paid"),
    ("<APPROVED>1", "<BILL_NO></BILL_NO><APPROVED>1", "BILL_NO: is empty"),
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

    def test_the_currency_may_be_an_agreement(self, tbone, client):
        tbone.platform.needs_currency = True
        assert "TB_ID" in self.post(client).text
        without = ORDER.replace("S00077", "S00078").replace(' currency="EUR"', "")
        assert "the attribute currency is missing" in self.post(client, without).text


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
            ("<TB_ORDER_ITEM_ID>8000001</TB_ORDER_ITEM_ID>", "", 400),
            ("<QUANTITY>", "<SKU>PLATE</SKU><QUANTITY>", 400),
            ("<QUANTITY>", "<CHANNEL_ORDER_ID>S1</CHANNEL_ORDER_ID><QUANTITY>", 400),
            ("8000001<", "8000001</TB_ORDER_ITEM_ID><CHANNEL_SIGN>nope</CHANNEL_SIGN><", 400),
            ("</MESSAGES_LIST>", "", 400),
            ("MESSAGES_LIST", "MESSAGE_LIST", 400),
        ],
    )
    def test_refusals(self, tbone, client, order, old, new, status):
        assert self.post(client, old, new).status_code == status
        assert len(order.messages) == 2

    def test_a_list_is_taken_as_a_whole_or_not_at_all(self, tbone, client, order):
        message = self.CANCEL.partition("<MESSAGES_LIST>")[2]
        assert self.post(client, "</MESSAGES_LIST>", message).status_code == 400
        assert len(order.messages) == 2  # one piece is open, two are cancelled

    def test_our_own_key_names_an_item_only_if_agreed(self, tbone, client, order):
        tbone.platform.needs_item_ids = False
        key = "<CHANNEL_ORDER_ITEM_ID>S00042-1</CHANNEL_ORDER_ITEM_ID>"
        body = self.CANCEL.replace("<TB_ORDER_ITEM_ID>8000001</TB_ORDER_ITEM_ID>", key)
        assert client.call("POST", "messages/", body=body.encode()).status_code == 201
        assert tbone.expected()["S00042"]["items"]["S00042-1"]["cancelled"] == 1

    def test_a_cancelled_item_may_leave_all_the_same(self, tbone, client, order):
        self.post(client)
        with pytest.raises(ValueError, match="3 ordered, 2 shipped, 1 cancelled"):
            tbone.ship(order.items[0], 1)
        late = tbone.ship(order.items[0], 1, unchecked=True)
        assert client.ids()[-1] == late.message_id
        assert tbone.expected()["S00042"]["attention"] == [late.message_id]
