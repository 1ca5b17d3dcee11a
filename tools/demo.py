"""The whole way of a message on one machine: a stand-in platform, a real Odoo server, one table.

This file starts, waits and stops. What is shown is in other places:

* `python -m simulator --scenario demo` plays the platform,
* `tools/in_odoo/demo_data.py` loads the add-on's demo files,
* `tools/in_odoo/demo_setup.py` connects the add-on with the stand-in before the server starts,
* `tools/in_odoo/demo_report.py` waits for the import, prints the table and fails on a difference.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from . import browser, servers, virtualenv
from .console import ToolError, say
from .database import Database, Preparation, Workbench, with_addon, workbench
from .processes import call
from .settings import Settings


@dataclass(frozen=True)
class Demo:
    """A running demo: the database, and where both servers are."""

    database: Database
    odoo_url: str
    simulator_url: str
    server: subprocess.Popen

    def script(self, name: str) -> int:
        """Run one of our scripts in the Odoo shell."""
        log = self.database.bench.settings.log(f"server-{self.database.http_port}")
        return self.database.script(name, SIMULATOR_URL=self.simulator_url, SERVER_LOG=str(log))


def demo(settings: Settings, _rest: list[str]) -> int:
    """Show the table; then serve until Ctrl-C, unless ONCE=1."""
    with _running_demo(settings) as running:
        status = running.script("demo_report.py")
        if not os.environ.get("ONCE"):
            say(f"==> {running.odoo_url} (admin / admin, or the salesperson sam / sam).")
            say("    Ctrl-C ends the demo.")
            running.server.wait()
    return status


def screenshots(settings: Settings, rest: list[str]) -> int:
    """Take the pictures of the documentation, of the running demo or one of its own."""
    url = f"http://127.0.0.1:{os.environ.get('PORT') or 8069}"
    if servers.is_odoo(url):
        return _take_pictures(settings, url, rest)
    with _running_demo(settings) as running:
        return running.script("demo_report.py") or _take_pictures(settings, running.odoo_url, rest)


@contextmanager
def _running_demo(settings: Settings) -> Iterator[Demo]:
    """Both servers, on a fresh database."""
    port = servers.wanted_port("PORT", 8069)
    simulator_port = servers.wanted_port("SIMULATOR_PORT", 8070)
    simulator_url = f"http://127.0.0.1:{simulator_port}"
    with ExitStack() as stack:
        bench = stack.enter_context(workbench(settings))
        base = with_addon(bench, "demo", Preparation.FRESH, port)
        database = stack.enter_context(base)
        stack.enter_context(_simulator(bench, simulator_port))
        if database.script("demo_data.py", "demo_setup.py", SIMULATOR_URL=simulator_url):
            raise ToolError("The demo data could not be loaded.")
        server = stack.enter_context(database.served("--max-cron-threads=1"))
        yield Demo(database, database.url, simulator_url, server)


def _simulator(bench: Workbench, port: int) -> AbstractContextManager:
    """The stand-in platform."""
    return servers.served(
        f"Stand-in platform on 127.0.0.1:{port}",
        [bench.python, "-m", "simulator", "--port", port, "--scenario", "demo"],
        bench.settings.log("simulator"),
        lambda: servers.is_open(port),
        cwd=bench.settings.root,
    )


def _take_pictures(settings: Settings, url: str, rest: list[str]) -> int:
    python = virtualenv.environment(settings, "screenshots")
    chromium = browser.folder(settings) / "chromium"
    script = settings.root / "tools" / "screenshots.py"
    command = [python, script, "--url", url, "--chromium", chromium, *rest]
    environment = settings.environment(**browser.driver_variables(settings))
    return call(command, cwd=settings.root, env=environment)
