"""Checks XML against a schema that is written down like the partner's field table.

A line is a node; indentation makes children. Behind the name: `!` mandatory, `+` may repeat.
Then words: a number is the longest text, a word of `KINDS` its form, `@name` an attribute,
`blank` allows an empty node.

>>> note = read_schema('''
... NOTE
...   TO! 5
...   DAY date
... ''')
>>> check(etree.fromstring("<NOTE><DAY>soon</DAY></NOTE>"), note)
['NOTE: TO is missing', 'NOTE/DAY: soon is no date']
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

ATTRIBUTES = {"currency": re.compile(r"[A-Z]{3}")}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


KINDS: dict[str, Callable[[str], object]] = {
    "text": lambda text: True,
    "int": re.compile(r"[0-9]+").fullmatch,
    "id": re.compile(r"[1-9][0-9]*").fullmatch,
    "flag": re.compile(r"[01]").fullmatch,
    "paid": re.compile(r"[012]").fullmatch,
    "date": _is_day,
    "stamp": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?").fullmatch,
    "price": re.compile(r"[0-9]+(\.[0-9]{1,3})?").fullmatch,
    "total": re.compile(r"[0-9]+(\.[0-9]{1,2})?").fullmatch,
    "country": re.compile(r"[A-Z]{2}").fullmatch,
}


@dataclass
class Node:
    """What one node of a document has to be."""

    name: str
    is_mandatory: bool = False
    is_list: bool = False
    may_be_blank: bool = False
    kind: str = "text"
    length: int = 0
    attributes: tuple[str, ...] = ()
    children: dict[str, "Node"] = field(default_factory=dict)


def read_schema(table: str) -> Node:
    """The root node of a table."""
    path: list[Node] = []
    for line in table.strip().splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        node = _read_node(line.split())
        path[depth:] = [node]
        if depth:
            path[depth - 1].children[node.name] = node
    return path[0]


def parse(body: bytes) -> etree._Element | None:
    """The root of a document that is sent in, None if it is not well-formed or not plain."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return None
    is_plain = body.startswith(b"<") and not root.getroottree().docinfo.doctype
    return root if is_plain else None


def check(element: etree._Element, node: Node) -> list[str]:
    """Everything that is wrong with an element, each with its path."""
    return list(_check(element, node, node.name))


def _read_node(words: list[str]) -> Node:
    name = words[0].rstrip("!+")
    node = Node(name, is_mandatory="!" in words[0], is_list="+" in words[0])
    for word in words[1:]:
        if word.isdecimal():
            node.length = int(word)
        elif word.startswith("@"):
            node.attributes += (word[1:],)
        elif word == "blank":
            node.may_be_blank = True
        else:
            node.kind = word
    return node


def _check(element: etree._Element, node: Node, path: str) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name not in node.attributes:
            yield f"{path}: attribute {name} is not known"
        elif not ATTRIBUTES[name].fullmatch(value):
            yield f"{path}: {value} is no {name}"
    if not node.children:
        yield from _check_text(element, node, path)
        return
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        yield f"{path}: is empty"
    yield from _check_sequence([child.tag for child in children], node, path)
    for child in children:
        if child.tag in node.children:
            yield from _check(child, node.children[child.tag], f"{path}/{child.tag}")


def _check_text(element: etree._Element, node: Node, path: str) -> Iterator[str]:
    text = element.text or ""
    if len(element):
        yield f"{path}: has nodes inside"
    elif not text.strip():
        if not node.may_be_blank:
            yield f"{path}: is empty"
    elif not KINDS[node.kind](text):
        yield f"{path}: {text} is no {node.kind}"
    elif node.length and len(text) > node.length:
        yield f"{path}: longer than {node.length}"


def _check_sequence(tags: list[str], node: Node, path: str) -> Iterator[str]:
    known = list(node.children)
    for tag, count in Counter(tags).items():
        if tag not in node.children:
            yield f"{path}: {tag} is not known"
        elif count > 1 and not node.children[tag].is_list:
            yield f"{path}: {tag} occurs {count} times"
    places = [known.index(tag) for tag in tags if tag in node.children]
    if places != sorted(places):
        yield f"{path}: the nodes are not in their order"
    for name, child in node.children.items():
        if child.is_mandatory and name not in tags:
            yield f"{path}: {name} is missing"
