"""A folder over FTP, plain or over TLS, with the standard library."""

import ftplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

from ..errors import CredentialsRejected, ProviderError, Refused, Unavailable
from ..masking import Mask, excerpt
from .folder_config import File, FolderConfig

PIECE = 64 * 1024
NOT_LOGGED_IN, NOT_THERE, UNKNOWN = "530", "550", ("500", "501", "502", "504")


class FtpConnection:
    """One connection, logged in."""

    def __init__(self, ftp: ftplib.FTP, config: FolderConfig):
        self._ftp, self._config = ftp, config

    @classmethod
    def open(cls, config: FolderConfig, port: int) -> "FtpConnection":
        """Connect and log in; with TLS also the data is hidden."""
        ftp = ftplib.FTP(timeout=config.timeout)
        if config.protocol == "ftps":
            context = ssl.create_default_context()
            ftp = ftplib.FTP_TLS(context=context, timeout=config.timeout)
        self = cls(ftp, config)
        try:
            self._log_in(port)
        except ProviderError:
            ftp.close()
            raise
        return self

    def list_files(self, path: str) -> list[File]:
        with self._explain():
            try:
                facts = list(self._ftp.mlsd(path, ["type", "size"]))
            except ftplib.error_perm as error:
                if not str(error).startswith(UNKNOWN):
                    raise
                return self._list_plainly(path)
        return [
            File(name, int(fact.get("size") or 0))
            for name, fact in facts
            if fact.get("type", "file") == "file"
        ]

    def size(self, path: str) -> int | None:
        with self._explain():
            try:
                self._ftp.voidcmd("TYPE I")
                return self._ftp.size(path)
            except ftplib.error_perm as error:
                if str(error).startswith(NOT_THERE):
                    return None
                raise

    def read_file(self, path: str, limit: int) -> bytes:
        content = bytearray()
        with self._explain():
            self._ftp.voidcmd("TYPE I")
            with self._ftp.transfercmd(f"RETR {path}") as line:
                while len(content) <= limit and (piece := line.recv(PIECE)):
                    content += piece
                if isinstance(line, ssl.SSLSocket) and len(content) <= limit:
                    line.unwrap()  # without a farewell the server takes it for broken
            # Hung up on, the server complains; without reading it the next answer would be wrong.
            with suppress(ftplib.Error) if len(content) > limit else nullcontext():
                self._ftp.voidresp()
        return bytes(content[: limit + 1])

    def make_folder(self, path: str) -> None:
        with self._explain(), suppress(ftplib.error_perm):  # it is there, or renaming will tell
            self._ftp.mkd(path)

    def rename(self, old: str, new: str) -> None:
        with self._explain():
            self._ftp.rename(old, new)

    def close(self) -> None:
        with suppress(OSError, EOFError, ftplib.Error):
            self._ftp.quit()
        self._ftp.close()

    def _log_in(self, port: int) -> None:
        config = self._config
        with self._explain():
            self._ftp.connect(config.host, port)
            self._ftp.login(config.user, config.password)
            if isinstance(self._ftp, ftplib.FTP_TLS):
                self._ftp.prot_p()

    def _list_plainly(self, path: str) -> list[File]:
        """For a server that is too old for facts: whatever has a size is a file."""
        names = [name.rpartition("/")[2] for name in self._ftp.nlst(path)]
        sizes = {name: self.size(f"{path}/{name}") for name in names}
        return [File(name, size) for name, size in sizes.items() if size is not None]

    @contextmanager
    def _explain(self) -> Iterator[None]:
        """Turns what the library raises into a ProviderError."""
        host, mask = self._config.host, Mask(self._config.password)
        try:
            yield
        except ftplib.error_perm as error:
            said = excerpt(mask(str(error)))
            if said.startswith(NOT_LOGGED_IN):
                text = f"The folder at {host} does not accept the user or the password. {said}"
                raise CredentialsRejected(text) from None
            raise Refused(f"The folder at {host} refuses: {said}") from None
        except ssl.SSLCertVerificationError:
            text = f"The certificate of the folder at {host} is not valid."
            raise Unavailable(text) from None
        except (ftplib.Error, OSError, EOFError, ValueError) as error:
            said = excerpt(mask(str(error))) or "connection broken"
            raise Unavailable(f"The folder at {host} does not answer: {said}") from None
