"""Odoo on a database that is kept, and the benchmark."""

from __future__ import annotations

import os

from . import servers
from .console import ToolError, say
from .database import Database, Preparation, Workbench, with_addon, workbench
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
    """benchmarks/run.py on a fresh database of a cluster that really writes to disk."""
    script = settings.root / "benchmarks" / "run.py"
    if not script.exists():
        raise ToolError("There is no benchmarks/run.py yet.")
    with (
        workbench(settings, durable=True) as bench,
        with_addon(bench, "bench", Preparation.FRESH) as database,
    ):
        command = [bench.python, script, "--size", os.environ.get("SIZE") or "small", *rest]
        return call(command, cwd=settings.root, env=database.environment())


def _kept(bench: Workbench, http_port: int = 0) -> Database:
    """The developer's database; the lock ends here, so that a shell can join a server."""
    with with_addon(bench, "dev", Preparation.UPGRADE, http_port) as database:
        return database
