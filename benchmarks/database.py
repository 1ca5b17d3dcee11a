"""Odoo in this process, on the databases that the command line names.

ODOO_RC        the configuration
ODOO_DATABASE  has the add-on
ODOO_PLAIN     has its dependencies alone; without it, nothing is compared with a plain Odoo
"""

import logging
import os
from contextlib import contextmanager

MODULE = "fulfillment_connector"
WITH, PLAIN = os.environ.get("ODOO_DATABASE", ""), os.environ.get("ODOO_PLAIN", "")


def boot() -> None:
    """Load Odoo; from here on `odoo.addons` can be imported."""
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", os.environ["ODOO_RC"], "-d", WITH, "--no-http"])
    logging.getLogger("odoo").setLevel(logging.ERROR)
    Registry(WITH)


@contextmanager
def environment(name: str = WITH):
    """An environment of Odoo's superuser; what is not committed is rolled back."""
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    with Registry(name).check_signaling().cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        cr.rollback()


def value(env, statement: str, values=None):
    """The first value of a query, in a transaction that ends at once."""
    env.cr.execute(statement, values)
    found = env.cr.fetchone()[0]
    env.cr.rollback()
    return found
