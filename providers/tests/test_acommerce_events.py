"""Status documents and files of aCommerce -> events: golden samples, and rules for all of them."""

import json
from dataclasses import fields, replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.acommerce.config import AcommerceConfig
from providers.acommerce.csv_table import read_table
from providers.acommerce.event_csv import CsvForm, parse_csv
from providers.acommerce.event_file import parse_file
from providers.acommerce.event_json import parse_histories, parse_push
from providers.acommerce.event_kinds import (
    KINDS,
    LEVELS,
    find_problem,
    list_kind_problems,
    read_kinds,
)
from providers.acommerce.event_values import read_moment, read_text
from providers.acommerce.profile import Profile, Reading, build_profile, read_lines
from providers.acommerce.push import AcommercePush
from providers.canonical import Kind
from providers.errors import Malformed
from providers.signature import sign

SAMPLES = Path(__file__).parent / "samples" / "acommerce"
GOLDEN = sorted(SAMPLES.glob("*.golden"))
AS_OF = datetime(2026, 3, 1, tzinfo=timezone.utc)
READING = Reading(zone=timezone(timedelta(hours=7)))


def parse(name):
    body = (SAMPLES / name).read_bytes()
    if name.endswith(".csv"):
        return parse_csv(body, READING)
    if name.startswith("push"):
        return parse_push(body, READING)
    return parse_histories(body, READING, AS_OF)


def describe(page):
    """What a golden file says: fields with a value, as JSON."""
    return {
        "problem": page.problem.splitlines(),
        "complete": {history.order_key: list(history.shipment_refs) for history in page.histories},
        "events": [describe_event(event) for event in page.messages],
    }


def describe_event(event):
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    for name in ("raw", "acknowledgeable", "revision", "former_ids"):
        del values[name]
    if values["external_id"].startswith("sha256:"):
        values["external_id"] = "of our own"
    return {
        name: read_plain(value) for name, value in values.items() if value not in ("", None, ())
    }


def read_plain(value):
    if isinstance(value, tuple):
        return [[sku, str(pieces)] for sku, pieces in value]
    return str(value.value if isinstance(value, Enum) else value)


# --- golden samples ------------------------------------------------------------------------


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_golden_sample(golden):
    assert describe(parse(golden.stem)) == json.loads(golden.read_text())


def test_every_sample_has_its_golden_file():
    names = {path.name for path in SAMPLES.iterdir() if path.suffix != ".golden"}
    assert {golden.stem for golden in GOLDEN} == names


# --- status documents ----------------------------------------------------------------------


def entry(**changes):
    values = {
        "eventId": "e1",
        "shippingStatus": "IN_TRANSIT",
        "updatedTime": "2026-02-04T08:10:00Z",
    }
    return values | {"shippingUpdatedTime": "2026-02-04T08:00:00Z"} | changes


def record(*entries, tracking="T1", **changes):
    boxes = [{"trackingId": tracking, "statusHistory": list(entries)}]
    shipments = [{"shipmentId": "F-1", "shipPackage": boxes}]
    return {"orderId": "S1", "orderStatus": [], "shipments": shipments} | changes


def read_one(*entries, reading=READING, **changes):
    body = json.dumps([record(*entries, **changes)]).encode()
    (event,) = parse_histories(body, reading, AS_OF).messages
    return event


SAME = [
    {"updatedTime": "2026-02-04T08:10:00.5Z"},
    {"updatedTime": "2026-02-04T15:10:00+07:00"},
    {"shippingStatus": "in transit"},
    {"shippingDetail": None},
    {"shippingDetail": " "},
    {"eventId": "another"},
    {"unheardOf": {"x": [1]}},
]
OTHER = [
    {"shippingStatus": "COMPLETED"},
    {"updatedTime": "2026-02-04T08:10:01Z"},
    {"shippingUpdatedTime": "2026-02-04T08:00:01Z"},
    {"shippingDetail": "by hand"},
    {"shippingLocation": "Phuket"},
]


@pytest.mark.parametrize("changes", SAME, ids=str)
def test_the_same_said_in_another_way_is_no_revision(changes):
    assert read_one(entry(**changes)).revision == read_one(entry()).revision


