"""Takes away what the tooling made."""

from __future__ import annotations

import os
import shutil

from . import postgres
from .console import ToolError, say
from .settings import Settings

REMADE = ("clusters", "conf", "data", "home", "logs", "screenshots", "tmp")


def clean(settings: Settings, _rest: list[str]) -> int:
    """The databases, their files and the logs; with ALL=1 the downloads too."""
    if settings.pg_dsn:
        raise ToolError("make clean drops no database of a given server; theirs is fulfillment_*.")
    for cluster in postgres.clusters(settings):
        cluster.remove()
    if os.environ.get("ALL"):
        shutil.rmtree(settings.cache)
        say(f"==> Removed {settings.cache}")
        return 0
    for name in REMADE:
        shutil.rmtree(settings.cache / name, ignore_errors=True)
    say(f"==> Removed from {settings.cache}: {', '.join(REMADE)}")
    return 0
