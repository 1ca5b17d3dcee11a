"""Answers of TB.One -> pages: golden samples, and rules that hold for every document."""

import json
from dataclasses import fields
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path
from tempfile import SpooledTemporaryFile
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.canonical import Kind, Message
from providers.errors import Malformed
from providers.tbone.message_node import KINDS, TEXTS
from providers.tbone.message_values import parse_date, parse_moment, parse_number
from providers.tbone.message_xml import parse_page

SAMPLES = Path(__file__).parent / "samples" / "tbone"
GOLDEN = sorted(SAMPLES.glob("*.json"))
BERLIN = ZoneInfo("Europe/Berlin")


def parse(body, limit=100):
    return parse_page(body, limit=limit, zone=BERLIN)


# --- golden samples ------------------------------------------------------------------------


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_golden_sample(golden):
    expected = json.loads(golden.read_text())
    page = parse(golden.with_suffix(".xml").read_bytes())
    assert page.problem.startswith(expected["problem"])
    assert bool(page.problem) == bool(expected["problem"])
    found = [describe(message) for message in page.messages]
    for one, other in zip(found, expected["messages"], strict=True):
        assert one.pop("problem", "").startswith(other.pop("problem", ""))
        assert one == other


def describe(message):
    """What a golden file says: fields with a value, as JSON."""
    values = {field.name: getattr(message, field.name) for field in fields(message)}
    del values["raw"]
    return {
        name: value if isinstance(value, bool) else read_plain(value)
        for name, value in values.items()
        if value not in ("", None)
    }


def read_plain(value):
    return str(value.value if isinstance(value, Enum) else value)


def test_raw_is_the_message_alone():
    page = parse((SAMPLES / "every_type.xml").read_bytes())
    raws = {message.external_id: message.raw for message in page.messages}
    assert raws["730122"] == (
        "<MESSAGE>\n\t\t<MESSAGE_ID>730122</MESSAGE_ID>"
        "\n\t\t<MESSAGE_TYPE>LABEL_PRINTED</MESSAGE_TYPE>"
        "\n\t\t<TB_ORDER_ID>410078</TB_ORDER_ID>"
        '\n\t\t<PRINTER room="4"><NAME>Halle 4</NAME></PRINTER>\n\t</MESSAGE>'
    )


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("not_state.xml", 'a state instead of messages: "Channel 4711 is not active'),
        ("not_a_page.html", "We will be back at 10:00."),
        ("not_with_doctype.xml", "declares a document type"),
    ],
)
def test_what_is_no_list_is_malformed(name, quoted):
    body = (SAMPLES / name).read_bytes()
    with pytest.raises(Malformed) as caught:
        parse(body)
    assert quoted in str(caught.value)
    assert caught.value.raw == body


@pytest.mark.parametrize("body", [b"%PDF-1.7\x00\xff", b'{"error": "x"}', b"\x00", b"<a/>", b"ok"])
def test_other_formats_are_malformed(body):
    with pytest.raises(Malformed, match="Nothing was stored"):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [b"", b" \r\n\t", b"\n" * 200_000, b"\xef\xbb\xbf\n", b"\xff\xfe\n\x00", b"<MESSAGES_LIST/>"],
)
def test_nothing_new(body):
    page = parse(body)
    assert (page.messages, page.problem, page.is_full) == ((), "", False)
    assert page.size == len(body)


def test_a_file_is_as_good_as_bytes():
    body = b"\n" * 70_000 + (SAMPLES / "every_type.xml").read_bytes()
    with SpooledTemporaryFile(max_size=1000) as file:
        file.write(body)
        assert parse(file) == parse(body)
        assert len(parse(file).messages) == 7


def test_a_name_space_changes_nothing():
    body = b'<m:MESSAGES_LIST xmlns:m="urn:x"><m:MESSAGE><m:MESSAGE_ID>1</m:MESSAGE_ID>'
    body += b"<m:MESSAGE_TYPE>SHIP</m:MESSAGE_TYPE></m:MESSAGE></m:MESSAGES_LIST>"
    assert [(m.external_id, m.kind) for m in parse(body).messages] == [("1", Kind.SHIP)]


def test_every_documented_type_has_a_kind():
    assert len(KINDS) == 13
    assert Kind.UNKNOWN not in KINDS.values()


def test_full_is_judged_before_doubles_are_removed():
    assert parse(build_list("<MESSAGE_ID>1</MESSAGE_ID>" for _ in range(3)), limit=3).is_full
    assert not parse(build_list(["<MESSAGE_ID>1</MESSAGE_ID>"]), limit=2).is_full


