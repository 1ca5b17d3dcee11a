"""Calls of aCommerce against the stand-in over real HTTP, and what a wrong account is told."""

import http.server
import json
import threading
import time
from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from local_server import always, build_answer, serve

from providers.acommerce.client import AcommerceClient
from providers.acommerce.config import AcommerceConfig
from providers.acommerce.event_json import parse_push
from providers.acommerce.paging import find_next
from providers.acommerce.profile import Reading
from providers.canonical import Address, Cancellation, Order, OrderItem
from providers.errors import (
    CredentialsRejected,
    Malformed,
    Misconfigured,
    NotAllowed,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unavailable,
    Unsendable,
    Verdict,
)
from providers.signature import sign, verify
from simulator.acommerce import AcommerceSimulator

NOON = 1_780_000_000.0


@pytest.fixture
def sim():
    with AcommerceSimulator(clock=lambda: NOON) as running:
        yield running


@pytest.fixture
def clock():
    """Monotonic seconds that a test moves."""

    class Clock:
        skipped = 0.0

        def __call__(self):
            return time.monotonic() + self.skipped

    return Clock()


@pytest.fixture
def client(sim, clock):
    return AcommerceClient.connect(build_config(sim), clock=clock)


def build_config(sim, **changes):
    config = AcommerceConfig(
        environment="own",
        host=sim.url,
        scope_id=sim.channel,
        partner_id=sim.partner,
        user=sim.user,
        api_key=sim.api_key,
    )
    return replace(config, **changes)


