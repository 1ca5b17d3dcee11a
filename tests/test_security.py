"""Who sees and may do what; credentials; companies; copies of the database."""

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import file_open, mute_logger

from ..models.exchange.fulfillment_account_secrets import SECRETS
from .documents_case import DocumentsCase

EXPORT = "base.group_allow_export"
USER = "fulfillment_connector.group_fulfillment_user"
MANAGER = "fulfillment_connector.group_fulfillment_manager"
WIZARDS_OF_USERS = {"fulfillment.enter.ref"}


class SecurityCase(DocumentsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.fulfillment_account_id = cls.account
        cls.account.write(
            {
                "account_number": "number-4711",
                "username": "user-4711",
                "password": "word-4711",
                "host": "https://reststaging.core.tradebyte.com",
            }
        )
        cls.user = cls.new_user("role_user", f"{USER},{EXPORT}")
        cls.manager = cls.new_user("role_manager", MANAGER)
        cls.seller = cls.new_user("seller", f"sales_team.group_sale_salesman,{EXPORT}")
        cls.seller_of_all = cls.new_user("seller_all", "sales_team.group_sale_salesman_all_leads")
        cls.picker = cls.new_user("picker", f"stock.group_stock_user,{EXPORT}")
        cls.accountant = cls.new_user("accountant", "account.group_account_invoice")
        cls.nobody = cls.new_user("nobody", "base.group_user")
        cls.portal = cls.new_user("portal_person", "base.group_portal")

    @classmethod
    def new_user(cls, login, groups, **vals):
        return new_test_user(cls.env, login=f"fulfillment_{login}", groups=groups, **vals)

    def make_message(self, order, **vals):
        account = vals.pop("account", self.account)
        number = self.env["fulfillment.message"].search_count([]) + 1
        return self.env["fulfillment.message"].create(
            {
                "account_id": account.id,
                "company_id": account.company_id.id,
                "external_id": f"security-{number}",
                "kind": "ship",
                "order_id": order.id,
                **vals,
            }
        )

    def make_acknowledgement(self, message):
        return self.env["fulfillment.acknowledgement"].create(
            {
                "message_id": message.id,
                "account_id": message.account_id.id,
                "company_id": message.company_id.id,
            }
        )

    def make_parcel(self, order, **vals):
        return self.env["fulfillment.parcel"].create(
            {
                "account_id": self.account.id,
                "company_id": self.account.company_id.id,
                "order_id": order.id,
                "direction": "out",
                "key": "P1",
                "tracking_ref": "P1",
                **vals,
            }
        )

    def rpc(self, user, model, method, *args, **kwargs):
        """As it arrives by RPC: `call_kw` is what both RPC entrances end in."""
        return call_kw(self.env[model].with_user(user), method, args, kwargs)

    def ours(self):
        """The models of this add-on that hold rows."""
        models = self.env["ir.model"].search([("model", "=like", "fulfillment.%")])
        return [self.env[model.model] for model in models if not self.env[model.model]._abstract]


class TestEveryModel(SecurityCase):
    def test_has_access_lines_that_name_a_group(self):
        for model in self.ours():
            lines = self.env["ir.model.access"].search([("model_id.model", "=", model._name)])
            with self.subTest(model=model._name):
                self.assertTrue(lines, "nobody may use it")
                self.assertTrue(all(line.group_id for line in lines), "everybody may use it")

    def test_has_a_company_rule(self):
        for model in self.ours():
            if model._transient:
                continue
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", model._name), ("groups", "=", False)]
            )
            with self.subTest(model=model._name):
                self.assertIn("company_id", model._fields)
                self.assertIn("company_ids", " ".join(rules.mapped("domain_force")))

    def test_is_closed_to_outsiders(self):
        for model in self.ours():
            for outsider in (self.nobody, self.portal, self.accountant):
                with self.subTest(model=model._name, user=outsider.login):
                    self.assertFalse(model.with_user(outsider).has_access("read"))

    def test_is_not_written_by_users(self):
        for model in self.ours():
            if model._name in WIZARDS_OF_USERS:
                continue
            for operation in ("write", "create", "unlink"):
                with self.subTest(model=model._name, operation=operation):
                    self.assertFalse(model.with_user(self.user).has_access(operation))

    def test_messages_and_what_is_owed_are_written_by_the_lanes_alone(self):
        for name in ("message", "acknowledgement", "sync", "parcel", "outbox", "stock.level"):
            model = self.env[f"fulfillment.{name}"]
            for operation in ("write", "create", "unlink"):
                with self.subTest(model=name, operation=operation):
                    self.assertFalse(model.with_user(self.manager).has_access(operation))


