"""The machine's apt sources in both spellings, and the private ones made of them."""

from pathlib import Path

import pytest

from tools import apt_sources

ONE_LINE = """\
# deb http://archive.example/old bullseye main
deb http://archive.example/debian bookworm main contrib
deb-src http://archive.example/debian bookworm main
deb [arch=amd64,arm64 signed-by=/keys/a.gpg] http://archive.example/debian bookworm-updates main #
deb http://vendor.example/apt stable vendor
"""

DEB822 = """\
# The distribution.
Types: deb deb-src
URIs: http://archive.example/debian
Suites: trixie trixie-updates
Components: main contrib
Signed-By: /keys/debian.gpg

Types: deb
URIs: http://security.example/debian-security
Suites: trixie-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBGP
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: trixie
Components: main
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder in place of /etc/apt."""
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_one_line_sources(machine):
    (machine / "sources.list").write_text(ONE_LINE)
    found = apt_sources.machine_sources(machine)
    assert [source.suites for source in found] == [
        ("bookworm",),
        ("bookworm-updates",),
        ("stable",),
    ]
    assert dict(found[1].options) == {
        "Architectures": "amd64 arm64",
        "Signed-By": "/keys/a.gpg",
    }


def test_own_suite_leaves_vendors_out(machine):
    (machine / "sources.list").write_text(ONE_LINE)
    text = apt_sources.own_suite(apt_sources.machine_sources(machine), "bookworm")
    assert "Suites: bookworm\n" in text
    assert "Suites: bookworm-updates\n" in text
    assert "vendor" not in text


def test_deb822_sources_with_an_embedded_key(machine):
    (machine / "sources.list.d" / "debian.sources").write_text(DEB822)
    found = apt_sources.machine_sources(machine)
    assert [source.suites for source in found] == [
        ("trixie", "trixie-updates"),
        ("trixie-security",),
    ]
    text = apt_sources.own_suite(found, "trixie")
    assert "Signed-By: /keys/debian.gpg" in text
    assert "Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBGP\n" in text


def test_other_suite_comes_from_the_main_archive(machine):
    (machine / "sources.list.d" / "debian.sources").write_text(DEB822)
    text = apt_sources.other_suite(apt_sources.machine_sources(machine), "trixie", "sid")
    assert text == (
        "Types: deb\n"
        "URIs: http://archive.example/debian\n"
        "Suites: sid\n"
        "Components: main\n"
        "Signed-By: /keys/debian.gpg\n"
    )


def test_a_machine_without_debian_has_no_sources(machine):
    (machine / "sources.list").write_text("deb http://vendor.example/apt stable vendor\n")
    found = apt_sources.machine_sources(machine)
    assert apt_sources.own_suite(found, "noble") == ""
    assert apt_sources.other_suite(found, "noble", "sid") == ""


def test_codename(tmp_path):
    release = tmp_path / "os-release"
    release.write_text('NAME="Debian GNU/Linux"\nVERSION_CODENAME=bookworm\n')
    assert apt_sources.codename(release) == "bookworm"
