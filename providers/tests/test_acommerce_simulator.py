"""The stand-in of aCommerce notices what a client must not do: a check that never fires is none."""

import json
import socket
import urllib.error
import urllib.request

import pytest

from simulator.acommerce import AcommerceSimulator
from simulator.acommerce.faults import FAULTS, make_fault

NOON = 1_780_000_000.0
ORDERS = "/channel/318/order/"
ADDRESS = {
    "addressee": "A",
    "address1": "1",
    "postalCode": "1",
    "country": "Thailand",
    "phone": "0",
}
ORDER = {
    "orderCreatedTime": "2026-02-03T04:05:06Z",
    "customerInfo": ADDRESS,
    "orderShipmentInfo": ADDRESS,
    "paymentType": "NON_COD",
    "shippingType": "NEXT_DAY",
    "grossTotal": 250.00,
    "currUnit": "THB",
    "orderItems": [{"partnerId": "501", "itemId": "A", "qty": 2, "subTotal": 250.00}],
}


@pytest.fixture
def sim():
    with AcommerceSimulator(clock=lambda: NOON) as running:
        yield running


class Caller:
    """Makes any call, also wrong ones."""

    def __init__(self, sim):
        self.sim, self.token = sim, ""
        login = {"apiKeyCredentials": {"username": sim.user, "apiKey": sim.api_key}}
        self.token = self.call("POST", "/identity/token", {"auth": login})[1]["token"]["token_id"]

    def call(self, method, path, body=None, **headers):
        headers = {"X-Subject-Token": self.token} | headers
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        request = urllib.request.Request(self.sim.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def get(self, path, **headers):
        return self.call("GET", f"/channel/318{path}", **headers)[0]


@pytest.fixture
def caller(sim):
    return Caller(sim)


def rules(sim):
    return [violation.rule for violation in sim.violations]


@pytest.mark.parametrize(
    ("path", "status", "rule"),
    [
        ("/sales-order-status?since=2026-01-01T00:00:00Z", 200, None),
        ("/sales-order-status?since=2026-01-01T00:00:00%2B00:00", 422, "since_format"),
        ("/sales-order-status?since=2099-01-01T00:00:00Z", 200, "since_in_future"),
        ("/sales-order-status?limit=5", 200, "unknown_parameter"),
        ("/sales-order-status?page=last", 422, "page_number"),
        ("/sales-order-status?orderStatus=LATE", 422, None),
        ("/sales-order-status/id?" + "&".join(f"id={n}" for n in range(11)), 422, "too_many_ids"),
        ("/sales-order-status/id", 200, "odd_ids"),
        ("/sales-order-status/id?id=1&id=1", 200, "odd_ids"),
        ("/sales-order-status/id?id=1", 200, None),
        ("/hooks/h-1", 405, None),
        ("/nothing", 404, None),
    ],
)
def test_reading(sim, caller, path, status, rule):
    assert caller.get(path) == status
    assert rules(sim) == ([rule] if rule else [])


def test_tokens(sim, caller):
    path = "/sales-order-status"
    assert caller.get(path) == 200
    assert caller.get(path, **{"X-Subject-Token": ""}) == 401
    assert caller.get(path, **{"X-Subject-Token": "made up"}) == 401
    sim.clock.advance(3600)
    assert [caller.get(path), caller.get(path)] == [401, 401]
    assert rules(sim) == ["no_token", "dead_token", "dead_token"]
    assert caller.call("POST", "/identity/token", {"user": "x"})[0] == 400
    assert caller.call("POST", "/identity/token", b"user=x")[0] == 400
    assert rules(sim)[3:] == ["token_body", "not_json"]


def test_a_client_names_itself(sim):
    host, _, port = sim.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(b"GET /channel/318/hooks HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(12) == b"HTTP/1.1 401"
    assert rules(sim) == ["no_user_agent", "no_token"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"colour": "red"}, "order. fields ['colour'] are missing or not known"),
        ({"orderCreatedTime": "2026-02-03"}, "orderCreatedTime. must be a time in UTC"),
        ({"customerInfo": ADDRESS | {"phone": " "}}, "customerInfo.phone. may not be blank"),
        ({"customerInfo": ADDRESS | {"fax": "1"}}, "customerInfo.fax. is not known"),
        ({"paymentType": "GOLD"}, "paymentType. GOLD is not allowed"),
        ({"grossTotal": "250.00"}, "grossTotal. must be an amount with two places"),
        ({"grossTotal": 1.005}, "grossTotal. must be an amount with two places"),
        ({"orderItems": []}, "orderItems. may not be empty"),
        (
            {"orderItems": [ORDER["orderItems"][0] | {"qty": "2"}]},
            "orderItems[0].qty. must be a whole number",
        ),
        (
            {"orderItems": [ORDER["orderItems"][0] | {"partnerId": 501}]},
            "orderItems[0].partnerId. must be a text",
        ),
    ],
)
def test_an_order_is_checked(sim, caller, changes, reason):
    status, answer = caller.call("PUT", f"{ORDERS}S1", ORDER | changes)
    assert (status, [e["message"] for e in answer["error"]["errors"]]) == (422, [reason])
    assert sim.platform.orders == {}


def test_an_order_is_not_changed(sim, caller):
    assert [caller.call("PUT", f"{ORDERS}S%2F1", ORDER)[0] for _ in range(3)] == [201, 501, 501]
    assert rules(sim) == ["put_after_501"]
    assert caller.call("GET", f"{ORDERS}S%2F1")[1] == {"orderId": "S/1", **ORDER}
    assert caller.call("GET", f"{ORDERS}S2")[0] == 404
    assert caller.call("PUT", f"{ORDERS}S2", b"<order/>")[0] == 400


def test_a_hook_is_checked(sim, caller):
    assert caller.call("POST", "/channel/318/hooks", {"url": "https://shop.example"})[0] == 422
    assert rules(sim) == ["hook_body"]


def test_names_of_faults():
    assert {make_fault(name).name for name in FAULTS} == set(FAULTS)
    with pytest.raises(ValueError, match="known:"):
        make_fault("flood")


def test_an_event_has_no_other_fields(sim):
    event = sim.report(sim.add_order("S1"), "NEW")
    with pytest.raises(ValueError, match="no colour"):
        sim.revise(event, colour="red")
