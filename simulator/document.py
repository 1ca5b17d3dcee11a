"""An XML answer before it becomes bytes, and the twists that spoil it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape

UNKNOWN = "<FUTURE_NODE kind='new'><DETAIL>not in any table</DETAIL></FUTURE_NODE>"
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
AT_ONCE = 1000  # parts of a document that become bytes together
EXTERNAL = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'


@dataclass(frozen=True)
class Document:
    """Root, parts and the way they are written down."""

    root: str
    parts: tuple[str, ...] = ()
    prolog: bool = True
    declared: str = "UTF-8"
    encoding: str = "utf-8"
    before: str = ""  # ahead of the prolog
    doctype: str = ""
    attributes: str = ""  # of the root, with a blank in front
    end: str = ""  # in place of the closing tag

    def encode(self) -> bytes:
        return b"".join(self.iter_bytes())

    def iter_bytes(self) -> Iterator[bytes]:
        """The document in pieces, none of them large, however many parts there are."""
        start, end = "", ""
        if self.root:
            start = f"<{self.root}{self.attributes}>\n"
            end = f"\n{self.end or f'</{self.root}>'}\n"
        prolog = f'<?xml version="1.0" encoding="{self.declared}"?>\n' if self.prolog else ""
        yield self._to_bytes(self.before + prolog + self.doctype + start)
        for first in range(0, len(self.parts), AT_ONCE):
            between = "\n" if first else ""
            yield self._to_bytes(between + "\n".join(self.parts[first : first + AT_ONCE]))
        yield self._to_bytes(end)

    def _to_bytes(self, text: str) -> bytes:
        return text.encode(self.encoding, "xmlcharrefreplace")


def build_state(text: str, *more: str) -> Document:
    """The platform's status answer: a sentence with line breaks around it, then more nodes."""
    return Document("tradebyte", (f"<state>\n{escape(text)}\n</state>", *more))


def _in_parts(pattern: str, new: str) -> Callable[[Document], Document]:
    return lambda doc: replace(doc, parts=tuple(re.sub(pattern, new, p) for p in doc.parts))


def _with(**changes) -> Callable[[Document], Document]:
    return lambda doc: replace(doc, **changes)


def _with_first(text: str, **changes) -> Callable[[Document], Document]:
    return lambda doc: replace(doc, parts=(text, *doc.parts), **changes)


def _lone(doc: Document) -> Document:
    return replace(doc, root="", parts=doc.parts[:1]) if doc.parts else doc


TWISTS: dict[str, Callable[[Document], Document]] = {
    "duplicate": lambda doc: replace(doc, parts=doc.parts + doc.parts[:1]),
    "shuffled": lambda doc: replace(doc, parts=doc.parts[1::2][::-1] + doc.parts[::2]),
    "message_list": _with(root="MESSAGE_LIST"),
    "lone_message": _lone,
    "no_prolog": _with(prolog=False),
    "blank_first": _with(before="\n"),
    "byte_order_mark": _with(before="\ufeff"),
    "no_zone": _in_parts(r"(\d\d:\d\d:\d\d)Z<", r"\1<"),
    "unknown_nodes": _in_parts(r"(</MESSAGE_TYPE>)", rf"\1{UNKNOWN}"),
    "empty_nodes": _in_parts(r"(</MESSAGE>)", r"<COMMENT></COMMENT><SERVICE/>\1"),
    "leading_blanks": _in_parts(r"<(A_NR|A_EAN|IDCODE|CHANNEL_ORDER_ITEM_ID)>", r"<\1> "),
    "doctype": _with(doctype='<!DOCTYPE MESSAGES_LIST SYSTEM "tb.dtd">\n'),
    "billion_laughs": _with_first("<!-- funny --><FUN>&a9;</FUN>", doctype=LAUGHS),
    "external_entity": _with_first("<FILE>&secret;</FILE>", doctype=EXTERNAL),
    "latin1": _with_first("<!-- Grüße -->", declared="ISO-8859-1", encoding="latin-1"),
    "wrong_encoding": _with_first("<!-- Grüße -->", encoding="latin-1"),
    "malformed": _with(end="</MESSAGES_LST>"),
}
