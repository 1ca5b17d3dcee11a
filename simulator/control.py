"""The JSON side door /_control/ for people, demos and tests in other processes."""

import json
from collections.abc import Callable
from dataclasses import asdict

from .http_server import Reply, Request


class Control:
    """Reads by GET, acts by POST with a JSON object; a platform adds its own."""

    ROOT = "/_control/"
    SETTINGS: frozenset[str] = frozenset()  # of the platform, by name

    def __init__(self, simulator):
        self.simulator = simulator
        self.scenario: Callable[[], None] = lambda: None  # what a reset plays again
        self.reads = {
            "state": self._read_state,
            "summary": self._read_summary,
            "expected": simulator.expected,
            "calls": lambda: [call.as_json() for call in simulator.calls],
            "violations": lambda: [asdict(violation) for violation in simulator.violations],
        }
        self.acts = {
            "fault": lambda values: asdict(simulator.fault(**values)),
            "clear_faults": lambda values: simulator.faults.clear(),
            "latency": lambda values: simulator.set_latency(**values),
            "clock": lambda values: simulator.clock.advance(**values),
            "settings": lambda values: vars(simulator.platform).update(self._only_known(values)),
            "stock": lambda values: simulator.set_stock(**values),
            "reset": self._reset,
        }

    def answer(self, request: Request) -> Reply:
        name = request.path.removeprefix(self.ROOT).rstrip("/")
        table = self.reads if request.method == "GET" else self.acts
        if name not in table:
            known = {"GET": sorted(self.reads), "POST": sorted(self.acts)}
            return _json({"error": f"unknown: {name!r}", "known": known}, 404)
        try:
            if request.method == "GET":
                return _json(table[name]())
            return _json(table[name](json.loads(request.body or b"{}")) or {"done": name})
        except (TypeError, ValueError, LookupError) as problem:
            return _json({"error": f"{type(problem).__name__}: {problem}"}, 400)

    def show(self) -> dict:
        """What the platform knows, for `state`."""
        raise NotImplementedError

    def count(self) -> dict[str, int]:
        """Numbers only, for `summary`; also quick where there is much."""
        raise NotImplementedError

    def _read_state(self) -> dict:
        with self.simulator.platform.lock:
            state = self.show()
        return state | {name: self.reads[name]() for name in ("calls", "violations")}

    def _read_summary(self) -> dict:
        with self.simulator.platform.lock:
            return {
                **self.count(),
                "calls": len(self.simulator.journal.calls),
                "violations": len(self.simulator.journal.violations),
                "faults_waiting": self.simulator.faults.waiting(),
            }

    def _reset(self, values: dict) -> None:
        self.simulator.reset()
        self.scenario()

    def _only_known(self, values: dict) -> dict:
        if unknown := values.keys() - self.SETTINGS:
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        return values


def _json(value: object, status: int = 200) -> Reply:
    body = json.dumps(value, indent=1, default=str).encode()
    return Reply(status, body, content_type="application/json")
