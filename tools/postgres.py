"""PostgreSQL: a given server, or a private cluster in the cache that the last user stops."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import tempfile
import urllib.parse
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import debs
from .console import ToolError, step
from .processes import exclusive, read, run_logged
from .settings import Settings

OLDEST = 13  # what Odoo 19 asks for
SOCKET_LIMIT = 107  # bytes in the path of a Unix socket
ROLE = "odoo"

CONFIGURATION = """\
listen_addresses = ''
shared_buffers = 256MB
max_connections = 100
log_min_messages = warning
"""
# Data of tests may be lost when the machine dies; data of a benchmark costs what it really costs.
CARELESS = """\
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@dataclass(frozen=True)
class Server:
    """How Odoo reaches PostgreSQL."""

    host: str
    port: int
    user: str
    password: str = ""

    def environment(self) -> dict[str, str]:
        """The same for libpq."""
        given = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}
        return {**given, "PGPASSWORD": self.password} if self.password else given


def clusters(settings: Settings) -> list[Cluster]:
    """Those that exist in the cache."""
    found = (
        path.parent.name.rsplit("-", 1)[0] for path in settings.cache.glob("clusters/*/.complete")
    )
    return [Cluster(settings, name) for name in sorted(set(found))]


@contextmanager
def server(settings: Settings, durable: bool = False) -> Iterator[Server]:
    """A running server for as long as the block lasts."""
    if settings.pg_dsn:
        yield _given(settings.pg_dsn)
        return
    cluster = Cluster(settings, "durable" if durable else "quick")
    with cluster.in_use():
        yield cluster.server()


def _given(dsn: str) -> Server:
    """postgresql://user:password@host:port, or ?host=/socket/folder."""
    parts = urllib.parse.urlsplit(dsn)
    query = dict(urllib.parse.parse_qsl(parts.query))
    host = parts.hostname or query.get("host", "/var/run/postgresql")
    user = urllib.parse.unquote(parts.username or query.get("user", ROLE))
    return Server(host, parts.port or 5432, user, urllib.parse.unquote(parts.password or ""))


def programs(settings: Settings) -> Path:
    """The folder with initdb, pg_ctl and postgres."""
    if settings.pg_bin:
        return Path(settings.pg_bin).expanduser().absolute()
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major_of_path)
    if installed and _major_of_path(installed[-1]) >= OLDEST:
        return installed[-1].parent
    tree = debs.provide_packages(settings, "postgresql", "PostgreSQL from Debian", "postgresql")
    return next(tree.glob("usr/lib/postgresql/*/bin"))


def _major_of_path(path: Path) -> int:
    name = path.parent.parent.name
    return int(name) if name.isdigit() else 0


def check_cache(settings: Settings) -> None:
    """Say at once what would only come out after all downloads."""
    if not settings.pg_dsn:
        _owner(settings.cache / "clusters")


def _owner(folder: Path) -> pwd.struct_passwd | None:
    """Who runs the cluster when root may not: `postgres`, else `nobody`."""
    if os.geteuid():
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    owner = names.get("postgres") or names["nobody"]
    for parent in folder.parents:
        if not parent.stat().st_mode & 0o001:
            raise ToolError(
                f"PostgreSQL refuses to run as root, and the user {owner.pw_name} may not enter "
                f"{parent}.\nName a cache folder it can reach: make CACHE=/var/cache/… …"
            )
    return owner


