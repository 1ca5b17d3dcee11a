"""What the variables ODOO and PG_DSN may hold."""

import pytest

from tools import odoo, postgres
from tools.console import ToolError
from tools.settings import Settings


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        ("postgresql://me:p%40ss@db.example:5433", ("db.example", 5433, "me", "p@ss")),
        ("postgresql://me@db.example", ("db.example", 5432, "me", "")),
        ("postgresql:///?host=/run/sockets&user=me", ("/run/sockets", 5432, "me", "")),
    ],
)
def test_server(tmp_path, dsn, expected):
    settings = Settings(root=tmp_path, cache=tmp_path, pg_dsn=dsn)
    with postgres.server(settings) as server:
        assert (server.host, server.port, server.user, server.password) == expected


@pytest.fixture
def source_tree(tmp_path):
    """As much of Odoo's repository as the tooling looks at."""
    tree = tmp_path / "src"
    (tree / "odoo" / "addons" / "base").mkdir(parents=True)
    (tree / "addons" / "web").mkdir(parents=True)
    (tree / "odoo" / "release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    (tree / "odoo-bin").write_text("#!/usr/bin/env python3\n")
    return tree


@pytest.mark.parametrize("part", ["", "odoo", "odoo-bin"])
def test_source_tree(tmp_path, source_tree, part):
    settings = Settings(root=tmp_path, cache=tmp_path / "cache", odoo=str(source_tree / part))
    found = odoo.source(settings)
    assert found.version == "19.0"
    assert found.addons == source_tree / "addons"
    assert (found.path / "odoo").resolve() == source_tree / "odoo"


def test_another_version_is_refused(tmp_path, source_tree):
    (source_tree / "odoo" / "release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    settings = Settings(root=tmp_path, cache=tmp_path / "cache", odoo=str(source_tree))
    with pytest.raises(ToolError, match=r"is Odoo 18\.0; this add-on is for 19\.0"):
        odoo.source(settings)


def test_anything_else_is_refused(tmp_path):
    settings = Settings(root=tmp_path, cache=tmp_path / "cache", odoo=str(tmp_path))
    with pytest.raises(ToolError, match="neither an Odoo source tree"):
        odoo.source(settings)
