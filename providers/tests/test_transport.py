"""Transport against a real server: what comes back, and what never leaves."""

import gzip
import time
from itertools import chain, repeat

import pytest
from local_server import always, build_answer, serve

from providers.errors import (
    CredentialsRejected,
    Malformed,
    NotAllowed,
    OutcomeUnknown,
    Refused,
    Throttled,
    TooLarge,
    Unavailable,
    Verdict,
)
from providers.http_call import Endpoint, read_origin
from providers.transport import Request, Transport


def build_transport(url, clock=time.monotonic, on_exchange=None, **options):
    endpoint = Endpoint(url, platform="TB.One", user_agent="test", **options)
    return Transport(endpoint, clock, on_exchange)


def send(url, path="/7001/messages/", *, method="GET", idempotent=True, timeout=5, **options):
    request = {"max_bytes": options.pop("max_bytes", 10_000_000)}
    request["body"] = options.pop("body", b"")
    call = Request(method, url + path, idempotent, read_timeout=timeout, **request)
    return read(build_transport(url, **options), call)


def read(transport, call):
    """The answer and its content."""
    response = transport.send(call)
    with response.body as body:
        return response, body.read()


# --- answers -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_success(status):
    body = b"" if status == 204 else b"<MESSAGES_LIST/>"
    with serve(always(build_answer(status, body))) as server:
        response, content = send(server.url)
    assert (response.status, content, response.size) == (status, body, len(body))
    assert response.elapsed_ms >= 0


def test_thousands_of_calls_share_one_connection():
    script = iter(
        [build_answer(200), build_answer(404, b"no"), build_answer(500, b"x" * 5000)] * 99
    )
    with serve(lambda asked: iter([next(script)])) as server:
        transport = build_transport(server.url)
        for _ in range(297):
            try:
                read(transport, Request("POST", f"{server.url}/a", idempotent=True))
            except (Refused, Unavailable):
                pass
        assert (len(server.asked), server.connections) == (297, 1)


def test_a_connection_that_was_closed_in_between_is_opened_again():
    with serve(always(build_answer(200)), closes=True) as server:
        transport = build_transport(server.url)
        for _ in range(3):
            read(transport, Request("GET", f"{server.url}/a", idempotent=True))
            time.sleep(0.05)
        assert server.connections == 3


def test_body_and_credentials_arrive_as_they_are():
    with serve(always(build_answer(201, b"ok"))) as server:
        body = "<ORDER>ä</ORDER>".encode()
        send(server.url, method="POST", body=body, auth=("Jürgen", "pä:ß"), idempotent=False)
        asked = server.asked[0]
    assert (asked.method, asked.body) == ("POST", body)
    assert asked.headers["Authorization"] == "Basic SsO8cmdlbjpww6Q6w58="
    assert asked.headers["User-Agent"] == "test"
    assert "Cookie" not in asked.headers


def test_packed_and_chunked_answers_are_unpacked():
    packed = gzip.compress(b"<a/>" * 100_000)
    answer = build_answer(200, packed, Content_Encoding="gzip")
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n<a\r\n2\r\n/>\r\n0\r\n\r\n"
    with serve(always(answer)) as server:
        assert send(server.url)[1] == b"<a/>" * 100_000
    with serve(always(chunks)) as server:
        assert send(server.url)[1] == b"<a/>"


# --- no answer -----------------------------------------------------------------------------


@pytest.mark.parametrize("idempotent", [True, False])
def test_nobody_listens(idempotent):
    with serve(always()) as server:
        url = server.url
    with pytest.raises(Unavailable, match=r"at host 127.0.0.1 \(connection refused\)"):
        send(url, idempotent=idempotent)


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_name_that_does_not_resolve(idempotent):
    with pytest.raises(Unavailable, match=r"\(name not found\). Check the host in the account"):
        send("https://rest.tbone.invalid", idempotent=idempotent)


def test_time_out_while_connecting(full_backlog):
    started = time.monotonic()
    with pytest.raises(Unavailable, match="no answer in time"):
        send(full_backlog, idempotent=False, connect_timeout=0.3)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(("idempotent", "error"), [(True, Unavailable), (False, OutcomeUnknown)])
@pytest.mark.parametrize(
    "answer",
    [
        [],  # cut before the first byte
        [b"HTTP/1.1 200 OK\r\nContent-Le"],
        [build_answer(200, b"<MESS", Content_Length=500)],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<MESS"],
        [build_answer(200, gzip.compress(b"x" * 9999)[:20], Content_Encoding="gzip")],
        [b"this is no HTTP at all\r\n\r\n"],
    ],
)
def test_an_answer_that_breaks_off(answer, idempotent, error):
    with serve(always(*answer), closes=True) as server, pytest.raises(error) as caught:
        send(server.url, idempotent=idempotent)
    assert type(caught.value) is error
    assert caught.value.status is None


