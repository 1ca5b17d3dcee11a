"""Answer to "GET messages" -> Page. Nothing in it may ever block the queue.

A list is read as a stream. If that breaks, the same bytes are cut textually, so that every
complete message is kept and an unreadable one is kept as unknown. Only an answer that is no
list at all is Malformed. Roots: the field list says MESSAGE_LIST, every document MESSAGES_LIST.
"""

from collections.abc import Iterable, Iterator
from datetime import timezone, tzinfo
from io import BytesIO
from typing import BinaryIO

from lxml import etree

from ..canonical import Message, Page
from ..masking import excerpt
from .message_node import read_message
from .message_salvage import salvage
from .xml_input import HARDENED, Head, build_root_form, ensure_root, get_cause, read_head

LIST_ROOTS = ("MESSAGES_LIST", "MESSAGE_LIST")
LIST_FORM = build_root_form(*LIST_ROOTS, "MESSAGE")


def parse_page(body: bytes | BinaryIO, *, limit: int, zone: tzinfo = timezone.utc) -> Page:
    """Messages sorted by id, each once; an empty body is an empty page. Raises Malformed."""
    file = BytesIO(body) if isinstance(body, bytes) else body
    head = read_head(file)
    if head.is_blank:
        return Page(size=head.size)
    ensure_root(head, LIST_FORM, "messages")
    problem = ""
    try:
        found = list(_stream(file, head, zone))
    except etree.XMLSyntaxError as error:
        file.seek(0)
        found, problem = salvage(file.read(), head.encoding, zone, get_cause(error))
    messages, double_problem = _order(found)
    return Page(
        messages=messages,
        is_full=len(found) >= limit,
        problem=" ".join(filter(None, (problem, double_problem))),
        size=head.size,
    )


def _stream(file: BinaryIO, head: Head, zone: tzinfo) -> Iterator[Message]:
    """Raises XMLSyntaxError. Keeps no element longer than needed."""
    file.seek(head.start)
    events = etree.iterparse(
        file, events=("end",), tag="{*}MESSAGE", encoding=head.encoding, **HARDENED
    )
    for _event, element in events:
        parent = element.getparent()
        if parent is None:
            yield read_message(element, zone)
        elif parent.getparent() is None and parent.tag.endswith(LIST_ROOTS):
            yield read_message(element, zone)
            element.clear()
            while element.getprevious() is not None:
                del parent[0]


def _order(found: Iterable[Message]) -> tuple[tuple[Message, ...], str]:
    """Sorted, TB.One promises no order; of messages with one id the first, told if they differ."""
    first: dict[str, Message] = {}
    differing = set()
    for message in found:
        kept = first.setdefault(message.external_id, message)
        if kept.raw != message.raw:
            differing.add(message.external_id)
    messages = tuple(sorted(first.values(), key=_get_rank))
    if not differing:
        return messages, ""
    ids = ", ".join(sorted(differing)[:5])
    return messages, f"Came twice with different content, the first one was kept: {excerpt(ids)}."


def _get_rank(message: Message) -> tuple:
    """Numeric ids by value, then all others by text."""
    text = message.external_id
    is_number = text.isascii() and text.isdecimal()
    return (0, int(text), text) if is_number else (1, 0, text)