@pytest.mark.parametrize("changes", OTHER, ids=str)
def test_other_content_is_a_revision(changes):
    changed = read_one(entry(**changes))
    assert changed.revision != read_one(entry()).revision
    assert changed.external_id == "e1"


def test_the_parcel_and_the_order_are_part_of_what_is_said():
    revisions = {
        read_one(entry()).revision,
        read_one(entry(), tracking="T2").revision,
        read_one(entry(), orderId="S2").revision,
    }
    assert len(revisions) == 3


def test_an_entry_without_an_id_has_the_key_it_keeps():
    nameless = read_one({k: v for k, v in entry().items() if k != "eventId"})
    named = read_one(entry())
    assert nameless.external_id in named.former_ids
    assert nameless.revision == named.revision
    assert nameless.external_id.startswith("sha256:")


@pytest.mark.parametrize("version", ["3", "2"])
def test_version_2_and_3_make_the_same_key(version):
    boxes = [{"trackingId": "T1", "statusHistory": [entry()]}]
    flat = {"orderId": "S1", "orderStatus": [], "orderDetailedStatus": [], "shipPackage": boxes}
    (event,) = parse_push(json.dumps(flat).encode(), READING).messages
    assert event.former_ids[0] in read_one(entry()).former_ids
    assert event.revision == read_one(entry()).revision


@pytest.mark.parametrize(
    "changes",
    [
        {"error": {"code": 500, "message": "half"}},
        {"orderStatus": None},
        {"orderStatus": ["?"]},
        {"orderStatus": [{"what": 1}]},
        {"shipments": [{"shipmentId": "F-1", "items": [{"itemId": "A", "qty": "many"}]}]},
        {"shipments": [{"shipmentId": "F-1", "shipPackage": [[[entry()]], 7]}]},
        {"orderId": None},
    ],
    ids=str,
)
def test_what_is_not_whole_proves_nothing(changes):
    whole = json.dumps([record(entry())]).encode()
    assert len(parse_histories(whole, READING, AS_OF).histories) == 1
    body = json.dumps([record(entry(), **changes)]).encode()
    assert parse_histories(body, READING, AS_OF).histories == ()


def test_without_the_time_of_the_platform_nothing_is_proven():
    body = json.dumps([record(entry())]).encode()
    assert parse_histories(body, READING, None).histories == ()
    assert len(parse_histories(body, READING, None).messages) == 1


def test_an_order_that_is_told_twice_proves_nothing_unless_it_is_the_same():
    one, other = record(entry()), record(entry(eventId="e2"))
    page = parse_histories(json.dumps([one, one]).encode(), READING, AS_OF)
    assert (len(page.histories), len(page.messages)) == (1, 1)
    page = parse_histories(json.dumps([one, other]).encode(), READING, AS_OF)
    assert (len(page.histories), len(page.messages)) == (0, 2)


@pytest.mark.parametrize("body", [b"", b"<html>", b"7", b"{}", b"[" * 99_999, b"\xff[]", b"[1e"])
def test_what_is_no_list_is_malformed(body):
    with pytest.raises(Malformed, match="not understood"):
        parse_histories(body, READING, AS_OF)


def test_names_of_members_can_be_changed():
    overrides = {"event_names": "uid, eventId", "order_names": "salesOrder"}
    profile, problems = build_profile(overrides)
    body = json.dumps([record(entry(uid="U-1"), salesOrder="X9")]).encode()
    (event,) = parse_histories(body, Reading(profile), AS_OF).messages
    assert (problems, event.external_id, event.order_key) == ([], "U-1", "X9")


def test_the_policy_decides_what_a_rejected_parcel_is():
    rejected = entry(shippingStatus="REJECTED")
    assert read_one(rejected).kind is Kind.INFO
    reading = replace(READING, kinds={"REJECTED": "return"})
    assert read_one(rejected, reading=reading).kind is Kind.RETURN
    reading = replace(READING, kinds={"order:REJECTED": "return"})
    assert read_one(rejected, reading=reading).kind is Kind.INFO


