"""A folder over SFTP, with paramiko. The server must show the key that the account has."""

import base64
import binascii
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from stat import S_ISREG

from ..errors import (
    CredentialsRejected,
    Misconfigured,
    NotAllowed,
    ProviderError,
    Refused,
    Unavailable,
)
from ..masking import Mask, excerpt
from .folder_config import File, FolderConfig

try:
    import paramiko
except ImportError:  # an optional library
    paramiko = None

PIECE = 32 * 1024


class SftpConnection:
    """One connection, logged in."""

    def __init__(self, config: FolderConfig):
        self._config = config
        self._transport = self._sftp = None

    @classmethod
    def open(cls, config: FolderConfig, port: int) -> "SftpConnection":
        """Connect, compare the key of the server, and only then log in."""
        if paramiko is None:
            raise Misconfigured("SFTP needs the Python library paramiko on this server.")
        self = cls(config)
        try:
            with self._explain():
                self._connect(port)
        except ProviderError:
            self.close()
            raise
        return self

    def list_files(self, path: str) -> list[File]:
        with self._explain():
            found = self._sftp.listdir_attr(path)
        return [File(one.filename, one.st_size or 0) for one in found if S_ISREG(one.st_mode or 0)]

    def size(self, path: str) -> int | None:
        with self._explain():
            try:
                return self._sftp.stat(path).st_size
            except FileNotFoundError:
                return None

    def read_file(self, path: str, limit: int) -> bytes:
        content = bytearray()
        with self._explain(), self._sftp.open(path, "rb") as file:
            while len(content) <= limit and (piece := file.read(PIECE)):
                content += piece
        return bytes(content[: limit + 1])

    def make_folder(self, path: str) -> None:
        if self.size(path) is None:
            with self._explain():
                self._sftp.mkdir(path)

    def rename(self, old: str, new: str) -> None:
        with self._explain():
            self._sftp.rename(old, new)

    def close(self) -> None:
        for part in (self._sftp, self._transport):
            if part:
                with suppress(OSError, EOFError):
                    part.close()

    def _connect(self, port: int) -> None:
        config = self._config
        line = socket.create_connection((config.host, port), timeout=config.timeout)
        self._transport = paramiko.Transport(line)
        self._transport.banner_timeout = self._transport.auth_timeout = config.timeout
        self._transport.start_client(timeout=config.timeout)
        self._ensure_known(self._transport.get_remote_server_key())
        self._transport.auth_password(config.user, config.password)
        self._sftp = paramiko.SFTPClient.from_transport(self._transport)
        self._sftp.get_channel().settimeout(config.timeout)

    def _ensure_known(self, key) -> None:
        """Else whoever stands between could read the password."""
        if key.asbytes() == _read_key(self._config.host_key):
            return
        shown = f"{key.get_name()} {key.get_base64()}"
        raise NotAllowed(
            f"The folder at {self._config.host} shows a key that the account does not have. "
            f"Ask whoever runs it whether this is theirs, then enter it: {shown}"
        )

    @contextmanager
    def _explain(self) -> Iterator[None]:
        """Turns what the library raises into a ProviderError."""
        host = self._config.host
        try:
            yield
        except paramiko.AuthenticationException:
            text = f"The folder at {host} does not accept the user or the password."
            raise CredentialsRejected(text) from None
        except (FileNotFoundError, PermissionError) as error:
            raise Refused(f"The folder at {host} refuses: {excerpt(str(error))}") from None
        except (paramiko.SSHException, OSError, EOFError) as error:
            said = excerpt(Mask(self._config.password)(str(error))) or "connection broken"
            raise Unavailable(f"The folder at {host} does not answer: {said}") from None


def _read_key(text: str) -> bytes:
    """Of "ssh-ed25519 AAAA…", with or without a host in front and a comment behind."""
    for word in text.split():
        if word.startswith("AAAA"):
            with suppress(binascii.Error):
                return base64.b64decode(word, validate=True)
    return b""