class TestRoles(SecurityCase):
    def test_a_salesperson_is_a_user_but_no_manager(self):
        self.assertTrue(self.seller.has_group(USER))
        self.assertFalse(self.seller.has_group(MANAGER))

    def test_the_administrator_is_a_manager(self):
        self.assertTrue(self.env.ref("base.user_admin").has_group(MANAGER))

    def test_every_settings_administrator_is_a_manager(self):
        self.assertTrue(self.new_user("settings", "base.group_system").has_group(MANAGER))

    def test_a_user_retries(self):
        message = self.make_message(self.make_order((self.mug, 1)), state="failed", reason="Why")
        message.with_user(self.user).action_retry()
        self.assertEqual(message.state, "received")

    def test_only_a_manager_ignores(self):
        message = self.make_message(self.make_order((self.mug, 1)), state="failed")
        with self.assertRaises(AccessError):
            message.with_user(self.user).action_ignore()
        answer = self.rpc(self.manager, "fulfillment.message", "action_ignore", message.ids)
        self.assertEqual(answer["params"]["message"], "Messages ignored: 1.")
        self.assertEqual(message.state, "ignored")
        self.assertIn(self.manager.name, message.reason)

    def test_only_a_manager_takes_back_what_was_ignored(self):
        order = self.make_order((self.mug, 1))
        ignored = self.make_message(order, state="ignored", reason="Ignored by her.")
        failed = self.make_message(order, state="failed")
        both = [ignored.id, failed.id]
        answer = self.rpc(self.user, "fulfillment.message", "action_retry", both)
        self.assertEqual(answer["params"]["message"], "Tried again within seconds: 1.")
        self.assertEqual((ignored.state, failed.state), ("ignored", "received"))
        self.rpc(self.manager, "fulfillment.message", "action_retry", both)
        self.assertEqual(ignored.state, "received")

    def test_nobody_sets_a_state_by_rpc(self):
        message = self.make_message(self.make_order((self.mug, 1)), state="applied")
        for user in (self.user, self.manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models"):
                vals = {"state": "received"}
                self.rpc(user, "fulfillment.message", "write", message.ids, vals)
        self.assertEqual(message.state, "applied")

    def test_a_picker_retries_nothing(self):
        message = self.make_message(self.make_order((self.mug, 1)), state="failed")
        with self.assertRaises(AccessError):
            message.with_user(self.picker).action_retry()

    def test_own_orders_only(self):
        hers = self.make_order((self.mug, 1), user_id=self.seller.id)
        other = self.make_order((self.mug, 1), user_id=self.manager.id)
        messages = self.make_message(hers) | self.make_message(other)
        parcels = self.make_parcel(hers) | self.make_parcel(other)
        revisions = self.env["fulfillment.message.revision"].create(
            [
                {
                    "message_id": message.id,
                    "company_id": message.company_id.id,
                    "cause": "revised",
                    "kind": "ship",
                }
                for message in messages
            ]
        )
        lost = self.make_message(self.env["sale.order"])
        seen = revisions.with_user(self.seller)
        self.assertEqual(seen._filtered_access("read"), seen[0])
        seen = messages.with_user(self.seller)
        self.assertEqual(seen._filtered_access("read"), seen[0])
        seen = parcels.with_user(self.seller)
        self.assertEqual(seen._filtered_access("read"), seen[0])
        self.assertTrue(lost.with_user(self.seller).has_access("read"))
        for user in (self.seller_of_all, self.user, self.manager):
            with self.subTest(user=user.login):
                self.assertTrue(messages.with_user(user).has_access("read"))
                self.assertTrue(parcels.with_user(user).has_access("read"))

    def test_companies_are_apart(self):
        here = self.make_order((self.mug, 1))
        company = self.env["res.company"].create({"name": "Elsewhere"})
        there = self.env["fulfillment.account"].create(
            {"name": "Elsewhere", "company_id": company.id}
        )
        message = self.make_message(here)
        rows = [
            self.account,
            message,
            self.make_acknowledgement(message),
            self.make_parcel(here),
            self.env["fulfillment.sync"].create({"account_id": self.account.id, "kind": "test"}),
            self.env["fulfillment.carrier.map"].create({"account_id": self.account.id, "key": "X"}),
            self.env["fulfillment.return.state"].create(
                {"account_id": self.account.id, "key": "X"}
            ),
            self.env["fulfillment.outbox"].create(
                {
                    "account_id": self.account.id,
                    "company_id": self.company.id,
                    "order_id": here.id,
                    "kind": "order",
                }
            ),
            self.env["fulfillment.stock.level"].create(
                {"account_id": self.account.id, "company_id": self.company.id, "sku": "X"}
            ),
            self.env["fulfillment.stock.location"].create(
                {"account_id": self.account.id, "location_id": self.stock.id}
            ),
            *self.make_event_rows(message, here),
        ]
        self.assertEqual(
            {row._name for row in rows},
            {model._name for model in self.ours() if not model._transient},
            "a model is missing in this test",
        )
        stranger = self.new_user(
            "stranger", MANAGER, company_id=company.id, company_ids=[(6, 0, company.ids)]
        )
        for row in rows:
            with self.subTest(model=row._name):
                self.assertFalse(row.with_user(stranger).has_access("read"))
                self.assertTrue(row.with_user(self.manager).has_access("read"))
        self.assertTrue(there.with_user(stranger).has_access("write"))

    def make_event_rows(self, message, order):
        """What is kept of the events of a platform, and of its files."""
        of_company = {"company_id": self.company.id}
        of_account = of_company | {"account_id": self.account.id}
        of_message = of_company | {"message_id": message.id}
        kept = {
            "fulfillment.history": of_account | {"order_key": "X"},
            "fulfillment.file": of_account | {"name": "X", "origin": "hand", "sha256": "X"},
            "fulfillment.message.revision": of_message | {"cause": "revised", "kind": "ship"},
            "fulfillment.message.item": of_message
            | {
                "order_id": order.id,
                "order_line_id": order.order_line.id,
                "entry": "ship",
            },
        }
        return [self.env[model].create(vals) for model, vals in kept.items()]


class TestSecrets(SecurityCase):
    def refused(self, *args, **kwargs):
        with self.assertRaises(AccessError), mute_logger("odoo.models", "odoo.addons.base.models"):
            self.rpc(*args, **kwargs)

    def test_a_user_reads_none(self):
        account = self.account.id
        for secret in SECRETS:
            for user in (self.user, self.seller, self.picker):
                with self.subTest(secret=secret, user=user.login):
                    self.refused(user, "fulfillment.account", "read", [account], [secret])
                    self.refused(user, "fulfillment.account", "web_read", [account], {secret: {}})
                    self.refused(user, "fulfillment.account", "search_read", [], [secret])
                    self.refused(user, "fulfillment.account", "export_data", [account], [secret])

    def test_a_user_finds_none_by_guessing(self):
        paths = {
            "fulfillment.account": "",
            "fulfillment.message": "account_id.",
            "fulfillment.parcel": "account_id.",
            "sale.order": "fulfillment_account_id.",
            "res.company": "fulfillment_account_id.",
        }
        for model, path in paths.items():
            for secret in SECRETS:
                guess = [(f"{path}{secret}", "=like", "w%")]
                with self.subTest(model=model, secret=secret):
                    self.refused(self.seller, model, "search", guess)
                    self.refused(self.seller, model, "search_count", guess)

    def test_a_user_groups_and_sorts_by_none(self):
        for secret in SECRETS:
            with self.subTest(secret=secret):
                self.refused(self.user, "fulfillment.account", "search", [], order=secret)
                self.refused(self.user, "fulfillment.account", "formatted_read_group", [], [secret])
                self.refused(
                    self.user,
                    "fulfillment.message",
                    "formatted_read_group",
                    [],
                    [f"account_id.{secret}"],
                )

    def test_a_user_does_not_learn_that_they_exist(self):
        known = self.rpc(self.user, "fulfillment.account", "fields_get")
        self.assertFalse(set(SECRETS) & set(known))
        everything = self.rpc(self.user, "fulfillment.account", "read", [self.account.id])
        self.assertNotIn("4711", str(everything))

    def test_a_user_writes_none(self):
        for secret in SECRETS:
            with self.subTest(secret=secret):
                vals = {secret: "x"}
                self.refused(self.user, "fulfillment.account", "write", [self.account.id], vals)
        self.refused(self.user, "fulfillment.account", "copy", [self.account.id])

    def test_a_manager_reads_and_writes(self):
        self.rpc(
            self.manager, "fulfillment.account", "write", [self.account.id], {"password": "new"}
        )
        row = self.rpc(
            self.manager, "fulfillment.account", "read", [self.account.id], list(SECRETS)
        )
        self.assertEqual(row[0]["password"], "new")

    def test_nobody_exports_them(self):
        order = self.make_order((self.mug, 1))
        for secret in SECRETS:
            with self.subTest(secret=secret):
                self.assertFalse(self.account._fields[secret].exportable)
                with self.assertRaises(AccessError):
                    self.account.export_data([secret])
                with self.assertRaises(AccessError):
                    order.export_data([f"fulfillment_account_id/{secret}"])
        self.assertEqual(self.account.export_data(["name"])["datas"], [["TB.One"]])

    def test_a_copy_has_no_user_and_no_password(self):
        copy = self.account.copy()
        self.assertFalse(copy.username)
        self.assertFalse(copy.password)

    def test_the_chatter_shows_none(self):
        account = self.account.with_context(tracking_disable=False)
        account.write({"password": "word-4712", "username": "user-4712", "name": "Other"})
        account.write({"account_number": "number-4712", "environment": "production"})
        self.env.flush_all()
        self.cr.precommit.run()
        written = account.message_ids.mapped(
            "body"
        ) + account.message_ids.tracking_value_ids.mapped("new_value_char")
        self.assertNotIn("471", str(written))

    def test_settings_show_them_to_managers_alone(self):
        names = {f"fulfillment_{name}" for name in ("account_number", "username", "password")}
        settings = self.env["res.config.settings"]
        self.assertFalse(names & set(settings.with_user(self.user).fields_get()))
        self.refused(self.user, "res.config.settings", "create", [{}])
        admin = self.new_user("settings", "base.group_system")
        self.assertLessEqual(names, set(settings.with_user(admin).fields_get()))


class TestOtherUsers(SecurityCase):
    """Their screens work as before."""

    def setUp(self):
        super().setUp()
        self.order = self.make_order((self.mug, 1), user_id=self.seller.id)
        self.parcel = self.make_parcel(self.order)
        self.make_message(self.order, state="failed", reason="Why")
        self.make_message(
            self.order,
            state="applied",
            quantity=1,
            parcel_id=self.parcel.id,
            order_line_id=self.order.order_line.id,
        )
        self.order.picking_ids.fulfillment_parcel_ids = self.parcel
        self.env.flush_all()
        self.env.invalidate_all()  # what others may not compute is not in the cache

    def test_an_accountant_opens_the_order(self):
        with Form(self.order.with_user(self.accountant)) as form:
            self.assertEqual(form.fulfillment_state, "attention")
            self.assertNotIn("fulfillment_message_ids", form._view["fields"])

    def test_a_salesperson_sees_parcels_and_messages(self):
        page = "fulfillment_connector.view_order_fulfillment_form"
        with Form(self.order.with_user(self.seller), page) as form:
            self.assertEqual(len(form.fulfillment_message_ids), 2)
            self.assertEqual(form.fulfillment_outbound_ids._records[0]["tracking_ref"], "P1")

    def test_a_picker_sees_the_parcel(self):
        # Odoo 19.0 itself closes deliveries to stock users as soon as there is a delivery method:
        # its zip prefixes are readable for salespeople and stock managers alone.
        self.env["delivery.carrier"].search([]).active = False
        with Form(self.order.picking_ids.with_user(self.picker)) as form:
            self.assertEqual(form.fulfillment_parcel_ids[0].tracking_ref, "P1")
        [row] = self.parcel.with_user(self.picker).read(["content", "tracking_url"])
        self.assertTrue(row["content"].startswith("1 x "), row["content"])

    def test_a_salesperson_links_an_order(self):
        order = self.make_order((self.mug, 1), user_id=self.seller.id, fulfillment_account_id=False)
        with Form(order.with_user(self.seller)) as form:
            form.fulfillment_account_id = self.account
            form.fulfillment_key = "shop-77"
            form.fulfillment_ref = "990077"
            with form.fulfillment_line_ids.edit(0) as line:
                line.fulfillment_key = "shop-77-1"
        self.assertEqual(order.fulfillment_account_id, self.account)
        self.assertEqual(order.order_line.fulfillment_key, "shop-77-1")

    def test_the_menu_is_for_users(self):
        menu = self.env.ref("fulfillment_connector.menu_root")
        visible = self.env["ir.ui.menu"]
        self.assertIn(menu.id, visible.with_user(self.seller)._visible_menu_ids())
        self.assertNotIn(menu.id, visible.with_user(self.nobody)._visible_menu_ids())


@tagged("neutralize")
class TestNeutralize(SecurityCase):
    def test_a_copy_calls_no_production_host_and_holds_no_credentials(self):
        planned = fields.Datetime.now()
        self.account.write(
            {
                "environment": "production",
                "host": "https://rest.trade-server.net",
                "state": "connected",
                "next_fetch_at": planned,
            }
        )
        self.env.flush_all()
        with file_open("fulfillment_connector/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        self.assertFalse(any(self.account[secret] for secret in SECRETS))
        self.assertEqual(self.account.environment, "test")
        self.assertEqual(self.account.state, "draft")
        self.assertIn("staging", self.account.host)
        self.account._ensure_host_allowed()
