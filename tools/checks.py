"""Linters and formatters, pinned."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import virtualenv
from .console import say
from .processes import Command, call
from .settings import MODULE, Settings


@dataclass(frozen=True)
class Check:
    """One linter: what to run, and where."""

    name: str
    folder: Path
    command: Command

    def fails(self, settings: Settings) -> bool:
        """Run it."""
        say(f"==> {self.name}")
        return call(self.command, cwd=self.folder, env=settings.environment()) != 0


def lint(settings: Settings, _rest: list[str]) -> int:
    """Run every check, also after one has failed, and name those that failed."""
    failed = [check.name for check in _checks(settings) if check.fails(settings)]
    say(f"==> Lint: {'failed: ' + ', '.join(failed) if failed else 'all good'}")
    return 1 if failed else 0


def repair(settings: Settings, _rest: list[str]) -> int:
    """Let ruff repair what it can."""
    ruff = _programs(settings) / "ruff"
    rest = call([ruff, "check", "--fix", "--output-format=concise", "."], cwd=settings.root)
    return call([ruff, "format", "."], cwd=settings.root) or rest


def _checks(settings: Settings) -> list[Check]:
    """Odoo's checks run where the clone has the add-on's name."""
    programs, root, addons = _programs(settings), settings.root, settings.addons
    ruff, pylint, oca = programs / "ruff", programs / "pylint", programs / "oca-checks-odoo-module"
    found = [
        Check("ruff check", root, [ruff, "check", "--output-format=concise", "."]),
        Check("ruff format", root, [ruff, "format", "--check", "--output-format=concise", "."]),
        Check("pylint-odoo", addons, [pylint, f"--rcfile={root / 'pyproject.toml'}", MODULE]),
        Check("oca-checks-odoo-module", addons, [oca, MODULE]),
    ]
    translations = sorted(f"{MODULE}/i18n/{path.name}" for path in root.glob("i18n/*.po*"))
    if translations:
        found.append(Check("oca-checks-po", addons, [programs / "oca-checks-po", *translations]))
    return found


def _programs(settings: Settings) -> Path:
    return virtualenv.environment(settings, "lint").parent