def stamp(seconds):
    moment = datetime.fromtimestamp(NOON + seconds, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def fill(sim, count, seconds=1):
    """Orders with one event each."""
    for number in range(count):
        sim.report(sim.add_order(f"S{number:03}"), "NEW")
        sim.clock.advance(seconds)


def kinds(sim):
    return [call.kind for call in sim.calls]


def rules(sim):
    return [violation.rule for violation in sim.violations]


def list_ids(pages):
    return [event.external_id for page in pages for event in page.messages]


# --- polling -------------------------------------------------------------------------------


def test_a_cursor_comes_from_recorded_times_and_reaches_back(sim, client):
    fill(sim, 3, seconds=60)
    feed = client.fetch_changes("")
    assert feed.cursor == ""
    assert len(list_ids(feed)) == 3
    assert feed.cursor == stamp(120)
    sim.clock.advance(3600)
    assert list_ids(client.fetch_changes(stamp(3600))) == []
    assert list_ids(client.fetch_changes(stamp(700))) == ["e-000003"]
    assert f"since={stamp(100)}".replace(":", "%3A") in sim.calls[-1].path
    assert rules(sim) == []


def test_nothing_new_leaves_the_cursor(sim, client):
    feed = client.fetch_changes(stamp(-100))
    assert (list_ids(feed), feed.cursor, feed.problem) == ([], stamp(-100), "")


def test_a_cursor_never_moves_back_and_never_beyond_the_platforms_clock(sim, client):
    event = sim.report(sim.add_order("S1"), "NEW")
    feed = client.fetch_changes(stamp(-1))
    list(feed)
    assert stamp(-4) < feed.cursor <= stamp(-1)
    event.recorded = NOON + 86_400 * 365
    feed = client.fetch_changes(stamp(-60))
    list(feed)
    assert stamp(-60) < feed.cursor < stamp(0)


def test_a_cursor_that_somebody_set_ahead_does_not_blind_the_account(sim, client):
    feed = client.fetch_changes(stamp(86_400))
    list(feed)
    assert stamp(-4) < feed.cursor < stamp(0)
    assert "was set back" in feed.problem


@pytest.mark.parametrize("cursor", ["yesterday", "0001-01-01", "2026-02-30T00:00:00Z"])
def test_what_is_no_time_does_not_ask_for_everything(sim, client, cursor):
    for call in (client.fetch_changes, client.fetch_stock):
        with pytest.raises(Misconfigured, match="must look like"):
            list(call(cursor))
    assert sim.calls == []


def test_a_cursor_stays_until_the_last_page_was_handed_out(sim, client):
    sim.platform.page_size = 2
    fill(sim, 5)
    sim.clock.advance(60)
    feed = client.fetch_changes(stamp(-60))
    for _page in range(5):
        next(feed.pages)
        assert feed.cursor == stamp(-60)
    list(feed)
    assert feed.cursor == stamp(4)


def test_a_failed_page_keeps_the_cursor(sim, client):
    sim.platform.page_size = 2
    fill(sim, 5)
    sim.fault("status", "server_error", after=1)
    feed = client.fetch_changes("")
    with pytest.raises(Unavailable):
        list(feed)
    assert feed.cursor == ""


def test_without_a_clock_of_the_platform_the_cursor_stays(sim, client):
    fill(sim, 1)
    sim.fault("status", "no_date", times=None)
    feed = client.fetch_changes(stamp(-60))
    pages = list(feed)
    assert (feed.cursor, pages[0].histories) == (stamp(-60), ())
    assert "does not tell its time" in feed.problem


def test_at_most_a_hundred_orders_a_page_and_the_last_page_is_a_word(sim, client):
    fill(sim, 250, seconds=0)
    sim.clock.advance(60)
    pages = list(client.fetch_changes(""))
    assert [len(page.messages) for page in pages] == [100, 100, 50] * 2
    assert len(set(list_ids(pages))) == 250
    assert rules(sim) == []


def fill_and_move(sim):
    """Three pages of two orders; while page 1 is read, its first order changes and moves."""
    sim.platform.page_size = 2
    fill(sim, 6)
    sim.clock.advance(60)
    orders = list(sim.platform.orders.values())

    def change(kind):
        if kind == "status" and kinds(sim).count("status") == 2:
            sim.report(orders[0], "IN_PROGRESS")

    sim.gateway.before = change


def test_an_order_that_is_pushed_over_the_edge_of_a_page_is_found(sim, client):
    """While page 1 is read, its first order changes and moves to the end: all others move up."""
    fill_and_move(sim)
    feed = client.fetch_changes("")
    first = list_ids([next(feed.pages) for _ in range(3)])
    assert "e-000003" not in first  # overlooked
    assert "e-000003" in list_ids(feed)
    assert (feed.cursor, feed.problem) == (stamp(64), "")  # a third pass was quiet
    assert kinds(sim).count("status") == 9


def test_the_same_time_with_other_digits_is_no_change(clock):
    """The platform tells fractions of seconds or leaves them out."""
    with AcommerceSimulator(clock=lambda: NOON + 0.654321) as sim:
        client = AcommerceClient.connect(build_config(sim), clock=clock)
        sim.platform.page_size = 2
        fill(sim, 5)
        sim.clock.advance(60)
        feed = client.fetch_changes()
        assert len(list(feed)) == 6, "two passes"
        assert (feed.cursor, feed.problem) == (stamp(4), "")


def test_a_list_that_never_stands_still_keeps_the_cursor(sim, clock):
    """The last pass still found what the one before had overlooked: who knows what is left."""
    fill_and_move(sim)
    client = AcommerceClient.connect(build_config(sim, passes=2), clock=clock)
    feed = client.fetch_changes(stamp(-60))
    assert len(list(feed)) == 6
    assert feed.cursor == stamp(-60)
    assert "kept changing" in feed.problem


def test_with_a_single_pass_the_overlap_must_do(sim, clock):
    sim.platform.page_size = 2
    fill(sim, 5)
    sim.clock.advance(60)
    client = AcommerceClient.connect(build_config(sim, passes=1), clock=clock)
    feed = client.fetch_changes("")
    assert len(list(feed)) == 3
    assert feed.cursor == stamp(4)


@pytest.mark.parametrize("fault", ["foreign_next", "html", "not_a_list", "empty", "deep"])
def test_what_is_not_understood_is_malformed(sim, client, fault):
    fill(sim, 1)
    sim.fault("status", fault)
    feed = client.fetch_changes(stamp(-9))
    with pytest.raises(Malformed):
        list(feed)
    assert feed.cursor == stamp(-9)
    assert kinds(sim) == ["token", "status"]


def test_pages_that_lead_in_circles_are_left(sim, client):
    fill(sim, 1)
    path = f"/channel/{sim.channel}/sales-order-status"
    link = f'<{sim.url}{path}?page=2>; rel="next"'
    sim.fault("status", "empty", body="[]", headers={"Link": link}, times=None)
    with pytest.raises(Malformed, match="in circles"):
        list(client.fetch_changes(""))
    assert kinds(sim).count("status") == 2


def test_pages_without_end_are_left(sim, clock):
    sim.platform.page_size = 1
    fill(sim, 9)
    client = AcommerceClient.connect(build_config(sim, max_pages=4), clock=clock)
    with pytest.raises(Malformed, match=r'beyond 4 pages.*Set "Asked Until"'):
        list(client.fetch_changes(""))
    with pytest.raises(Malformed, match=r"beyond 4 pages.*Show this to their support"):
        list(client.fetch_changes("2020-01-31T00:00:00Z"))


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<https://h.example/a?page=2>; rel="next"', "https://h.example/a?page=2"),
        ("</a?page=2>; rel=next", "https://h.example/a?page=2"),
        ("<?page=2>; title=x; rel=next", "https://h.example/list?page=2"),
        ('<https://h.example/a?page=last>; rel="last"', ""),
        ('</a?page=last>; rel="last", </a?page=3>; rel="prev next"', "https://h.example/a?page=3"),
        ("<http://h.example/a?page=2>; rel=next", "https://h.example/a?page=2"),
        ("<https://H.EXAMPLE:443/a>; rel=next", "https://h.example/a"),
        ("", ""),
        ("next", ""),
    ],
)
def test_the_next_page(link, expected):
    assert find_next(link, "https://h.example/list?since=1") == expected