@pytest.mark.parametrize("code", ["REJECTED", "FAILED_TO_DELIVER", "ERROR"])
@pytest.mark.parametrize("level", LEVELS)
def test_what_the_account_has_not_decided_is_for_a_person(code, level):
    problem = find_problem(level, code, "at the door", {})
    assert problem.endswith("It says: at the door")
    assert find_problem(level, code, "", {}) in problem
    other = next(name for name in LEVELS if name != level)
    undecided = {f"{other}:{code}": "info", "PACKED": "info", level: "info"}
    assert find_problem(level, code, "at the door", undecided) == problem
    for key in (code, f"{level}:{code}"):
        assert find_problem(level, code, "at the door", {key: "info"}) == ""


@given(st.sampled_from(LEVELS), st.sampled_from([*KINDS, "SOMETHING_NEW"]), st.text(max_size=9))
def test_nobody_is_asked_about_other_codes(level, code, comment):
    is_asked = bool(find_problem(level, code, comment, {}))
    assert is_asked == (code in ("REJECTED", "FAILED_TO_DELIVER", "ERROR"))


def test_an_event_asks_for_a_person_unless_the_policy_says_what_it_is():
    rejected = entry(shippingStatus="REJECTED")
    assert "refused the parcel" in read_one(rejected).problem
    event = read_one(rejected, reading=replace(READING, kinds={"REJECTED": "return"}))
    assert (event.kind, event.problem) == (Kind.RETURN, "")


def test_codes_are_written_as_people_write_them():
    lines, problems = read_lines("Failed to deliver = Return\nOrder:Canceled=info\n # rejected = x")
    assert problems == []
    kinds = read_kinds(lines)
    assert kinds == {"FAILED_TO_DELIVER": "return", "order:CANCELLED": "info"}
    assert AcommerceConfig(kinds=kinds).csv_form.list_problems() == []
    assert list_kind_problems(kinds) == []


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ({"REJECTED": "revenge"}, "'revenge' for REJECTED is no kind of message. Known: "),
        ({"parcel:REJECTED": "info"}, "'parcel' in parcel:REJECTED is no level. Known: order, "),
        ({"order:": "info"}, "The status code is missing in 'order:'."),
    ],
)
def test_a_wrong_code_is_told(lines, sentence):
    (problem,) = list_kind_problems(lines)
    assert problem.startswith(sentence)
    assert problem in AcommerceConfig(kinds=lines).list_problems()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("IN_TRANSIT", Kind.SHIP),
        ("DELIVERED", Kind.DELIVER),
        ("COMPLETED", Kind.DELIVER),
        ("CANCELED", Kind.CANCEL),
        ("CANCELLED", Kind.CANCEL),
        ("TELEPORTED", Kind.UNKNOWN),
    ],
)
def test_codes(code, kind):
    event = read_one(entry(shippingStatus=code))
    assert (event.kind, event.platform_type) == (kind, code)
    assert set(KINDS.values()) <= set(Kind)


jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "orderId eventId orderStatus shipments shipmentId shipPackage trackingId "
                "statusHistory shippingStatus status updatedTime items itemId qty error".split()
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(st.lists(jsons, max_size=4))
def test_no_document_breaks_the_reader(document):
    page = parse_histories(json.dumps(document).encode(), READING, AS_OF)
    for event in page.messages:
        texts = [event.external_id, event.raw, event.platform_type, event.order_key, event.comment]
        assert all("\x00" not in text for text in texts)
        "".join(texts).encode()  # no lone surrogates either
        assert len(event.external_id) <= 200
    assert len({event.external_id for event in page.messages}) == len(page.messages)
    for history in page.histories:
        ids = {e.external_id for e in page.messages if e.order_key == history.order_key}
        assert history.external_ids == ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-04T08:10:00Z", "2026-02-04T08:10:00+00:00"),
        ("2026-02-04T08:10:00.123Z", "2026-02-04T08:10:00.123000+00:00"),
        ("2026-02-04 08:10:00.123456789+07:00", "2026-02-04T01:10:00.123456+00:00"),
        ("2026-02-04T08:10:00", "2026-02-04T01:10:00+00:00"),
        ("2026-02-04", "2026-02-03T17:00:00+00:00"),
        ("2026-02-30T08:10:00Z", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("04/02/2026", None),
    ],
)
def test_moments(text, expected):
    moment, problem = read_moment(text, READING.zone)
    assert (moment and moment.isoformat()) == expected
    assert bool(problem) == (expected is None)