def test_the_same_message_twice_counts_once():
    one, other = "<MESSAGE_ID>1</MESSAGE_ID><SKU>A</SKU>", "<MESSAGE_ID>1</MESSAGE_ID><SKU>B</SKU>"
    assert parse(build_list([one, one])).problem == ""
    page = parse(build_list([one, other]))
    assert [message.sku for message in page.messages] == ["A"]
    assert page.problem == "Came twice with different content, the first one was kept: 1."


@pytest.mark.parametrize("text", ["9" * 201, ".", "..", "sha256:00"])
def test_an_id_that_cannot_be_used(text):
    (message,) = parse(build_list([f"<MESSAGE_ID>{text}</MESSAGE_ID>"])).messages
    assert message.external_id.startswith("sha256:")
    assert len(message.external_id) == 71
    assert not message.acknowledgeable
    assert "cannot be marked as processed" in message.problem


def test_a_message_without_id_is_the_same_in_a_broken_page():
    prolog = '<?xml version="1.0" encoding="ISO-8859-1"?>'
    body = (prolog + build_list(["<SKU>Ä</SKU>"]).decode()).encode("iso-8859-1")
    whole, broken = parse(body), parse(body[:-5])
    assert whole.messages == broken.messages
    assert broken.problem


def test_what_follows_the_list_does_not_spoil_it():
    page = parse(build_list(["<MESSAGE_ID>1</MESSAGE_ID>"]) + b"\n<b>Notice</b>: in line 7")
    assert [message.external_id for message in page.messages] == ["1"]
    assert "not well-formed" in page.problem


def test_an_unknown_encoding_is_read_as_utf_8():
    body = '<?xml version="1.0" encoding="x-klingon"?>' + build_list(["<SKU>Ä</SKU>"]).decode()
    assert parse(body.encode()).messages[0].sku == "Ä"


def test_raw_fits_a_database():
    body = build_list(["<MESSAGE_ID>1</MESSAGE_ID><SKU>\x00\x07</SKU>"])
    assert "\x00" not in parse(body).messages[0].raw


# --- values --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"),
        ("2.0", "2.0"),
        ("2,0", "2.0"),
        ("+2", "2"),
        ("-3", "-3"),
        ("2.5", "2.5"),
        ("0,500", "0.500"),
        ("4,50", "4.50"),
        ("12.900", "12.900"),
        ("007", "7"),
    ],
)
def test_numbers(text, value):
    assert parse_number("QUANTITY", text) == (Decimal(value), "")


@pytest.mark.parametrize(
    "text",
    "abc NaN Infinity 1e999 1e3 0x1 1,234 1.234,5 ٣ ² --1 1. .5 1_000".split()
    + ["1 2", "9" * 5000],
)
def test_no_numbers(text):
    value, problem = parse_number("DEDUCTION", text)
    assert value is None
    assert problem.startswith("DEDUCTION is not a number: ")
    assert len(problem) < 120


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-02-20T09:30:00", datetime(2026, 2, 20, 8, 30)),
        ("2026-07-20T09:30:00", datetime(2026, 7, 20, 7, 30)),
        ("2026-07-20T09:30:00Z", datetime(2026, 7, 20, 9, 30)),
        ("2026-07-20 09:30:00.1234567 -0530", datetime(2026, 7, 20, 15, 0, 0, 123456)),
        ("2026-07-20", datetime(2026, 7, 19, 22)),
        ("2026-03-29T02:30:00", datetime(2026, 3, 29, 1, 30)),  # does not exist: moves on
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30)),  # exists twice: the first
        ("1771500000", datetime(2026, 2, 19, 11, 20)),
    ],
)
def test_moments(text, utc):
    assert parse_moment("X", text, BERLIN) == (utc.replace(tzinfo=timezone.utc), "")


@pytest.mark.parametrize(
    "text", ["now", "2026-13-01", "2026-01-01T25:00:00", "0001-01-01T00:00:00+14:00", "20.02.2026"]
)
def test_no_moments(text):
    assert parse_moment("X", text, BERLIN) == (None, f"X is not a date: '{text}'.")


def test_a_day_is_the_day_that_is_written():
    assert parse_date("X", "2026-02-21")[0] == date(2026, 2, 21)
    assert parse_date("X", "2026-02-21T23:59:00-11:00")[0] == date(2026, 2, 21)
    assert parse_date("X", "0000-00-00") == (None, "")


@given(st.text(max_size=40))
def test_values_never_raise(text):
    for value, problem in (
        parse_number("X", text),
        parse_moment("X", text, BERLIN),
        parse_date("X", text),
    ):
        assert value is None or problem == ""


# --- rules ---------------------------------------------------------------------------------

