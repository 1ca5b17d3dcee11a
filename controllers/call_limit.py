"""How many calls of one kind are let in within a minute, in this process.

Only calls of accounts that exist are counted: made-up addresses take no memory.
"""

import math
import threading
import time
from collections import deque

SECONDS = 60


class CallLimit:
    """A sliding window per key."""

    def __init__(self, most, clock=time.monotonic):
        self.most = most
        self._clock = clock
        self._times = {}
        self._lock = threading.Lock()

    def count(self, key):
        """One more call."""
        with self._lock:
            self._times.setdefault(key, deque(maxlen=self.most)).append(self._clock())

    def find_wait(self, key):
        """Seconds until the next call is let in; 0 for at once."""
        with self._lock:
            times = self._times.get(key, ())
            if len(times) < self.most:
                return 0
            return max(math.ceil(times[0] + SECONDS - self._clock()), 0)
