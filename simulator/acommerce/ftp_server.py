"""A small FTP server on 127.0.0.1 over a real folder: what a client of files needs, no more."""

import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


class FtpServer(socketserver.ThreadingTCPServer):
    """Serves one folder to one user.

    has_facts: does it know MLSD, which old servers do not? tls: then it speaks TLS only.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, root: Path, user: str, password: str, has_facts: bool = True, tls=None):
        self.root, self.user, self.password = root, user, password
        self.has_facts, self.tls = has_facts, tls
        super().__init__(("127.0.0.1", 0), _Session)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *exc) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is its own affair."""


class _Session(socketserver.StreamRequestHandler):
    server: FtpServer

    def setup(self) -> None:
        super().setup()
        self.name, self.is_in, self.old, self.waiting = "", False, None, None
        self.is_private = not self.server.tls

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode("utf-8", "replace").rstrip("\r\n"):
            word, _, text = line.partition(" ")
            if word.upper() == "QUIT":
                self.say("221 bye")
                return
            self.act(word.upper(), text)

    def finish(self) -> None:
        self.forget()
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def act(self, word: str, text: str) -> None:
        method: Callable[[str], None] | None = getattr(self, f"do_{word.lower()}", None)
        is_open = word == "AUTH" or (self.is_private and (self.is_in or word in ("USER", "PASS")))
        if method is None or (word == "MLSD" and not self.server.has_facts):
            self.say("500 unknown command")
        elif not is_open:
            self.say("530 log in first")
        else:
            try:
                method(text)
            except OSError:
                self.say("550 not possible")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def wait(self) -> None:
        """For the line of the next transfer."""
        self.forget()
        self.waiting = socket.create_server(("127.0.0.1", 0))

    def forget(self) -> None:
        if self.waiting:
            self.waiting.close()

    def find(self, text: str) -> Path:
        path = (self.server.root / text.lstrip("/")).resolve()
        if not path.is_relative_to(self.server.root.resolve()):
            raise PermissionError(text)
        return path

    def do_auth(self, text: str) -> None:
        self.say("234 go on")
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.is_private = True

    def do_pbsz(self, text: str) -> None:
        self.say("200 ok")

    def do_prot(self, text: str) -> None:
        self.say("200 ok" if text == "P" else "536 private only")

    def do_user(self, text: str) -> None:
        self.name = text
        self.say("331 password")

    def do_pass(self, text: str) -> None:
        self.is_in = (self.name, text) == (self.server.user, self.server.password)
        self.say("230 in" if self.is_in else "530 wrong")

    def do_type(self, text: str) -> None:
        self.say("200 ok")

    def do_opts(self, text: str) -> None:
        self.say("200 ok")

    def do_epsv(self, text: str) -> None:
        self.wait()
        self.say(f"229 here (|||{self.waiting.getsockname()[1]}|)")

    def do_pasv(self, text: str) -> None:
        self.wait()
        port = self.waiting.getsockname()[1]
        self.say(f"227 here (127,0,0,1,{port // 256},{port % 256})")

    def do_mlsd(self, text: str) -> None:
        rows = [
            f"type={'file' if one.is_file() else 'dir'};size={one.stat().st_size}; {one.name}"
            for one in self.find(text).iterdir()
        ]
        self.send("".join(f"{row}\r\n" for row in rows).encode())

    def do_nlst(self, text: str) -> None:
        names = [one.name for one in self.find(text).iterdir()]
        self.send("".join(f"{name}\r\n" for name in names).encode())

    def do_retr(self, text: str) -> None:
        self.send(self.find(text).read_bytes())

    def do_size(self, text: str) -> None:
        path = self.find(text)
        if not path.is_file():
            raise FileNotFoundError(text)
        self.say(f"213 {path.stat().st_size}")

    def do_mkd(self, text: str) -> None:
        self.find(text).mkdir()
        self.say("257 made")

    def do_rnfr(self, text: str) -> None:
        self.old = self.find(text)
        self.say("350 and to" if self.old.exists() else "550 not there")

    def do_rnto(self, text: str) -> None:
        self.old.rename(self.find(text))
        self.say("250 renamed")

    def send(self, data: bytes) -> None:
        self.say("150 coming")
        line, _address = self.waiting.accept()
        if self.server.tls:
            line = self.server.tls.wrap_socket(line, server_side=True)
        with line:
            line.sendall(data)
            if self.server.tls:
                line.unwrap()
        self.forget()
        self.say("226 done")
