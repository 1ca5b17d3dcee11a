"""Chromium for browser tests and screenshots: the machine's own, or Debian's from the cache."""

from __future__ import annotations

import shlex
import shutil
from ctypes.util import find_library
from pathlib import Path

from . import debs
from .processes import read
from .settings import Settings, digest

NAMES = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")
FONTS = ("fonts-dejavu-core", "fonts-liberation", "fontconfig-config")

FONT_CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{tree}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
"""


def folder(settings: Settings) -> Path:
    """A folder to put first on PATH: every name a browser is looked up by starts ours."""
    given = settings.chromium or next(filter(None, map(shutil.which, NAMES[:2])), "")
    command = Path(given).expanduser().absolute() if given else None
    script = _script(command, {}) if command else _packed(settings)
    target = settings.folder("browser", digest(script))
    for name in NAMES[:2]:
        _write(target / name, script)
    read([target / NAMES[0], "--version"])
    return target


def driver_variables(settings: Settings) -> dict[str, str]:
    """What playwright's own driver needs: a library that a bare machine lacks."""
    if find_library("atomic"):
        return {}
    title = "libatomic for playwright"
    tree = debs.provide_packages(settings, "libatomic", title, "libatomic1")
    return {"LD_LIBRARY_PATH": debs.shared_objects(tree)}


def _packed(settings: Settings) -> str:
    """The start script of the Chromium in the cache, with its libraries and fonts."""
    title = "Chromium from Debian"
    tree = debs.provide_packages(settings, "chromium", title, "chromium", *FONTS)
    fonts = tree / "fonts.conf"
    cache = settings.folder("fontconfig")
    fonts.write_text(FONT_CONFIGURATION.format(tree=tree, cache=cache), encoding="utf-8")
    variables = {
        "LD_LIBRARY_PATH": debs.shared_objects(tree),
        "FONTCONFIG_FILE": str(fonts),
        "XDG_DATA_DIRS": f"{tree}/usr/share:/usr/share",
        "HOME": str(settings.folder("home")),
        "XDG_CONFIG_HOME": str(settings.folder("home", "config")),
        "XDG_CACHE_HOME": str(settings.folder("home", "cache")),
    }
    return _script(tree / "usr" / "lib" / "chromium" / "chromium", variables)


def _script(command: Path, variables: dict[str, str]) -> str:
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    start = f'exec {shlex.quote(str(command))} "$@"'
    return "\n".join(["#!/bin/sh", *exports, start, ""])


def _write(path: Path, script: str) -> None:
    """Replace at one stroke: another command may be starting the browser."""
    draft = path.with_suffix(".new")
    draft.write_text(script, encoding="utf-8")
    draft.chmod(0o755)
    draft.replace(path)