@pytest.mark.parametrize(
    "target",
    [
        "https://other.example/a",
        "//other.example/a",
        "https://h.example:8443/a",
        "https://h.example.other.example/a",
        "https://u:p@h.example/a",
        "https://h.example@other.example/a",
        "https://[h/a",
    ],
)
def test_no_token_goes_elsewhere(target):
    with pytest.raises(Malformed, match="another host"):
        find_next(f'<{target}>; rel="next"', "https://h.example/list")


def test_orders_are_asked_for_by_id_ten_at_a_time(sim, client):
    fill(sim, 12)
    keys = [f"S{number:03}" for number in range(12)]
    pages = list(client.fetch_orders([*keys, "S000", "gone & lost"]))
    assert [len(page.messages) for page in pages] == [10, 2]
    assert [history.order_key for page in pages for history in page.histories] == keys
    assert pages[1].problem == "Order gone & lost: 404 Not Found."
    assert kinds(sim).count("named") == 2
    assert rules(sim) == []


def test_the_same_id_again_and_again_is_noticed(sim, client):
    fill(sim, 1)
    for _ in range(6):
        list(client.fetch_orders(["S000"]))
    assert rules(sim) == ["hammering"]


# --- the token -----------------------------------------------------------------------------


def test_one_token_serves_many_calls_and_is_renewed_early(sim, client, clock):
    for _ in range(3):
        list(client.fetch_changes(""))
    assert kinds(sim).count("token") == 1
    clock.skipped += 3600 * 0.85
    list(client.fetch_changes(""))
    assert kinds(sim).count("token") == 1
    clock.skipped += 3600 * 0.06  # a tenth of its life is left
    list(client.fetch_changes(""))
    assert kinds(sim).count("token") == 2


def test_a_token_that_ends_between_two_pages_is_renewed_once(sim, client):
    sim.platform.page_size = 2
    fill(sim, 6)
    sim.clock.advance(60)
    feed = client.fetch_changes("")
    pages = [next(feed.pages)]
    sim.end_tokens()
    pages += feed
    assert len(set(list_ids(pages))) == 6
    assert kinds(sim)[:5] == ["token", "status", "status", "token", "status"]
    assert rules(sim) == []


