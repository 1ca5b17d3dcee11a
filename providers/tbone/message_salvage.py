"""A list of messages that is not well-formed: cut textually, keep all that is complete."""

import re
from datetime import tzinfo

from lxml import etree

from ..canonical import Kind, Message
from ..masking import excerpt
from .message_node import name_message, read_message
from .xml_input import HARDENED

TAGS = (
    r"(?P<alone><MESSAGE(?:\s[^<>]*)?/>)|(?P<open><MESSAGE(?=[\s>]))"
    r"|(?P<close></MESSAGE\s*>)|(?P<end></MESSAGES?_LIST\s*>)"
)
# What looks like a tag inside of these is text. Cut off, they reach to the end.
SKIPPED = r"<!\[CDATA\[.*?(?:\]\]>|(?P<cut_text>\Z))|<!--.*?(?:-->|(?P<cut_comment>\Z))"
TOKEN = re.compile(f"{SKIPPED}|{TAGS}", re.DOTALL)
TAG = re.compile(TAGS)
END_OF_LIST = re.compile(r"</MESSAGES?_LIST\s*>\s*\Z")
MESSAGE_ID = re.compile(r"<MESSAGE_ID\s*>\s*([^<\s]+)\s*</MESSAGE_ID\s*>")
MESSAGE_TYPE = re.compile(r"<MESSAGE_TYPE\s*>\s*([^<\s]+)\s*</MESSAGE_TYPE\s*>")
NOT_FOR_A_DATABASE = re.compile("[\x00\ud800-\udfff]")


def salvage(data: bytes, encoding: str, zone: tzinfo, cause: str) -> tuple[list[Message], str]:
    """All complete messages, and a sentence about the rest. `cause`: what the parser said.

    A complete message that cannot be read is kept as unknown, so that it leaves the queue and
    reaches a person. A tail that is not closed is left; TB.One sends it again.
    """
    text = _decode(data, encoding)
    fragments, is_cut = _cut(text)
    parser = etree.XMLParser(encoding="utf-8", **HARDENED)
    messages = [_read_fragment(fragment, parser, zone) for fragment in fragments]
    if is_cut:
        what, rest = "ends in the middle", "; the rest comes again"
    else:
        what, rest = f"is not well-formed XML ({excerpt(cause)})", ""
    return messages, f"TB.One's answer {what}. Messages kept: {len(messages)}{rest}."


def _decode(data: bytes, encoding: str) -> str:
    """What cannot be decoded becomes a lone surrogate, by which its message is recognised."""
    if encoding.startswith("utf-16"):
        whole_units = data[: len(data) // 2 * 2]
        return whole_units.decode(encoding, "surrogatepass")
    return data.decode(encoding, "surrogateescape")


def _cut(text: str) -> tuple[list[str], bool]:
    """Fragments from <MESSAGE to </MESSAGE>, and whether the text ends in the middle.

    A text section that is never closed hides the rest, unless the list as such has its end:
    then the section is the damage, and tags inside of it count.
    """
    tokens = list(TOKEN.finditer(text))
    is_hidden = bool(tokens) and tokens[-1].lastgroup in ("cut_text", "cut_comment")
    if is_hidden and END_OF_LIST.search(text, max(len(text) - 1000, 0)):
        tokens = list(TAG.finditer(text))
    spans, open_at = _pair(tokens)
    is_ended = any(token.lastgroup == "end" for token in tokens)
    is_lone = not is_ended and len(spans) == 1 and "_LIST" not in text[: spans[0][0]]
    is_cut = open_at is not None or not (is_ended or is_lone)
    return [text[start:stop] for start, stop in spans], is_cut


def _pair(tokens: list[re.Match]) -> tuple[list[tuple[int, int]], int | None]:
    """Spans of messages, and where an unclosed last one begins.

    An opening tag that is followed by another one was never closed: its text is a span too.
    """
    spans, open_at = [], None
    for token in tokens:
        kind = token.lastgroup
        if kind in ("open", "alone", "end") and open_at is not None:
            spans.append((open_at, token.start()))
            open_at = None
        if kind == "open":
            open_at = token.start()
        elif kind == "alone":
            spans.append(token.span())
        elif kind == "close" and open_at is not None:
            spans.append((open_at, token.end()))
            open_at = None
    return spans, open_at


def _read_fragment(fragment: str, parser: etree.XMLParser, zone: tzinfo) -> Message:
    try:
        return read_message(etree.fromstring(fragment.encode(), parser), zone)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        reason = "it has characters that are not in its encoding"
        if isinstance(error, etree.XMLSyntaxError):
            reason = excerpt(error.msg or "not well-formed")
        return _keep_unreadable(fragment, reason)


def _keep_unreadable(fragment: str, reason: str) -> Message:
    raw = NOT_FOR_A_DATABASE.sub("\N{REPLACEMENT CHARACTER}", fragment)
    ids = {match[1] for match in MESSAGE_ID.finditer(raw)}
    types = {match[1] for match in MESSAGE_TYPE.finditer(raw)}
    external_id, id_problem = name_message(ids.pop() if len(ids) == 1 else "", raw)
    return Message(
        external_id=external_id,
        acknowledgeable=not id_problem,
        kind=Kind.UNKNOWN,
        platform_type=types.pop() if len(types) == 1 else "",
        raw=raw,
        problem=f"The message is not readable: {reason}. {id_problem}".strip(),
    )
