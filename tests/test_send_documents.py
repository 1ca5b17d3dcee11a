"""An order on its way out, as its documents see it: account, outbox, outcome."""

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL, mute_logger
from odoo.tools.sql import table_columns

from ..hooks import COLUMNS, pre_init_hook
from .send_case import SendCase
from .sending_case import SendingCase

SELLER = "sales_team.group_sale_salesman"


@tagged("post_install", "-at_install")
class TestAccount(SendingCase):
    def test_a_new_order_gets_the_account_of_the_company(self):
        self.assertEqual(self.quote().fulfillment_account_id, self.account)

    def test_the_account_of_the_team_comes_first(self):
        order = self.quote(team_id=self.team.id)
        self.assertEqual(order.fulfillment_account_id, self.other_account)

    def test_a_change_of_team_changes_the_account(self):
        order = self.quote()
        order.team_id = self.team
        self.assertEqual(order.fulfillment_account_id, self.other_account)

    def test_a_choice_by_hand_stays(self):
        third = self.account.copy({"name": "Third"})
        for chosen in (third, self.env["fulfillment.account"]):
            order = self.quote(fulfillment_account_id=chosen.id)
            order.team_id = self.team
            self.assertEqual(order.fulfillment_account_id, chosen)
            order.action_confirm()
            self.assertEqual(order.fulfillment_account_id, chosen)

    def test_a_form_that_saves_the_default_chooses_nothing(self):
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.customer
            self.assertEqual(form.fulfillment_account_id, self.account)
            form.team_id = self.team
            self.assertEqual(form.fulfillment_account_id, self.other_account)
        order = form.save()
        self.assertFalse(order.fulfillment_account_by_hand)

    def test_a_choice_in_a_form_stays_when_the_team_changes(self):
        third = self.account.copy({"name": "Third"})
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.customer
            form.fulfillment_account_id = third
            form.team_id = self.team
        self.assertEqual(form.save().fulfillment_account_id, third)

    def test_a_confirmed_order_keeps_its_account(self):
        order = self.sell()
        order.team_id = self.team
        self.assertEqual(order.fulfillment_account_id, self.account)

    def test_archived_accounts_and_those_of_other_companies_are_none(self):
        self.other_account.active = False
        self.assertEqual(self.quote(team_id=self.team.id).fulfillment_account_id, self.account)
        self.account.active = False
        self.assertFalse(self.quote().fulfillment_account_id)
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.other_account.write({"active": True, "company_id": company.id})
        self.assertFalse(self.quote(team_id=self.team.id).fulfillment_account_id)

    def test_a_copy_gets_the_default_again(self):
        order = self.quote(fulfillment_account_id=self.other_account.id, fulfillment_key="K")
        copy = order.copy()
        self.assertEqual(copy.fulfillment_account_id, self.account)
        self.assertFalse(copy.fulfillment_key or copy.fulfillment_outbox_ids)

    def test_a_quotation_older_than_the_default_gets_it_when_confirmed(self):
        self.company.fulfillment_account_id = False
        order = self.quote()
        self.company.fulfillment_account_id = self.account
        self.assertFalse(order.fulfillment_account_id)
        order.action_confirm()
        self.assertEqual(self.rows(order).account_id, self.account)

    def test_an_order_of_a_visitor_gets_it_too(self):
        visitor = new_test_user(self.env, "send_visitor", "base.group_portal")
        order = self.env["sale.order"].with_user(visitor).sudo()
        order = order.create({"partner_id": visitor.partner_id.id})
        self.assertEqual(order.fulfillment_account_id, self.account)

    def test_another_account_takes_nothing_along_that_waits_at_the_first(self):
        order = self.sell()
        order.fulfillment_account_id = self.other_account
        self.assertEqual(self.rows(order).state, "cancelled")
        self.assertEqual(order.fulfillment_state, "to_send")

    def test_what_may_be_at_one_platform_goes_to_no_other(self):
        for state in ("sending", "unknown", "sent", "doubtful"):
            with self.subTest(state):
                order = self.out(state)
                with self.assertRaisesRegex(UserError, "duplicate it"):
                    order.fulfillment_account_id = self.other_account
                with self.assertRaisesRegex(UserError, "duplicate it"):
                    order.fulfillment_account_id = False
                order.fulfillment_account_id = self.account
                self.assertEqual(order.fulfillment_account_id, self.account)

    def test_nor_when_the_team_of_its_quotation_changes(self):
        order = self.sent()
        self.cancel(order)
        order.action_draft()
        order.team_id = self.team
        self.assertEqual(order.fulfillment_account_id, self.account)

    def test_a_row_of_another_account_is_not_sent(self):
        order = self.sell()
        row = self.rows(order)
        row.account_id = self.other_account
        with self.assertRaisesRegex(UserError, "TB.One Outlet.*has another one now"):
            row._prepare_document()
        self.assertFalse(order.fulfillment_key)

    def test_keys_stay_while_the_platform_may_know_them(self):
        for state in ("sending", "unknown", "sent", "doubtful"):
            with self.subTest(state):
                order = self.out(state)
                line = order.order_line[0]
                for record in (order, line):
                    with self.assertRaisesRegex(UserError, record.fulfillment_key):
                        record.fulfillment_key = "OTHER"
                    record.fulfillment_key = record.fulfillment_key
                line.fulfillment_extra_key = "X-9"  # an empty one is learned
                with self.assertRaisesRegex(UserError, "item key"):
                    line.fulfillment_extra_key = "X-8"

    def test_keys_of_what_was_refused_are_corrected(self):
        order = self.sell()
        order._fulfillment_prepare_order()
        self.end(order, "failed", reason="No.")
        order.fulfillment_key = order.order_line[0].fulfillment_key = "OTHER"
        self.assertEqual(order.fulfillment_key, "OTHER")

    def out(self, state):
        """An order that went out, or may have."""
        if state == "doubtful":
            return self.doubtful()
        order = self.sell()
        order._fulfillment_prepare_order()
        self.rows(order)._move_to("sending")
        if state != "sending":
            self.rows(order)._move_to(state)
        return order

    def test_many_orders_cost_as_many_queries_as_a_few(self):
        def compute(count):
            orders = self.env["sale.order"].union(*(self.quote() for _index in range(count)))
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.add_to_compute(orders._fields["fulfillment_account_id"], orders)
            before = self.env.cr.sql_log_count
            orders._recompute_recordset(["fulfillment_account_id"])
            return self.env.cr.sql_log_count - before

        compute(2)  # what is read once for all
        self.assertEqual(compute(12), compute(3))