def test_texts():
    assert [read_text(value) for value in (" a\x00b ", 7, True, None, {}, Decimal("1.50"))] == [
        "a\N{REPLACEMENT CHARACTER}b",
        "7",
        "",
        "",
        "",
        "1.50",
    ]


# --- files ---------------------------------------------------------------------------------

HEAD = b"orderId,eventId,orderStatus,updatedTime\n"
ROW = b"S1,e1,NEW,2026-02-04T08:10:00Z\n"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_forms_of_a_file(separator, encoding, end):
    rows = [["order id ", "Event-ID", "ORDER_STATUS", "Updated Time"], ["S1", "e1", "NEW"]]
    text = end.join(separator.join(row) for row in rows)
    (event,) = parse_csv(text.encode(encoding), READING).messages
    assert (event.external_id, event.order_key, event.kind) == ("e1", "S1", Kind.ACKNOWLEDGE)


def test_columns_are_named_by_the_account():
    data = "เลขที่;อะไร;เมื่อ\nS1;NEW;2026-02-04T08:10:00Z\n".encode("cp874")
    columns = {"order_key": "เลขที่", "order": "อะไร", "recorded": "เมื่อ"}
    with pytest.raises(Malformed, match="no column for the order ID"):
        parse_csv(data, READING)
    page = parse_csv(data, READING, CsvForm(columns, encoding="cp874"))
    assert (page.messages[0].order_key, page.problem) == ("S1", "")
    assert len(CsvForm({"colour": "x"}).list_problems()) == 1


def test_every_bad_row_is_reported_with_its_number():
    rows = [
        ROW.replace(b"e1", b"e%d" % n).replace(b"S1", b"" if n % 3 else b"S1") for n in range(99)
    ]
    page = parse_csv(HEAD + b"".join(rows), READING)
    expected = [f"Line {n + 2}: the order ID is missing." for n in range(99) if n % 3]
    assert page.problem.splitlines() == expected
    assert len(page.messages) == 33


def test_a_file_and_a_web_hook_name_the_same_event_alike():
    (row,) = parse_csv(HEAD + ROW.replace(b"e1", b""), READING).messages
    body = {"orderStatus": "NEW", "updatedTime": "2026-02-04T08:10:00.9Z", "eventId": "e1"}
    push = json.dumps({"orderId": "S1", "orderStatus": [body]}).encode()
    (event,) = parse_push(push, READING).messages
    assert row.external_id in event.former_ids


def test_bad_news_is_no_bad_row():
    row = ROW.replace(b"NEW", b"REJECTED")
    page = parse_csv(HEAD + row, READING)
    assert (page.messages[0].problem != "", page.problem) == (True, "")


def test_a_file_is_json_or_csv():
    config = AcommerceConfig(kinds={"IN_TRANSIT": "info"})
    assert len(parse_file(HEAD + ROW, config).messages) == 1
    page = parse_file((SAMPLES / "poll_v3_two_shipments.json").read_bytes(), config)
    assert (len(page.messages), page.histories) == (8, ())
    assert Kind.SHIP not in {event.kind for event in page.messages}
    with pytest.raises(Malformed):
        parse_file(b"%PDF-1.7", config)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_json_file_with_a_byte_order_mark(encoding):
    text = (SAMPLES / "poll_v3_two_shipments.json").read_text(encoding="utf-8")
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    config = AcommerceConfig()
    page = parse_file((mark + text).encode(encoding), config)
    assert len(page.messages) == 8
    assert page.messages == parse_file(text.encode(), config).messages


def test_columns_of_a_file_are_those_of_the_account():
    config = AcommerceConfig(csv_columns={"order_key": "Belegnummer"}, time_zone="Asia/Bangkok")
    content = b"Belegnummer;Status;Status Time\nS1;PACKED;2026-02-03 08:00:00\n"
    (event,) = parse_file(content, config).messages
    assert (event.order_key, event.occurred_at.hour) == ("S1", 1)


# --- web hooks -----------------------------------------------------------------------------


