"""The demo of aCommerce, its web hooks, and its side door."""

import json
import subprocess
import sys
import threading

import pytest
from channel import Partner, act, look, rules, served, wait_for

from simulator.acommerce import demo
from simulator.acommerce.hooks import sign
from simulator.http_server import Reply, Server

SECRET = "not-a-secret"


@pytest.fixture
def receiver():
    """A shop that takes web hooks: `url`, and in `got` what came."""
    got = []

    def take(request):
        assert request.headers["x-acomm-signature"] == sign(request.body, SECRET, "sha256")
        got.append(json.loads(request.body))
        return Reply(200)

    server = Server(take)
    server.start()
    server.got = got
    yield server
    server.stop()


def put_all(partner):
    """What Odoo sends when the quotations of the demo are confirmed."""
    for key, (_shows, items) in demo.ORDERS.items():
        assert partner.put_order(key, items).status_code == 201


def go_on(acommerce):
    """The pause after a reading is over."""
    acommerce.clock.advance(demo.PAUSE)
    acommerce.work()


def tell_state(acommerce):
    """By order, the status of the order and of each of its parcels."""
    orders = acommerce.control.show()["orders"].values()
    return [(o["status"], [parcel["status"] for parcel in o["parcels"].values()]) for o in orders]


class TestDemo:
    def test_each_order_lives_and_goes_on_when_it_was_read(self, acommerce, partner):
        demo.play(acommerce)
        put_all(partner)
        assert tell_state(acommerce) == [
            ("IN_PROGRESS", ["IN_TRANSIT"]),
            ("IN_PROGRESS", ["CUSTOMS_CLEARED"]),
            ("CANCELLED", []),
            ("IN_PROGRESS", ["FAILED_TO_DELIVER"]),
            ("IN_PROGRESS", ["COMPLETED"]),
        ]
        told = partner.poll()
        assert [shipment["items"] for shipment in told["DEMO-2001"]["shipments"]] == [
            [{"itemId": "FC-MUG", "qty": 3}],
            [{"itemId": "FC-MUG", "qty": 1}, {"itemId": "FC-LAMP", "qty": 1}],
        ]
        after = [
            ("COMPLETED", ["COMPLETED", "COMPLETED"]),
            ("IN_PROGRESS", ["CUSTOMS_CLEARED"]),
            ("CANCELLED", []),
            ("IN_PROGRESS", ["REJECTED"]),
            ("IN_PROGRESS", ["REJECTED"]),
        ]
        assert tell_state(acommerce) != after
        go_on(acommerce)
        assert tell_state(acommerce) == after
        partner.poll()
        go_on(acommerce)
        assert tell_state(acommerce) == after
        assert rules(acommerce) == []

    def test_a_revision_keeps_its_id(self, acommerce, partner):
        demo.play(acommerce)
        put_all(partner)
        before = self.entry(partner.poll()["DEMO-2005"])
        go_on(acommerce)
        after = self.entry(partner.poll()["DEMO-2005"])
        assert before["eventId"] == after["eventId"]
        assert (before["shippingStatus"], after["shippingStatus"]) == ("COMPLETED", "REJECTED")
        assert after["updatedTime"][:19] >= before["updatedTime"][:19]

    def entry(self, record):
        return record["shipments"][0]["shipPackage"][0]["statusHistory"][-1]

    def test_what_a_client_must_know_in_the_end(self, acommerce, partner):
        demo.play(acommerce)
        put_all(partner)
        partner.poll()
        go_on(acommerce)
        orders = acommerce.control.show()["orders"]
        assert orders["DEMO-2001"]["items"] == {
            "FC-MUG": {"ordered": 4, "shipped": 4, "cancelled": 0},
            "FC-LAMP": {"ordered": 1, "shipped": 1, "cancelled": 0},
        }
        assert orders["DEMO-2003"]["items"]["FC-BAG"]["cancelled"] == 2
        parcels = {
            tracking: (parcel["is_delivered"], parcel["is_refused"])
            for order in orders.values()
            for tracking, parcel in order["parcels"].items()
        }
        assert parcels == {
            "THX2001000017": (True, False),
            "THX2001000024": (True, False),
            "THX2002000016": (False, False),
            "THX2004000014": (False, True),
            "THX2005000013": (False, True),
        }

    def test_an_order_of_ones_own_leaves_at_once(self, acommerce, partner):
        demo.play(acommerce)
        partner.put_order("S1", [("FC-MUG", 2)])
        [order] = acommerce.control.show()["orders"].values()
        assert order["items"]["FC-MUG"]["shipped"] == 2
        assert list(order["parcels"]) == ["THXS1"]

    def test_only_articles_of_the_demo_are_sold(self, acommerce, partner):
        demo.play(acommerce)
        assert partner.put_order("S1", [("FC-POSTER", 1)]).status_code == 404
        assert {sku for _, items in demo.ORDERS.values() for sku, _ in items} <= {*demo.ARTICLES}


