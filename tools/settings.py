"""What the environment decides: where the clone and the cache are, and what to use as it is."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .console import ToolError

MODULE = "fulfillment_connector"
LONGEST_TEMPORARY = 50  # of the 107 bytes of a Unix socket's path, Chromium adds 45 and we 12


def digest(*parts: object) -> str:
    """Eight characters that change when a part changes."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:8]


def default_cache() -> Path:
    """PostgreSQL never runs as root, and nobody else may enter root's home."""
    if os.geteuid() == 0:
        return Path("/var/cache") / MODULE
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / MODULE


@dataclass(frozen=True)
class Settings:
    """The variables that `make help` documents, and the folders that follow from them."""

    root: Path
    cache: Path
    odoo: str = ""
    pg_bin: str = ""
    pg_dsn: str = ""
    chromium: str = ""

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the variables; create the cache folder."""
        if sys.version_info < (3, 10):  # noqa: UP036, the reader may have an older one
            raise ToolError("Python 3.10 or newer is needed; name one: make PYTHON=python3.12 …")
        cache = Path(os.environ.get("CACHE") or default_cache()).expanduser().absolute()
        names = ("ODOO", "PG_BIN", "PG_DSN", "CHROMIUM")
        given = {name.lower(): os.environ.get(name, "") for name in names}
        settings = cls(root=Path(__file__).resolve().parent.parent, cache=cache, **given)
        settings.folder("locks")
        return settings

    def environment(self, **more: str) -> dict[str, str]:
        """Variables for a child whose leavings shall stay in the cache, and who reads no home."""
        home = str(self.folder("home"))
        return {**os.environ, "HOME": home, "XDG_CACHE_HOME": f"{home}/.cache", **more}

    def folder(self, *names: str) -> Path:
        """A folder of the cache, created when it is missing."""
        path = self.cache.joinpath(*names)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def log(self, name: str) -> Path:
        """The file that keeps the long output of one kind of step."""
        return self.folder("logs") / f"{name}.log"

    def lock(self, name: str) -> Path:
        """The file whose lock guards one thing in the cache."""
        return self.folder("locks") / f"{name}.lock"

    @contextmanager
    def temporary_folder(self) -> Iterator[Path]:
        """In the cache, unless its path is too long for the socket that Chromium creates there."""
        parent = self.folder("tmp")
        if len(str(parent).encode()) > LONGEST_TEMPORARY:
            parent = Path("/tmp")
        with tempfile.TemporaryDirectory(
            prefix="fc-", dir=parent, ignore_cleanup_errors=True
        ) as folder:
            yield Path(folder)

    @cached_property
    def clone_key(self) -> str:
        """Tells apart the clones that share one cache."""
        return digest(self.root)

    @cached_property
    def manifest(self) -> dict:
        """What the add-on says about itself."""
        return ast.literal_eval((self.root / "__manifest__.py").read_text(encoding="utf-8"))

    @cached_property
    def addons(self) -> Path:
        """An addons path on which the clone has the add-on's name, whatever its folder's."""
        folder = self.folder(f"addons-{self.clone_key}")
        link = folder / MODULE
        if not link.is_symlink():
            link.symlink_to(self.root)
        return folder
