"""Stand-in servers of the platforms: they keep state, check what they get, and can misbehave."""

from .faults import FAULTS, Fault, make_fault
from .journal import Call, Violation
from .tbone import TBOneSimulator
from .tbone.state import Item, Message, Order

__all__ = [
    "FAULTS",
    "Call",
    "Fault",
    "Item",
    "Message",
    "Order",
    "TBOneSimulator",
    "Violation",
    "make_fault",
]
