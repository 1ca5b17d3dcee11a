"""Clocks: time and queries of one piece of work, and sides that take turns."""

import gc
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Sample:
    """What some work on some things took."""

    seconds: float
    queries: int
    count: int
    cpu: float  # seconds of processor, PostgreSQL's included: what a busy machine cannot hide

    @property
    def ms_each(self) -> float:
        return 1000 * self.seconds / self.count

    @property
    def cpu_ms_each(self) -> float:
        return 1000 * self.cpu / self.count

    @property
    def queries_each(self) -> float:
        return self.queries / self.count


class Samples(list):
    """Repetitions of the same work; the median counts."""

    @property
    def ms_each(self) -> float:
        return median(sample.ms_each for sample in self)

    @property
    def cpu_ms_each(self) -> float:
        return median(sample.cpu_ms_each for sample in self)

    @property
    def queries_each(self) -> float:
        return median(sample.queries_each for sample in self)

    @property
    def queries(self) -> float:
        return median(sample.queries for sample in self)


def timed(env, count: int, work: Callable[[], object]) -> Sample:
    """Do some work on `count` things, with no record in memory and a tidy heap."""
    from odoo import sql_db

    env.invalidate_all()
    gc.collect()
    queries, cpu, start = sql_db.sql_counter, _cpu_seconds(), time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    return Sample(seconds, sql_db.sql_counter - queries, count, _cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    """Of this process, and of its sessions in PostgreSQL if that runs on this machine."""
    from odoo.sql_db import _Pool

    sessions = {connection.info.backend_pid for connection in _Pool._connections}
    return time.process_time() + sum(map(_cpu_of, sessions))


def _cpu_of(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (FileNotFoundError, PermissionError):
        return 0.0


def by_turns(rounds: int, sides: dict[str, Callable[[], Sample]]) -> dict[str, Samples]:
    """A B C A B C ..., so that a slow minute of the machine hits all; a first round is thrown away.

    :param sides: what each side does, with all its preparation; it returns what its clock says.
    """
    found = {name: Samples() for name in sides}
    for number in range(rounds + 1):
        for name, side in sides.items():
            sample = side()
            if number:
                found[name].append(sample)
    return found


def seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_slices(things: list, length: int) -> Iterable[list]:
    return (things[first : first + length] for first in range(0, len(things), length))
