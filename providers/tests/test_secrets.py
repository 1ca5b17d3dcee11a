"""No credential ever leaves in a sentence, a log line or a representation."""

import base64
import logging
import time
from dataclasses import asdict
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_server import build_answer, serve

from providers import ProviderError, TBOneConfig, build_client
from providers.masking import Mask, excerpt, mask_url

# In no word of ours: hypothesis also tries words it finds in our code.
passwords = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=6, max_size=30
).map("¤{}¤".format)


@pytest.fixture(scope="module")
def echo():
    """A server that repeats what it was sent, in the status it is asked for."""

    def script(asked):
        status = statuses[len(server.asked) % len(statuses)]
        login = asked.headers["Authorization"].removeprefix("Basic ")
        password = base64.b64decode(login).decode().partition(":")[2]
        words = f"{login} {password} {quote(password)} {escape(password)}"
        location = f"https://a:{quote(password)}@other.example/?password={quote(password)}"
        yield build_answer(status, words.encode(), Location=location)

    statuses = [200, 301, 400, 401, 403, 404, 429, 500, 503]
    with serve(script) as server:
        yield server


@given(passwords)
def test_an_echo_gives_nothing_away(echo, password):
    lines = []
    settings = {"host": echo.url, "account_number": "1", "user": "u", "channel_id": "2"}
    client = build_client(
        "tbone",
        settings | {"password": password},
        clock=time.monotonic,
        on_exchange=lines.append,
    )
    for _ in range(9):
        with pytest.raises(ProviderError) as caught:
            client.fetch_messages(limit=1)
        error = caught.value
        said = [str(error), repr(error), error.body, repr(lines), repr(vars(error))]
        for secret in (password, quote(password, safe=""), escape(password)):
            assert not any(secret in text for text in said)


def test_debug_logs_of_the_libraries_give_nothing_away(echo, caplog):
    caplog.set_level(logging.DEBUG)
    settings = {"host": echo.url, "account_number": "1", "user": "u", "channel_id": "2"}
    client = build_client("tbone", settings | {"password": "Tr0ub4dor&3"}, clock=time.monotonic)
    with pytest.raises(ProviderError):
        client.fetch_messages(limit=1)
    assert "Tr0ub4dor" not in caplog.text
    assert "Authorization" not in caplog.text


@given(passwords)
def test_no_representation_shows_it(password):
    config = TBOneConfig(
        host="rest.example", account_number="1", user="u", password=password, channel_id="2"
    )
    client = build_client("tbone", asdict(config), clock=time.monotonic)
    for thing in (config, client, client._transport, client._transport._endpoint, Mask(password)):
        assert password not in repr(thing)


@given(passwords, st.sampled_from(["password", "PASSWD", "api_key", "access_token", "secret"]))
def test_an_address_hides_what_sounds_secret(secret, name):
    quoted = quote(secret, safe="")
    url = f"https://u:{quoted}@rest.example/a?x=1&{name}={quoted}"
    assert secret not in mask_url(f"https://u:{secret}@rest.example/a?x=1")
    assert mask_url(url) == f"https://rest.example/a?x=1&{name}=***"


@given(st.text() | st.binary())
def test_an_excerpt_is_one_printable_line(content):
    text = excerpt(content, length=50)
    assert len(text) <= 50
    assert text.isprintable()


@given(st.text())
def test_any_text_can_be_masked_as_an_address(text):
    assert isinstance(mask_url(text), str)
