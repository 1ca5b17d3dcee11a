"""The commands of the project; `make help` lists them with a sentence each."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

from . import checks, cleaning, console, demo, processes, serving, tests
from .settings import Settings

COMMANDS: dict[str, Callable[[Settings, list[str]], int]] = {
    "test": tests.everything,
    "test-pure": tests.pure,
    "test-odoo": tests.in_odoo,
    "test-process": tests.in_processes,
    "test-optional": tests.with_optional,
    "lint": checks.lint,
    "format": checks.repair,
    "demo": demo.demo,
    "screenshots": demo.screenshots,
    "bench": serving.bench,
    "serve": serving.serve,
    "shell": serving.shell,
    "clean": cleaning.clean,
}


def main(arguments: list[str]) -> int:
    """Run one command; what follows its name is handed on to the tool behind it."""
    parser = argparse.ArgumentParser(prog="python3 -m tools", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="arguments for the tool behind it")
    options = parser.parse_args(arguments)
    processes.unwind_on_signals()
    try:
        settings = Settings.from_environment()
        with settings.temporary_folder() as folder:
            os.environ["TMPDIR"] = str(folder)
            return COMMANDS[options.command](settings, options.rest)
    except console.ToolError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
