"""A list of several pages, followed through its links on one host only."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit, urlunsplit

from ..errors import Malformed
from ..http_call import read_origin
from ..masking import excerpt, mask_url
from .config import PLATFORM
from .session import Answer, Session

LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)')
SUPPORT = "Show this to their support."
REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]*))', re.IGNORECASE)


def iter_pages(
    session: Session, url: str, max_pages: int, advice: str = SUPPORT
) -> Iterator[Answer]:
    """Raises Malformed when the links lead astray: elsewhere, in circles, or without end.

    Which page is the last one is told by the lack of a next one, never by a number: the platform
    names its last page "last".

    advice: what a person does about a list that is too long.
    """
    seen = set()
    while url:
        if url in seen:
            raise _complain("in circles", url)
        if len(seen) >= max_pages:
            raise _complain(f"beyond {max_pages} pages", url, advice)
        seen.add(url)
        answer = session.get(url)
        yield answer
        url = find_next(answer.link, url)


def find_next(link: str, url: str) -> str:
    """The address of the next page, on the host of `url`; '' on the last page."""
    for target, parameters in LINK.findall(link):
        rels = " ".join(quoted or plain for quoted, plain in REL.findall(parameters))
        if "next" in rels.lower().split():
            return bring_home(target.strip(), url)
    return ""


def bring_home(target: str, url: str) -> str:
    """The address of `target` at the host of `url`; raises Malformed if it is at another one.

    The token goes to the host of the account, and to no other: not even to its plain http.
    """
    try:
        found, home = urlsplit(urljoin(url, target)), urlsplit(url)
        is_home = found.hostname == home.hostname and "@" not in found.netloc
        is_same_port = found.port is None or read_origin(url).port == found.port
    except ValueError:
        is_home = is_same_port = False
        found = home = urlsplit("")
    if not (is_home and is_same_port):
        raise _complain("to another host", target)
    return urlunsplit((home.scheme, home.netloc, found.path, found.query, ""))


def _complain(where: str, url: str, advice: str = SUPPORT) -> Malformed:
    return Malformed(
        f"The pages of {PLATFORM} lead {where}: {excerpt(mask_url(url))}. "
        f"They are not followed. {advice}"
    )
