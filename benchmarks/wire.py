"""Parsing pages of the platform: how fast, and whether memory stays where it is."""

from datetime import timezone
from functools import partial
from statistics import median

from lxml import etree

from providers.tbone.message_xml import parse_page
from simulator import TBOneSimulator
from simulator.document import Document
from simulator.tbone.backlog import add_backlog

from .machine import peak_mb
from .measure import seconds_of
from .table import Row, at_least, at_most, over
from .workers import in_process

PAGE = 1000  # messages; what the platform is asked for at most
RATE = 20_000  # messages per second we want


def run(bench):
    """Rows for speed and memory; the fastest turn, too, as it is the least disturbed one."""
    page = make_page(PAGE)
    sides = {"ours": partial(_parse, page), "tree": partial(_read_tree, page)}
    seconds = {name: [] for name in sides}
    for _turn in range(10 * bench.size.pages):
        for name, side in sides.items():
            seconds[name].append(seconds_of(side))
    for turn, choose, budget in (("", median, at_least(RATE)), (", fastest turn", min, None)):
        ours, tree = (PAGE / choose(seconds[name]) for name in sides)
        name = f"Parse: messages per second{turn}"
        yield Row(name, ours, "/s", tree, "lxml alone", ours / tree, budget, judged=ours)
    first, last = in_process(peaks_of_parsing, bench.size.pages)
    yield over(
        f"Parse: peak memory after {bench.size.pages} pages",
        last,
        first,
        at_most(1.05),
        unit="MB",
        name="after 2",
    )


def make_page(messages: int) -> bytes:
    """What the platform answers when so many messages wait."""
    platform = TBOneSimulator()
    add_backlog(platform, messages)
    parts = tuple(message.as_xml() for message in platform.open_messages())
    return Document("MESSAGES_LIST", parts).encode()


def peaks_of_parsing(pages: int) -> tuple[float, float]:
    """Peak memory of this process in MB after two pages, and after many."""
    page = make_page(PAGE)
    peaks = []
    for turns in (2, pages):
        for _turn in range(turns):
            _parse(page)
        peaks.append(peak_mb())
    return tuple(peaks)


def _parse(page: bytes):
    found = parse_page(page, limit=PAGE, zone=timezone.utc).messages
    if len(found) != PAGE:
        raise AssertionError(f"{len(found)} messages of {PAGE}")


def _read_tree(page: bytes):
    """The least that any reader does: the whole tree, and the text of each node by its name."""
    root = etree.fromstring(page)
    return [{node.tag: node.text for node in message} for message in root]
