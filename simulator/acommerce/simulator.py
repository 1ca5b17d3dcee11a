"""An aCommerce on this machine: start it, script it, look at what it was sent."""

from collections.abc import Callable

from ..faults import Fault, FaultBook, Trigger
from ..http_server import Server
from ..journal import Call, Clock, Journal, Violation
from . import hooks
from .desk import Desk
from .faults import make_fault
from .gateway import Gateway
from .state import Platform, Push


class AcommerceSimulator(Desk):
    """A stand-in for aCommerce on 127.0.0.1, to be used as a context or with start() and stop().

    Both hosts of the platform are one here.
    """

    user = "fc-api"
    api_key = "fc-key-demo"
    channel = "318"
    partner = "501"

    def __init__(self, port: int = 0, clock: Callable[[], float] | None = None):
        self.clock = Clock(clock)
        self.platform = Platform(self.clock)
        self.journal = Journal(self.clock)
        self.faults = FaultBook()
        self.gateway = Gateway(self.platform, self.journal, self.faults, f"/channel/{self.channel}")
        self.gateway.credentials = (self.user, self.api_key)
        self.server = Server(self.gateway.answer, port, self.journal.report_bug)

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc) -> None:
        self.stop()

    def start(self) -> "AcommerceSimulator":
        self.server.start()
        return self

    def stop(self) -> None:
        self.server.stop()

    def reset(self) -> None:
        """Forget orders, tokens, hooks, calls, violations and faults."""
        with self.platform.lock:
            self.platform.reset()
            self.journal.reset()
            self.faults.clear()
            self.gateway.reset()
            self.gateway.before = lambda kind: None

    @property
    def url(self) -> str:
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
        some calls, for a number of times (None: until cleared)."""
        trigger = Trigger(call, str(target), after, times)
        return self.faults.add(trigger, make_fault(name, **changes))

    def end_tokens(self, after_calls: int = 0) -> None:
        """Tokens given out so far are good for this many calls more."""
        for token in self.platform.tokens.values():
            token.calls_left = after_calls

    def deliver_hooks(self, hash: str = "sha256") -> list[Push]:
        """Call the web hooks; what was delivered, with the answers."""
        return hooks.deliver(self.platform, hash)
