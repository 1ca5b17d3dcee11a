"""Stock of TB.One -> feed, line by line."""

import subprocess
import sys
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.canonical import StockLine
from providers.errors import Malformed
from providers.tbone.stock_xml import parse_stock

ROOT = Path(__file__).parent.parent.parent


def build(*articles, changedate="1378374296"):
    return f'<TBSTOCK changedate="{changedate}">{"".join(articles)}</TBSTOCK>'.encode()


def article(*stocks, name="<A_NR>CUP</A_NR>"):
    return f"<ARTICLE>{name}{''.join(stocks)}</ARTICLE>"


def parse(body, is_full=True):
    return parse_stock(BytesIO(body), is_full=is_full)


def read_one(*stocks, **more):
    (line,) = parse(build(article(*stocks, **more)))
    return line


def test_the_form_of_the_official_sample():
    """All on one line, a blank behind the prolog and one in front of the article numbers."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?> <TBSTOCK changedate="1378374296"> <ARTICLE> '
        "<A_NR> 2700XL</A_NR> <A_STOCK>19</A_STOCK> </ARTICLE> <ARTICLE> <A_NR> 2700L</A_NR> "
        "<A_STOCK>47</A_STOCK> </ARTICLE> </TBSTOCK>"
    )
    feed = parse(body.encode())
    assert (feed.cursor, feed.is_full) == ("1378374296", True)
    assert list(feed) == [StockLine("2700XL", "", Decimal(19)), StockLine("2700L", "", Decimal(47))]


NUMBERS = [  # A_STOCK, total, by warehouse, problem
    (["<A_STOCK>0</A_STOCK>"], 0, {}, ""),
    (["<A_STOCK> 7 </A_STOCK>"], 7, {}, ""),
    (["<A_STOCK>7.000</A_STOCK>"], 7, {}, ""),
    ([], None, {}, "A_STOCK is missing."),
    (["<A_STOCK/>"], None, {}, "A_STOCK is empty."),
    (["<A_STOCK>-3</A_STOCK>"], None, {}, "A_STOCK is negative: '-3'."),
    (["<A_STOCK>some</A_STOCK>"], None, {}, "A_STOCK is not a number: 'some'."),
    (["<A_STOCK>1,234</A_STOCK>"], None, {}, "A_STOCK is not a number: '1,234'."),
    (["<A_STOCK>7</A_STOCK>"] * 2, 7, {}, ""),
    (["<A_STOCK>7</A_STOCK>", "<A_STOCK>8</A_STOCK>"], None, {}, "A_STOCK occurs twice: 7 and 8."),
    (
        [
            "<A_STOCK>5</A_STOCK>",
            '<A_STOCK identifier="key" key=" MAIN ">2</A_STOCK>',
            '<A_STOCK identifier="name" key="North &amp; Co">1</A_STOCK>',
            '<A_STOCK identifier="name" name="South">2</A_STOCK>',
        ],
        5,
        {"MAIN": 2, "North & Co": 1, "South": 2},
        "",
    ),
    (['<A_STOCK key="MAIN">2</A_STOCK>'], None, {"MAIN": 2}, ""),
    (['<A_STOCK identifier="name" key="K" name="N">2</A_STOCK>'], None, {"N": 2}, ""),
    (
        ['<A_STOCK identifier="key">2</A_STOCK>'],
        None,
        {},
        "A_STOCK has the identifier 'key' and no warehouse.",
    ),
    (
        ["<A_STOCK>5</A_STOCK>", '<A_STOCK identifier="key" key="MAIN">-1</A_STOCK>'],
        5,
        {},
        "A_STOCK is negative: '-1' (warehouse 'MAIN').",
    ),
]


@pytest.mark.parametrize(("stocks", "total", "warehouses", "problem"), NUMBERS)
def test_numbers(stocks, total, warehouses, problem):
    line = read_one(*stocks)
    assert (line.total, dict(line.by_warehouse), line.problem) == (total, warehouses, problem)


@pytest.mark.parametrize(
    ("name", "sku", "ean", "problem"),
    [
        ("<A_NR> 0815 </A_NR>", "0815", "", ""),
        ("<A_EAN> 0012345678905</A_EAN>", "", "0012345678905", ""),
        ("<A_NR/><A_EAN>4</A_EAN>", "", "4", ""),
        ("<A_NR>A</A_NR><A_EAN>4</A_EAN>", "A", "4", ""),
        ("<NEW>x</NEW>", "", "", "A_NR and A_EAN are missing."),
        ("<A_NR> </A_NR>", "", "", "A_NR and A_EAN are missing."),
    ],
)
def test_names(name, sku, ean, problem):
    line = read_one("<A_STOCK>7</A_STOCK>", name=name)
    assert (line.sku, line.ean, line.total, line.problem) == (sku, ean, 7, problem)


@pytest.mark.parametrize("is_full", [True, False])
def test_an_empty_list_is_an_empty_feed(is_full):
    feed = parse(build(), is_full)
    assert (list(feed), feed.is_full, feed.cursor) == ([], is_full, "1378374296")


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_an_empty_body_is_nothing_new_and_never_nothing_there(body):
    feed = parse(body)
    assert (list(feed), feed.is_full, feed.cursor) == ([], False, "")


@pytest.mark.parametrize("changedate", ["", " ", "soon", "2031-02-03T10:11:12"])
def test_without_unix_seconds_there_is_no_cursor(changedate):
    assert parse(build(changedate=changedate)).cursor == ""
    assert parse(b"<TBSTOCK><ARTICLE/></TBSTOCK>").cursor == ""


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<html><body>Back soon</body></html>", "something else than stock"),
        (b"<tradebyte><state>no access</state></tradebyte>", 'instead of stock: "no access"'),
        (b"<!DOCTYPE TBSTOCK []><TBSTOCK/>", "declares a document type"),
        (b"<MESSAGES_LIST/>", "something else than stock"),
        (b"%PDF-1.4", "something else than stock"),
        (b"<TBSTOCK changedate=1></TBSTOCK>", "cannot be read"),
    ],
)
def test_what_is_no_stock(body, sentence):
    with pytest.raises(Malformed, match=sentence):
        parse(body)


@given(st.integers(1, 400))
def test_wherever_it_breaks_off_it_is_told(length):
    whole = build(*[article(f"<A_STOCK>{n}</A_STOCK>") for n in range(10)])
    cut = whole[: min(length, len(whole) - 1)]
    with pytest.raises(Malformed) as caught:
        list(parse(cut))
    assert caught.value.raw == cut


def test_what_came_before_the_break_is_given_out():
    feed = parse(build(article("<A_STOCK>1</A_STOCK>"), "<ARTICLE><A_NR>PLATE</ARTICLE>"))
    assert next(iter(feed)).sku == "CUP"
    with pytest.raises(Malformed, match="What came before is not the whole stock"):
        next(iter(feed))


@pytest.mark.parametrize("is_read", [True, False])
def test_the_file_is_closed(is_read):
    file = BytesIO(build(article("<A_STOCK>1</A_STOCK>")))
    with parse_stock(file, is_full=True) as feed:
        assert not file.closed
        if is_read:
            list(feed)
            assert file.closed
    assert file.closed


def test_articles_inside_of_articles_do_not_count():
    inner = article("<A_STOCK>1</A_STOCK>", name="<A_NR>INNER</A_NR>")
    assert [line.sku for line in parse(build(article(inner, "<A_STOCK>2</A_STOCK>")))] == ["CUP"]


READER = """
import resource, sys
from providers.tbone.stock_xml import parse_stock
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with parse_stock(open(sys.argv[1], "rb"), is_full=True) as feed:
    count = sum(1 for line in feed)
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start)
"""


def test_a_hundred_thousand_articles_take_no_memory(tmp_path):
    """In a process of its own: what the XML library takes is not Python's memory."""
    path = tmp_path / "stock.xml"
    with path.open("wb") as file:
        file.write(b'<TBSTOCK changedate="1">\n')
        for number in range(100_000):
            file.write(b"<ARTICLE>\n <A_NR> ARTICLE-%09d</A_NR>\n" % number)
            file.write(b' <A_STOCK>7</A_STOCK><A_STOCK identifier="key" key="MAIN">2</A_STOCK>')
            file.write(b"\n</ARTICLE>\n")
        file.write(b"</TBSTOCK>")
    assert path.stat().st_size > 10_000_000  # more than the parser would take as one text
    command = [sys.executable, "-c", READER, str(path)]
    count, kilobytes = map(int, subprocess.check_output(command, cwd=ROOT).split())
    assert (count, kilobytes < 10_000) == (100_000, True), kilobytes
