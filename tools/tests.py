"""The lanes of tests: plain Python, inside Odoo, and real processes around one database."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from . import browser, virtualenv
from .console import say
from .database import Database, Preparation, with_addon, workbench
from .processes import call
from .settings import MODULE, Settings

PURE_FOLDERS = ("providers/tests", "simulator/tests", "tools/tests")
PROCESS_FOLDER = "tests/process"
WITHOUT_ODOO = ("-p", "no:odoo", "-p", "tools.pure_lane")
# Modules the add-on works with and does not depend on, and the words in the names of their tests.
OPTIONAL = ("sale_mrp", "stock_dropshipping")
ABOUT_OPTIONAL = "kit or dropship"

Lane = Callable[[Database, list[str]], int]


def everything(settings: Settings, _rest: list[str]) -> int:
    """All lanes, on a fresh database; the first failure ends it."""
    return (
        pure(settings, [])
        or _on_database(settings, Preparation.FRESH, _odoo_and_process_lane, [])
        or with_optional(settings, [])
    )


def pure(settings: Settings, rest: list[str]) -> int:
    """The tests of providers, stand-in and tools; a warning is an error."""
    python = virtualenv.environment(settings, "odoo", "test")
    folders = [name for name in PURE_FOLDERS if (settings.root / name).is_dir()]
    say(f"==> Pure tests: {', '.join(folders)}")
    command = [python, "-m", "pytest", *WITHOUT_ODOO, "-W", "error", *rest, *folders]
    return call(command, cwd=settings.root, env=settings.environment())


def in_odoo(settings: Settings, rest: list[str]) -> int:
    """The Odoo lane, on the database of the last run when nothing installed has changed."""
    return _on_database(settings, Preparation.REUSE, _odoo_lane, rest)


def in_processes(settings: Settings, rest: list[str]) -> int:
    """Workers and servers that are real processes, and may be killed."""
    return _on_database(settings, Preparation.REUSE, _process_lane, rest)


def with_optional(settings: Settings, rest: list[str]) -> int:
    """The tests that are skipped elsewhere, where the modules they are about are installed."""
    with (
        workbench(settings) as bench,
        with_addon(bench, "optional", Preparation.REUSE, also=OPTIONAL) as database,
    ):
        return _odoo_lane(database, rest or ["-k", ABOUT_OPTIONAL])


def _on_database(settings: Settings, preparation: Preparation, lane: Lane, rest: list[str]) -> int:
    with workbench(settings) as bench, with_addon(bench, "test", preparation) as database:
        return lane(database, rest)


def _odoo_lane(database: Database, rest: list[str]) -> int:
    settings = database.bench.settings
    environment = database.environment()
    environment["PATH"] = f"{browser.folder(settings)}:{environment['PATH']}"
    say("==> Tests in Odoo, browser included")
    tests = settings.addons / MODULE / "tests"
    options = (
        f"--config-file={settings.root / 'pyproject.toml'}",
        f"--odoo-database={database.name}",
        f"--odoo-config={database.configuration}",
        "--odoo-http",
        f"--ignore={settings.addons / MODULE / PROCESS_FOLDER}",
    )
    command = [database.bench.python, "-m", "pytest", *options, *rest, tests]
    return call(command, cwd=settings.root, env=environment)


def _process_lane(database: Database, rest: list[str]) -> int:
    settings = database.bench.settings
    shutil.rmtree(settings.folder("logs", database.name))
    logs = settings.folder("logs", database.name)
    say(f"==> Tests with real processes, each with a log in {logs}")
    command = [database.bench.python, "-m", "pytest", *WITHOUT_ODOO, *rest, PROCESS_FOLDER]
    environment = {**database.environment(), "PROCESS_LOGS": str(logs)}
    return call(command, cwd=settings.root, env=environment)


def _odoo_and_process_lane(database: Database, _rest: list[str]) -> int:
    return _odoo_lane(database, []) or _process_lane(database, [])
