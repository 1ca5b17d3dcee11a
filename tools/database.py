"""Databases with the add-on, copied from a template that has its dependencies."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from . import odoo, postgres, servers, virtualenv
from .console import say, step
from .processes import call, exclusive, read, run_logged
from .settings import MODULE, Settings, digest

# What a database is made from; anything else may change without a new installation.
INSTALLED_PARTS = (
    "__manifest__.py",
    "__init__.py",
    "controllers",
    "data",
    "demo",
    "i18n",
    "models",
    "providers",
    "report",
    "security",
    "views",
    "wizards",
)

IN_ODOO = Path(__file__).with_name("in_odoo")

CONFIGURATION = """\
[options]
addons_path = {addons}
data_dir = {data}
db_host = {host}
db_port = {port}
db_user = {user}
{password}db_name = {database}
dbfilter = ^{database}$
list_db = False
http_interface = 127.0.0.1
http_port = {http_port}
gevent_port = {gevent_port}
max_cron_threads = 0
workers = 0
limit_time_real = 0
limit_time_cpu = 0
screenshots = {screenshots}
"""


@dataclass(frozen=True)
class Workbench:
    """Everything a command about Odoo needs: Odoo, its Python and PostgreSQL."""

    settings: Settings
    odoo: odoo.Source
    python: Path
    server: postgres.Server

    def environment(self) -> dict[str, str]:
        """Variables for a child: Odoo is importable, and its leavings stay in the cache."""
        return self.settings.environment(
            PYTHONPATH=str(self.odoo.path),
            PATH=f"{self.python.parent}:{os.environ['PATH']}",
            **self.server.environment(),
        )

    def command(self, *arguments: object) -> list[str]:
        """An Odoo command line; sub-commands come first."""
        return [str(self.python), "-m", "odoo", *map(str, arguments)]

    def run(self, title: str, *arguments: object) -> None:
        """Run Odoo to its end, output to a log."""
        with step(title):
            run_logged(self.command(*arguments), self.settings.log("odoo"), env=self.environment())

    def sql(self, statement: str, *values: str) -> str:
        """The first value that a statement returns."""
        script = Path(__file__).with_name("sql.py")
        return read([self.python, script, statement, *values], env=self.environment())


@contextmanager
def workbench(settings: Settings, durable: bool = False) -> Iterator[Workbench]:
    """Get what is missing, start PostgreSQL, and stop it at the end."""
    postgres.check_cache(settings)
    python = virtualenv.environment(settings, "odoo", "test")
    source = odoo.source(settings)
    with postgres.server(settings, durable) as server:
        yield Workbench(settings, source, python, server)


@dataclass(frozen=True)
class Database:
    """One database of the workbench, with its configuration file."""

    bench: Workbench
    name: str
    http_port: int = 0

    @property
    def configuration(self) -> Path:
        """Odoo's configuration file, written anew for every command."""
        settings, server = self.bench.settings, self.bench.server
        path = settings.folder("conf") / f"{self.name}.conf"
        path.touch(mode=0o600)
        text = CONFIGURATION.format(
            addons=f"{self.bench.odoo.addons},{settings.addons}",
            data=settings.folder("data"),
            host=server.host,
            port=server.port,
            user=server.user,
            password=f"db_password = {server.password}\n" if server.password else "",
            database=self.name,
            http_port=self.http_port or servers.free_port(),
            gevent_port=servers.free_port(),
            screenshots=settings.folder("screenshots"),
        )
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def url(self) -> str:
        """Where its server answers, when it has one."""
        return f"http://127.0.0.1:{self.http_port}"

    def environment(self) -> dict[str, str]:
        """For a script that imports Odoo itself: it knows its database."""
        names = {"ODOO_RC": str(self.configuration), "ODOO_DATABASE": self.name}
        return {**self.bench.environment(), **names}

    def served(self, *arguments: str) -> AbstractContextManager[subprocess.Popen]:
        """An Odoo server on this database."""
        bench = self.bench
        return servers.served(
            f"Odoo on {self.url}",
            bench.command("server", "-c", self.configuration, *arguments),
            bench.settings.log(f"server-{self.http_port}"),
            lambda: servers.is_odoo(self.url),
            cwd=bench.settings.root,
            env=bench.environment(),
        )

    def script(self, *names: str, **variables: str) -> int:
        """Run scripts of tools/in_odoo, one after another, in one Odoo shell."""
        say(f"==> {', '.join(names)}")
        command = self.bench.command("shell", "-c", self.configuration, "--no-http")
        environment = {**self.bench.environment(), **variables}
        with tempfile.TemporaryFile() as code:
            code.write(b"\n".join((IN_ODOO / name).read_bytes() for name in names))
            code.seek(0)
            return call([*command, "--log-level=warn"], stdin=code, env=environment)

    def note(self) -> str:
        """What we wrote on the database when it was complete."""
        return self.bench.sql(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            self.name,
        )

    def set_note(self, text: str) -> None:
        """Write on the database that it is complete, and what it was made from."""
        self.bench.sql(f'COMMENT ON DATABASE "{self.name}" IS %s', text)

    def install(self, title: str, *modules: str) -> None:
        """Install modules without demo data."""
        arguments = ("-c", self.configuration, "-i", ",".join(modules), "--stop-after-init")
        self.bench.run(title, *arguments, "--no-http")

    def upgrade(self, title: str, *modules: str) -> None:
        """Upgrade installed modules."""
        arguments = ("-c", self.configuration, "-u", ",".join(modules), "--stop-after-init")
        self.bench.run(title, *arguments, "--no-http")

    def drop(self) -> None:
        """Remove it, files included, if it is there."""
        if self.bench.sql("SELECT 1 FROM pg_database WHERE datname = %s", self.name):
            arguments = ("-c", self.configuration, "drop", self.name)
            self.bench.run(f"Dropping {self.name}", "db", *arguments)

    def copy_from(self, template: Database) -> None:
        """Become a copy, files included."""
        arguments = ("duplicate", "--force", template.name, self.name)
        self.bench.run(f"Database {self.name}", "db", "-c", self.configuration, *arguments)


