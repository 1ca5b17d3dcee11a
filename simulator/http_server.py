"""HTTP/1.1 on 127.0.0.1: one answer per request, delivered well or badly as the reply asks."""

import socket
import socketserver
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

PIECE = 1 << 16
BODY_LIMIT = 10 << 20  # TB.One takes up to 10 MB in one call


@dataclass(frozen=True)
class Request:
    """What the client sent."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes
    target: str  # path and query as sent
    is_gone: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Delivery:
    """How an answer travels: late, not at all, cut off, or stuck half way."""

    delay: float = 0.0
    silent: bool = False  # not even a status line
    cut: float | None = None  # an int: bytes of the body; a float: its share
    hang: bool = False  # then keep the line open until the client gives up

    def is_whole(self) -> bool:
        return not (self.silent or self.hang or self.cut is not None)


WHOLE = Delivery()


@dataclass(frozen=True)
class Reply:
    """What the client gets; `done` runs just before the last bytes leave."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/xml"
    delivery: Delivery = WHOLE
    done: Callable[[], None] = lambda: None


class Server(socketserver.ThreadingTCPServer):
    """Serves one application, a callable from Request to Reply, on a thread per connection."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        application: Callable[[Request], Reply],
        port: int = 0,
        report_bug: Callable[[str], None] = sys.stderr.write,
    ):
        self.application = application
        self.report_bug = report_bug
        self.stopping = threading.Event()
        self._lines: set[socket.socket] = set()
        self._thread: threading.Thread | None = None
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and hang up on every client, also on those that wait for an answer."""
        self.stopping.set()
        if self._thread:
            self.shutdown()
        self.server_close()
        for line in list(self._lines):
            _hang_up(line)

    def process_request(self, request, client_address) -> None:
        self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request) -> None:
        self._lines.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is its own affair, anything else is a bug of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            self.report_bug(traceback.format_exc())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _handle(self) -> None:
        reply = self.server.application(self._read_request())
        try:
            self._deliver(reply)
        except OSError:
            self.close_connection = True
        finally:
            reply.done()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _handle

    def _read_request(self) -> Request:
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT or self.command == "HEAD" or "Transfer-Encoding" in self.headers:
            length, self.close_connection = 0, True
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
            target=self.path,
            is_gone=lambda: _is_gone(self.connection),
        )

    def _deliver(self, reply: Reply) -> None:
        delivery = reply.delivery
        if delivery.delay:
            self.server.stopping.wait(delivery.delay)
        if not delivery.is_whole():
            self.close_connection = True
        pieces = [] if delivery.silent else _pieces(reply, self._head(reply))
        for piece, is_last in _with_last(pieces):
            if is_last and not delivery.hang:
                reply.done()
            self.wfile.write(piece)
        while delivery.hang and not _is_gone(self.connection):
            if self.server.stopping.wait(0.02):
                break

    def _head(self, reply: Reply) -> bytes:
        length = (
            {"Content-Length": str(len(reply.body))}
            if isinstance(reply.body, bytes)
            else {"Transfer-Encoding": "chunked"}
        )
        headers = {"Content-Type": reply.content_type, **length, **reply.headers}
        lines = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def log_message(self, format, *args) -> None:
        """The journal records every call; nothing goes to the terminal."""


def _pieces(reply: Reply, head: bytes) -> Iterator[bytes]:
    if not isinstance(reply.body, bytes):
        yield head
        for piece in filter(None, reply.body):  # an empty chunk would be the last one
            yield b"%x\r\n%s\r\n" % (len(piece), piece)
        yield b"0\r\n\r\n"
        return
    wire = head + reply.body
    end = len(head) + _cut_at(reply.delivery.cut, len(reply.body))
    for start in range(0, end, PIECE):
        yield wire[start : min(start + PIECE, end)]


def _cut_at(cut: float | None, length: int) -> int:
    if cut is None:
        return length
    return min(length, int(cut * length) if isinstance(cut, float) else cut)


def _with_last(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    held = None
    for piece in pieces:
        if held is not None:
            yield held, False
        held = piece
    if held is not None:
        yield held, True


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _is_gone(line: socket.socket) -> bool:
    try:
        return line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _hang_up(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
