"""A TB.One on this machine: start it, script it, look at what it was sent."""

from collections.abc import Callable

from ..faults import make_fault
from ..stand_in import StandIn
from .control import Control
from .gateway import MOMENT, Gateway
from .merchant import Merchant
from .state import Platform


class TBOneSimulator(StandIn, Merchant):
    """A stand-in for TB.One; the account number comes behind its url."""

    account = "2604"
    user = "fc-api"
    password = "fc-api-demo"
    channel = "318"
    channel_sign = "fcsh"

    make_fault = staticmethod(make_fault)

    def __init__(self, port: int = 0, clock: Callable[[], float] | None = None):
        super().__init__(port, clock)
        self.platform = Platform(self.clock)
        self.gateway = Gateway(self.platform, self.journal, self.faults)
        self.control = Control(self)
        self.reset()

    def reset(self) -> None:
        """Forget orders, messages, calls, violations and faults."""
        with self.platform.lock:
            self.platform.reset()
            self.journal.reset()
            self.faults.clear()
            self.gateway.latency = {"*": MOMENT}
            channels = {self.channel: self.channel_sign}
            self.add_account(self.account, self.user, self.password, channels)
