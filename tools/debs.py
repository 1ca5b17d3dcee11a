"""Debian packages unpacked into the cache, without installing one.

A private apt state lets the machine's own package system alone: nothing is installed, no list of
the machine is refreshed, and no hook of the machine runs.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from . import apt_sources
from .console import ToolError, step
from .processes import exclusive, read, run_logged
from .settings import Settings

# The machine's own loader must never meet another C library.
NEVER_UNPACKED = re.compile(r"^(libc6|libc-bin|locales|base-files|dpkg|apt)[_-]")

CONFIGURATION = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
APT::Sandbox::User "root";
APT::Install-Recommends "false";
APT::Get::Assume-Yes "true";
Acquire::Languages "none";
Acquire::Retries "3";
Debug::NoLocking "true";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "{folder}/sources";
Dir::State::Lists "{folder}/lists";
Dir::Cache::Archives "{folder}/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
"""


class Archive:
    """One suite of the distribution's archive, with an apt state of its own."""

    def __init__(self, settings: Settings, name: str, sources: str) -> None:
        if not shutil.which("apt-get"):
            raise ToolError(f"This machine has no apt. {USE_YOUR_OWN}")
        if not sources:
            raise ToolError(f"No Debian archive in the apt sources of this machine. {USE_YOUR_OWN}")
        self.folder = settings.folder("apt", name)
        self.log = settings.log("apt")
        self.settings = settings
        for part in ("sources", "lists/partial", "archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        (self.folder / "sources" / "private.sources").write_text(sources, encoding="utf-8")
        self.configuration = self.folder / "apt.conf"
        self.configuration.write_text(CONFIGURATION.format(folder=self.folder), encoding="utf-8")

    def refresh(self) -> None:
        """Fetch the suite's lists; forget what an interrupted command left behind."""
        self.discard()
        self._apt_get("update")

    def version(self, package: str) -> str:
        """The version this suite offers, or nothing."""
        text = read(["apt-cache", "-c", self.configuration, "policy", package])
        match = re.search(r"Candidate: (\S+)", text)
        return match[1] if match and match[1] != "(none)" else ""

    def fetch(self, *packages: str) -> list[Path]:
        """Just these packages."""
        self._apt_get("download", *packages, cwd=self.folder / "archives")
        return self._fetched()

    def fetch_missing(self, *packages: str) -> list[Path]:
        """These packages and whatever they need that this machine lacks."""
        self._apt_get("install", "--download-only", "--reinstall", *packages)
        return self._fetched()

    def discard(self) -> None:
        """Forget what was fetched."""
        for deb in self._fetched():
            deb.unlink()

    def _fetched(self) -> list[Path]:
        return sorted((self.folder / "archives").glob("*.deb"))

    def _apt_get(self, *arguments: str, cwd: Path | None = None) -> None:
        command = ["apt-get", "-q", "-c", self.configuration, *arguments]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
        run_logged(command, self.log, cwd=cwd, env=environment)


USE_YOUR_OWN = "Name what you have instead: make ODOO=… PG_BIN=… CHROMIUM=… (see make help)."


def own_archive(settings: Settings) -> Archive:
    """The suite this machine runs."""
    name = apt_sources.codename()
    return Archive(settings, "own", apt_sources.own_suite(apt_sources.machine_sources(), name))


def rolling_archive(settings: Settings) -> Archive:
    """Debian's unstable suite, the only one with Odoo 19."""
    sources = apt_sources.machine_sources()
    text = apt_sources.other_suite(sources, apt_sources.codename(), "sid")
    return Archive(settings, "sid", text)


def unpack(debs: list[Path], target: Path) -> None:
    """Lay the packages' files below the target folder."""
    for deb in debs:
        if not NEVER_UNPACKED.match(deb.name):
            read(["dpkg", "-x", deb, target])


def provide(settings: Settings, name: str, title: str, build: Callable[[Path], None]) -> Path:
    """A folder of the cache that is either complete or built anew."""
    target = settings.cache / name
    with exclusive(settings.lock(name.replace("/", "-")), title):
        if not (target / ".complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True, mode=0o755)
            with step(title):
                build(target)
            (target / ".complete").touch()
    return target


def provide_packages(settings: Settings, name: str, title: str, *packages: str) -> Path:
    """A folder with programs of the machine's own suite and all that they lack here."""

    def build(target: Path) -> None:
        with exclusive(settings.lock("apt-own"), "package downloads"):
            archive = own_archive(settings)
            archive.refresh()
            unpack(archive.fetch_missing(*packages), target)
            archive.discard()

    return provide(settings, name, title, build)


def shared_objects(tree: Path) -> str:
    """Every folder below the tree that holds shared libraries, as LD_LIBRARY_PATH."""
    folders = {
        path.parent for top in ("lib", "usr/lib") for path in tree.glob(f"{top}/**/lib*.so*")
    }
    return ":".join(sorted(map(str, folders), key=len))
