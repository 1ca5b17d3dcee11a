"""Odoo on a database that is kept, and the benchmark."""

from __future__ import annotations

import os

from . import servers
from .console import say
from .database import Database, Preparation, Workbench, template, with_addon, workbench
from .processes import call, talk
from .settings import Settings


def serve(settings: Settings, rest: list[str]) -> int:
    """The server on the developer's database until Ctrl-C, its log on the terminal."""
    port = servers.wanted_port("PORT", 8069)
    with workbench(settings) as bench:
        database = _kept(bench, port)
        say(f"==> {database.url} (admin / admin). Ctrl-C ends the server.")
        command = bench.command("server", "-c", database.configuration, "--max-cron-threads=1")
        return call([*command, *rest], env=bench.environment())


def shell(settings: Settings, rest: list[str]) -> int:
    """The Odoo shell on the developer's database."""
    with workbench(settings) as bench:
        command = bench.command("shell", "-c", _kept(bench).configuration, "--no-http")
        return talk([*command, "--log-level=warn", *rest], env=bench.environment())


def bench(settings: Settings, rest: list[str]) -> int:
    """benchmarks/ on fresh databases, with the add-on and without, that really write to disk."""
    with (
        workbench(settings, durable=True) as bench,
        with_addon(bench, "bench", Preparation.FRESH) as database,
    ):
        plain = Database(bench, f"{database.name}_plain")
        plain.copy_from(template(bench))
        size = os.environ.get("SIZE") or "small"
        command = [bench.python, "-m", "benchmarks.run", "--size", size, *rest]
        environment = {**database.environment(), "ODOO_PLAIN": plain.name}
        return call(command, cwd=settings.root, env=environment)


def _kept(bench: Workbench, http_port: int = 0) -> Database:
    """The developer's database; the lock ends here, so that a shell can join a server."""
    with with_addon(bench, "dev", Preparation.UPGRADE, http_port) as database:
        return database
