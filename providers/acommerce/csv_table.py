"""Bytes of a CSV file -> rows with the number of their line. Tolerant: such files vary.

A byte order mark, the usual separators, quoted fields with separators and line breaks in them,
any line end, UTF-8, UTF-16 and Thai Windows; quotes of a spreadsheet such as ="00123".
"""

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass

from .event_values import read_text

SEPARATORS = ",;\t|"
FALLBACKS = ("cp874", "latin-1")  # of Thai Windows; the last one reads anything
BOMS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
SEPARATOR_LINE = re.compile(r'\A"?sep=(.)"?\r?\n', re.IGNORECASE)
FORMULA = re.compile(r'="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins in, and its cells."""

    number: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows, the header among them."""

    rows: tuple[Row, ...]
    problem: str = ""


def read_table(data: bytes, encoding: str = "", separator: str = "") -> Table:
    """'' for an encoding or a separator that is to be found out."""
    text, problem = _decode(data, encoding)
    if match := SEPARATOR_LINE.match(text):
        separator = separator or match[1]
        text = "\n" + text[match.end() :]  # the numbers of the lines stay
    separator = separator or _find_separator(text)
    rows = tuple(row for row in _read_rows(text, separator) if any(row.cells) or row.problem)
    return Table(rows, problem)


def _decode(data: bytes, encoding: str) -> tuple[str, str]:
    marked = next((name for bom, name in BOMS if data.startswith(bom)), "")
    tried = [marked or encoding or "utf-8", *FALLBACKS]
    for name in tried:
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        is_guess = name != tried[0]
        problem = f"The file is not in {tried[0]}; it was read as {name}." if is_guess else ""
        return text.replace("\x00", ""), problem
    raise AssertionError("latin-1 reads anything")


def _find_separator(text: str) -> str:
    """The one that occurs most often in the first line that says something."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(SEPARATORS, key=bare.count)


def _read_rows(text: str, separator: str) -> Iterator[Row]:
    """A quote that is never closed would swallow the rest: then each line is read alone."""
    if text.count('"') % 2 == 0:
        yield from _read_quoted(text, separator)
        return
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if line.count('"') % 2:
            yield Row(number, (), "a quote is opened and not closed")
        else:
            cells = next(csv.reader([line], delimiter=separator), [])
            yield Row(number, _clean(cells))


def _read_quoted(text: str, separator: str) -> Iterator[Row]:
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    reader = csv.reader(lines, delimiter=separator)
    number = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Row(number, (), str(error))
            cells = []
        if cells is None:
            return
        yield Row(number, _clean(cells))
        number = reader.line_num + 1


def _clean(cells: list[str]) -> tuple[str, ...]:
    """Without blanks around, and without what a spreadsheet puts around digits."""
    texts = (read_text(cell) for cell in cells)
    return tuple(match[1] if (match := FORMULA.fullmatch(text)) else text for text in texts)
