"""Loads the add-on's own demo files, in the Odoo shell.

Odoo loads a module's demo data only where its dependencies have theirs, and those would fill the
demo with orders of others.
"""

from odoo.modules import Manifest
from odoo.tools.convert import convert_file

MODULE = "fulfillment_connector"

for name in Manifest.for_addon(MODULE)["demo"]:
    convert_file(env, MODULE, name, {}, mode="init", noupdate=True)
env["ir.module.module"].search([("name", "=", MODULE)]).demo = True
env.cr.commit()