def test_a_second_401_is_a_wrong_account(sim, client):
    sim.fault("status", "unauthorized", times=None)
    with pytest.raises(CredentialsRejected) as caught:
        list(client.fetch_changes(""))
    assert caught.value.verdict is Verdict.STOP_ACCOUNT
    assert kinds(sim) == ["token", "status", "token", "status"]


def test_a_403_is_not_tried_again(sim, client):
    sim.fault("status", "forbidden")
    with pytest.raises(CredentialsRejected):
        list(client.fetch_changes(""))
    assert kinds(sim) == ["token", "status"]


def test_a_wrong_key_is_told_and_not_quoted(sim, clock):
    client = AcommerceClient.connect(build_config(sim, api_key="wr0ng-key"), clock=clock)
    with pytest.raises(CredentialsRejected, match="the user or the API key") as caught:
        client.check()
    assert "wr0ng-key" not in str(caught.value)
    assert kinds(sim) == ["token"]


@pytest.mark.parametrize("answer", [b"{}", b"[]", b'{"token": {"token_id": ""}}', b"tok-123"])
def test_an_answer_without_a_token(answer, clock):
    with serve(always(build_answer(200, answer))) as server:
        config = AcommerceConfig("own", server.url, scope_id="1", user="u", api_key="k")
        with pytest.raises(Malformed, match="without a token") as caught:
            AcommerceClient.connect(config, clock=clock).check()
    assert b"tok-123" not in caught.value.raw


def test_an_echo_gives_neither_key_nor_token_away(clock):
    def script(asked):
        words = json.dumps(asked.headers) + asked.body.decode()
        if asked.target == "/identity/token":
            yield build_answer(200, b'{"token": {"token_id": "t0ken-of-ours"}}')
        else:
            yield build_answer(statuses.pop(), (words + " k3y-of-ours " + "x" * 90_000).encode())

    statuses = [200, 400, 404, 422, 429, 500, 503, 403]
    lines = []
    with serve(script) as server:
        config = AcommerceConfig("own", server.url, scope_id="1", user="u", api_key="k3y-of-ours")
        client = AcommerceClient.connect(config, clock=clock, on_exchange=lines.append)
        while statuses:
            with pytest.raises(ProviderError) as caught:
                list(client.fetch_changes(""))
            said = (
                f"{caught.value!r} {vars(caught.value)} {lines} {config} {client._session._token}"
            )
            assert "of-ours" not in said
            assert "***" in said


# --- the pace ------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "seconds"), [("throttled", 120), ("busy", 30)])
def test_retry_after_is_handed_on(sim, client, fault, seconds):
    sim.fault("status", fault)
    with pytest.raises(Throttled) as caught:
        list(client.fetch_changes(""))
    assert (caught.value.retry_after, caught.value.verdict) == (seconds, Verdict.LATER)
    assert kinds(sim) == ["token", "status"]
    assert rules(sim) == []


