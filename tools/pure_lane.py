"""pytest plugin for the tests that need no Odoo.

The root of the clone is an Odoo add-on, whose `__init__.py` imports Odoo. pytest would import it as
the package around the tests; a plain folder is not imported.
"""

import pytest


def pytest_collect_directory(path, parent):
    """Every folder is a plain folder."""
    return pytest.Dir.from_parent(parent, path=path)
