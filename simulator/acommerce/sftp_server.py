"""A small SFTP server on 127.0.0.1 over a real folder; needs paramiko."""

import os
import socket
import threading
from contextlib import suppress
from pathlib import Path

import paramiko


class SftpServer:
    """Serves one folder to one user."""

    def __init__(self, root: Path, user: str, password: str):
        self.root, self.user, self.password = root, user, password
        self.key = paramiko.RSAKey.generate(2048)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lines: list[paramiko.Transport] = []

    @property
    def port(self) -> int:
        return self._door.getsockname()[1]

    @property
    def host_key(self) -> str:
        """As it stands in a known_hosts file."""
        return f"{self.key.get_name()} {self.key.get_base64()}"

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exc) -> None:
        self._door.close()
        for line in self._lines:
            line.close()

    def _serve(self) -> None:
        with suppress(OSError):  # until the door is closed
            while True:
                line, _address = self._door.accept()
                with suppress(OSError, EOFError, paramiko.SSHException):
                    self._talk(line)  # a client that hangs up is its own affair

    def _talk(self, line: socket.socket) -> None:
        transport = paramiko.Transport(line)
        self._lines.append(transport)
        transport.add_server_key(self.key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self.root)
        transport.start_server(server=_Door(self))


class _Door(paramiko.ServerInterface):
    def __init__(self, server: SftpServer):
        self._server = server

    def get_allowed_auths(self, username):
        return "password"

    def check_auth_password(self, username, password):
        is_good = (username, password) == (self._server.user, self._server.password)
        return paramiko.AUTH_SUCCESSFUL if is_good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server, root: Path, *args, **kwargs):
        super().__init__(server, *args, **kwargs)
        self._root = root

    def _find(self, path: str) -> Path:
        return self._root / self.canonicalize(path).lstrip("/")

    def list_folder(self, path):
        found = self._find(path).iterdir()
        return [paramiko.SFTPAttributes.from_stat(one.stat(), one.name) for one in found]

    def stat(self, path):
        try:
            return paramiko.SFTPAttributes.from_stat(self._find(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path, flags, attr):
        handle = paramiko.SFTPHandle(flags)
        try:
            handle.readfile = self._find(path).open("rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return handle

    def rename(self, oldpath, newpath):
        try:
            os.rename(self._find(oldpath), self._find(newpath))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return paramiko.SFTP_OK

    def mkdir(self, path, attr):
        self._find(path).mkdir()
        return paramiko.SFTP_OK