def test_a_date_in_retry_after_counts_from_the_platforms_clock(sim, client):
    later = datetime.fromtimestamp(NOON + 90, timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
    sim.fault("status", "throttled", headers={"Retry-After": later})
    with pytest.raises(Throttled) as caught:
        list(client.fetch_changes(""))
    assert caught.value.retry_after == 90


def test_whoever_comes_too_early_is_noticed(sim, client):
    sim.fault("status", "throttled")
    with pytest.raises(Throttled):
        list(client.fetch_changes(""))
    list(client.fetch_changes(""))
    sim.clock.advance(120)
    list(client.fetch_changes(""))
    assert rules(sim) == ["too_early"]


# --- orders --------------------------------------------------------------------------------

BUYER = Address(
    name="Test Buyer",
    street="1 Sample Rd",
    zip="83000",
    city="Kathu",
    province="Phuket",
    country="TH",
    phone_private="020000000",
    email="buyer@example.com",
)
ORDER = Order(
    key="S/00042 ก",
    ordered_on=date(2026, 2, 3),
    currency="THB",
    ship_to=BUYER,
    items=(OrderItem("S00042-1", "SAMPLE-A", 2, Decimal("19.99")),),
    shipping_price=Decimal("50.00"),
)


def test_an_order_is_created_under_our_id(sim, client):
    assert client.send_order(ORDER).order_ref == ORDER.key
    document = sim.platform.orders[ORDER.key].document
    assert document["orderCreatedTime"] == "2026-02-03T00:00:00Z"
    assert document["orderItems"] == [
        {"partnerId": "501", "itemId": "SAMPLE-A", "qty": 2, "subTotal": 39.98}
    ]
    assert document["grossTotal"] == 89.98
    assert document["orderShipmentInfo"]["country"] == "Thailand"
    assert document["orderShipmentInfo"]["province"] == "Phuket"
    assert document["customerInfo"] == document["orderShipmentInfo"]
    assert (document["paymentType"], document["shippingType"]) == ("NON_COD", "STANDARD_2_4_DAYS")
    assert rules(sim) == []


def test_settings_of_an_order(sim, clock):
    changes = {"country_form": "code", "price_form": "piece", "freight_sku": "FREIGHT"}
    client = AcommerceClient.connect(build_config(sim, **changes), clock=clock)
    order = replace(
        ORDER, payment_type="COD", carrier_key="NEXT_DAY", sell_to=replace(BUYER, zip="9")
    )
    client.send_order(order)
    document = sim.platform.orders[ORDER.key].document
    amounts = {line["itemId"]: line["subTotal"] for line in document["orderItems"]}
    assert amounts == {"SAMPLE-A": 19.99, "FREIGHT": 50.0}
    assert (document["paymentType"], document["shippingType"]) == ("COD", "NEXT_DAY")
    assert document["orderShipmentInfo"]["country"] == "TH"
    assert document["customerInfo"]["postalCode"] == "9"


def test_an_order_that_would_be_refused_is_not_sent(sim, client):
    address = Address(name=" ", country="FR")
    items = (OrderItem("S1-1", "", 0, Decimal("1.005")),)
    with pytest.raises(Unsendable) as caught:
        client.send_order(replace(ORDER, ship_to=address, items=items, currency=""))
    found = {(p.reason, p.part, p.field) for p in caught.value.problems}
    assert found == {
        ("missing", "order", "currency"),
        ("missing", "ship_to", "street"),
        ("missing", "ship_to", "zip"),
        ("missing", "ship_to", "name"),
        ("missing", "ship_to", "phone_private"),
        ("not_allowed", "ship_to", "country"),
        ("missing", "item", "sku"),
        ("not_allowed", "item", "quantity"),
        ("not_allowed", "item", "price"),
    }
    assert "Delivery address: zip is missing." in str(caught.value)
    assert sim.calls == []


def test_every_reason_of_a_refusal_is_told(sim, client):
    with pytest.raises(Refused) as caught:
        client.send_order(replace(ORDER, currency="EUR"))
    assert caught.value.status == 422
    assert "currUnit. EUR is not allowed" in str(caught.value)
    sim.fault("put_order", "not_found", status=422, body=json.dumps(REASONS))
    with pytest.raises(Refused) as caught:
        client.send_order(ORDER)
    assert all(f"field{n}. may not be blank" in caught.value.body for n in range(40))


REASONS = {
    "error": {
        "message": "Validation failed",
        "errors": [{"message": f"field{n}. may not be blank", "reason": ""} for n in range(40)],
    }
}


def test_an_unknown_article_is_told(sim, client):
    sim.platform.articles = {"OTHER"}
    with pytest.raises(Refused, match="SAMPLE-A is not known"):
        client.send_order(ORDER)


def test_an_order_that_exists_and_is_the_same_is_sent(sim, client):
    client.send_order(ORDER)
    assert client.send_order(ORDER).order_ref == ORDER.key
    assert kinds(sim) == ["token", "put_order", "put_order", "get_order"]
    assert rules(sim) == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"shipping_price": Decimal(0)}, "Its total: 89.98 there, 39.98 here."),
        ({"currency": "SGD"}, "Its currency: THB there, SGD here."),
        (
            {"items": (OrderItem("1", "OTHER", 2, Decimal("19.99")),)},
            "Its articles: 2 x SAMPLE-A there, 2 x OTHER here.",
        ),
    ],
)
def test_an_order_that_exists_and_differs_is_for_a_person(sim, client, changes, word):
    client.send_order(ORDER)
    with pytest.raises(Refused, match="not the same") as caught:
        client.send_order(replace(ORDER, **changes))
    assert word in str(caught.value)
    assert (caught.value.status, caught.value.verdict) == (501, Verdict.PERSON)


