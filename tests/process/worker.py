"""Processes that a test starts, waits for and kills."""

import multiprocessing
import os
import signal
import tempfile
import time
from pathlib import Path

FOLDER = Path(__file__).parent
PATIENCE = 180  # seconds: who needs more waits for ever


def wait_until(is_so, what, patience=PATIENCE):
    end = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < end, f"{patience} seconds passed, and still not: {what}"
        time.sleep(0.01)


class Worker:
    """A process that does jobs of lanes.py."""

    def __init__(self, *jobs, **values):
        self.jobs = jobs
        descriptor, self._log = tempfile.mkstemp(".log", "worker-")
        os.close(descriptor)
        self._process = _processes().Process(target=_work, args=(jobs, values, self._log))
        self._process.start()

    @property
    def is_alive(self):
        return self._process.is_alive()

    @property
    def log(self):
        return Path(self._log).read_text()

    def finish(self, patience=PATIENCE):
        """Let it come to its end, which must be a good one."""
        self._process.join(patience)
        assert not self.is_alive, f"{self.jobs} do not come to an end:\n{self.log}"
        assert self._process.exitcode == 0, f"{self.jobs} failed:\n{self.log}"
        return self

    def kill(self):
        """End it as a lack of memory or a power cut would."""
        self._process.kill()
        self._process.join()
        assert self._process.exitcode == -signal.SIGKILL, f"It ended before:\n{self.log}"


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
    import lanes

    lanes.work(jobs, values, log)
