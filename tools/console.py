"""What a command tells the person who runs it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ToolError(Exception):
    """A failure whose text is all that the reader needs; no traceback."""


def say(text: str) -> None:
    """One line, at once."""
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce something that takes a while, and say how long it took."""
    say(f"==> {text}")
    start = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - start:.1f} s")


def tail(path: Path, lines: int = 25) -> str:
    """The end of a log file."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        return "".join(deque(stream, lines)).rstrip()