@tagged("post_install", "-at_install")
class TestConfirm(SendingCase):
    def test_a_confirmed_order_stands_in_the_outbox(self):
        order = self.sell()
        row = self.rows(order)
        self.assertEqual((row.state, row.kind, row.key), ("to_send", "order", order.name))
        self.assertEqual((row.account_id, row.company_id), (self.account, self.company))
        self.assertEqual(order.fulfillment_state, "to_send")
        self.assertFalse(order.fulfillment_key)

    def test_what_stays_here(self):
        self.other_account.send_policy = "manual"
        service = self.make_product("Advice", "ADVICE", type="service")
        for name, products, vals in (
            ("by hand", (), {"fulfillment_account_id": self.other_account.id}),
            ("no account", (), {"fulfillment_account_id": False}),
            ("linked by key", (), {"fulfillment_key": "S-1"}),
            ("linked by id", (), {"fulfillment_ref": "4711"}),
            ("nothing to ship", (service,), {}),
        ):
            with self.subTest(name):
                self.assertFalse(self.rows(self.sell(*products, **vals)))

    def test_the_state_of_what_stays_here(self):
        self.account.send_policy = "manual"
        service = self.make_product("Advice", "ADVICE", type="service")
        self.assertEqual(self.sell().fulfillment_state, "to_send")
        self.assertEqual(self.sell(fulfillment_key="S-1").fulfillment_state, "sent")
        self.assertFalse(self.sell(service).fulfillment_state)

    def test_an_order_stands_there_once(self):
        order = self.sell()
        self.assertFalse(self.env["fulfillment.outbox"]._enqueue_orders(order))
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
        ):
            self.rows(order).copy()
        self.assertEqual(len(self.rows(order)), 1)

    def test_the_lane_is_woken(self):
        hooks = self.env.cr.precommit
        hooks.clear()
        hooks.data.clear()
        self.sell()
        triggers = self.env["ir.cron.trigger"].search_count([])
        hooks.run()
        self.assertGreater(self.env["ir.cron.trigger"].search_count([]), triggers)

    def test_many_are_confirmed_with_as_many_queries_as_a_few(self):
        """What sending adds to a confirmation does not grow with the orders."""

        def enqueue(count):
            orders = self.env["sale.order"].union(*(self.quote() for _index in range(count)))
            orders.write({"state": "sale"})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders._fulfillment_enqueue_confirmed()
            self.env.flush_all()
            self.assertEqual(len(self.rows(orders)), count)
            return self.env.cr.sql_log_count - before

        enqueue(2)
        self.assertEqual(enqueue(12), enqueue(3))

    def test_two_companies_at_once(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        account = self.env["fulfillment.account"].create(
            {"name": "Elsewhere", "company_id": company.id}
        )
        company.fulfillment_account_id = account
        both = self.env["sale.order"].with_context(
            allowed_company_ids=[self.company.id, company.id]
        )
        orders = both.create(
            [
                {"partner_id": self.customer.id, "company_id": owner.id}
                for owner in (self.company, company)
            ]
        )
        orders[0].order_line = orders[1].order_line = [Command.create({"product_id": self.mug.id})]
        orders.action_confirm()
        self.assertEqual(self.rows(orders).mapped("company_id"), self.company | company)
        self.assertEqual(self.rows(orders[1]).account_id, account)


@tagged("post_install", "-at_install")
class TestOutcome(SendingCase):
    def test_sent(self):
        order = self.sell()
        self.end(order, "sent", ref="4711")
        self.assertEqual((order.fulfillment_ref, order.fulfillment_state), ("4711", "sent"))
        self.assertEqual(self.notes(order).count("TB.One has the order: 4711."), 1)
        self.rows(order)._settle_documents()
        self.assertEqual(self.notes(order).count("TB.One has the order"), 1)

    def test_failed_tells_the_salesperson_every_reason_once(self):
        seller = new_test_user(self.env, "send_seller", SELLER)
        order = self.sell(user_id=seller.id)
        self.end(order, "failed", reason="Mug has no SKU.\nThe customer has no ZIP.")
        self.assertEqual(order.fulfillment_state, "attention")
        activity = self.activities(order, "send")
        self.assertEqual(activity.user_id, seller)
        self.assertIn("Mug has no SKU.", activity.note)
        self.assertIn("The customer has no ZIP.", activity.note)
        self.rows(order)._settle_documents()
        self.assertEqual(len(self.activities(order, "send")), 1)

    def test_without_a_salesperson_the_responsible_is_told(self):
        self.account.user_id = new_test_user(self.env, "send_responsible", SELLER)
        order = self.sell(user_id=False)
        self.end(order, "failed", reason="No.")
        self.assertEqual(self.activities(order, "send").user_id, self.account.user_id)

    def test_sent_again_the_activity_is_done(self):
        order = self.sell()
        self.end(order, "failed", reason="No.")
        order.action_fulfillment_send()
        self.assertEqual(order.fulfillment_state, "to_send")
        self.assertFalse(self.activities(order, "send"))
        self.end(order, "unknown", reason="No answer.")
        self.assertEqual(order.fulfillment_state, "unknown")
        self.assertIn("No answer.", self.activities(order, "send").note)

    def test_an_id_that_another_order_has_is_not_taken(self):
        first, second = self.sell(fulfillment_ref="4711"), self.sell()
        self.end(second, "sent", ref="4711")
        self.assertFalse(second.fulfillment_ref)
        self.assertIn(first.name, self.activities(second, "send").note)

    def test_an_id_entered_while_it_is_being_sent_is_the_answer(self):
        order = self.sell()
        self.rows(order)._move_to("sending")
        order.fulfillment_ref = "1"
        self.rows(order)._move_to("unknown")
        self.assertEqual((self.rows(order).state, self.rows(order).ref), ("sent", "1"))

    def test_many_at_once(self):
        orders = self.env["sale.order"].union(*(self.sell() for _index in range(3)))
        for number, row in enumerate(self.rows(orders), 100):
            row._move_to("sending")
            row._move_to("sent", ref=str(number))
        self.rows(orders)._settle()
        self.assertEqual(sorted(orders.mapped("fulfillment_ref")), ["100", "101", "102"])


@tagged("post_install", "-at_install")
class TestArrival(SendingCase):
    def unknown(self):
        order = self.sell()
        order._fulfillment_prepare_order()
        self.end(order, "unknown", reason="No answer.")
        return order

    def test_a_message_with_our_key_proves_it(self):
        order = self.unknown()
        self.assertEqual(order.fulfillment_state, "unknown")
        self.hear(self.word("PAYMENT_STATE_PAID", order, order_ref="4711"))
        self.assertEqual((self.rows(order).state, self.rows(order).ref), ("sent", "4711"))
        self.assertEqual((order.fulfillment_ref, order.fulfillment_state), ("4711", "sent"))
        self.assertFalse(self.activities(order, "send"))

    def test_so_does_one_that_cannot_be_applied(self):
        order = self.unknown()
        [message] = self.hear(self.word("SHIP", order, order.order_line[0], 9, order_ref=""))
        self.assertEqual(message.state, "failed")
        self.assertEqual(self.rows(order).state, "sent")

    def test_what_was_sent_again_is_not_sent_once_it_has_arrived(self):
        order = self.unknown()
        order.action_fulfillment_send_again()
        self.assertEqual(self.rows(order).state, "to_send")
        self.hear(self.word("PAYMENT_STATE_PAID", order))
        self.assertEqual(self.rows(order).state, "sent")

    def test_an_id_entered_on_the_order_proves_it(self):
        order = self.unknown()
        order.fulfillment_ref = " 4711 "
        self.assertEqual((self.rows(order).state, self.rows(order).ref), ("sent", "4711"))
        self.assertEqual(order.fulfillment_state, "sent")
        self.assertFalse(self.activities(order, "send"))

    def test_the_wizard_takes_digits_that_no_other_order_has(self):
        order = self.unknown()
        other = self.sell(fulfillment_ref="99")
        action = order.action_fulfillment_enter_ref()
        wizard = (
            self.env[action["res_model"]].with_context(**action["context"]).create({"ref": "x1"})
        )
        with self.assertRaisesRegex(UserError, "digits"):
            wizard.action_enter()
        wizard.ref = "99"
        with self.assertRaisesRegex(UserError, other.name):
            wizard.action_enter()
        self.assertEqual(self.rows(order).state, "unknown")
        wizard.ref = " 4711 "
        wizard.action_enter()
        self.assertEqual((order.fulfillment_ref, order.fulfillment_state), ("4711", "sent"))
        wizard.ref = "4712"
        with self.assertRaisesRegex(UserError, "4711 already"):
            wizard.action_enter()
        self.assertEqual(order.fulfillment_ref, "4711")

    def test_the_field_takes_digits_too(self):
        order = self.unknown()
        with self.assertRaisesRegex(UserError, "digits"):
            order.fulfillment_ref = "abc"
        with self.assertRaisesRegex(UserError, "digits"):
            self.quote(fulfillment_ref="7 8")


@tagged("post_install", "-at_install")
class TestByHand(SendingCase):
    def test_every_reason_is_told_at_once(self):
        self.account.send_policy = "manual"
        self.customer.write({"zip": False, "city": False})
        order = self.sell(self.make_product("Cup", False))
        with self.assertRaises(UserError) as caught:
            order.action_fulfillment_send()
        self.assertIn("Cup", str(caught.exception))
        self.assertGreaterEqual(len(str(caught.exception).splitlines()), 3)
        self.assertFalse(self.rows(order))

    def test_an_order_is_queued(self):
        self.account.send_policy = "manual"
        order = self.sell()
        self.assertTrue(order.fulfillment_can_send)
        order.action_fulfillment_send()
        self.assertEqual(self.rows(order).state, "to_send")
        self.assertEqual(order.fulfillment_state, "to_send")
        self.assertFalse(order.fulfillment_can_send)

    def test_what_cannot_be_sent_says_why(self):
        sent, unknown = self.sell(), self.sell()
        self.end(sent, "sent", ref="1")
        self.end(unknown, "unknown", reason="?")
        service = self.make_product("Advice", "ADVICE", type="service")
        for order, words in (
            (self.sell(service), "services alone are not sent"),
            (self.quote(), "not confirmed"),
            (self.sell(fulfillment_account_id=False), "Choose an account"),
            (self.sell(), "about to be sent"),
            (sent, "already"),
            (unknown, "may have arrived"),
            (self.sell(fulfillment_ref="2"), "already"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                order.action_fulfillment_send()

    def test_many_are_queued_and_the_others_named(self):
        self.account.send_policy = "manual"
        good, failed, draft = self.sell(), self.sell(), self.quote()
        failed.action_fulfillment_send()
        self.end(failed, "failed", reason="No.")
        answer = (good | failed | draft).action_fulfillment_send()
        self.assertEqual(set(self.rows(good | failed).mapped("state")), {"to_send"})
        self.assertIn("Orders to send: 2.", answer["params"]["message"])
        self.assertIn(f"{draft.display_name} is not confirmed.", answer["params"]["message"])

    def test_rows_are_sent_again_from_the_outbox(self):
        failed, unknown = self.sell(), self.sell()
        self.end(failed, "failed", reason="No.")
        self.end(unknown, "unknown", reason="?")
        self.rows(failed | unknown).action_send_again()
        self.assertEqual(self.rows(failed).state, "to_send")
        self.assertEqual(self.rows(unknown).state, "unknown")
        with self.assertRaises(UserError):
            self.rows(unknown).action_send_again()


@tagged("post_install", "-at_install")
class TestAccess(SendingCase):
    """A salesperson sends and cancels her orders, and sees the rows of these."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "access_seller", SELLER)
        cls.order = cls.quote(user_id=cls.seller.id).with_user(cls.seller)
        cls.foreign = cls.sell(user_id=cls.env.ref("base.user_admin").id)

    def test_she_confirms_sends_again_and_cancels(self):
        self.order.action_confirm()
        self.end(self.order.sudo(), "failed", reason="No.")
        self.assertEqual(self.order.fulfillment_outbox_ids.state, "failed")
        self.order.action_fulfillment_send()
        self.end(self.order.sudo(), "unknown", reason="?")
        self.order.action_fulfillment_send_again()
        self.end(self.order.sudo(), "failed", reason="No.")
        self.order.fulfillment_outbox_ids.action_send_again()
        self.assertEqual(self.order.fulfillment_outbox_ids.state, "to_send")
        self.order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertEqual(self.order.fulfillment_outbox_ids.state, "cancelled")

    def test_she_sees_and_sends_no_others(self):
        rows = self.env["fulfillment.outbox"].with_user(self.seller)
        self.assertFalse(rows.search([("order_id", "=", self.foreign.id)]))
        self.end(self.foreign, "failed", reason="No.")
        with self.assertRaises(AccessError):
            self.foreign.with_user(self.seller).action_fulfillment_send()
        with self.assertRaises(AccessError):
            self.rows(self.foreign).with_user(self.seller).action_send_again()
        wizard = self.env["fulfillment.enter.ref"].with_user(self.seller)
        with self.assertRaises(AccessError):
            wizard.create({"order_id": self.foreign.id, "ref": "1"}).action_enter()

    def test_she_writes_no_row(self):
        self.order.action_confirm()
        with self.assertRaises(AccessError):
            self.order.fulfillment_outbox_ids.write({"state": "sent"})


@tagged("post_install", "-at_install")
class TestOverTheWire(SendCase):
    """Confirmed here, at the stand-in a run later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.fulfillment_account_id = cls.account

    def test_confirmed_sent_shipped(self):
        order = self.confirm(self.mug)
        self.run_exchange()
        self.assertSent(order)
        self.assertEqual(order.fulfillment_state, "sent")
        self.tbone.ship(self.at_platform(order).items[0], 1, idcode="TRACK-1")
        self.run_due()
        self.run_apply()
        self.assertEqual(order.fulfillment_state, "shipped")
        self.assertEqual(self.deliveries(order), {"TRACK-1": {"MUG": 1}})
        self.assertNoViolation()

    def test_refused_corrected_sent(self):
        self.customer.zip = False
        order = self.confirm()
        self.run_exchange()
        self.assertEqual(order.fulfillment_state, "attention")
        self.assertFalse(self.at_platform(order))
        with self.assertRaises(UserError):
            order.action_fulfillment_send()
        self.customer.zip = "12345"
        order.action_fulfillment_send()
        self.run_exchange()
        self.assertSent(order)
        self.assertFalse(order.activity_ids)

    def test_a_rolled_back_confirmation_leaves_nothing(self):
        order = self.confirm()
        with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
            order.copy().action_confirm()
            raise ZeroDivisionError
        self.run_exchange()
        self.assertEqual(len(self.calls("orders")), 1)

    def test_cancelled_before_the_run(self):
        order = self.confirm()
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.run_exchange()
        self.assertFalse(self.at_platform(order))


@tagged("post_install", "-at_install")
class TestInstallation(SendingCase):
    def test_old_orders_are_not_computed(self):
        """Odoo computes a stored field for every record unless its column is there already."""
        names = [
            (model._table, name)
            for model in (
                self.env[name]
                for name in ("sale.order", "sale.order.line", "stock.picking", "stock.move")
            )
            for name, field in model._fields.items()
            if name.startswith("fulfillment_") and field.store and field.compute
        ]
        self.assertTrue(names)
        made = {(table, name) for table, columns in COLUMNS.items() for name in columns}
        self.assertEqual(set(names), made)

    def test_the_hook_makes_the_columns(self):
        order = self.quote()
        self.env.flush_all()
        for table, columns in COLUMNS.items():
            for name in columns:
                self.env.cr.execute(
                    SQL(
                        "ALTER TABLE %s DROP COLUMN %s CASCADE",
                        SQL.identifier(table),
                        SQL.identifier(name),
                    )
                )
        pre_init_hook(self.env)
        fields, columns = order._fields, table_columns(self.env.cr, "sale_order")
        for name in COLUMNS["sale_order"]:
            self.assertEqual(columns[name]["udt_name"], fields[name].column_type[0])
        self.env.invalidate_all()
        self.assertFalse(order.fulfillment_account_id)
        pre_init_hook(self.env)