def test_a_push_is_signed_with_one_of_the_secrets():
    push, config, body = AcommercePush(), AcommerceConfig(), b'{"orderId": "S1"}'
    for secret in ("new", "old"):
        headers = {"X-Acomm-Signature": sign(body, secret)}
        assert push.verify(config, body, headers, ("new", "old"))
        assert push.verify(config, body, headers, iter(("new", "old")))
        assert not push.verify(config, body + b" ", headers, ("new", "old"))
        assert not push.verify(config, body, headers, ("other", ""))
        assert not push.verify(config, body, headers, ())
    assert not push.verify(config, body, {}, ("new", "old"))
    assert not push.verify(config, body, {"X-Acomm-Signature": ""}, ("new", ""))


def test_how_a_push_is_signed_is_a_setting_of_the_account():
    overrides = {
        "signature_header": "X-Sign",
        "signature_hash": "sha1",
        "signature_encoding": "base64",
        "signature_prefix": "sha1=",
    }
    config = AcommerceConfig(profile_overrides=overrides)
    header = f"sha1={sign(b'{}', 's', hash='sha1', encoding='base64')}"
    assert AcommercePush().verify(config, b"{}", {"X-Sign": header}, ("s",))
    assert not AcommercePush().verify(AcommerceConfig(), b"{}", {"X-Sign": header}, ("s",))


@given(st.binary(max_size=50), st.text(max_size=30), st.lists(st.text(max_size=9), max_size=3))
def test_nobody_signs_by_chance(body, header, secrets):
    headers = {"X-Acomm-Signature": header}
    assert not AcommercePush().verify(AcommerceConfig(), body, headers, secrets)


def test_a_push_is_read_as_the_account_reads():
    body = json.dumps({"orderId": "S1", "orderStatus": [entry()]}).encode()
    config = AcommerceConfig(kinds={"package:IN_TRANSIT": "info"})
    (event,) = AcommercePush().parse(config, body).messages
    assert (event.order_key, event.kind) == ("S1", Kind.INFO)
    with pytest.raises(Malformed):
        AcommercePush().parse(config, b"nonsense")


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data):
    for row in read_table(data).rows:
        assert all("\x00" not in cell for cell in row.cells)
    try:
        page = parse_csv(HEAD + data, READING)
    except Malformed:
        return
    assert all(event.order_key for event in page.messages)


@given(
    st.lists(st.lists(st.text("ab1 ,;\"'\n\r=", max_size=6), min_size=3, max_size=3), max_size=5)
)
def test_what_is_written_by_the_rules_is_read_back(rows):
    def quote(cell):
        return '"{}"'.format(cell.replace('"', '""'))

    text = "".join(",".join(map(quote, row)) + "\r\n" for row in [["x", "y", "z"], *rows])
    found = [row.cells for row in read_table(text.encode(), separator=",").rows]
    wanted = [tuple(cell.strip() for cell in row) for row in [["x", "y", "z"], *rows]]
    plain = [row for row in wanted if any(row)]
    assert [row for row in found if not any("=" in cell for cell in row)] == [
        row for row in plain if not any("=" in cell for cell in row)
    ]


# --- the profile ---------------------------------------------------------------------------


def test_lines_of_a_profile():
    found, problems = read_lines(
        "# ours\nstatus_path_3 = /{side}/{id}/v3\n\npage_size=50\nnonsense"
    )
    assert found == {"status_path_3": "/{side}/{id}/v3", "page_size": "50"}
    assert problems == ["Line 5 must look like: name = value."]
    profile, problems = build_profile(found | {"colour": "red", "ids_per_call": "ten"})
    assert (profile.page_size, profile.status_path_3) == (50, "/{side}/{id}/v3")
    assert problems == ["There is no setting 'colour'.", "ids_per_call must be a number."]


@pytest.mark.parametrize(
    "changes",
    [
        {"page_size": 0},
        {"order_path": "order"},
        {"signature_hash": "md5"},
        {"signature_encoding": "base32"},
    ],
)
def test_each_part_of_a_profile_is_checked(changes):
    assert Profile().list_problems() == []
    assert len(Profile(**changes).list_problems()) == 1