def test_an_order_whose_answer_was_lost_may_be_sent_again(sim, client):
    sim.fault("put_order", "accept_drop")
    with pytest.raises(OutcomeUnknown, match="The next try finds out"):
        client.send_order(ORDER)
    assert client.send_order(ORDER).order_ref == ORDER.key
    assert len(sim.platform.orders) == 1


@pytest.mark.parametrize("fault", ["server_error", "throttled", "html", "truncated"])
def test_an_order_that_cannot_be_compared_is_not_known_to_be_ours(sim, client, fault):
    client.send_order(ORDER)
    sim.fault("get_order", fault)
    with pytest.raises(OutcomeUnknown, match="whether it is the same"):
        client.send_order(ORDER)
    assert client.send_order(ORDER).order_ref == ORDER.key


def test_cancelling_is_for_a_person(sim, client):
    with pytest.raises(Refused, match="cancel S1, S2"):
        client.send_cancellations([Cancellation("", key, "", "", 1) for key in ("S2", "S1", "S2")])
    assert client.send_cancellations([]) is None
    assert sim.calls == []


# --- stock ---------------------------------------------------------------------------------


def test_stock_is_read_in_pages_and_by_time(sim, client):
    for number in range(150):
        sim.set_stock(f"A{number}", number)
    sim.set_stock("ENDLESS", "UNLIMITED")
    sim.set_stock("ODD", "a few")
    sim.clock.advance(3600)
    feed = client.fetch_stock()
    lines = {line.sku: line for line in feed}
    assert (len(lines), feed.is_full, feed.cursor) == (152, True, stamp(0))
    assert lines["A7"].total == 7
    assert (lines["ENDLESS"].is_unlimited, lines["ENDLESS"].total) == (True, None)
    assert lines["ODD"].problem
    sim.set_stock("A7", 3)
    feed = client.fetch_stock(stamp(900))
    assert [(line.sku, line.total) for line in feed] == [("A7", 3)]
    assert not feed.is_full
    assert stamp(3590) < feed.cursor < stamp(3600)
    assert rules(sim) == []


def test_a_stock_that_breaks_off_keeps_its_cursor(sim, client):
    sim.platform.page_size = 1
    for sku in "AB":
        sim.set_stock(sku, 1)
    sim.fault("stock", "server_error", after=1)
    feed = client.fetch_stock(stamp(-60))
    with pytest.raises(Unavailable):
        list(feed)
    assert feed.cursor == stamp(-60)


def test_without_a_partner_there_is_no_stock(sim, clock):
    client = AcommerceClient.connect(build_config(sim, partner_id=""), clock=clock)
    for call in (client.fetch_stock, lambda: client.send_order(ORDER)):
        with pytest.raises(Refused, match="the ID of the partner"):
            call()


# --- web hooks -----------------------------------------------------------------------------


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it is sent, and answers what it is told to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((body, self.headers["X-Acomm-Signature"]))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Retry-After", "50")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.heard, server.answers = [], []
        server.url = f"http://127.0.0.1:{server.server_port}/hook"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("hash", ["sha256", "sha1"])
def test_a_hook_is_registered_called_and_removed(sim, client, receiver, hash):
    hook = client.register_hook(receiver.url, "s3cret")
    assert client.list_hooks() == [hook]
    assert (hook.url, hook.events) == (receiver.url, ("SALES_ORDER_STATUS_V3",))
    event = sim.report(sim.add_order("S1"), "IN_TRANSIT", "package", "F-1", "T1", place="กรุงเทพ")
    sim.deliver_hooks(hash)
    ((body, header),) = receiver.heard
    assert verify(body, header, "s3cret", hash=hash)
    assert not verify(body + b" ", header, "s3cret", hash=hash)
    (told,) = parse_push(body, Reading()).messages
    assert (told.external_id, told.tracking_ref) == (event.event_id, "T1")
    client.remove_hook(hook.hook_id)
    assert client.list_hooks() == []
    with pytest.raises(Refused) as caught:
        client.remove_hook(hook.hook_id)
    assert caught.value.status == 404
    assert rules(sim) == []


