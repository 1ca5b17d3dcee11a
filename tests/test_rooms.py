"""The walls of the house: which part of the add-on may know of which."""

import ast
import re
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..models.effects.fulfillment_effect import EFFECTS
from ..providers import PROVIDERS
from ..providers.canonical import Kind

ROOT = Path(__file__).parent.parent
LANES = ("fulfillment_apply.py", "fulfillment_stock_apply.py")
PLATFORMS = re.compile(r"tb[._]?one|tradebyte|acommerce", re.IGNORECASE)
WIRE = {"lxml", "requests", "socket", "http", "urllib3", "xml"}


def files(room):
    return sorted(path for path in (ROOT / room).rglob("*.py") if path.parent.name != "tests")


def imported(path):
    """Dotted names a file imports; relative ones as seen from the root of the add-on."""
    names = set()
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


@tagged("post_install", "-at_install")
class TestRooms(BaseCase):
    def assertNoneImports(self, room, *forbidden):
        for path in files(room):
            for name in imported(path):
                for prefix in forbidden:
                    self.assertFalse(
                        name == prefix or name.startswith(f"{prefix}."),
                        f"{path.relative_to(ROOT)} imports {name}",
                    )

    def test_providers_know_nothing_of_odoo(self):
        self.assertNoneImports("providers", "odoo", "models", "simulator", "psycopg2")

    def test_simulator_is_an_independent_oracle(self):
        self.assertNoneImports("simulator", "odoo", "models", "providers")

    def test_models_open_no_socket_and_read_no_wire_format(self):
        self.assertNoneImports("models", *WIRE, "simulator")

    def test_effects_and_documents_call_no_platform(self):
        for room in ("models/effects", "models/documents"):
            self.assertNoneImports(
                room, "models.exchange", "providers.tbone", "providers.transport"
            )
        self.assertNoneImports("models/documents", "models.effects")
        self.assertNoneImports("models/exchange", "models.effects", "models.documents")

    def test_exchange_lane_touches_no_stock_and_no_sale(self):
        for path in files("models/exchange"):
            found = re.findall(r"""["'](?:sale|stock)\.[a-z.]+["']""", path.read_text())
            self.assertFalse(found, path.relative_to(ROOT))

    def test_only_the_lanes_commit(self):
        for path in files("models"):
            commits = re.search(r"_commit_progress\(|\.commit\(", path.read_text())
            is_lane = path.parent.name == "exchange" or path.name in LANES
            self.assertFalse(commits and not is_lane, path.relative_to(ROOT))

    def test_only_its_own_file_names_a_platform(self):
        """Not even in a comment: what is special about one belongs to models/platforms."""
        for path in files("models"):
            if path.parent.name != "platforms":
                found = PLATFORMS.findall(path.read_text())
                self.assertFalse(found, path.relative_to(ROOT))

    def test_the_words_of_platforms_are_found(self):
        for code, platform in PROVIDERS.items():
            self.assertTrue(PLATFORMS.search(code))
            self.assertTrue(PLATFORMS.search(platform.label))

    def test_every_kind_has_an_effect(self):
        self.assertEqual(set(EFFECTS), set(Kind))
