"""The whole way of a message on one machine: stand-in platforms, a real Odoo server, their tables.

This file starts, waits and stops. What is shown is in other places:

* `python -m simulator --scenario demo` plays a platform,
* `tools/in_odoo/demo_data.py` loads the add-on's demo files,
* `tools/in_odoo/demo_setup.py` connects the add-on with the stand-ins before the server starts,
* `tools/in_odoo/demo_report.py` waits for the import, prints the tables and fails on a difference.
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
class StandIn:
    """A stand-in platform: what names its port, its port else, and what names its address."""

    port_variable: str
    port: int
    url_variable: str


STAND_INS = {
    "tbone": StandIn("SIMULATOR_PORT", 8070, "SIMULATOR_URL"),
    "acommerce": StandIn("ACOMMERCE_PORT", 8071, "ACOMMERCE_URL"),
}


@dataclass(frozen=True)
class Demo:
    """A running demo: the database, its server, and where the servers are, by variable."""

    database: Database
    server: subprocess.Popen
    urls: dict[str, str]

    def script(self, name: str) -> int:
        """Run one of our scripts in the Odoo shell."""
        log = self.database.bench.settings.log(f"server-{self.database.http_port}")
        return self.database.script(name, **self.urls, SERVER_LOG=str(log))


def demo(settings: Settings, _rest: list[str]) -> int:
    """Show the tables; then serve until Ctrl-C, unless ONCE=1."""
    with _running_demo(settings) as running:
        status = running.script("demo_report.py")
        if not os.environ.get("ONCE"):
            say(f"==> {running.database.url} (admin / admin, or the salesperson sam / sam).")
            say("    Ctrl-C ends the demo.")
            running.server.wait()
    return status


def screenshots(settings: Settings, rest: list[str]) -> int:
    """Take the pictures of the documentation, of the running demo or one of its own."""
    url = f"http://127.0.0.1:{os.environ.get('PORT') or 8069}"
    if servers.is_odoo(url):
        return _take_pictures(settings, url, rest)
    with _running_demo(settings) as running:
        url = running.database.url
        return running.script("demo_report.py") or _take_pictures(settings, url, rest)


@contextmanager
def _running_demo(settings: Settings) -> Iterator[Demo]:
    """All servers, on a fresh database."""
    port = servers.wanted_port("PORT", 8069)
    ports = {
        name: servers.wanted_port(one.port_variable, one.port) for name, one in STAND_INS.items()
    }
    urls = {STAND_INS[name].url_variable: f"http://127.0.0.1:{ports[name]}" for name in ports}
    with ExitStack() as stack:
        bench = stack.enter_context(workbench(settings))
        base = with_addon(bench, "demo", Preparation.FRESH, port)
        database = stack.enter_context(base)
        for name in ports:
            stack.enter_context(_simulator(bench, name, ports[name]))
        if database.script("demo_data.py", "demo_setup.py", **urls, ODOO_URL=database.url):
            raise ToolError("The demo data could not be loaded.")
        server = stack.enter_context(database.served("--max-cron-threads=1"))
        yield Demo(database, server, urls)


def _simulator(bench: Workbench, platform: str, port: int) -> AbstractContextManager:
    """A stand-in platform."""
    options = ("--platform", platform, "--port", port, "--scenario", "demo")
    return servers.served(
        f"Stand-in of {platform} on 127.0.0.1:{port}",
        [bench.python, "-m", "simulator", *options],
        bench.settings.log(f"simulator-{platform}"),
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
