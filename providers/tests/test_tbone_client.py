"""Calls of TB.One against a real server, and what a wrong account is told."""

import time
from urllib.parse import unquote

import pytest
from local_server import always, build_answer, serve

from providers import (
    CredentialsRejected,
    Malformed,
    Misconfigured,
    NotAllowed,
    Refused,
    TBOneConfig,
    TooLarge,
    Unavailable,
    build_client,
    read_file,
)
from providers.tbone.client import TBOneClient

SETTINGS = {"account_number": "7001", "user": "shop", "password": "pw", "channel_id": "42"}
LIST = (
    b"<MESSAGES_LIST><MESSAGE><MESSAGE_ID>9</MESSAGE_ID><MESSAGE_TYPE>SHIP</MESSAGE_TYPE>"
    b"<DATE_CREATED>2026-07-01T12:00:00</DATE_CREATED></MESSAGE></MESSAGES_LIST>"
)


def build(server, **changes):
    return build_client("tbone", SETTINGS | {"host": server.url} | changes, clock=time.monotonic)


def test_messages_are_fetched():
    with serve(always(build_answer(200, LIST))) as server:
        page = build(server, time_zone="Europe/Berlin").fetch_messages(limit=1)
        asked = server.asked[0]
    assert (asked.method, asked.target) == ("GET", "/7001/messages/?channel=42&limit=1")
    assert asked.headers["Accept"] == "application/xml"
    assert asked.headers["Authorization"] == "Basic c2hvcDpwdw=="
    assert (page.is_full, page.size) == (True, len(LIST))
    assert page.messages[0].occurred_at.hour == 10


@pytest.mark.parametrize("status", [200, 204])
def test_an_empty_body_is_nothing_new(status):
    with serve(always(build_answer(status))) as server:
        assert build(server).fetch_messages(limit=5).messages == ()


def test_a_message_is_marked_as_processed():
    with serve(always(build_answer(201))) as server:
        assert build(server).acknowledge("730101") is None
        asked = server.asked[0]
    assert asked.method == "POST"
    assert asked.target == "/7001/messages/730101/processed?channel=42"
    assert asked.body == b""


@pytest.mark.parametrize("text", ["a/../../x", "1?a=b", "1#x", "%2E%2E", "Größe 7", "a\\b", "..x"])
def test_an_id_stays_inside_its_place_in_the_path(text):
    with serve(always(build_answer(200))) as server:
        build(server).acknowledge(text)
        path = server.asked[0].target.removesuffix("?channel=42").split("/")
    assert (path[:3], path[4:]) == (["", "7001", "messages"], ["processed"])
    assert unquote(path[3]) == text


@pytest.mark.parametrize("text", ["", ".", "..", "sha256:ab", "9" * 500])
def test_what_has_no_id_is_never_marked(text):
    with serve(always(build_answer(200))) as server:
        with pytest.raises(NotAllowed, match="cannot be marked as processed"):
            build(server).acknowledge(text)
        assert not server.asked


def test_an_unknown_message_is_refused_with_its_status():
    answer = always(build_answer(404, b"no such message"))
    with serve(answer) as server, pytest.raises(Refused, match="no such message") as caught:
        build(server).acknowledge("1")
    assert caught.value.status == 404


def test_test_connection():
    with serve(always(build_answer(200, LIST))) as server:
        text = build(server).check()
        assert [asked.method for asked in server.asked] == ["GET"]
    assert text.endswith("accepts account 7001 and channel 42. Messages are waiting.")
    with serve(always(build_answer(401))) as server, pytest.raises(CredentialsRejected):
        build(server).check()


def test_a_page_of_html_is_malformed_and_hides_the_password():
    page = b"<html>you sent pw-123 and s3cr3t&amp;more</html>"
    with serve(always(build_answer(200, page))) as server, pytest.raises(Malformed) as caught:
        build(server, password="s3cr3t&more").fetch_messages(limit=1)
    error = caught.value
    assert error.status == 200
    assert "pw-123 and ***" in str(error)
    assert b"s3cr3t" not in error.raw
    assert "s3cr3t" not in error.body


