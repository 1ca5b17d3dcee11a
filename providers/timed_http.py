"""Answers that cannot take for ever: standard-library classes below the HTTP library.

A read time-out starts again with every byte, so a server that drips one byte a second
holds a caller for ever. Here each read of the socket gets what is left of the whole call.
"""

import io
from collections.abc import Callable
from http.client import HTTPResponse, RemoteDisconnected


class Attempt:
    """One call: when it must be over, and whether the request has left us.

    Shared by all connections of one transport, which makes one call at a time.
    """

    def __init__(self, clock: Callable[[], float]):
        self._clock = clock  # monotonic seconds
        self._started = self._ends = 0.0
        self.is_sent = False

    def start(self, seconds: float) -> None:
        """Begin the next call, which may take this long."""
        self._started = self._clock()
        self._ends = self._started + seconds
        self.is_sent = False

    def seconds_left(self) -> float:
        """Raises TimeoutError when nothing is left."""
        left = self._ends - self._clock()
        if left <= 0:
            raise TimeoutError("the time for the whole call is over")
        return left

    def elapsed_ms(self) -> int:
        """Milliseconds since the beginning of the call."""
        return round((self._clock() - self._started) * 1000)


class TimedReader(io.RawIOBase):
    """Reads a socket, but never longer than what is left of the attempt."""

    def __init__(self, sock, raw: io.RawIOBase, attempt: Attempt):
        self._sock, self._raw, self._attempt = sock, raw, attempt
        self.is_at_end = False

    def readable(self):
        return True

    def readinto(self, buffer):
        read_timeout = self._sock.gettimeout()
        left = self._attempt.seconds_left()
        self._sock.settimeout(left if read_timeout is None else min(left, read_timeout))
        try:
            count = self._raw.readinto(buffer)
        finally:
            self._sock.settimeout(read_timeout)
        self.is_at_end = count == 0
        return count

    def close(self):
        self._raw.close()
        super().close()


class TimedAnswer(HTTPResponse):
    """An answer whose status line, headers and body are read within the attempt."""

    def __init__(self, sock, *args, attempt: Attempt, **kwargs):
        super().__init__(sock, *args, **kwargs)
        self._reader = TimedReader(sock, self.fp.detach(), attempt)
        self.fp = io.BufferedReader(self._reader)

    def begin(self):
        """Also refuse headers that are cut; the library takes what came for all of them."""
        super().begin()
        if self._reader.is_at_end:
            self.close()
            raise RemoteDisconnected("the headers are cut")


class TimedConnection:
    """Mixed into a connection class; a subclass sets `attempt` and `response_class`."""

    attempt: Attempt

    def endheaders(self, *args, **kwargs):
        if self.sock is None:
            self.connect()
        self.attempt.is_sent = True  # from here on the platform may have taken the call
        super().endheaders(*args, **kwargs)