def template(bench: Workbench) -> Database:
    """A database with the add-on's dependencies, built once per Odoo version and list."""
    depends = sorted(bench.settings.manifest["depends"])
    note = f"Odoo {bench.odoo.version} with {', '.join(depends)}, without demo data"
    found = Database(bench, f"fulfillment_template_{digest(bench.odoo.key, *depends)}")
    with exclusive(bench.settings.lock(f"db-{found.name}"), "the template database"):
        if found.note() != note:
            found.drop()
            found.install(f"Template: {note} (a minute, once)", *depends)
            found.set_note(note)
    return found


def fingerprint(settings: Settings) -> str:
    """Changes when anything changes that an installation reads."""
    tops = (settings.root / part for part in INSTALLED_PARTS)
    files = (f for top in tops for f in ([top] if top.is_file() else sorted(top.rglob("*"))))
    kept = [f for f in files if f.is_file() and "__pycache__" not in f.parts]
    return digest(*(f"{file}{file.read_bytes()!r}" for file in kept))


class Preparation(Enum):
    """What to do with the database of the last run."""

    FRESH = auto()  # never take it
    REUSE = auto()  # take it if nothing it was made from has changed
    UPGRADE = auto()  # keep its data and upgrade the add-on


@contextmanager
def with_addon(
    bench: Workbench,
    purpose: str,
    preparation: Preparation,
    http_port: int = 0,
    also: Sequence[str] = (),
) -> Iterator[Database]:
    """A database with the add-on and perhaps other modules, for this command alone."""
    database = Database(bench, f"fulfillment_{purpose}_{bench.settings.clone_key}", http_port)
    lock = bench.settings.lock(f"db-{database.name}")
    with exclusive(lock, f"the {purpose} database"):
        _prepare(database, preparation, [MODULE, *also])
        yield database


def _prepare(database: Database, preparation: Preparation, modules: list[str]) -> None:
    bench = database.bench
    base = template(bench)
    note = f"{', '.join(modules)} {fingerprint(bench.settings)} on {base.name}"
    found = database.note() if preparation is not Preparation.FRESH else ""
    if found == note:
        say(f"==> Database {database.name} is up to date")
        return
    if found and preparation is Preparation.UPGRADE:
        database.upgrade(f"Upgrading {MODULE}", MODULE)
    else:
        database.copy_from(base)
        database.install(f"Installing {', '.join(modules)}", *modules)
    database.set_note(note)