def test_a_receiver_that_is_busy_is_called_later(sim, client, receiver):
    client.register_hook(receiver.url, "s3cret")
    receiver.answers = [429, 200]
    sim.report(sim.add_order("S1"), "NEW")
    assert sim.deliver_hooks() == []
    assert sim.deliver_hooks() == []
    sim.clock.advance(50)
    assert [push.statuses for push in sim.deliver_hooks()] == [[429, 200]]


def test_a_hook_needs_a_secret_and_https(sim, client):
    with pytest.raises(Refused, match="without a secret"):
        client.register_hook("https://shop.example/hook", "")
    with pytest.raises(NotAllowed):
        client.register_hook("http://shop.example/hook", "s3cret")
    for hook_id in ("", ".."):
        with pytest.raises(Refused):
            client.remove_hook(hook_id)
    assert sim.calls == []


def test_a_hook_whose_answer_was_lost_is_not_registered_twice_by_itself(sim, client):
    sim.fault("add_hook", "accept_drop")
    with pytest.raises(OutcomeUnknown):
        client.register_hook("https://shop.example/hook", "s3cret")
    assert [hook.url for hook in client.list_hooks()] == ["https://shop.example/hook"]


# --- signatures ----------------------------------------------------------------------------


@pytest.mark.parametrize("hash", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_signatures(hash, encoding):
    raw = "ก{}".encode()
    header = sign(raw, "s3cret", hash=hash, encoding=encoding)
    form = {"hash": hash, "encoding": encoding}
    assert verify(raw, header, "s3cret", **form)
    assert verify(raw, f" {header} ", "s3cret", **form)
    assert verify(raw, header.upper(), "s3cret", **form) == (encoding == "hex")
    for wrong in ("", "0", "ก", "=", header[:-2], f"sha256={header}", header + header):
        assert not verify(raw, wrong, "s3cret", **form)
    assert not verify(raw, header, "S3cret", **form)
    assert not verify(raw[:-1], header, "s3cret", **form)


def test_a_prefix_must_be_there_if_it_is_agreed():
    header = f"sha256={sign(b'x', 's')}"
    assert verify(b"x", header, "s", prefix="sha256=")
    assert not verify(b"x", header, "s")
    assert not verify(b"x", sign(b"x", "s"), "s", prefix="sha256=")


def test_in_doubt_a_signature_is_wrong():
    assert not verify(b"", sign(b"", ""), "")
    assert not verify(b"", sign(b"", "s"), "s", hash="md5")
    assert not verify(b"", sign(b"", "s"), "s", encoding="rot13")
    assert not verify(b"", None, "s")


# --- the account ---------------------------------------------------------------------------


def test_test_connection(sim, client):
    assert client.check() == f"aCommerce at {sim.url} accepts channel 318."
    assert kinds(sim) == ["token", "named"]


def test_hosts_of_the_environments():
    production, test = AcommerceConfig(), AcommerceConfig(environment="test")
    assert production.base_url == "https://api.acommerce.asia"
    assert production.order_url == "https://fulfillment.api.acommerce.asia"
    assert test.order_url == "https://fulfillment.api.acommercedev.com"
    own = AcommerceConfig("own", "a.example", "b.example:8443/")
    assert (own.base_url, own.order_url) == ("https://a.example", "https://b.example:8443")


GOOD = {"scope_id": "318", "user": "u", "api_key": "k"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("environment", "staging"),
        ("side", "merchant"),
        ("scope_id", "../1"),
        ("scope_id", False),
        ("partner_id", "5 1"),
        ("user", ""),
        ("api_key", False),
        ("version", "4"),
        ("kinds", {"REJECTED": "x"}),
        ("profile_overrides", {"colour": "red"}),
        ("profile_overrides", {"signature_hash": "md5"}),
        ("overlap", 0),
        ("passes", 0),
        ("country_form", "flag"),
        ("price_form", "dozen"),
        ("time_zone", "Mars/Base"),
        ("deadline", 0),
    ],
)
def test_each_setting_is_checked(field, value):
    assert AcommerceConfig(**GOOD).list_problems() == []
    problems = AcommerceConfig(**GOOD | {field: value}).list_problems()
    assert len(problems) == (3 if value == "staging" else 1)


