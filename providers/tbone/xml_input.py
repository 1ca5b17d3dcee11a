"""How an XML answer is read: its encoding, where it starts, and a parser that does no harm."""

import re
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from ..errors import Malformed
from ..masking import excerpt

LENGTH = 64 * 1024  # bytes looked at
DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
SPACE = b" \t\r\n"
STATE = re.compile(r"<state>([^<]*)", re.IGNORECASE)

HARDENED = {  # for every parser of this package; a document type is refused before
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "strip_cdata": False,
}

# Declared name -> ours. Orders and messages are UTF-8, catalogues also ISO-8859-1; whatever is
# not listed here is read as UTF-8, so that a declaration can never change what the parser sees.
ENCODINGS = {
    "us-ascii": "us-ascii",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "latin1": "iso-8859-1",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
}
MARKS = (  # first bytes -> encoding, length of a byte order mark
    (b"\xef\xbb\xbf", "utf-8", 3),
    (b"\xff\xfe", "utf-16le", 2),
    (b"\xfe\xff", "utf-16be", 2),
    (b"<\x00", "utf-16le", 0),
    (b"\x00<", "utf-16be", 0),
)


@dataclass(frozen=True, slots=True)
class Head:
    """What can be said before parsing."""

    encoding: str
    start: int  # bytes in front of the first character that is not blank
    text: str  # decoded beginning, without blanks in front
    raw: bytes
    size: int  # bytes of the whole body
    is_blank: bool  # nothing but blanks in the whole body


def read_head(file: BinaryIO) -> Head:
    """Look at the beginning of the file; leaves it at any position."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    raw, skipped = file.read(LENGTH), 0
    while len(raw) == LENGTH and not raw.strip(SPACE):
        skipped += LENGTH
        raw = file.read(LENGTH)
    encoding, mark = _find_mark(raw)
    text = raw[mark:].decode(encoding, "replace")
    blanks = text[: len(text) - len(text.lstrip())]
    start = skipped + mark + len(blanks.encode(encoding))
    return Head(encoding, start, text.lstrip(), raw, size, not text.strip())


def build_root_form(*names: str) -> re.Pattern:
    """Form of a beginning with one of these roots, in which no document type is declared."""
    return re.compile(
        r"(?:\s|<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>)*"  # each part ends in one way only
        rf"<(?:[\w.-]+:)?(?:{'|'.join(names)})[\s/>]",
        re.DOTALL,
    )


def ensure_root(head: Head, form: re.Pattern, wanted: str) -> None:
    """Raises Malformed for a page, a PDF, a status text, a document type: not what we asked for."""
    if form.match(head.text):
        return
    if "<!DOCTYPE" in head.text and "<html" not in head.text.lower():
        text = "TB.One's answer declares a document type, which is not accepted."
    elif state := STATE.search(head.text):
        text = f'TB.One answered with a state instead of {wanted}: "{excerpt(state[1])}"'
    else:
        text = f'TB.One answered with something else than {wanted}: "{excerpt(head.text)}"'
    advice = " Nothing was stored. Check host and account; if it stays, ask TB.One's support."
    raise Malformed(text + advice, body=excerpt(head.text), raw=head.raw)


def get_cause(error: etree.XMLSyntaxError) -> str:
    """What the parser said last."""
    last = error.error_log.last_error
    return f"line {last.line}: {last.message}" if last else error.msg or "no reason given"


def _find_mark(raw: bytes) -> tuple[str, int]:
    """Encoding, and the length of the byte order mark."""
    stripped = raw.lstrip(SPACE)
    for first, encoding, length in MARKS:
        if raw.startswith(first):
            return encoding, length
    declared = DECLARED.match(stripped)
    name = declared[1].decode().lower() if declared else "utf-8"
    return ENCODINGS.get(name, "utf-8"), 0
