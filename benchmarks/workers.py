"""Workers as real processes. They are started afresh and load Odoo themselves, as a server does.

Nothing here imports Odoo before the process knows its configuration.
"""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

from . import database

SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 180  # seconds to load Odoo
NAP = 0.05


def in_process(function, *values):
    """What a function returns in a process of its own."""
    with ProcessPoolExecutor(1, SPAWN) as pool:
        return pool.submit(function, *values).result()


class Team:
    """Processes that start their work at the same moment."""

    def __init__(self, *jobs, prepare=database.boot):
        """:param jobs: (function of this file, values...) for each process.

        :param prepare: what each process does before the clock starts.
        """
        self._gate, self._times = SPAWN.Barrier(len(jobs) + 1), SPAWN.Queue()
        self._members = [
            SPAWN.Process(target=_work, args=(self._gate, self._times, prepare, *job))
            for job in jobs
        ]

    def start(self) -> "Team":
        for member in self._members:
            member.start()
        self._gate.wait(PATIENCE)
        return self

    @property
    def is_busy(self) -> bool:
        return any(member.is_alive() for member in self._members)

    @property
    def pids(self) -> list[int]:
        return [member.pid for member in self._members]

    def finish(self) -> float:
        """Wait for all; seconds from the start of the first to the end of the last."""
        for member in self._members:
            member.join()
            if member.exitcode:
                raise AssertionError(f"A worker ended with {member.exitcode}")
        times = [self._times.get() for _member in self._members]
        return max(end for _start, end in times) - min(start for start, _end in times)


def _work(gate, times, prepare, job, *values):
    prepare()
    gate.wait(PATIENCE)
    start = time.time()
    job(*values)
    times.put((start, time.time()))


# --- jobs


def apply_all(*_values) -> None:
    """The apply lane, until no message of the inbox waits for it."""
    with database.environment() as env:
        while count_received(env):
            env["fulfillment.apply"]._cron_apply()
            time.sleep(NAP)


def apply_until(total: int) -> None:
    """The apply lane, until so many messages are applied in all."""
    with database.environment() as env:
        while count_applied(env) < total:
            if count_received(env):
                env["fulfillment.apply"]._cron_apply()
            time.sleep(NAP)


def exchange(*_values) -> None:
    """One run of the exchange lane over the accounts that are due."""
    with database.environment() as env:
        env["fulfillment.exchange"]._cron_exchange()


def do_nothing() -> None:
    """Preparation of work that needs no Odoo."""


def spin(turns: int) -> None:
    """Work that nobody can disturb: what the machine gives to a second process."""
    total = 0
    for number in range(turns):
        total += number * number


def count_received(env) -> int:
    return database.value(env, "SELECT count(*) FROM fulfillment_message WHERE state = 'received'")


def count_applied(env) -> int:
    return database.value(env, "SELECT count(*) FROM fulfillment_message WHERE state = 'applied'")
