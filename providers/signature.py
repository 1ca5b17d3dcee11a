"""Is a web hook from the platform? Decided over the bytes as they came, and closed in doubt."""

import base64
import binascii
import hashlib
import hmac

HASHES = ("sha1", "sha256", "sha512")
ENCODINGS = ("hex", "base64")


def verify(
    raw: bytes,
    header: str,
    secret: str,
    *,
    hash: str = "sha256",
    encoding: str = "hex",
    prefix: str = "",
) -> bool:
    """Does `header` sign `raw` with `secret`? prefix: what stands in front, such as "sha256=".

    Never raises. False also for no header, no secret, an unknown hash and an unknown encoding.
    Whoever changes a secret asks with the old one too, until the platform knows the new one.

    >>> verify(b"{}", sign(b"{}", "s3cret"), "s3cret")
    True
    >>> verify(b"{}", sign(b"{}", ""), "")
    False
    """
    if not (header and secret and hash in HASHES and encoding in ENCODINGS):
        return False
    text = header.strip()
    if not text.startswith(prefix):
        return False
    return hmac.compare_digest(
        _decode(text.removeprefix(prefix), encoding), _digest(raw, secret, hash)
    )


def sign(raw: bytes, secret: str, *, hash: str = "sha256", encoding: str = "hex") -> str:
    """The header for these bytes."""
    digest = _digest(raw, secret, hash)
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def _digest(raw: bytes, secret: str, hash: str) -> bytes:
    return hmac.new(secret.encode("utf-8", "surrogatepass"), raw, getattr(hashlib, hash)).digest()


def _decode(text: str, encoding: str) -> bytes:
    """b'' for what is not in that encoding: it is equal to no digest."""
    try:
        if encoding == "hex":
            return binascii.unhexlify(text)
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