@pytest.mark.parametrize(("idempotent", "error"), [(True, Unavailable), (False, OutcomeUnknown)])
def test_time_out_while_reading(idempotent, error):
    def script(asked):
        time.sleep(1)
        yield build_answer(200)

    with serve(script) as server, pytest.raises(error, match="no answer in time") as caught:
        send(server.url, idempotent=idempotent, timeout=0.2)
    assert caught.value.verdict is (Verdict.LATER if idempotent else Verdict.NEVER_BY_ITSELF)


def test_the_beginning_of_an_answer_is_kept_on_request():
    packed = gzip.compress(bytes(range(256)) * 400)
    for answer in (
        build_answer(200, b"<MESS", Content_Length=500),
        build_answer(200, packed[:-40], Content_Encoding="gzip", Content_Length=len(packed)),
    ):
        with serve(always(answer), closes=True) as server:
            request = Request("GET", f"{server.url}/a", idempotent=True, accepts_cut=True)
            response, content = read(build_transport(server.url), request)
        assert isinstance(response.cut, Unavailable)
        assert content[:5] in (b"<MESS", bytes(range(5)))
        assert response.size == len(content)


def test_what_came_before_a_stop_is_kept_on_request():
    def script(asked):
        yield build_answer(200, b"x" * 50_000, Content_Length=90_000)
        time.sleep(1)

    with serve(script, closes=True) as server:
        request = Request("GET", f"{server.url}/a", True, read_timeout=0.2, accepts_cut=True)
        response, content = read(build_transport(server.url), request)
    assert "no answer in time" in str(response.cut)
    assert len(content) > 40_000


@pytest.mark.parametrize("where", ["status line", "headers", "body", "chunks"])
def test_a_dripping_server_cannot_hold_us(where):
    beginning = {
        "status line": b"",
        "headers": b"HTTP/1.1 200 OK\r\nX-Drip: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n",
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8000\r\n",
    }[where]

    def script(asked):
        for piece in chain([beginning], repeat(b"H")):
            yield piece
            time.sleep(0.05)

    started = time.monotonic()
    with serve(script) as server, pytest.raises(Unavailable, match="no answer in time"):
        send(server.url, deadline=0.5, timeout=5)
    assert time.monotonic() - started < 2


def test_a_length_that_is_too_small_spoils_only_its_own_answer():
    answers = iter([build_answer(200, b"<MESSAGES_LIST/>", Content_Length=5), build_answer(200)])
    with serve(lambda asked: iter([next(answers)])) as server:
        transport = build_transport(server.url)
        request = Request("GET", f"{server.url}/a", idempotent=True)
        assert read(transport, request)[1] == b"<MESS"
        time.sleep(0.05)
        assert read(transport, request)[1] == b""


# --- too much, or not understood -----------------------------------------------------------


def test_size_is_capped_while_reading():
    endless = chain([b"HTTP/1.1 200 OK\r\n\r\n"], repeat(b"x" * 65536))
    with serve(lambda asked: endless) as server, pytest.raises(TooLarge, match="1,000,000 bytes"):
        send(server.url, max_bytes=1_000_000)


def test_a_gzip_bomb_never_unfolds(memory_peak):
    bomb = gzip.compress(b"\0" * 60_000_000)
    answer = build_answer(200, bomb, Content_Encoding="gzip")
    with serve(always(answer)) as server, memory_peak() as peak, pytest.raises(TooLarge):
        send(server.url, max_bytes=20_000_000)
    assert peak() < 12_000_000


@pytest.mark.parametrize(("encoding", "body"), [("br", b"abc"), ("gzip", b"not packed")])
def test_packing_we_cannot_read(encoding, body):
    answer = build_answer(200, body, Content_Encoding=encoding)
    with serve(always(answer)) as server, pytest.raises(Malformed, match="packed"):
        send(server.url)


