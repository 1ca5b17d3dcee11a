"""Answer to "GET stock" -> StockFeed, read as a stream: it may hold every article there is.

TBSTOCK with the attribute changedate, in it ARTICLE with A_NR or A_EAN and any number of A_STOCK:
without attributes the number as such, with identifier and key (or name) that of a warehouse.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import BinaryIO

from lxml import etree

from ..canonical import StockFeed, StockLine
from ..errors import Malformed
from ..masking import excerpt
from .message_values import UNIX_SECONDS, parse_number, quote_value
from .xml_input import HARDENED, Head, build_root_form, ensure_root, get_cause, read_head

ROOT, ARTICLE = "{*}TBSTOCK", "{*}ARTICLE"
STOCK_FORM = build_root_form("TBSTOCK")


def parse_stock(file: BinaryIO, *, is_full: bool) -> StockFeed:
    """The feed takes the file over, and closes it at its end. Raises Malformed.

    An empty body means that nothing is new, also when everything was asked for: it never means
    that nothing is there.
    """
    head = read_head(file)
    if head.is_blank:
        file.close()
        return StockFeed(iter(()), is_full=False)
    ensure_root(head, STOCK_FORM, "stock")
    file.seek(head.start)
    events = etree.iterparse(
        file, events=("start", "end"), tag=(ROOT, ARTICLE), encoding=head.encoding, **HARDENED
    )
    root = _read_root(events, head)
    cursor = root.get("changedate", "").strip()
    if not UNIX_SECONDS.fullmatch(cursor):
        cursor = ""  # to ask with it would be refused for ever
    return StockFeed(_read_lines(events, root, file, head), is_full, cursor, file.close)


def _read_root(events, head: Head) -> etree._Element:
    try:
        return next(events)[1]
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise _build_error(error, head) from None


def _read_lines(events, root, file: BinaryIO, head: Head) -> Iterator[StockLine]:
    """Keeps no element longer than needed."""
    with file:
        try:
            for event, element in events:
                if event == "end" and element.getparent() is root:
                    yield _read_article(element)
                    element.clear()
                    while element.getprevious() is not None:
                        del root[0]
        except etree.XMLSyntaxError as error:
            raise _build_error(error, head) from None


def _build_error(error: Exception, head: Head) -> Malformed:
    cause = get_cause(error) if isinstance(error, etree.XMLSyntaxError) else "it has no content"
    return Malformed(
        f"TB.One's stock cannot be read to its end ({excerpt(cause)}). What came before is not "
        "the whole stock. If it stays, ask TB.One's support.",
        body=excerpt(head.text),
        raw=head.raw,
    )


def _read_article(element: etree._Element) -> StockLine:
    """Never raises: what cannot be understood is told in `problem`, and has no number."""
    texts = {"A_NR": "", "A_EAN": ""}
    numbers, problems = {}, []
    for child in element:
        node = child.tag.rpartition("}")[2]
        if node in texts:
            texts[node] = texts[node] or (child.text or "").strip()
        elif node == "A_STOCK":
            problems += _add_number(numbers, child)
    if not any(texts.values()):
        problems.append("A_NR and A_EAN are missing.")
    if not numbers and not problems:
        problems.append("A_STOCK is missing.")
    total = numbers.pop("", None)
    warehouses = tuple((name, number) for name, number in numbers.items() if number is not None)
    return StockLine(texts["A_NR"], texts["A_EAN"], total, warehouses, " ".join(problems))


def _add_number(numbers: dict[str, Decimal | None], element: etree._Element) -> list[str]:
    """By warehouse, '' for the number as such; two that differ leave none. Returns problems."""
    identifier = element.get("identifier", "").strip()
    warehouse = element.get(identifier or "key") or element.get("key") or element.get("name", "")
    warehouse = warehouse.strip()
    if identifier and not warehouse:
        return [f"A_STOCK has the identifier {quote_value(identifier)} and no warehouse."]
    number, problem = _read_number(element)
    if not problem and numbers.setdefault(warehouse, number) != number:
        number, problem = None, f"A_STOCK occurs twice: {numbers[warehouse]} and {number}."
    if not problem:
        return []
    numbers[warehouse] = None
    return [f"{problem[:-1]} (warehouse {quote_value(warehouse)})." if warehouse else problem]


def _read_number(element: etree._Element) -> tuple[Decimal | None, str]:
    text = (element.text or "").strip()
    if not text:
        return None, "A_STOCK is empty."
    number, problem = parse_number("A_STOCK", text)
    if number is not None and number < 0:
        return None, f"A_STOCK is negative: {quote_value(text)}."
    return number, problem
