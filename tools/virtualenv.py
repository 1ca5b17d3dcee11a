"""Virtual environments in the cache, one per list of pinned requirements."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from . import debs
from .console import ToolError
from .processes import read, run_logged
from .settings import Settings, digest

REQUIREMENTS = Path(__file__).parent / "requirements"


def environment(settings: Settings, *lists: str) -> Path:
    """The Python of an environment with everything these requirement lists name."""
    files = [REQUIREMENTS / f"{name}.txt" for name in lists]
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    key = digest(sys.executable, *(file.read_text(encoding="utf-8") for file in files))

    def build(target: Path) -> None:
        _create(settings, target)
        _install(settings, target, files)

    name = f"venv/{lists[-1]}-py{version}-{key}"
    title = f"Python packages: {', '.join(lists)}"
    return debs.provide(settings, name, title, build) / "bin" / "python"


def _create(settings: Settings, target: Path) -> None:
    """A virtual environment with pip, also where Debian split ensurepip off."""
    command = [sys.executable, "-m", "venv", target]
    if importlib.util.find_spec("ensurepip"):
        run_logged(command, settings.log("pip"))
        return
    run_logged([*command, "--without-pip"], settings.log("pip"))
    run_logged(
        [target / "bin" / "python", _pip_wheel(settings) / "pip", "install", "pip"],
        settings.log("pip"),
        env=_pip_environment(settings),
    )


def _pip_wheel(settings: Settings) -> Path:
    """pip as Debian packs it for its own virtual environments; a wheel runs as it is."""
    tree = debs.provide_packages(settings, "pip", "pip from Debian", "python3-pip-whl")
    wheels = sorted(tree.glob("usr/share/python-wheels/pip-*.whl"))
    if not wheels:
        raise ToolError(f"No pip wheel below {tree}; install python3-venv on this machine.")
    return wheels[-1]


def _install(settings: Settings, target: Path, files: list[Path]) -> None:
    pip = [target / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check"]
    wanted = [word for file in files for word in ("-r", file)]
    run_logged([*pip, *wanted], settings.log("pip"), env=_pip_environment(settings))
    read([target / "bin" / "python", "-m", "pip", "check"], env=_pip_environment(settings))


def _pip_environment(settings: Settings) -> dict[str, str]:
    """The machine's own pip configuration, but downloads kept in our cache."""
    return {**os.environ, "PIP_CACHE_DIR": str(settings.folder("pip-downloads"))}