def test_of_an_answer_that_breaks_off_the_complete_messages_count():
    body = LIST.replace(b"</MESSAGES_LIST>", b"<MESSAGE><MESSAGE_ID>10</MESSA")
    cut = always(build_answer(200, body, Content_Length=len(body) + 50))
    with serve(cut, closes=True) as server:
        page = build(server).fetch_messages(limit=2)
    assert [message.external_id for message in page.messages] == ["9"]
    assert page.problem.startswith("TB.One at host 127.0.0.1 did not answer completely")
    assert "the rest comes again" in page.problem


@pytest.mark.parametrize("body", [b"", b"<?xml", b"<MESSAGES_LIST><MESSAGE>"])
def test_without_a_complete_message_it_is_no_answer(body):
    cut = always(build_answer(200, body, Content_Length=500))
    with serve(cut, closes=True) as server, pytest.raises(Unavailable):
        build(server).fetch_messages(limit=2)


def test_a_page_that_is_too_large():
    with serve(always(build_answer(200, LIST))) as server, pytest.raises(TooLarge):
        build(server, max_bytes=10).fetch_messages(limit=1)


def test_everything_wrong_is_told_at_once():
    with pytest.raises(Misconfigured) as caught:
        build_client("tbone", {"time_zone": "Mars/Base"}, clock=time.monotonic)
    assert [problem.split()[-1] for problem in caught.value.problems] == [
        "rest.core.tradebyte.com.",
        "only.",
        "only.",
        "missing.",
        "missing.",
        "here.",
    ]
    assert all(problem in str(caught.value) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "http://rest.core.tradebyte.com"),
        ("host", "rest.core.tradebyte.com/7001"),
        ("host", "user:pw@rest.core.tradebyte.com"),
        ("host", "rest core"),
        ("host", False),
        ("account_number", "70 01"),
        ("account_number", "٣٣"),
        ("channel_id", "abcd"),
        ("user", "a:b"),
        ("password", False),
        ("time_zone", ""),
        ("time_zone", "../../etc/passwd"),
        ("read_timeout_flag", 0),
        ("read_timeout_order", 0),
        ("read_timeout_stock", -1),
    ],
)
def test_each_setting_is_checked(field, value):
    good = SETTINGS | {"host": "rest.core.tradebyte.com"}
    assert TBOneConfig(**good).list_problems() == []
    assert len(TBOneConfig(**good | {field: value}).list_problems()) == 1


@pytest.mark.parametrize("host", ["rest.example", "https://rest.example/", " rest.example:8443 "])
def test_forms_of_a_host(host):
    assert TBOneConfig(host=host).base_url.startswith("https://rest.example")


def test_an_unknown_provider_is_an_error():
    with pytest.raises(Misconfigured, match=r"no provider 'acme'. Known: tbone"):
        build_client("acme", {}, clock=time.monotonic)


def test_a_file_takes_the_way_of_a_page():
    page = read_file("tbone", LIST, {"time_zone": "Europe/Berlin"})
    assert (page.messages[0].occurred_at.hour, page.is_full) == (10, False)
    with pytest.raises(Malformed):
        read_file("tbone", b"a;b;c", {})
    with pytest.raises(Misconfigured):
        read_file("acme", LIST, {})
    with pytest.raises(Misconfigured):
        read_file("tbone", LIST, {"time_zone": "Mars/Base"})


def test_any_transport_will_do():
    """The seam: an object with send()."""

    class Broken:
        def send(self, request):
            raise Refused("no", status=409)

    client = TBOneClient(TBOneConfig(host="rest.example", **SETTINGS), Broken())
    with pytest.raises(Refused):
        client.fetch_messages(limit=1)
