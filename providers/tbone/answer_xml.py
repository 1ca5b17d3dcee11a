"""What TB.One says to an order or a message we sent: taken with an id, taken, refused, or unclear.

Success as status means that the call arrived: the documented schema error comes with it too. Where
the id of an order stands is not documented, so it is looked for wherever it may stand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from lxml import etree

from ..canonical import Sent
from ..errors import OutcomeUnknown, ProviderError, Refused
from ..masking import excerpt
from .xml_input import HARDENED, Head, read_head

ID_NODES = ("TB_ID", "TB_ORDER_ID", "ORDER_ID")  # the surest first
OF_PARTS = {"ITEM", "SELL_TO", "SHIP_TO"}  # an echoed order: these have a TB_ID of their own
SAYING = {"STATE", "STATUS", "MESSAGE", "ERROR", "ERRORS", "FAULT", "REASON", "DESCRIPTION"}
ID = re.compile(r"[1-9][0-9]{0,17}")
# Alone in a sentence, shorter ones are counts. An id that is not seen comes with the first message.
NUMBER = re.compile(r"(?<![\w.,/-])(?<!\d:)[0-9]+(?![\w/-]|[.,:][0-9])")
ID_IN_SENTENCE = re.compile(r"[1-9][0-9]{3,17}")
HARMLESS = re.compile(
    r"\b(?:no|without|0|zero|keine?|ohne)\s+(?:any\s+)?(?:error|failure|problem|fehler)\w*"
    r"|\b(?:errors?|failures?|fehler)\s*[:=]\s*(?:0|no|none|keine)\b",
    re.I,
)
FAILURE = re.compile(
    r"\b(?:not|cannot|\w+n't|no such|unable|exists|already|duplicate|wrong|missing|unknown|denied"
    r"|nicht|bereits|abgelehnt)\b"
    r"|\b(?:error|fail|fault|invalid|refus|reject|exception|forbidden|mismatch|differ"
    r"|fehl|ungültig|unbekannt)",
    re.I,
)
DUPLICATE = re.compile(r"\b(?:exists|already|duplicate|bereits)\b", re.I)
MARKUP = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: `root` is None for an empty body, `raw` is masked, `sentence` is not."""

    root: etree._Element | None = None
    sentence: str = ""
    raw: str = ""

    def ensure_no_duplicate(self) -> None:
        """Raises OutcomeUnknown when an order is there already: from a call before, maybe."""
        if DUPLICATE.search(self.sentence):
            raise _build_duplicate(self.sentence, self.raw)

    def ensure_no_failure(self) -> None:
        """Raises Refused when a word of failure is said."""
        if FAILURE.search(HARMLESS.sub("", self.sentence)):
            text = f'TB.One refused it. It says: "{excerpt(self.sentence)}"'
            raise Refused(text, body=excerpt(self.raw))


def parse_answer(body: bytes | BinaryIO, *, own_ids: Iterable[str] = (), mask=str) -> Sent:
    """Read a 2xx answer to an order; `own_ids` are numbers of ours that it may repeat.

    An empty body is success of which nothing more is known. `mask` hides secrets in what is kept.
    Raises Refused when it says so without an id, OutcomeUnknown when nothing is understood, or
    when the order is said to be there already.
    """
    answer = _read_answer(body, mask)
    if answer.root is None:
        return Sent()
    own = {key.strip() for key in own_ids if key.strip()}
    order_ref = _find_id(answer.root, own)
    if not order_ref:
        answer.ensure_no_duplicate()
        answer.ensure_no_failure()
    return Sent(order_ref or _find_id_in_sentence(answer.sentence, own), answer.raw)


def judge_refusal(error: Refused) -> ProviderError:
    """What a 4xx to an order means: one that is there already may be ours, from a call before."""
    is_duplicate = error.status == 409 or DUPLICATE.search(error.body)
    if not error.status or error.status < 400 or not is_duplicate:
        return error
    said = " ".join(MARKUP.sub(" ", error.body).split())
    return _build_duplicate(said or "409", error.body, error.status)


def _build_duplicate(said: str, raw: str, status: int | None = None) -> OutcomeUnknown:
    text = f'TB.One says that it has this order already: "{excerpt(said)}" '
    text += "Look at TB.One before it is sent again."
    return OutcomeUnknown(text, status=status, body=excerpt(raw))


def ensure_taken(body: bytes | BinaryIO, *, mask=str) -> None:
    """The same for messages of ours, which need no id."""
    _read_answer(body, mask).ensure_no_failure()


def _read_answer(body: bytes | BinaryIO, mask) -> Answer:
    file = BytesIO(body) if isinstance(body, bytes) else body
    head = read_head(file)
    if head.is_blank:
        return Answer()
    raw = mask(head.raw.decode(head.encoding, "replace").replace("\x00", ""))
    root = _parse(file, head, raw)
    return Answer(root, _read_sentence(root), raw)


def _parse(file: BinaryIO, head: Head, raw: str) -> etree._Element:
    """Raises OutcomeUnknown for a web page and everything else that is no plain XML."""
    file.seek(head.start)
    parser = etree.XMLParser(encoding=head.encoding, **HARDENED)
    try:
        tree = etree.parse(file, parser)
    except etree.XMLSyntaxError:
        tree = None
    if tree is None or tree.docinfo.doctype or _get_name(tree.getroot()) == "HTML":
        raise OutcomeUnknown(
            "Nobody knows whether TB.One has taken it, because its answer is not understood: "
            f'"{excerpt(raw)}" Look at TB.One before it is sent again.',
            body=excerpt(raw),
        )
    return tree.getroot()


def _find_id(root: etree._Element, own: set[str]) -> str:
    """The one id of an order that stands in a node of its own; of two nobody knows which."""
    for name in ID_NODES:
        found = {
            text
            for element in root.iter()
            if _get_name(element) == name and not _is_of_a_part(element)
            if ID.fullmatch(text := (element.text or "").strip())
            if name == "TB_ID" or text not in own
        }
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _find_id_in_sentence(sentence: str, own: set[str]) -> str:
    """The only number of it that is not ours."""
    for key in own:
        sentence = re.sub(rf"(?<!\w){re.escape(key)}(?!\w)", " ", sentence)
    numbers = NUMBER.findall(sentence)
    return numbers[0] if len(numbers) == 1 and ID_IN_SENTENCE.fullmatch(numbers[0]) else ""


def _read_sentence(root: etree._Element) -> str:
    """What is meant for people; not the texts of an order that is repeated."""
    return " ".join(" ".join(_iter_sayings(root)).split())


def _iter_sayings(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        if element is root or _get_name(element) in SAYING:
            yield element.text or ""


def _is_of_a_part(element: etree._Element) -> bool:
    return any(_get_name(ancestor) in OF_PARTS for ancestor in element.iterancestors())


def _get_name(element: etree._Element) -> str:
    """Without name space; upper case, as the field tables write it."""
    return element.tag.rpartition("}")[2].upper() if isinstance(element.tag, str) else ""
