"""A folder on a server of files: list, read, set aside. FTP, FTP over TLS, and SFTP.

    with open_folder(config) as folder:
        for file in folder.list_files():
            content = folder.read_file(file.name)
            ...  # store what is in it
            folder.set_aside(file.name)

SFTP needs the library paramiko. Every method raises ProviderError only.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Protocol

from ..errors import Refused, TooLarge, Unavailable
from .folder_config import PORTS, File, FolderConfig, is_one_line
from .ftp import FtpConnection
from .sftp import SftpConnection

MOST_COPIES = 100  # of one name in the archive


class Connection(Protocol):
    """What differs from protocol to protocol; paths are absolute or relative to the login."""

    def list_files(self, path: str) -> list[File]: ...

    def size(self, path: str) -> int | None:
        """None when there is no such file."""

    def read_file(self, path: str, limit: int) -> bytes:
        """At most limit + 1 bytes."""

    def make_folder(self, path: str) -> None:
        """Also when it exists."""

    def rename(self, old: str, new: str) -> None: ...

    def close(self) -> None: ...


class Folder(AbstractContextManager):
    """The files of one folder."""

    def __init__(self, config: FolderConfig, connection: Connection):
        self._config, self._connection = config, connection
        self._path = PurePosixPath(config.path)

    def __exit__(self, *exc) -> None:
        self._connection.close()

    def list_files(self) -> list[File]:
        """Files that fit the pattern, by name."""
        pattern = self._config.pattern.lower()
        return sorted(
            (
                file
                for file in self._connection.list_files(str(self._path))
                if fnmatchcase(file.name.lower(), pattern) and _is_name(file.name)
            ),
            key=lambda file: file.name,
        )

    def read_file(self, name: str) -> bytes:
        """The whole file. Unavailable while it is still being written."""
        path, limit = self._locate(name), self._config.max_bytes
        before = self._connection.size(path)
        if before is None:
            raise Refused(f"There is no file {name} in the folder.")
        content = self._connection.read_file(path, limit)
        if len(content) > limit:
            raise TooLarge(f"The file {name} is larger than {limit:,} bytes.")
        if not before == len(content) == self._connection.size(path):
            raise Unavailable(f"The file {name} is still being written. It is read later.")
        return content

    def set_aside(self, name: str) -> str:
        """Move a file to the archive, where nothing is overwritten; return its path there."""
        path, archive = self._locate(name), self._path / self._config.archive
        self._connection.make_folder(str(archive))
        for number in range(MOST_COPIES):
            target = str(archive / (f"{name}.{number}" if number else name))
            if self._connection.size(target) is None:
                self._connection.rename(path, target)
                return target
        raise Refused(f"The archive has {MOST_COPIES} files named {name} already.")

    def _locate(self, name: str) -> str:
        if not _is_name(name):
            raise Refused("A file is addressed by its name alone.")
        return str(self._path / name)


def open_folder(config: FolderConfig) -> Folder:
    """Connect; the caller closes it."""
    config.ensure_valid()
    connection = SftpConnection if config.protocol == "sftp" else FtpConnection
    return Folder(config, connection.open(config, config.port or PORTS[config.protocol]))


def open_with(settings: Mapping[str, object]) -> Folder:
    """The same for the door: settings are the fields of FolderConfig."""
    return open_folder(FolderConfig(**settings))


def _is_name(name: str) -> bool:
    return name not in ("", ".", "..") and "/" not in name and is_one_line(name)
