"""Messages of the stand-in: what the queue gives out, what a merchant can report."""

import pytest
from channel import Client, rules
from lxml import etree

from simulator.tbone.backlog import add_backlog


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
