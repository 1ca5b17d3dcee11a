"""Answer to "GET messages" -> Page. Nothing in it may ever block the queue.

A list is read as a stream. If that breaks, the same bytes are cut textually, so that every
complete message is kept and an unreadable one is kept as unknown. Only an answer that is no
list at all is Malformed. Roots: the field list says MESSAGE_LIST, every document MESSAGES_LIST.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import timezone, tzinfo
from io import BytesIO
from typing import BinaryIO

from lxml import etree

from ..canonical import Message, Page
from ..errors import Malformed
from ..masking import excerpt
from .message_node import read_message
from .message_salvage import salvage
from .xml_input import HARDENED, Head, read_head

LIST_ROOTS = ("MESSAGES_LIST", "MESSAGE_LIST")
LIST_HEAD = re.compile(
    r"(?:\s|<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>)*"  # each part ends in one way only
    r"<(?:[\w.-]+:)?(?:MESSAGES_LIST|MESSAGE_LIST|MESSAGE)[\s/>]",
    re.DOTALL,
)
STATE = re.compile(r"<state>([^<]*)", re.IGNORECASE)


def parse_page(body: bytes | BinaryIO, *, limit: int, zone: tzinfo = timezone.utc) -> Page:
    """Messages sorted by id, each once; an empty body is an empty page. Raises Malformed."""
    file = BytesIO(body) if isinstance(body, bytes) else body
    head = read_head(file)
    if head.is_blank:
        return Page(size=head.size)
    _ensure_list(head)
    problem = ""
    try:
        found = list(_stream(file, head, zone))
    except etree.XMLSyntaxError as error:
        file.seek(0)
        found, problem = salvage(file.read(), head.encoding, zone, _get_cause(error))
    messages, double_problem = _order(found)
    return Page(
        messages=messages,
        is_full=len(found) >= limit,
        problem=" ".join(filter(None, (problem, double_problem))),
        size=head.size,
    )


def _ensure_list(head: Head) -> None:
    """Raises Malformed for a page, a PDF, a status text, a document type: no list is at hand."""
    if LIST_HEAD.match(head.text):
        return
    if "<!DOCTYPE" in head.text and "<html" not in head.text.lower():
        text = "TB.One's answer declares a document type, which is not accepted."
    elif state := STATE.search(head.text):
        text = f'TB.One answered with a state instead of messages: "{excerpt(state[1])}"'
    else:
        text = f'TB.One answered with something else than messages: "{excerpt(head.text)}"'
    advice = " Nothing was stored. Check host and account; if it stays, ask TB.One's support."
    raise Malformed(text + advice, body=excerpt(head.text), raw=head.raw)


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


def _get_cause(error: etree.XMLSyntaxError) -> str:
    last = error.error_log.last_error
    return f"line {last.line}: {last.message}" if last else error.msg or "no reason given"


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