# --- statuses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "idempotent", "error", "verdict"),
    [
        (302, True, Refused, Verdict.PERSON),
        (307, True, Refused, Verdict.PERSON),
        (400, True, Refused, Verdict.PERSON),
        (401, True, CredentialsRejected, Verdict.STOP_ACCOUNT),
        (403, True, CredentialsRejected, Verdict.STOP_ACCOUNT),
        (404, True, Refused, Verdict.PERSON),
        (409, False, Refused, Verdict.PERSON),
        (412, True, Refused, Verdict.PERSON),
        (429, False, Throttled, Verdict.LATER),
        (500, True, Unavailable, Verdict.LATER),
        (500, False, Unavailable, Verdict.LATER),
        (502, True, Unavailable, Verdict.LATER),
        (502, False, OutcomeUnknown, Verdict.NEVER_BY_ITSELF),
        (503, False, Unavailable, Verdict.LATER),
        (504, False, OutcomeUnknown, Verdict.NEVER_BY_ITSELF),
        (599, True, Unavailable, Verdict.LATER),
    ],
)
def test_a_status_becomes_a_verdict(status, idempotent, error, verdict):
    body = "<tradebyte>\n <state>Größe\x00 unknown</state></tradebyte>".encode()
    with serve(always(build_answer(status, body))) as server, pytest.raises(error) as caught:
        send(server.url, idempotent=idempotent)
    assert type(caught.value) is error
    assert (caught.value.status, caught.value.verdict) == (status, verdict)
    assert "<state>Größe\N{REPLACEMENT CHARACTER} unknown</state>" in caught.value.body
    assert str(status) in str(caught.value)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("99999999999999999999", 86_400),
        ("Wed, 21 Oct 2026 07:30:00 GMT", 120),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_wish_of_the_server_is_kept(value, seconds, status):
    date = "Wed, 21 Oct 2026 07:28:00 GMT"
    answer = build_answer(status, Retry_After=value, Date=date)
    with serve(always(answer)) as server, pytest.raises(Throttled) as caught:
        send(server.url)
    assert caught.value.retry_after == seconds


def test_a_broken_error_page_does_not_hide_the_status():
    cut = build_answer(403, b"<ht", Content_Length=99)
    with serve(always(cut), closes=True) as server, pytest.raises(CredentialsRejected):
        send(server.url)


# --- where credentials may go --------------------------------------------------------------


def test_a_redirect_is_told_and_not_followed():
    with serve(always(build_answer(200))) as other:
        target = other.url.replace("http://", "http://me:secret@") + "/x?password=secret&a=1"
        moved = always(build_answer(301, Location=target))
        with serve(moved) as server, pytest.raises(Refused, match="the new host") as caught:
            send(server.url, auth=("me", "something"))
        assert not other.asked
    assert f"{other.url}/x?password=***&a=1" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://rest.example/a",
        "https://user:secret@rest.example/a",
        "https:///a",
        "ftp://rest.example/a",
        "https://rest.example\\@evil.example/",
        "https://rest.example:99999/",
        "https://[::1/",
        "https://rest.exa mple/",
        "file:///etc/passwd",
        "",
    ],
)
def test_only_https_to_a_plain_host(url):
    with pytest.raises(NotAllowed) as caught:
        read_origin(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8069", "[::1]:80"])
def test_this_machine_may_be_called_without_https(host):
    assert read_origin(f"http://{host}/a").is_loopback


def test_another_host_is_never_called():
    transport = build_transport("https://rest.example")
    for url in ("https://evil.example/a", "https://rest.example:444/a", "http://127.0.0.1/a"):
        with pytest.raises(NotAllowed, match=r"rest\.example only"):
            transport.send(Request("GET", url, idempotent=True))


def test_netrc_is_not_read(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("default login other password stolen\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serve(always(build_answer(200))) as server:
        send(server.url)
        send(server.url, auth=("me", "mine"))
        assert "Authorization" not in server.asked[0].headers
        assert server.asked[1].headers["Authorization"] == "Basic bWU6bWluZQ=="


def test_the_proxy_of_the_system_is_used_but_not_for_this_machine(monkeypatch):
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with (
        serve(always(build_answer(407)), closes=True) as proxy,
        serve(always(build_answer(200))) as server,
    ):
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.url)
        send(server.url)
        assert not proxy.asked
        with pytest.raises(Unavailable):  # nothing was sent, though it must not happen twice
            send("https://rest.example", auth=("me", "mine"), idempotent=False)
        assert proxy.asked[0].target == "rest.example:443"
        assert "Authorization" not in proxy.asked[0].headers


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_certificate_nobody_vouches_for(certificate, idempotent, monkeypatch):
    with serve(always(build_answer(200)), tls=certificate.tls) as server:
        with pytest.raises(Unavailable, match="certificate is not valid"):
            send(server.url, idempotent=idempotent)
        assert not server.asked
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.path))
        assert send(server.url)[0].status == 200


# --- the log -------------------------------------------------------------------------------


def test_each_exchange_is_told_once():
    lines = []
    with serve(always(build_answer(200, b"12345"))) as server:
        url = server.url
        send(url, "/a?channel=7&password=x", on_exchange=lines.append)
    with pytest.raises(Unavailable):
        send(url, "/b", on_exchange=lines.append)
    first, second = lines
    assert (first.method, first.url) == ("GET", f"{url}/a?channel=7&password=***")
    assert (first.status, first.size) == (200, 5)
    assert (second.url, second.status, second.size) == (f"{url}/b", None, 0)
