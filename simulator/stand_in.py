"""What the stand-ins of all platforms share: a server, a journal, and faults on demand."""

from collections.abc import Callable

from .control import Control
from .faults import Fault, FaultBook, Trigger
from .http_server import Reply, Request, Server
from .journal import Call, Clock, Journal, Violation


class StandIn:
    """A server on 127.0.0.1, to be used as a context or with start() and stop().

    A platform gives it a gateway, which has latency in seconds by kind of call, and a control.
    """

    def __init__(self, port: int, clock: Callable[[], float] | None):
        self.clock = Clock(clock)
        self.journal = Journal(self.clock)
        self.faults = FaultBook()
        self.server = Server(self.answer, port, self.journal.report_bug)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc) -> None:
        self.stop()

    def start(self):
        self.server.start()
        return self

    def stop(self) -> None:
        self.server.stop()

    def answer(self, request: Request) -> Reply:
        """The side door for people and tests, else the platform."""
        if request.path.startswith(Control.ROOT):
            return self.control.answer(request)
        return self.gateway.answer(request)

    def work(self) -> None:
        """What the platform does by itself; to be called now and then."""

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return self.server.url

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in order of arrival."""
        return list(self.journal.calls)

    @property
    def violations(self) -> list[Violation]:
        """Every breach of the platform's rules by the client."""
        return list(self.journal.violations)

    def set_latency(self, seconds: float, call: str = "*") -> None:
        """Let answers to calls of a kind take this long."""
        self.gateway.latency[call] = seconds

    def fault(
        self,
        call: str,
        name: str,
        *,
        target: object = "",
        after: int = 0,
        times: int | None = 1,
        **changes,
    ) -> Fault:
        """Arm a fault for calls of a kind ("*": all), optionally for one id in the path, after
        some calls, for a number of times (None: until cleared); `changes` alter the fault."""
        trigger = Trigger(call, str(target), after, times)
        return self.faults.add(trigger, self.make_fault(name, **changes))
