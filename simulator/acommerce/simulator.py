"""An aCommerce on this machine: start it, script it, look at what it was sent."""

from collections.abc import Callable

from ..stand_in import StandIn
from . import hooks
from .control import Control
from .desk import Desk
from .faults import make_fault
from .gateway import Gateway
from .state import Platform, Push


class AcommerceSimulator(StandIn, Desk):
    """A stand-in for aCommerce; both hosts of the platform are one here."""

    user = "fc-api"
    api_key = "fc-key-demo"
    channel = "318"
    partner = "501"

    make_fault = staticmethod(make_fault)

    def __init__(self, port: int = 0, clock: Callable[[], float] | None = None):
        super().__init__(port, clock)
        self.platform = Platform(self.clock)
        self.gateway = Gateway(self.platform, self.journal, self.faults, f"/channel/{self.channel}")
        self.gateway.credentials = (self.user, self.api_key)
        self.control = Control(self)

    def reset(self) -> None:
        """Forget orders, tokens, hooks, calls, violations and faults."""
        with self.platform.lock:
            self.platform.reset()
            self.journal.reset()
            self.faults.clear()
            self.gateway.reset()
            self.gateway.before = lambda kind: None

    def end_tokens(self, after_calls: int = 0) -> None:
        """Tokens given out so far are good for this many calls more."""
        for token in self.platform.tokens.values():
            token.calls_left = after_calls

    def work(self) -> None:
        # EXTENDS StandIn: what was planned happens, and web hooks are called.
        platform, now = self.platform, self.clock.now()
        with platform.lock:
            due = [act for at, act in platform.plans if at <= now]
            platform.plans = [plan for plan in platform.plans if plan[0] > now]
            for act in due:
                act()
        self.deliver_hooks()

    def deliver_hooks(self, hash: str = "sha256") -> list[Push]:
        """Call the web hooks; what was delivered, with the answers."""
        return hooks.deliver(self.platform, hash)
