"""What an account must know to look into a folder of files, and what is in there."""

import re
from dataclasses import dataclass, field

from ..errors import Misconfigured

PORTS = {"ftp": 21, "ftps": 21, "sftp": 22}
HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:]+")


@dataclass(frozen=True, slots=True)
class FolderConfig:
    """Settings of one folder. ftp sends the password as it is: for a network of one's own only."""

    protocol: str = "sftp"  # ftps, ftp
    host: str = ""
    port: int = 0  # 0: the usual one
    user: str = ""
    password: str = field(default="", repr=False)
    host_key: str = ""  # sftp: "ssh-ed25519 AAAA…", as in a known_hosts file
    path: str = "."
    archive: str = "archive"  # below the path, or absolute
    pattern: str = "*.csv"  # of names, in any case
    timeout: float = 60
    max_bytes: int = 64 * 1024 * 1024

    def list_problems(self) -> list[str]:
        """Everything that is missing or wrong, one sentence each."""
        checks = (
            (self.protocol in PORTS, f"The protocol is one of {', '.join(PORTS)}."),
            (HOST.fullmatch(self.host or ""), "The host of the folder is missing or wrong."),
            (0 <= self.port < 65536, "The port is a number below 65536."),
            (self.user, "The user of the folder is missing."),
            (self.password, "The password of the folder is missing."),
            (is_one_line(self.path, self.archive), "The paths must be one line each."),
            (self.archive, "The folder for files that are done is missing."),
            (self.timeout > 0, "The time-out must be more than zero seconds."),
        )
        return [sentence for is_good, sentence in checks if not is_good]

    def ensure_valid(self) -> None:
        """Raises Misconfigured with all problems at once."""
        if problems := self.list_problems():
            raise Misconfigured("Folder: " + " ".join(problems), problems=problems)


@dataclass(frozen=True, slots=True)
class File:
    """A file that waits."""

    name: str
    size: int


def is_one_line(*texts: str) -> bool:
    """Nothing in it that a command line of a protocol would take for its end."""
    return all(text.isprintable() for text in texts)