def test_everything_wrong_is_told_at_once():
    with pytest.raises(Misconfigured) as caught:
        AcommerceClient.connect(AcommerceConfig("own"), clock=time.monotonic)
    assert len(caught.value.problems) == 5
    assert "k3y" not in repr(AcommerceConfig(api_key="k3y"))


def test_what_is_not_public_can_be_changed(sim, clock):
    overrides = {"status_path_3": "/{side}/{id}/v3/status", "since_parameter": "from"}
    config = build_config(sim, profile_overrides=overrides | {"page_size_parameter": "n"})
    with pytest.raises(Refused) as caught:
        list(AcommerceClient.connect(config, clock=clock).fetch_changes(stamp(0)))
    assert caught.value.status == 404
    path = sim.calls[-1].path
    assert path.startswith(f"/channel/318/v3/status?from={stamp(-600)[:10]}")
    assert path.endswith("&n=100")


# --- polls that are broken off --------------------------------------------------------------------


def break_off(feed, pages):
    """Take some pages and leave."""
    taken = [next(iter(feed)) for _number in range(pages)]
    return list_ids(taken), feed.bookmark


def test_a_poll_that_was_broken_off_goes_on(sim, client):
    fill(sim, 7)
    sim.platform.page_size = 2
    sim.clock.advance(60)
    first, bookmark = break_off(client.fetch_changes(), 2)
    sim.clock.advance(3600)
    late = sim.report(sim.platform.orders["S000"], "IN_PROGRESS")
    feed = client.fetch_changes("", bookmark)
    assert feed.cursor == ""
    rest = list_ids(feed)
    assert {*first, *rest} >= {*sim.expected()}
    assert feed.bookmark == ""
    assert feed.cursor < stamp(late.recorded - NOON - 3000), "not beyond the moment the poll began"
    assert rules(sim) == []


def test_a_poll_that_is_broken_off_at_each_page_ends(sim, client):
    fill(sim, 5)
    sim.platform.page_size = 2
    sim.clock.advance(60)
    bookmark = ""
    while True:
        feed = client.fetch_changes("", bookmark)
        pages = iter(feed)
        next(pages)
        if not feed.bookmark and next(pages, None) is None:  # nothing to go on with: take the rest
            break
        bookmark = feed.bookmark
    assert feed.cursor
    assert kinds(sim).count("status") == 6, "twice three pages"


def test_a_bookmark_of_another_poll_is_not_followed(sim, client):
    fill(sim, 5)
    sim.platform.page_size = 2
    _first, bookmark = break_off(client.fetch_changes(), 1)
    strange = bookmark.replace(sim.url, "http://other.example")
    since = stamp(-10)
    before = len(sim.calls)
    for text, cursor in ((strange, ""), ("no bookmark", ""), (bookmark, since)):
        next(iter(client.fetch_changes(cursor, text)))
    assert [call.path for call in sim.calls[before:] if "page=2" in call.path] == []
    assert rules(sim) == []


def test_a_look_back_goes_on_though_the_cursor_has_moved(sim, client):
    fill(sim, 5)
    sim.platform.page_size = 2
    cursor = stamp(sim.clock.now() - NOON)
    _first, bookmark = break_off(client.look_back(cursor, 14), 1)
    sim.clock.advance(600)
    next(iter(client.look_back(stamp(sim.clock.now() - NOON), 14, bookmark)))
    assert "page=2" in sim.calls[-1].path
    assert "since=2026-05-1" in sim.calls[-1].path, "the same days"
