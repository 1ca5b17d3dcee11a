"""What happened on the wire, and which of the platform's call rules were broken by it."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass

RETRY_AFTER = 600.0  # a 5xx may be repeated after ten minutes ...
RETRY_TIMES = 5  # ... at most five times


class Clock:
    """The simulator's time: real (or a test's own) time plus what was skipped."""

    def __init__(self, now: Callable[[], float] | None = None):
        self._now = now
        self._skipped = 0.0

    def now(self) -> float:
        # Looked up at every call, so that a test that freezes time freezes this clock too.
        return (self._now or time.time)() + self._skipped

    def advance(self, seconds: float) -> None:
        self._skipped += seconds


@dataclass(eq=False)
class Call:
    """One call of a client; status is None until it is answered, 0 when it got no answer."""

    at: float
    account: str
    kind: str
    method: str
    path: str
    body: bytes = b""
    status: int | None = None
    fault: str = ""
    seconds: float = 0.0

    def as_json(self) -> dict:
        return {**asdict(self), "body": self.body.decode("utf-8", "replace")}


@dataclass(frozen=True)
class Violation:
    """One breach of a rule of the platform by the client."""

    rule: str
    detail: str
    method: str
    path: str


@dataclass(frozen=True)
class _Failure:
    status: int
    at: float
    times: int
    wait: float


class Journal:
    """Every call and every breach, in order; remembers failed calls to notice bad repeats."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        self.calls: list[Call] = []
        self.violations: list[Violation] = []
        self._failures: dict[Hashable, _Failure] = {}

    def forget_failures(self) -> None:
        """From now on any failed call may be repeated: somebody has corrected the cause."""
        self._failures.clear()

    def open(self, call: Call, fingerprint: Hashable) -> None:
        with self._lock:
            self.calls.append(call)
            failure = self._failures.get(fingerprint)
        breach = failure and _repeat_breach(failure, call.at)
        if breach:
            self.breach(call, *breach)

    def breach(self, call: Call, rule: str, detail: str) -> None:
        with self._lock:
            self.violations.append(Violation(rule, detail, call.method, call.path))

    def report_bug(self, trace: str) -> None:
        """A bug of the simulator must not pass for a fault that a test asked for."""
        with self._lock:
            self.violations.append(Violation("simulator_bug", trace, "", ""))

    def close(self, fingerprint: Hashable, status: int, wait: float) -> None:
        """Remember a failure (0: no whole answer); `wait`: for how long to stay away."""
        if status == 409:  # a parallel call is a breach of its own and may come again, alone
            return
        with self._lock:
            if 200 <= status < 400:
                self._failures.pop(fingerprint, None)
                return
            before = self._failures.get(fingerprint)
            times = before.times + 1 if before else 1
            self._failures[fingerprint] = _Failure(status, self.clock.now(), times, wait)


def _repeat_breach(failure: _Failure, now: float) -> tuple[str, str] | None:
    passed = now - failure.at
    if failure.status == 429:
        early = passed < failure.wait
        return ("repeat_429", f"{passed:.0f} s of {failure.wait:.0f} s passed") if early else None
    if 400 <= failure.status < 500:
        return "repeat_4xx", f"the same call was refused with {failure.status} before"
    if failure.times > RETRY_TIMES:
        return "repeat_5xx_often", f"failed {failure.times} times already"
    if passed < RETRY_AFTER:
        return "repeat_5xx_early", f"{passed:.0f} s after status {failure.status}"
    return None


class Gate:
    """Lets one call of an account in at a time; a client that has hung up is no longer inside."""

    def __init__(self):
        self._lock = threading.Lock()
        self._holder: object | None = None
        self._is_gone: Callable[[], bool] = lambda: True

    def enter(self, holder: object, is_gone: Callable[[], bool]) -> bool:
        with self._lock:
            if self._holder is not None and not self._is_gone():
                return False
            self._holder, self._is_gone = holder, is_gone
            return True

    def leave(self, holder: object) -> None:
        with self._lock:
            if self._holder is holder:
                self._holder = None
