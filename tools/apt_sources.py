"""Reads the machine's own apt sources, one-line and deb822, and writes private ones.

The archive, its keyring and its options are the machine's: this project names no address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROLLING = {"stable", "oldstable", "testing", "unstable", "sid"}
LONG_NAMES = {"arch": "Architectures", "lang": "Languages", "target": "Targets"}
CHOSEN_HERE = {"types", "uris", "suites", "components", "enabled"}


@dataclass(frozen=True)
class Source:
    """One archive of the machine: where it is, what is used of it, and how it is trusted."""

    uris: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()

    def serves(self, codename: str) -> bool:
        """Whether this is the distribution's own archive."""
        bases = {re.split("[-/]", suite)[0] for suite in self.suites}
        return "main" in self.components and bool(bases & (ROLLING | {codename}))

    def stanza(self, suites: Iterable[str]) -> str:
        """The same archive, other suites, as deb822."""
        lines = [
            "Types: deb",
            f"URIs: {self.uris}",
            f"Suites: {' '.join(suites)}",
            "Components: main",
            *(f"{name}: {value}" for name, value in self.options),
        ]
        return "\n".join(lines) + "\n"


def parse_one_line(text: str) -> Iterator[Source]:
    """``deb [signed-by=/key] uri suite component …``"""
    pattern = re.compile(r"^\s*deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<rest>[^#\n]+)", re.MULTILINE)
    for match in pattern.finditer(text):
        uri, suite, *components = match["rest"].split()
        pairs = [item.split("=", 1) for item in (match["options"] or "").split() if "=" in item]
        options = tuple((LONG_NAMES.get(k, k.title()), v.replace(",", " ")) for k, v in pairs)
        yield Source(uri, (suite,), tuple(components), options)


def parse_deb822(text: str) -> Iterator[Source]:
    """Stanzas of ``Name: value`` with continuation lines, which may hold a whole key."""
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    for block in re.split(r"\n[ \t]*\n", text):
        found = re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t]+.*)*)", block, re.MULTILINE)
        fields = {name.lower(): value for name, value in found}
        if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes") != "no":
            yield Source(
                " ".join(fields.get("uris", "").split()),
                tuple(fields.get("suites", "").split()),
                tuple(fields.get("components", "").split()),
                tuple((name, value) for name, value in found if name.lower() not in CHOSEN_HERE),
            )


def machine_sources(folder: Path = Path("/etc/apt")) -> list[Source]:
    """Every enabled binary source of this machine."""
    lists = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list"))]
    found = [source for path in lists if path.is_file() for source in parse_one_line(_read(path))]
    for path in sorted(folder.glob("sources.list.d/*.sources")):
        found += parse_deb822(_read(path))
    return found


def codename(os_release: Path = Path("/etc/os-release")) -> str:
    """The name of the machine's own suite."""
    match = re.search(r'^VERSION_CODENAME="?([\w.]+)', _read(os_release), re.MULTILINE)
    return match[1] if match else ""


def own_suite(sources: Iterable[Source], name: str) -> str:
    """Private sources with all that the distribution offers this machine, updates included."""
    return "\n".join(source.stanza(source.suites) for source in sources if source.serves(name))


def other_suite(sources: Iterable[Source], name: str, suite: str) -> str:
    """Private sources with one suite of the distribution's main archive."""
    main = (s for s in sources if s.serves(name) and {name, *ROLLING} & set(s.suites))
    return next((source.stanza([suite]) for source in main), "")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