class Cluster:
    """A private cluster: a Unix socket in the cache and no TCP port."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings = settings
        self.programs = programs(settings)
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8", **self._libraries()}
        version = self._read("postgres", "--version").split()[2]
        major = version.split(".")[0]
        if int(major) < OLDEST:
            raise ToolError(
                f"PostgreSQL {OLDEST} or newer is needed; {self.programs} is {version}."
            )
        self.name = f"{name}-{major}"
        self.folder = settings.folder("clusters", self.name)
        self.data = self.folder / "data"
        self.complete = self.folder / ".complete"
        self.log = self.folder / "server.log"
        self.durable = name == "durable"

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Start the cluster unless it runs; stop it when nobody else uses it."""
        with self._users().open("a") as users:
            with self._control():
                fcntl.flock(users, fcntl.LOCK_SH)
                self._ensure_started()
            try:
                yield
            finally:
                with self._control():
                    self._stop_if_last(users)

    def remove(self) -> None:
        """Delete the data, unless another command uses it."""
        with self._control(), self._users().open("a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ToolError(f"Another command uses the databases in {self.folder}.") from None
            if self._is_running():
                self._stop()
            shutil.rmtree(self.folder)

    def server(self) -> Server:
        """The socket folder may be elsewhere when the cache's path is long: ask the cluster."""
        return Server(str(self._socket_folder()), 5432, ROLE)

    def _users(self) -> Path:
        """Every command that uses the cluster shares this lock."""
        return self.settings.lock(f"cluster-{self.name}-users")

    def _control(self) -> AbstractContextManager[None]:
        """One command at a time starts or stops it."""
        return exclusive(self.settings.lock(f"cluster-{self.name}"), "starting PostgreSQL")

    def _ensure_started(self) -> None:
        if not self.complete.exists():
            self._create()
        if not self._is_running():
            with step(f"PostgreSQL ({self.programs})"):
                socket = f"-c unix_socket_directories='{self._new_socket_folder()}'"
                self._run("pg_ctl", "start", "-w", "-D", self.data, "-l", self.log, "-o", socket)

    def _stop_if_last(self, users) -> None:
        """A shared lock turns exclusive only when no other command shares it."""
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        self._stop()

    def _stop(self) -> None:
        socket = self._socket_folder()
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self.data)
        if self.settings.cache not in socket.parents:
            shutil.rmtree(socket, ignore_errors=True)

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.folder.chmod(0o755)
        self.data.mkdir()
        self.log.touch()
        self._hand_over(self.data, self.log)
        locale = ("--encoding=UTF8", "--locale=C.UTF-8")
        self._run("initdb", "-D", self.data, "-U", ROLE, "-A", "trust", "--no-sync", *locale)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as stream:
            stream.write(CONFIGURATION if self.durable else CONFIGURATION + CARELESS)
        self.complete.touch()

    def _new_socket_folder(self) -> Path:
        """In the cache, or a short one elsewhere when the path would be too long."""
        folder = self.folder / "socket"
        if len(str(folder / ".s.PGSQL.5432.lock").encode()) > SOCKET_LIMIT:
            folder = Path(tempfile.mkdtemp(prefix="fc-", dir="/tmp"))
        folder.mkdir(exist_ok=True)
        self._hand_over(folder)
        return folder

    def _socket_folder(self) -> Path:
        lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return Path(lines[4].split(",")[0])

    def _is_running(self) -> bool:
        try:
            self._read("pg_ctl", "status", "-D", self.data, **self._identity())
        except ToolError:
            return False
        return True

    def _libraries(self) -> dict[str, str]:
        """Programs from the cache need the libraries that came with them."""
        if self.settings.cache not in self.programs.parents:
            return {}
        return {"LD_LIBRARY_PATH": debs.shared_objects(self.programs.parents[4])}

    def _identity(self) -> dict:
        owner = _owner(self.folder)
        if not owner:
            return {}
        return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": [], "cwd": "/"}

    def _hand_over(self, *paths: Path) -> None:
        owner = _owner(self.folder)
        for path in paths:
            path.chmod(0o700 if path.is_dir() else 0o600)
            if owner:
                os.chown(path, owner.pw_uid, owner.pw_gid)

    def _read(self, program: str, *arguments: object, **options) -> str:
        return read([self.programs / program, *arguments], env=self.environment, **options)

    def _run(self, program: str, *arguments: object) -> None:
        command = [self.programs / program, *arguments]
        log = self.settings.log("postgresql")
        run_logged(command, log, env=self.environment, **self._identity())
