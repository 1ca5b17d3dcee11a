"""A long backlog: does the last message cost what the first did, and does the worker stay slim?"""

import time
from dataclasses import dataclass
from statistics import mean, median

from .machine import resident_mb
from .table import at_most, judged_by, over
from .workers import Team, apply_all, count_received

GLANCE = 0.1  # seconds between two looks at the worker, more if counting what is left takes long
GROWTH = 150  # MB a worker may grow while it eats the backlog
DRIFT = 10  # MB between its third and its last quarter: more is a leak


@dataclass(frozen=True)
class Glance:
    """One look at the worker from outside."""

    moment: float
    left: int
    memory: float


def run(bench):
    """Rows for cost per message and memory, against a short backlog before and after."""
    size = bench.size
    short, long, again = (
        _watch(bench, messages)
        for messages in (size.short_backlog, size.backlog, size.short_backlog)
    )
    what = f"Backlog of {size.backlog:,}"
    yield over(
        f"{what}: ms per message",
        _ms_each(long),
        mean((_ms_each(short), _ms_each(again))),
        at_most(1.1),
        name=f"backlog of {size.short_backlog:,}",
    )
    begin, top = long[0].memory, max(glance.memory for glance in long)
    row = over(f"{what}: memory", top, begin, at_most(GROWTH), unit="MB", name="before it")
    yield judged_by(top - begin, row)
    third, last = (_memory_in_quarter(long, number) for number in (2, 3))
    what = f"{what}: memory in its last quarter"
    row = over(what, last, third, at_most(DRIFT), unit="MB", name="third quarter")
    yield judged_by(last - third, row)


def _watch(bench, messages: int) -> list[Glance]:
    """Let one worker eat an inbox, and look at it until it is done."""
    bench.fill_inbox(messages)
    pause = max(GLANCE, messages / 50_000)
    team, glances = Team((apply_all,)).start(), []
    while team.is_busy:
        try:
            memory = resident_mb(team.pids[0])
        except (FileNotFoundError, IndexError):
            break  # it has just ended
        glances.append(Glance(time.monotonic(), count_received(bench.env), memory))
        time.sleep(pause)
    team.finish()
    return [glance for glance in glances if glance.memory]


def _ms_each(glances: list[Glance]) -> float:
    """From the first batch on, as a fresh process is slow at first, to the last one."""
    whole = glances[0].left
    after_first = next(glance for glance in glances if glance.left < whole)
    at_end = next((glance for glance in glances if not glance.left), glances[-1])
    return 1000 * (at_end.moment - after_first.moment) / (after_first.left - at_end.left)


def _memory_in_quarter(glances: list[Glance], number: int) -> float:
    length = max(1, len(glances) // 4)
    return median(glance.memory for glance in glances[number * length : (number + 1) * length])
