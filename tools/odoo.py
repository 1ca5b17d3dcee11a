"""Odoo 19: an existing one, or Debian's package unpacked into the cache."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from . import debs
from .console import ToolError, say, step
from .processes import exclusive, read
from .settings import Settings, digest

PACKAGE = "odoo-19"
SERIES = "19.0"
PACKAGES = "usr/lib/python3/dist-packages"
# Odoo's package links to fonts and scripts of these by relative path.
LINKED_ROLLING = (
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
)
# Debian leaves this script of mail out (it blurs the background of calls). Without the file, the
# web client logs an error on every page, and browser tests take that for their own failure.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
LINKED_OWN = ("fonts-font-awesome", "fonts-inconsolata")  # sid's Font Awesome is too new


@dataclass(frozen=True)
class Source:
    """A folder for PYTHONPATH that holds the package `odoo`, and the standard add-ons."""

    path: Path
    addons: Path
    version: str

    @cached_property
    def key(self) -> str:
        """Changes with the version and the place."""
        return digest(self.version, self.path)


def source(settings: Settings) -> Source:
    """The Odoo to work with."""
    found = _given(settings) if settings.odoo else _from_debian(settings)
    say(f"==> Odoo {found.version} ({found.addons.parent})")
    return found


def _from_debian(settings: Settings) -> Source:
    """The newest one in the cache; Debian's, when there is none."""
    with exclusive(settings.lock("odoo"), "Odoo"):
        trees = sorted(settings.folder("odoo").glob("*/.complete"), key=lambda p: p.stat().st_mtime)
        tree = trees[-1].parent if trees else _fetch(settings)
    packages = tree / PACKAGES
    return Source(packages, packages / "odoo" / "addons", tree.name)


def _fetch(settings: Settings) -> Path:
    """Unpack Debian's package and what it links to, keyed by its version."""
    with step("Odoo 19 from Debian sid (about 125 MB)"):
        rolling = debs.rolling_archive(settings)
        rolling.refresh()
        version = rolling.version(PACKAGE)
        if not version:
            raise ToolError(f"Debian sid offers no {PACKAGE} any more. {debs.USE_YOUR_OWN}")
        tree = settings.cache / "odoo" / version
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(mode=0o755)
        debs.unpack(rolling.fetch(PACKAGE, *LINKED_ROLLING), tree)
        rolling.discard()
        _fetch_linked(settings, tree)
        _replace_left_out(tree / PACKAGES / "odoo" / "addons" / LEFT_OUT)
        (tree / ".complete").touch()
    return tree


def _fetch_linked(settings: Settings, tree: Path) -> None:
    with exclusive(settings.lock("apt-own"), "package downloads"):
        own = debs.own_archive(settings)
        own.refresh()
        debs.unpack(own.fetch(*LINKED_OWN), tree)
        own.discard()


def _replace_left_out(script: Path) -> None:
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("// Left out by Debian.\n", encoding="utf-8")


def _given(settings: Settings) -> Source:
    """The Odoo of the variable ODOO: a source tree, a package folder or a command."""
    package = _package_folder(Path(settings.odoo).expanduser().absolute())
    release = (package / "release.py").read_text(encoding="utf-8")
    numbers = re.search(r"^version_info = \((\d+), (\d+)", release, re.MULTILINE)
    version = ".".join(numbers.groups()) if numbers else "unknown"
    if version != SERIES:
        raise ToolError(f"ODOO={settings.odoo} is Odoo {version}; this add-on is for {SERIES}.")
    packed = package / "addons"
    addons = packed if (packed / "web").is_dir() else package.parent / "addons"
    return Source(_alone(settings, package), addons, version)


def _package_folder(path: Path) -> Path:
    """Where release.py is."""
    if path.is_file():
        return _package_of_command(path)
    for folder in (path, path / "odoo"):
        if (folder / "release.py").is_file():
            return folder
    raise ToolError(
        f"ODOO={path} is neither an Odoo source tree nor a package folder nor a command."
    )


def _package_of_command(path: Path) -> Path:
    """The package beside `odoo-bin`, or the one that the command's Python imports."""
    if (path.parent / "odoo" / "release.py").is_file():
        return path.parent / "odoo"
    first = path.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
    code = "import odoo.release as r; print(r.__file__)"
    return Path(read([*first.removeprefix("#!").split(), "-c", code])).parent


def _alone(settings: Settings, package: Path) -> Path:
    """A folder with a link to the package and nothing else of its site-packages."""
    folder = settings.folder("odoo-links", digest(package))
    link = folder / "odoo"
    if not link.is_symlink():
        link.symlink_to(package)
    return folder
