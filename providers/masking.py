"""Keep credentials out of sentences, logs and excerpts."""

import re
from html import escape
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

MASK = "***"
EXCERPT_LENGTH = 300  # characters
SECRET_PARAMETER = re.compile(r"pass|pwd|secret|token|key|auth|signature|user|login", re.IGNORECASE)


class Mask:
    """Replaces known secrets, also in the spellings a server may echo them in."""

    def __init__(self, *secrets: str):
        spellings = {
            spelling
            for secret in secrets
            if secret
            for spelling in (secret, quote(secret, safe=""), escape(secret), repr(secret)[1:-1])
        }
        self._secrets = sorted(spellings, key=len, reverse=True)

    def extend(self, *secrets: str) -> "Mask":
        """This mask, and these secrets as well."""
        wider = Mask(*secrets)
        wider._secrets = sorted({*self._secrets, *wider._secrets}, key=len, reverse=True)
        return wider

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def __repr__(self):
        return f"Mask({len(self._secrets)} spellings)"

    def in_bytes(self, data: bytes) -> bytes:
        """The same for bytes, taken as UTF-8."""
        for secret in self._secrets:
            data = data.replace(secret.encode(errors="replace"), MASK.encode())
        return data


def mask_url(url: str) -> str:
    """The address without user info, and without the values of parameters that sound secret.

    >>> mask_url("https://me:pw@host.example/a?channel=7&password=x")
    'https://host.example/a?channel=7&password=***'
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # not an address at all: nothing in it can be told apart
        return MASK
    if ":" in parts.netloc and "@" in parts.path + parts.query + parts.fragment:
        return MASK  # maybe a password with a slash in it, cut in two
    query = urlencode(
        [
            (name, MASK if SECRET_PARAMETER.search(name) else value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
        ],
        safe="*:",
    )
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, query, ""))


def excerpt(text: str | bytes, length: int = EXCERPT_LENGTH) -> str:
    """The beginning on one line, printable characters only, so that a database takes it."""
    if isinstance(text, bytes):
        text = text[: 8 * length].decode("utf-8", "replace")
    line = " ".join(text.split())
    line = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
    return line if len(line) <= length else line[: length - 1] + "\N{HORIZONTAL ELLIPSIS}"
