"""Folders of files, against real servers on this machine."""

import socket

import pytest

from providers.acommerce.folder import Folder, open_folder
from providers.acommerce.folder_config import FolderConfig
from providers.errors import (
    CredentialsRejected,
    Misconfigured,
    NotAllowed,
    Refused,
    TooLarge,
    Unavailable,
)
from simulator.acommerce.ftp_server import FtpServer

LOGIN = ("shop", "p w&d")
PROTOCOLS = ["ftp", "old_ftp", "ftps", "sftp"]


@pytest.fixture(params=PROTOCOLS)
def served(request, tmp_path, certificate, monkeypatch):
    """Root of the server, and settings to reach it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.path))
    (tmp_path / "out").mkdir()
    if request.param == "sftp":
        pytest.importorskip("paramiko", exc_type=ImportError)
        from simulator.acommerce.sftp_server import SftpServer

        server, protocol = SftpServer(tmp_path, *LOGIN), "sftp"
    else:
        protocol = request.param.removeprefix("old_")
        tls = certificate.tls if protocol == "ftps" else None
        server = FtpServer(tmp_path, *LOGIN, has_facts=request.param != "old_ftp", tls=tls)
    with server:
        settings = {"protocol": protocol, "host": "127.0.0.1", "port": server.port, "path": "/out"}
        settings |= {"user": LOGIN[0], "password": LOGIN[1]}
        yield tmp_path / "out", settings | {"host_key": getattr(server, "host_key", "")}


def test_list_read_set_aside(served):
    root, settings = served
    (root / "b.CSV").write_bytes(b"two" * 50_000)
    (root / "a ก.csv").write_bytes(b"one\r\n\xff")
    (root / "notes.txt").write_bytes(b"no")
    (root / "old.csv").mkdir()
    with open_folder(FolderConfig(**settings)) as folder:
        files = folder.list_files()
        assert [(file.name, file.size) for file in files] == [("a ก.csv", 6), ("b.CSV", 150_000)]
        assert folder.read_file("a ก.csv") == b"one\r\n\xff"
        assert folder.read_file("b.CSV") == b"two" * 50_000
        assert folder.set_aside("b.CSV") == "/out/archive/b.CSV"
        (root / "b.CSV").write_bytes(b"again")
        assert folder.set_aside("b.CSV") == "/out/archive/b.CSV.1"
        assert [file.name for file in folder.list_files()] == ["a ก.csv"]
    assert (root / "archive" / "b.CSV").read_bytes() == b"two" * 50_000
    assert (root / "archive" / "b.CSV.1").read_bytes() == b"again"


def test_what_is_refused(served):
    root, settings = served
    (root / "a.csv").write_bytes(b"x" * 10_000_000)
    (root / "b.csv").write_bytes(b"x" * 10)
    with open_folder(FolderConfig(**settings, max_bytes=10)) as folder:
        with pytest.raises(Refused, match=r"no file gone\.csv"):
            folder.read_file("gone.csv")
        for name in ("../a.csv", "", "..", "a\r\nDELE a.csv"):
            with pytest.raises(Refused, match="by its name alone"):
                folder.read_file(name)
        with pytest.raises(TooLarge):
            folder.read_file("a.csv")
        assert folder.read_file("b.csv") == b"x" * 10
        assert len(folder.list_files()) == 2


def test_a_folder_that_is_not_there(served):
    _root, settings = served
    with (
        open_folder(FolderConfig(**settings | {"path": "/gone"})) as folder,
        pytest.raises((Refused, Unavailable)),
    ):
        folder.list_files()


def test_a_wrong_password_is_told_and_not_quoted(served):
    _root, settings = served
    with pytest.raises(CredentialsRejected) as caught:
        open_folder(FolderConfig(**settings | {"password": "s3cr3t!"}))
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("protocol", ["ftp", "ftps", "sftp"])
def test_nobody_is_there(protocol):
    if protocol == "sftp":
        pytest.importorskip("paramiko", exc_type=ImportError)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    config = FolderConfig(protocol, "127.0.0.1", port, "u", "p", host_key="AAAA", timeout=2)
    with pytest.raises(Unavailable, match=r"The folder at 127\.0\.0\.1 does not answer"):
        open_folder(config)


def test_without_the_library_sftp_says_what_is_missing(monkeypatch):
    monkeypatch.setattr("providers.acommerce.sftp.paramiko", None)
    with pytest.raises(Misconfigured, match="paramiko"):
        open_folder(FolderConfig("sftp", "127.0.0.1", 1, "u", "p"))


def test_an_unknown_server_hears_no_password(tmp_path):
    pytest.importorskip("paramiko", exc_type=ImportError)
    from simulator.acommerce.sftp_server import SftpServer

    with SftpServer(tmp_path, *LOGIN) as server:
        config = FolderConfig("sftp", "127.0.0.1", server.port, *LOGIN)
        with pytest.raises(NotAllowed, match="does not have") as caught:
            open_folder(config)
        assert str(caught.value).endswith(server.host_key)


def test_a_certificate_that_nobody_vouches_for_hears_no_password(tmp_path, certificate):
    with FtpServer(tmp_path, *LOGIN, tls=certificate.tls) as server:
        config = FolderConfig("ftps", "127.0.0.1", server.port, *LOGIN)
        with pytest.raises(Unavailable, match="certificate"):
            open_folder(config)


def test_a_file_that_still_grows_is_read_later():
    class Growing:
        sizes = iter((3, 5))

        def size(self, path):
            return next(self.sizes)

        def read_file(self, path, limit):
            return b"abc"

        def close(self):
            pass

    with Folder(FolderConfig(), Growing()) as folder, pytest.raises(Unavailable, match="written"):
        folder.read_file("a.csv")


def test_everything_wrong_is_told_at_once():
    with pytest.raises(Misconfigured) as caught:
        open_folder(FolderConfig(protocol="http", path="a\nb", archive="", timeout=0, port=-1))
    assert len(caught.value.problems) == 8
    assert FolderConfig(host="h.example", user="u", password="p").list_problems() == []
    assert "hidden" not in repr(FolderConfig(password="hidden"))
