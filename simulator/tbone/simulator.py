"""A TB.One on this machine: start it, script it, look at what it was sent."""

from collections.abc import Callable

from ..faults import Fault, FaultBook, Trigger, make_fault
from ..http_server import Reply, Request, Server
from ..journal import Call, Clock, Journal, Violation
from .control import Control
from .gateway import MOMENT, Gateway
from .merchant import Merchant
from .state import Platform


class TBOneSimulator(Merchant):
    """A stand-in for TB.One on 127.0.0.1, to be used as a context or with start() and stop()."""

    account = "2604"
    user = "fc-api"
    password = "fc-api-demo"
    channel = "318"
    channel_sign = "fcsh"

    def __init__(self, port: int = 0, clock: Callable[[], float] | None = None):
        self.clock = Clock(clock)
        self.platform = Platform(self.clock)
        self.journal = Journal(self.clock)
        self.faults = FaultBook()
        self.gateway = Gateway(self.platform, self.journal, self.faults)
        self.control = Control(self)
        self.server = Server(self._answer, port, self.journal.report_bug)
        self.reset()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc) -> None:
        self.stop()

    def start(self) -> "TBOneSimulator":
        self.server.start()
        return self

    def stop(self) -> None:
        self.server.stop()

    def reset(self) -> None:
        """Forget orders, messages, calls, violations and faults."""
        with self.platform.lock:
            self.platform.reset()
            self.journal.reset()
            self.faults.clear()
            self.gateway.latency = {"*": MOMENT}
            channels = {self.channel: self.channel_sign}
            self.add_account(self.account, self.user, self.password, channels)

    @property
    def url(self) -> str:
        """Scheme, host and port; the account number comes behind it."""
        return self.server.url

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in order of arrival."""
        return list(self.journal.calls)

    @property
    def violations(self) -> list[Violation]:
        """Every breach of the platform's rules by the client."""
        return list(self.journal.violations)

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
        return self.faults.add(trigger, make_fault(name, **changes))

    def set_latency(self, seconds: float, call: str = "*") -> None:
        """Let answers to calls of a kind take this long."""
        self.gateway.latency[call] = seconds

    def _answer(self, request: Request) -> Reply:
        if request.path.startswith(Control.ROOT):
            return self.control.answer(request)
        return self.gateway.answer(request)
