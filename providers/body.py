"""From the chunks of an answer to one file: unpacked and capped."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

PIECE = 256 * 1024  # bytes unpacked at a time, however small a bomb is on the wire


class BodyTooLarge(Exception):
    """More bytes than allowed."""


class BodyCut(Exception):
    """The packed body ends too early."""


class BodyUnreadable(Exception):
    """The body is packed in a way we did not ask for, or its packing is damaged."""


def fill(file: BinaryIO, chunks: Iterable[bytes], encoding: str, max_bytes: int) -> None:
    """Write the unpacked chunks; raises one of the three above, and what `chunks` raises.

    What came before a failure is in the file.
    """
    size = 0
    for piece in find_unpacker(encoding)(chunks):
        size += len(piece)
        if size > max_bytes:
            raise BodyTooLarge
        file.write(piece)


def find_unpacker(encoding: str) -> Callable[[Iterable[bytes]], Iterator[bytes]]:
    """For the value of the header Content-Encoding; we ask for gzip only."""
    match encoding.strip().lower():
        case "" | "identity":
            return iter
        case "gzip" | "x-gzip":
            return unpack_gzip
    raise BodyUnreadable


def unpack_gzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of at most PIECE bytes; the unpacked whole is never in memory."""
    unpacker, is_empty = zlib.decompressobj(wbits=31), True
    try:
        for chunk in chunks:
            is_empty = False
            packed = chunk
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, PIECE)
                packed = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as error:
        raise BodyUnreadable from error
    if not (unpacker.eof or is_empty):
        raise BodyCut
