"""Processes that a test starts, waits for and kills; each has a log of its own."""

import multiprocessing
import os
import signal
import tempfile
import time
from itertools import count
from pathlib import Path

FOLDER = Path(__file__).parent
LOGS = Path(os.environ.get("PROCESS_LOGS", tempfile.gettempdir()))
PATIENCE = 180  # seconds: who needs more waits for ever

logs = []  # of the processes of the running test; it shows them when it fails
_numbers = count(1)


def new_log(name):
    """The file for what a process has to say."""
    path = LOGS / f"{next(_numbers):03}-{name}.log"
    path.write_bytes(b"")
    logs.append(path)
    return path


def wait_until(is_so, what, every=0.01):
    """Look again and again, but not for ever."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"{PATIENCE} seconds passed, and still not: {what}"
        time.sleep(every)


class Worker:
    """A process that does jobs of lanes.py."""

    def __init__(self, *jobs, **values):
        self.jobs = jobs
        self._log = new_log("-".join(jobs))
        self._process = _processes().Process(target=_work, args=(jobs, values, self._log))
        self._process.start()

    @property
    def is_alive(self):
        return self._process.is_alive()

    @property
    def log(self):
        return self._log.read_text()

    def finish(self, patience=PATIENCE):
        """Let it come to its end, which must be a good one."""
        self._process.join(patience)
        assert not self.is_alive, f"{self.jobs} do not come to an end: {self._log}"
        assert self._process.exitcode == 0, f"{self.jobs} failed: {self._log}"
        return self

    def kill(self):
        """End it as a lack of memory or a power cut would."""
        self._process.kill()
        self._process.join()
        assert self._process.exitcode == -signal.SIGKILL, f"{self.jobs} ended before: {self._log}"


def kill_the_rest():
    """What a failed test left behind."""
    for process in multiprocessing.active_children():
        process.kill()
        process.join()


def _processes():
    """Children of a process that has loaded Odoo, not of this one."""
    context = multiprocessing.get_context("forkserver")
    if str(FOLDER) not in os.environ["PYTHONPATH"].split(os.pathsep):
        os.environ["PYTHONPATH"] += f"{os.pathsep}{FOLDER}"
    context.set_forkserver_preload(["lanes"])
    return context


def _work(jobs, values, log):
    with log.open("ab") as stream:
        os.dup2(stream.fileno(), 2)
    import lanes

    lanes.work(jobs, values)
