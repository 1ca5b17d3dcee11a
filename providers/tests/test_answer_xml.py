"""What TB.One may answer to what we send, in every form that can be told apart."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.canonical import Sent
from providers.errors import OutcomeUnknown, Refused
from providers.masking import Mask
from providers.tbone.answer_xml import ensure_taken, parse_answer

OWN = ("SO 12345", "555555555")


def state(text, more="", root="tradebyte"):
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n<state>\n{text}\n</state>{more}'
    return f"{body}\n</{root}>".encode()


TAKEN = [
    (state("Done.", "<TB_ID>7000001</TB_ID>"), "7000001"),
    (state("Done.", "<order><tb_id> 42 </tb_id></order>"), "42"),
    (state("Done.", "<a><b><Order_Id>43</Order_Id></b></a>"), "43"),
    (state("Done.", "<TB_ORDER_ID>44</TB_ORDER_ID><ORDER_ID>555</ORDER_ID>"), "44"),
    (state("Done.", "<TB_ID>7</TB_ID><TB_ID>7</TB_ID>"), "7"),
    (b'<o:x xmlns:o="urn:o"><o:TB_ID>45</o:TB_ID></o:x>', "45"),
    (b"<ORDER><ORDER_DATA><TB_ID>46</TB_ID></ORDER_DATA></ORDER>", "46"),
    (
        b"<ORDER><ORDER_DATA><TB_ORDER_ID>47</TB_ORDER_ID></ORDER_DATA><SELL_TO><TB_ID>1</TB_ID>"
        b"<NAME>Error, not known</NAME></SELL_TO><ITEMS><ITEM><TB_ID>8</TB_ID></ITEM></ITEMS>"
        b"</ORDER>",
        "47",
    ),
    (state("The order has been created. TB_ID: 7000001"), "7000001"),
    (state("Order SO 12345 has been created with TB_ID:7000001."), "7000001"),
    (state("Created (7000001), no errors, without any failure"), "7000001"),
    ("\ufeff".encode() + state("Done.", "<TB_ID>48</TB_ID>"), "48"),
    (b"\n" + state("Done.", "<TB_ID>49</TB_ID>"), "49"),
    ("<?xml version='1.0' encoding='ISO-8859-1'?><a><b>ü</b><TB_ID>50</TB_ID></a>".encode(), "50"),
]
WITHOUT_ID = [
    state("The order has been created."),
    state("Done.", "<TB_ID>7</TB_ID><TB_ID>8</TB_ID>"),  # nobody knows which
    state("Done.", "<TB_ID/><ORDER_ID>555555555</ORDER_ID>"),  # ours, given back
    state("Done.", "<TB_ID>abc</TB_ID>"),
    state("Done.", "<TB_ID>0</TB_ID>"),
    state("Order 555555555 created"),
    state("Order SO 12345 created"),
    state("1 order created"),
    state("Created 7000001 with 2 items"),
    state("Created at 2031-02-03 10:11:12, costs 1234.56, id 12-3456, S7000001"),
    state("message created successfully"),
    state("Created for an existing customer, errors: 0"),
    b"<tradebyte/>",
    b"<ORDER_LIST><ORDER><SHIP_TO><NAME>Refused 7000001</NAME></SHIP_TO></ORDER></ORDER_LIST>",
]
REFUSED = [
    "Provided XML does not validate against our schema.",
    "The order is refused: ITEM_COUNT is 3",
    "ERROR",
    "TOTAL_ITEM_AMOUNT mismatch",
    "SKU 4711999 is unknown",
    "An internal fault occurred, no error number",
    "Die Bestellung 7000001 konnte nicht angelegt werden",
    "Ungültige Bestellung",
    "It couldn't be saved",
]
KNOWN = [
    "Order SO 12345 exists already",
    "The order is refused: CHANNEL_ID SO 12345 exists already",
    "Duplicate CHANNEL_ID",
    "Error: already created as 7000001",
    "Die Bestellung ist bereits vorhanden",
]
NOT_UNDERSTOOD = [
    b"<html><body><br><h1>Back soon</h1></body></html>",
    b"<html><body><h1>7000001 has been created</h1></body></html>",
    b"<!DOCTYPE html><html></html>",
    b"<!DOCTYPE a [<!ENTITY b '7000001'>]><a><TB_ID>&b;</TB_ID></a>",
    b"7000001",
    b'{"TB_ID": 7000001}',
    b"%PDF-1.4",
    b"<tradebyte><state>created</sta",
    gzip.compress(b"<tradebyte/>"),
    b"\x00\x01\x02",
]


@pytest.mark.parametrize(("body", "order_ref"), TAKEN)
def test_the_id_is_found_wherever_it_stands(body, order_ref):
    assert parse_answer(body, own_ids=OWN).order_ref == order_ref


@pytest.mark.parametrize("body", WITHOUT_ID)
def test_taken_without_an_id(body):
    sent = parse_answer(body, own_ids=OWN)
    assert sent.order_ref == ""
    assert sent.raw == body.decode()
    ensure_taken(body)


@pytest.mark.parametrize("body", [b"", b" \n\t", "\ufeff".encode()])
def test_an_empty_body_is_no_failure(body):
    assert parse_answer(body) == Sent()
    ensure_taken(body)


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("node", ["state", "STATE", "error", "message"])
def test_a_word_of_failure_is_a_refusal(text, node):
    body = f"<tradebyte><{node}>\n{text}\n</{node}></tradebyte>".encode()
    for read in (parse_answer, ensure_taken):
        with pytest.raises(Refused) as caught:
            read(body)
        assert str(caught.value) == f'TB.One refused it. It says: "{text}"'


@pytest.mark.parametrize("text", KNOWN)
def test_an_order_that_is_there_already_may_be_ours(text):
    with pytest.raises(OutcomeUnknown) as caught:
        parse_answer(state(text), own_ids=OWN)
    assert str(caught.value) == (
        f'TB.One says that it has this order already: "{text}" '
        "Look at TB.One before it is sent again."
    )
    with pytest.raises(Refused):  # of messages nobody asks whether they are there
        ensure_taken(state(text))


def test_an_id_in_a_node_counts_more_than_words():
    body = state("The comment does not fit and is cut.", "<TB_ID>7000001</TB_ID>")
    assert parse_answer(body).order_ref == "7000001"
    with pytest.raises(Refused):  # messages of ours have no id that would prove anything
        ensure_taken(body)


@pytest.mark.parametrize("body", NOT_UNDERSTOOD)
def test_what_is_not_understood_may_have_been_taken(body):
    for read in (parse_answer, ensure_taken):
        with pytest.raises(OutcomeUnknown, match=r"Look at .* before it is sent again"):
            read(body)


def test_secrets_are_masked():
    body = state("created by s3cr3t", "<TB_ID>3</TB_ID>")
    sent = parse_answer(body, mask=Mask("s3cr3t"))
    assert "s3cr3t" not in sent.raw
    with pytest.raises(OutcomeUnknown) as caught:
        parse_answer(b"hello s3cr3t", mask=Mask("s3cr3t"))
    assert "s3cr3t" not in str(caught.value) + caught.value.body


def test_a_long_answer_is_kept_in_part():
    body = state("Done.", f"<a>{'x' * 200_000}</a><TB_ID>51</TB_ID>")
    sent = parse_answer(body)
    assert (sent.order_ref, len(sent.raw)) == ("51", 65_536)


@given(st.binary() | st.text().map(str.encode) | st.text().map(state))
def test_nothing_else_is_ever_raised(body):
    try:
        assert "\x00" not in parse_answer(body).raw
    except (Refused, OutcomeUnknown) as error:
        assert str(error)
