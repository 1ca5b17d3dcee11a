"""A real server on this machine whose answers are scripted byte by byte."""

import socketserver
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class LocalServer(socketserver.ThreadingTCPServer):
    """`script(asked)` yields the bytes of the answer; a generator may sleep in between."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, script, tls=None):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.asked, self.connections = script, [], 0
        self.closes = False  # after each answer, without saying so
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}"
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def get_request(self):
        connection = super().get_request()
        self.connections += 1
        return connection

    def handle_error(self, request, client_address):
        """The client left: that is what many tests are about."""


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while asked := _read_request(self.rfile):
            self.server.asked.append(asked)
            with suppress(ConnectionError):
                for piece in self.server.script(asked):
                    self.wfile.write(piece)
                    self.wfile.flush()
            if self.server.closes:
                return


def _read_request(file) -> Asked | None:
    first = file.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers = {}
    while line := file.readline().decode("latin-1").strip():
        name, _colon, value = line.partition(":")
        headers[name.strip().title()] = value.strip()
    body = file.read(int(headers.get("Content-Length", 0)))
    return Asked(first[0], first[1], headers, body)


def build_answer(status=200, body=b"", **headers) -> bytes:
    """One complete answer; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status} Whatever"]
    headers = {"Content_Length": len(body)} | headers
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


def always(*pieces):
    """A script that gives the same bytes each time."""
    return lambda asked: iter(pieces)


@contextmanager
def serve(script, tls=None, closes=False):
    """A running server."""
    with LocalServer(script, tls) as server:
        server.closes = closes
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
