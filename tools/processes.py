"""Children that never outlive the command that started them, and locks between commands."""

from __future__ import annotations

import fcntl
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from .console import ToolError, say, tail

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 20  # seconds a child has for its own clean-up before it is killed

Command = Sequence["str | Path"]


def unwind_on_signals() -> None:
    """Turn the first signal into an exit that runs every `finally`; ignore further ones."""

    def leave(number: int, _frame: FrameType | None) -> None:
        for name in STOP_SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        sys.exit(128 + number)

    for name in STOP_SIGNALS:
        if signal.getsignal(name) is not signal.SIG_IGN or name is not signal.SIGHUP:  # nohup
            signal.signal(name, leave)


@contextmanager
def running(command: Command, stop: int = signal.SIGTERM, **options) -> Iterator[subprocess.Popen]:
    """A child in a process group of its own, which is stopped on the way out."""
    child = subprocess.Popen(list(map(str, command)), start_new_session=True, **options)
    try:
        yield child
    finally:
        _stop(child, stop)


def _stop(child: subprocess.Popen, stop: int) -> None:
    """Ask, wait, and then end what is left of the group."""
    if child.poll() is None:
        child.send_signal(stop)
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def call(command: Command, **options) -> int:
    """Run a child to its end and return its exit status."""
    with running(command, stop=signal.SIGINT, **options) as child:
        return child.wait()


def talk(command: Command, **options) -> int:
    """Run an interactive child on this terminal: Ctrl-C belongs to it alone."""
    child = subprocess.Popen(list(map(str, command)), **options)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return child.wait()
    finally:
        signal.signal(signal.SIGINT, before)


def read(command: Command, **options) -> str:
    """What a short child prints."""
    done = subprocess.run(
        list(map(str, command)),
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        **options,
    )
    if done.returncode:
        raise ToolError(f"{shlex.join(map(str, command))} failed:\n{done.stdout.rstrip()}")
    return done.stdout.strip()


def run_logged(command: Command, log: Path, **options) -> None:
    """Run a chatty child; its output goes to a log whose end is shown when it fails."""
    with log.open("ab") as stream:
        stream.write(f"\n$ {shlex.join(map(str, command))}\n".encode())
        stream.flush()
        status = call(command, stdout=stream, stderr=subprocess.STDOUT, **options)
    if status:
        name = " ".join(map(str, command[:4]))
        raise ToolError(f"{tail(log)}\n\n{name} … failed (status {status}); all of it: {log}")


@contextmanager
def exclusive(lock: Path, purpose: str) -> Iterator[None]:
    """Hold a lock that commands running at the same time wait for."""
    with lock.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"==> Waiting: another command holds the lock for {purpose} ({lock})")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield
