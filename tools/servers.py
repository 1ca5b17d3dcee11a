"""Servers that run beside a command: started, waited for, and stopped with it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import ToolError, step, tail
from .processes import Command, running

PATIENCE = 120  # seconds for a server to answer


@contextmanager
def served(
    title: str, command: Command, log: Path, answers: Callable[[], bool], **options
) -> Iterator[subprocess.Popen]:
    """A server that answers, for as long as the block lasts; its output goes to a log."""
    with (
        log.open("w", encoding="utf-8") as stream,
        running(command, stdout=stream, stderr=subprocess.STDOUT, **options) as child,
    ):
        with step(title):
            _wait(child, log, answers)
        yield child


def _wait(child: subprocess.Popen, log: Path, answers: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not answers():
        if child.poll() is not None or time.monotonic() > end:
            raise ToolError(f"{tail(log)}\n\nThe server did not start; all of it: {log}")
        time.sleep(0.2)


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wanted_port(variable: str, default: int) -> int:
    """The port a variable names; it must be free."""
    port = int(os.environ.get(variable) or default)
    if is_open(port):
        raise ToolError(f"Port {port} is taken on this machine; name another: make {variable}=…")
    return port


def is_open(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_odoo(url: str) -> bool:
    """Whether an Odoo answers here."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/web/health", timeout=5) as answer:
            return b"pass" in answer.read()
    except (urllib.error.URLError, OSError):
        return False
