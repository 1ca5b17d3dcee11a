"""Accounts of several platforms: what is asked of each, and how a third one comes in."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from lxml import etree

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import file_open

from ..models.exchange.fulfillment_account_secrets import SECRETS
from ..providers import PROVIDERS, NotAllowed
from .event_case import EventCase
from .example_provider import EXAMPLE
from .send_case import SendCase

OWN_FIELDS = {
    "tbone": {"account_number", "channel_number", "channel_sign", "send_currency"},
    "acommerce": {
        "scope_id",
        "side",
        "partner_code",
        "order_host",
        "status_version",
        "rejected_policy",
        "event_overlap",
        "payment_type",
        "shipping_type",
        "country_form",
        "price_form",
        "freight_sku",
        "status_codes",
        "wire_settings",
        "csv_columns",
    },
}
OF_MESSAGES = {"page_size", "acknowledge_policy", "acknowledge_missing"}


@tagged("post_install", "-at_install")
class TestAccountForm(TransactionCase):
    def setUp(self):
        super().setUp()
        self.env.user.group_ids += self.env.ref("base.group_no_one")
        self.enterContext(self.debug_mode())

    def open_form(self, provider):
        form = Form(self.env["fulfillment.account"])
        form.provider = provider
        return form

    def hidden(self, form, names):
        """Fields that the form does not show."""
        return {name for name in names if form._get_modifier(name, "invisible")}

    def test_an_account_shows_the_fields_of_its_platform(self):
        every = set.union(*OWN_FIELDS.values())
        for provider, own in OWN_FIELDS.items():
            with self.subTest(provider):
                self.assertEqual(self.hidden(self.open_form(provider), every), every - own)

    def test_what_makes_no_sense_for_events_is_hidden(self):
        self.assertFalse(self.hidden(self.open_form("tbone"), OF_MESSAGES))
        self.assertEqual(self.hidden(self.open_form("acommerce"), OF_MESSAGES), OF_MESSAGES)

    def test_a_platform_that_takes_no_cancellations_is_not_offered_them(self):
        self.assertFalse(self.hidden(self.open_form("tbone"), {"cancel_policy"}))
        self.assertTrue(self.hidden(self.open_form("acommerce"), {"cancel_policy"}))

    def test_the_platform_is_chosen_once(self):
        form = self.open_form("acommerce")
        self.assertFalse(form._get_modifier("provider", "readonly"))
        form.name = "Bangkok"
        account = form.save()
        self.assertEqual(account.provider, "acommerce")
        self.assertTrue(Form(account)._get_modifier("provider", "readonly"))

    def test_the_hosts_follow_platform_and_environment(self):
        form = self.open_form("acommerce")
        self.assertEqual(form.host, "https://api.acommercedev.com")
        self.assertEqual(form.order_host, "https://fulfillment.api.acommercedev.com")
        form.environment = "production"
        self.assertEqual(form.order_host, "https://fulfillment.api.acommerce.asia")
        form.host = "https://own.example.com"
        form.provider = "tbone"
        self.assertEqual((form.host, form.order_host), ("https://own.example.com", False))

    def test_an_account_made_without_hosts_gets_those_of_its_test_system(self):
        account = self.env["fulfillment.account"].create({"name": "B", "provider": "acommerce"})
        for name, host in PROVIDERS["acommerce"].hosts["test"].items():
            self.assertEqual(account[name], host)
        account = self.env["fulfillment.account"].create({"name": "T"})
        self.assertEqual(account.host, PROVIDERS["tbone"].hosts["test"]["host"])
        self.assertFalse(account.order_host)

    def test_every_policy_says_what_it_does(self):
        arch = etree.fromstring(self.env["fulfillment.account"].get_view(view_type="form")["arch"])
        shown = {node.get("name") for node in arch.iter("field")}
        described = self.env["fulfillment.account"].fields_get(attributes=["help"])
        names = {name for name in shown & described.keys() if name.endswith("_policy")}
        self.assertGreaterEqual(len(names), 8)
        for name in names | OWN_FIELDS["acommerce"]:
            with self.subTest(name):
                self.assertTrue(described[name].get("help"))


@tagged("post_install", "-at_install")
class TestAccountOfAcommerce(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["fulfillment.account"].create(
            {"name": "Bangkok", "provider": "acommerce"}
        )

    def test_what_cannot_be_is_told_when_it_is_saved(self):
        cases = (
            ({"event_overlap": 0}, "1 minute or more"),
            ({"status_codes": "REJECTED = revenge"}, "'revenge' for REJECTED is no kind"),
            ({"status_codes": "parcel:REJECTED = info"}, "'parcel' in parcel:REJECTED is no level"),
            ({"status_codes": "nonsense"}, "Status Codes: Line 1 must look like"),
            ({"wire_settings": "colour = red"}, "There is no setting 'colour'"),
            ({"wire_settings": "page_size = ten"}, "page_size must be a number"),
            ({"wire_settings": "signature_hash = md5"}, "The hash must be one of"),
            ({"wire_settings": "order_path = order"}, "must begin with a slash"),
            ({"csv_columns": "colour = Farbe"}, "'colour' is no column"),
            ({"csv_columns": "order_key"}, "Columns of CSV Files: Line 1 must look like"),
            ({"scope_id": "../1"}, "The channel ID is missing or wrong"),
            ({"side": "partner", "scope_id": "a b"}, "The partner ID is missing or wrong"),
            ({"partner_code": "5 1"}, "The partner ID is wrong"),
            ({"host": "two words"}, "The host must look like api.acommerce.asia"),
            ({"order_host": "http://orders.example.com"}, "must look like fulfillment.api"),
        )
        for vals, sentence in cases:
            with self.subTest(vals):
                with self.assertRaises(ValidationError) as caught:
                    self.account.write(vals)
                self.assertIn(sentence, str(caught.exception))

    def test_all_of_it_at_once(self):
        with self.assertRaises(ValidationError) as caught:
            self.account.write({"status_codes": "X = y\nnonsense", "csv_columns": "colour = Farbe"})
        self.assertEqual(len(str(caught.exception).splitlines()), 3)

    def test_what_is_not_known_yet_may_be_missing(self):
        self.assertFalse(self.account.scope_id or self.account.username or self.account.password)
        self.account.write(
            {
                "status_codes": "# ours\nrejected = Return\norder:Completed = info",
                "wire_settings": "page_size = 50",
                "csv_columns": "order_key = Order No.",
            }
        )
        settings = self.account._prepare_client_settings()
        self.assertEqual(settings["kinds"], {"REJECTED": "return", "order:COMPLETED": "info"})
        self.assertEqual(settings["profile_overrides"], {"page_size": "50"})
        self.assertEqual(settings["csv_columns"], {"order_key": "Order No."})

    def test_the_lines_of_other_platforms_are_not_read(self):
        account = self.env["fulfillment.account"].create({"name": "T", "status_codes": "nonsense"})
        self.assertEqual(account.provider, "tbone")

    def test_the_policy_says_what_a_refused_parcel_is(self):
        self.assertEqual(self.account._prepare_kinds(), {})
        self.account.rejected_policy = "return"
        self.assertEqual(self.account._prepare_kinds(), {"REJECTED": "return"})
        self.account.status_codes = "REJECTED = info"
        self.assertEqual(self.account._prepare_kinds(), {"REJECTED": "info"})

    def test_a_test_account_reaches_no_production_host(self):
        hosts = PROVIDERS["acommerce"].hosts["production"]
        test_hosts = PROVIDERS["acommerce"].hosts["test"]
        for name, host in hosts.items():
            self.account.write(test_hosts | {name: host})
            with self.subTest(name), self.assertRaisesRegex(NotAllowed, f"{host} is no known"):
                self.account._get_client()
        self.account.write(test_hosts)
        self.account._ensure_host_allowed()
        self.account.write(hosts | {"environment": "production"})
        self.account._ensure_host_allowed()

    def test_another_connection_is_to_be_tested_and_another_partner_has_another_stock(self):
        changes = {"order_host": "127.0.0.1", "scope_id": "9", "side": "partner"}
        for name, value in changes.items():
            self.account.state = "connected"
            self.account[name] = value
            self.assertEqual(self.account.state, "draft", name)
        place = self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        locations = [Command.create({"location_id": place.id})]
        self.account.write({"stock_location_ids": locations, "stock_policy": "preview"})
        self.account.state = "connected"
        self.account.stock_previewed_at = "2026-01-01"
        self.account.partner_code = "502"
        self.assertFalse(self.account.stock_previewed_at)
        self.assertEqual(self.account.state, "connected")

    def test_what_the_platform_can_do(self):
        self.assertTrue(self.account.has_events)
        self.assertFalse(self.account.can_cancel)


@tagged("neutralize")
class TestNeutralizePlatforms(TransactionCase):
    def test_a_copy_calls_no_production_host_of_any_platform(self):
        accounts = self.env["fulfillment.account"]
        secrets = [name for name in SECRETS if accounts._fields[name].store]
        for code, provider in PROVIDERS.items():
            accounts += accounts.create(
                {"name": code, "provider": code, "environment": "production"}
                | provider.hosts["production"]
                | dict.fromkeys(secrets, code)
            )
        self.env.flush_all()
        with file_open("fulfillment_connector/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        for account in accounts:
            with self.subTest(account.provider):
                self.assertFalse(any(account[secret] for secret in SECRETS))
                for name, host in PROVIDERS[account.provider].hosts["test"].items():
                    self.assertEqual(account[name], host)
                account._ensure_host_allowed()


@tagged("post_install", "-at_install")
class TestSettingsOfPlatforms(TransactionCase):
    def test_the_button_says_which_platform(self):
        for code, provider in PROVIDERS.items():
            company = self.env["res.company"].create({"name": code})
            settings = self.env["res.config.settings"].with_company(company)
            settings = settings.with_context(default_provider=code).create({})
            settings.action_fulfillment_set_up()
            account = company.fulfillment_account_id
            self.assertEqual((account.provider, account.name), (code, provider.label))
            self.assertEqual(account.host, provider.hosts["test"]["host"])

    def test_the_page_shows_the_fields_of_the_platform(self):
        names = {"account_number", "channel_number", "order_host", "side", "scope_id"}
        for code in PROVIDERS:
            self.env.company.fulfillment_account_id = self.env["fulfillment.account"].create(
                {"name": code, "provider": code}
            )
            form = Form(self.env["res.config.settings"])
            self.assertEqual(form.fulfillment_provider, code)
            hidden = {
                name for name in names if form._get_modifier(f"fulfillment_{name}", "invisible")
            }
            self.assertEqual(hidden, names - OWN_FIELDS[code])

    def test_what_is_entered_there_is_the_accounts(self):
        account = self.env["fulfillment.account"].create({"name": "B", "provider": "acommerce"})
        self.env.company.fulfillment_account_id = account
        with Form(self.env["res.config.settings"]) as settings:
            settings.fulfillment_scope_id = "318"
            settings.fulfillment_password = "key"
        self.assertEqual((account.scope_id, account.password), ("318", "key"))


@tagged("post_install", "-at_install")
class TestConnection(EventCase):
    def test_the_connection_is_tested(self):
        self.account.state = "draft"
        answer = self.call(self.account, "action_test_connection")
        self.assertIn("accepts channel 318", answer["params"]["message"])
        self.assertEqual(self.account.state, "connected")

    def test_a_wrong_key_is_told(self):
        self.account.password = "wrong"
        with self.assertRaisesRegex(UserError, "does not accept the user or the API key"):
            self.call(self.account, "action_test_connection")


class Desk(BaseHTTPRequestHandler):
    """The platform of example_provider.py."""

    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.orders[order["key"]] = order
        self.answer({"id": f"EX-{len(self.server.orders)}"})

    def do_GET(self):
        self.answer(list(self.server.messages.values()))

    def do_DELETE(self):
        self.server.messages.pop(self.path.rpartition("/")[2])
        self.answer({})

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@tagged("post_install", "-at_install")
class TestThirdPlatform(SendCase):
    """The example of CONTRIBUTING.md: registered, and everything else is there."""

    @classmethod
    def setUpClass(cls):
        PROVIDERS["example"] = EXAMPLE
        cls.addClassCleanup(PROVIDERS.pop, "example")
        cls.desk = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        cls.desk.orders, cls.desk.messages = {}, {}
        Thread(target=cls.desk.serve_forever, args=(0.02,), daemon=True).start()
        cls.addClassCleanup(cls.desk.server_close)
        cls.addClassCleanup(cls.desk.shutdown)
        super().setUpClass()

    @classmethod
    def create_account(cls, name, **vals):
        account = cls.env["fulfillment.account"].create(
            {
                "name": name,
                "provider": "example",
                "host": f"http://127.0.0.1:{cls.desk.server_port}",
                "username": "shop",
                "password": "secret",
                **vals,
            }
        )
        account.state = "connected"
        return account

    def test_an_order_goes_out_and_its_shipment_comes_back(self):
        order = self.confirm()
        self.run_due()
        self.assertEqual(self.outbox(order).state, "sent")
        self.assertEqual(order.fulfillment_ref, "EX-1")
        sent = self.desk.orders[order.fulfillment_key]
        self.assertEqual([item["sku"] for item in sent["items"]], ["MUG", "TEE"])
        for number, item in enumerate(sent["items"]):
            self.desk.messages[f"M{number}"] = {
                "id": f"M{number}",
                "type": "shipped",
                "order": sent["key"],
                "item": item["key"],
                "pieces": 1,
                "parcel": "BOX-1",
            }
        self.run_due()
        self.assertEqual(self.desk.messages, {})
        self.assertEqual(set(self.rows().mapped("acknowledged_at")) & {False}, set())
        self.run_apply()
        self.env.invalidate_all()
        self.assertApplied(self.rows())
        self.assertEqual(order.fulfillment_state, "shipped")
        self.assertEqual(self.deliveries(order), {"BOX-1": {"MUG": 1, "TEE": 1}})

    def test_it_is_offered_checked_and_tested_like_the_others(self):
        selection = dict(self.env["fulfillment.account"].fields_get()["provider"]["selection"])
        self.assertEqual(selection["example"], "Example")
        answer = self.call(self.account, "action_test_connection")
        self.assertIn("Example accepts shop", answer["params"]["message"])
        order = self.confirm(fulfillment_account_id=False)
        order.order_line.product_uom_qty = 0
        order.fulfillment_account_id = self.account
        with self.assertRaisesRegex(UserError, "nothing to send"):
            order._fulfillment_prepare_order()
        self.account.host = "https://api.example.com"
        with self.assertRaisesRegex(NotAllowed, "no known test system"):
            self.account._get_client()
