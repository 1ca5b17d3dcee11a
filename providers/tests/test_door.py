"""The walls of this room, read from its imports."""

import ast
import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import providers
from providers import ProviderError, Verdict
from providers.canonical import Kind, Message
from providers.errors import Malformed

ROOM = Path(providers.__file__).parent
FILES = [path for path in ROOM.rglob("*.py") if "tests" not in path.parts]
FORBIDDEN = {"odoo", "time", "random", "psycopg2", "logging"}
NETWORK = {"requests", "urllib3", "http.client"}


def read_imports(path):
    """Absolute modules, and relative ones with their dots."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def test_the_door_is_small_and_true():
    assert len(providers.__all__) <= 20
    assert all(hasattr(providers, name) for name in providers.__all__)
    assert len(set(providers.__all__)) == len(providers.__all__)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOM)))
def test_walls(path):
    for name in read_imports(path):
        top = name.partition(".")[0]
        assert top not in FORBIDDEN, f"{path.name} imports {name}"
        assert top != "providers", "this room imports itself relatively"
        if top in NETWORK:
            assert path.name == "transport.py"
        if top == "lxml":
            assert path.parent != ROOM, "a wire format belongs to its platform"
    assert len(path.read_text().splitlines()) <= 200


def test_every_error_has_a_verdict_and_survives_a_pickle():
    pending, seen = [ProviderError], []
    while pending:
        cls = pending.pop()
        seen.append(cls)
        pending += cls.__subclasses__()
        error = cls("A sentence.", status=500, body="b", retry_after=3)
        assert error.verdict in Verdict
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy), vars(copy)) == (cls, "A sentence.", vars(error))
    assert {cls.__name__ for cls in seen} <= set(providers.__all__)


def test_raw_bytes_are_capped():
    assert len(Malformed("x", raw=b"x" * 10**6).raw) == 65_536


def test_a_message_cannot_be_changed():
    message = Message("1", True, Kind.SHIP, "SHIP", "<MESSAGE/>")
    with pytest.raises(FrozenInstanceError):
        message.sku = "A"
    assert Kind("ship") is Kind.SHIP