class TestWebHooks:
    def test_a_status_is_told_before_the_poll(self, acommerce, partner, receiver):
        demo.play(acommerce)
        assert partner.hook(receiver.url, SECRET).status_code == 201
        put_all(partner)
        acommerce.work()
        assert len(receiver.got) == len([step for step in demo.STEPS if not step.is_later])
        assert acommerce.control.count()["unread"] == len(demo.ORDERS)
        partner.poll()
        count = acommerce.control.count()
        assert (count["unread"], count["planned"]) == (0, len(demo.ORDERS))
        go_on(acommerce)
        assert len(receiver.got) == len(demo.STEPS)
        assert acommerce.control.count()["planned"] == 0
        partner.poll()
        assert acommerce.control.count()["unread"] == 0

    def test_what_happens_during_a_call_is_told_afterwards(self, acommerce, partner):
        order = acommerce.add_order("S1")
        reporter = []

        def take(request):
            if not reporter:  # while the platform waits for our answer
                reporter.append(threading.Thread(target=acommerce.report, args=(order, "READY")))
                reporter[0].start()
                reporter[0].join(5)
            return Reply(200)

        server = Server(take)
        server.start()
        partner.hook(server.url, SECRET)
        acommerce.report(order, "NEW")
        assert [push.statuses for push in acommerce.deliver_hooks()] == [[200]]
        assert [b"READY" in push.body for push in acommerce.deliver_hooks()] == [True]
        assert acommerce.deliver_hooks() == []
        server.stop()


class TestSideDoor:
    def test_control(self, receiver):
        with served("--platform", "acommerce") as base, Partner(base) as partner:
            partner.hook(receiver.url, SECRET)
            put_all(partner)
            summary = look(base, "summary")
            assert (summary["orders"], summary["unread"]) == (5, 5)
            wait_for(lambda: receiver.got)  # the process calls by itself
            status, event = act(
                base, "report", order="DEMO-2003", status="NEW_CODE", comment="Grüße"
            )
            assert (status, event["level"], event["comment"]) == (200, "order", "Grüße")
            changed = act(base, "revise", event=event["event_id"], status="OLD_CODE")[1]
            assert changed == {**event, "status": "OLD_CODE"}
            facts = look(base, "expected")
            assert facts[event["event_id"]][:2] == ["DEMO-2003", "OLD_CODE"]
            assert act(base, "delete", event=event["event_id"])[0] == 200
            assert event["event_id"] not in look(base, "expected")
            assert act(base, "restore", event=event["event_id"])[0] == 200
            assert act(base, "report", order="DEMO-9999", status="NEW")[0] == 400
            assert act(base, "revise", event="e-nothing", status="NEW")[0] == 400
            assert act(base, "fault", call="status", name="throttled")[0] == 200
            assert look(base, "summary")["faults_waiting"] == ["throttled"]
            assert partner.call("GET", "sales-order-status").status_code == 429
            assert act(base, "clear_faults")[0] == 200
            assert act(base, "settings", version=2)[0] == 200
            assert act(base, "settings", lock=1)[0] == 400
            assert act(base, "order", key="N1", shipments={"F": [["CUP", 1]]})[0] == 200
            assert act(base, "articles", skus=["CUP"])[0] == 200
            assert act(base, "stock", sku="CUP", quantity="UNLIMITED")[0] == 200
            assert act(base, "latency", seconds=0.01)[0] == 200
            assert act(base, "clock", seconds=1)[0] == 200
            assert act(base, "end_tokens")[0] == 200
            assert isinstance(act(base, "deliver_hooks")[1]["delivered"], list)
            state = look(base, "state")
            assert receiver.url in state["hooks"].values()
            [parcel] = state["orders"]["DEMO-2004"]["parcels"].values()
            assert parcel["shipment"] == "F-2004-1"
            assert look(base, "violations") == []
            act(base, "reset")
            assert look(base, "summary")["orders"] == 0

    def test_latency(self, acommerce, partner):
        acommerce.set_latency(0.3, "status")
        assert partner.call("GET", "sales-order-status").elapsed.total_seconds() > 0.3
        assert partner.call("GET", "hooks").elapsed.total_seconds() < 0.3

    def test_a_backlog_is_for_tbone(self):
        command = [sys.executable, "-m", "simulator", "--platform", "acommerce", "--backlog", "9"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 2
