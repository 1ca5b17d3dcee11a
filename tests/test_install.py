"""The add-on is installed, and the web client starts with it."""

from odoo.tests import HttpCase, TransactionCase, tagged

MODULE = "fulfillment_connector"


@tagged("post_install", "-at_install")
class TestInstall(TransactionCase):
    def test_module_is_installed(self):
        module = self.env["ir.module.module"].search([("name", "=", MODULE)])
        self.assertEqual(module.state, "installed")


@tagged("post_install", "-at_install")
class TestWebClient(HttpCase):
    def test_web_client_starts(self):
        """A browser logs in and sees the navigation bar: assets and views hold together."""
        self.browser_js(
            "/odoo",
            code="console.log('test successful')",
            ready="Boolean(document.querySelector('.o_main_navbar'))",
            login="admin",
        )