printable = st.characters(exclude_categories=("Cs", "Cc", "Cn"))
inside_words = st.text(printable, max_size=12).map(str.strip)
dangerous = st.sampled_from(
    "</MESSAGE> <MESSAGE> <MESSAGE/> <MESSAGE_ID>7</MESSAGE_ID> </MESSAGES_LIST ]] ]]> "
    "<!-- --> & &amp; <![CDATA[ <?xml?>".split()
)
words = st.lists(inside_words | dangerous, max_size=4).map("".join).map(str.strip)
contents = st.dictionaries(st.sampled_from(["SKU", "IDCODE", "COMMENT"]), words)
lists = st.lists(
    st.tuples(st.integers(1, 10**9), contents), unique_by=lambda item: item[0], max_size=4
)
styles = st.tuples(st.sampled_from(["escaped", "cdata"]), st.sampled_from(["", "\n", "<!-- > -->"]))
encodings = st.sampled_from(["utf-8", "utf-16", "utf-8-sig"])


def build_list(items):
    joined = "".join(f"<MESSAGE>{item}</MESSAGE>" for item in items)
    return f"<MESSAGES_LIST>{joined}</MESSAGES_LIST>".encode()


def build_document(items, style, encoding="utf-8"):
    kind, between = style
    nodes = []
    for number, texts in items:
        inner = "".join(f"<{tag}>{write(text, kind)}</{tag}>" for tag, text in texts.items())
        head = f"<MESSAGE_ID> {number}\n</MESSAGE_ID>{between}<MESSAGE_TYPE>SHIP</MESSAGE_TYPE>"
        nodes.append(f"<MESSAGE>{head}{inner}</MESSAGE>{between}")
    declared = "UTF-16" if encoding == "utf-16" else "UTF-8"
    prolog = f'<?xml version="1.0" encoding="{declared}"?>{between}'
    return f"{prolog}<MESSAGES_LIST>{''.join(nodes)}</MESSAGES_LIST>".encode(encoding)


def write(text, kind):
    if kind == "cdata":
        return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return escape(text)


@given(lists, styles, encodings)
def test_every_list_comes_back(items, style, encoding):
    page = parse(build_document(items, style, encoding))
    assert page.problem == ""
    assert [int(message.external_id) for message in page.messages] == sorted(dict(items))
    for message in page.messages:
        texts = dict(items)[int(message.external_id)]
        assert message.problem == ""
        for node, field in TEXTS.items():
            assert getattr(message, field) == texts.get(node, "").strip()


@given(lists, styles, st.randoms())
def test_order_does_not_matter(items, style, random):
    shuffled = random.sample(items, len(items))
    assert parse(build_document(items, style)) == parse(build_document(shuffled, style))


@settings(max_examples=200)
@given(lists.filter(bool), styles, encodings, st.floats(0, 1))
def test_a_cut_document_yields_only_its_own_messages(items, style, encoding, where):
    document = build_document(items, style, encoding)
    complete = parse(document).messages
    cut = document[: int(len(document) * where)]
    try:
        page = parse(cut)
    except Malformed:
        return
    assert set(page.messages) <= set(complete)
    assert page.problem or len(page.messages) in (0, len(complete))


def test_every_place_to_cut():
    items = [(3, {"COMMENT": "</MESSAGE> ä <MESSAGE>"}), (4, {}), (5, {"SKU": "&<!--"})]
    for kind in ("escaped", "cdata"):
        document = build_document(items, (kind, "<!-- </MESSAGE> -->"))
        complete = parse(document).messages
        for length in range(document.index(b"<MESSAGES_LIST>") + 16, len(document)):
            page = parse(document[:length])
            assert page.messages == complete[: len(page.messages)]
            assert page.problem


@given(st.binary() | st.binary().map(lambda tail: b"<MESSAGES_LIST><MESSAGE>" + tail))
def test_random_bytes_are_malformed_at_worst(body):
    check_page(body)


@settings(max_examples=200)
@given(lists, styles, st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=4)), max_size=5))
def test_damage_never_loses_the_page(items, style, damages):
    body = bytearray(build_document(items, style))
    for place, junk in damages:
        start = place % len(body)
        body[start : start + len(junk)] = junk
    check_page(bytes(body))


def check_page(body):
    try:
        page = parse(body)
    except Malformed as error:
        assert "TB.One" in str(error)
        return
    assert len({message.external_id for message in page.messages}) == len(page.messages)
    for message in page.messages:
        assert isinstance(message, Message)
        assert message.external_id
        assert "\x00" not in message.raw
        message.raw.encode()  # no lone surrogates
        assert message.acknowledgeable != message.external_id.startswith("sha256:")
