"""The page Fulfillment of an order: when it is there, what it warns of, and its items."""

from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .sending_case import SendingCase


@tagged("post_install", "-at_install")
class TestOrderPage(SendingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        accounts = cls.env["fulfillment.account"].search([])
        (accounts - cls.account - cls.other_account).active = False
        cls.seller = new_test_user(cls.env, "page_seller", "sales_team.group_sale_salesman")

    # --- when it is there

    def sell_alone(self):
        order = self.quote(user_id=self.seller.id)
        order.fulfillment_account_id = False
        order.action_confirm()
        return order

    def is_visible(self, order):
        order.invalidate_recordset()
        return order.with_user(self.seller).fulfillment_page_visible

    def test_where_the_company_has_an_account(self):
        order = self.sell_alone()
        self.assertTrue(self.is_visible(order))
        (self.account + self.other_account).active = False
        self.assertFalse(self.is_visible(order))
        self.other_account.active = True
        self.assertTrue(self.is_visible(order))
        self.team.unlink()
        self.other_account.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertFalse(self.is_visible(order))
        new = self.env["fulfillment.account"].create({"name": "New"})
        self.assertTrue(self.is_visible(order))
        new.unlink()
        self.assertFalse(self.is_visible(order))

    def test_archived_accounts_do_not_count_whoever_asks_first(self):
        (self.account + self.other_account).active = False
        accounts = self.env["fulfillment.account"].with_context(active_test=False)
        self.assertNotIn(self.company.id, accounts._get_companies_with_account())

    def test_an_order_that_had_an_account_keeps_it(self):
        order = self.sell(user_id=self.seller.id)
        self.assertEqual(self.rows(order).state, "to_send")
        order.write({"fulfillment_key": order.name, "fulfillment_account_id": False})
        (self.account + self.other_account).active = False
        self.assertEqual(order.fulfillment_outbox_ids.state, "cancelled")
        self.assertTrue(self.is_visible(order))
        self.assertFalse(order.fulfillment_send_state)
        self.assertFalse(order.fulfillment_can_send)

    # --- what it warns of

    def test_a_failed_message_is_told_also_beside_an_order_that_was_not_sent(self):
        order = self.sell(user_id=self.seller.id)
        self.assertFalse(order.fulfillment_has_failed_message)
        self.end(order, "failed", reason="No.")
        self.assertEqual(order.fulfillment_state, "attention")
        self.assertFalse(order.fulfillment_has_failed_message)
        message = self.store(self.word("SHIP", order, order.order_line[0], 9))
        message._match_orders()
        message.order_id = order
        message.write({"state": "failed", "reason": "Too many."})
        self.assertTrue(order.with_user(self.seller).fulfillment_has_failed_message)
        action = order.with_user(self.seller).action_view_fulfillment_attention()
        self.assertEqual(action["res_id"], message.id)

    # --- its items

    def test_a_key_is_entered_while_lines_change(self):
        order = self.quote(self.mug, self.tee, self.lamp, user_id=self.seller.id)
        mug, tee, lamp = order.order_line
        with Form(order.with_user(self.seller)) as form:
            with form.fulfillment_line_ids.edit(0) as item:
                item.fulfillment_key = "M1"
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 5
            form.order_line.remove(1)
            with form.order_line.new() as line:
                line.product_id = self.lamp
            self.assertEqual(len(form.fulfillment_line_ids), 3)
        self.assertEqual((mug.fulfillment_key, mug.product_uom_qty), ("M1", 5))
        self.assertFalse(tee.exists())
        self.assertEqual(order.order_line.product_id, self.mug + self.lamp)
        self.assertEqual(len(order.order_line), 3)
        order.invalidate_recordset()
        self.assertEqual(order.fulfillment_line_ids, order.order_line)
        self.assertIn(lamp, order.fulfillment_line_ids)

    def test_what_is_added_while_a_key_is_entered_is_shown_at_once(self):
        order = self.quote(self.mug, user_id=self.seller.id)
        order = order.with_user(self.seller)
        [answer] = order.web_save(
            {
                "order_line": [
                    Command.create({"display_type": "line_note", "name": "Careful"}),
                    Command.create({"product_id": self.tee.id}),
                ],
                "fulfillment_line_ids": [
                    Command.update(order.order_line.id, {"fulfillment_key": "M"})
                ],
            },
            {"fulfillment_line_ids": {"fields": {"product_id": {}, "fulfillment_key": {}}}},
        )
        shown = [
            (line["product_id"], line["fulfillment_key"]) for line in answer["fulfillment_line_ids"]
        ]
        self.assertEqual(shown, [(self.mug.id, "M"), (self.tee.id, False)])

    def test_notes_deliveries_and_down_payments_are_no_items(self):
        order = self.quote(self.mug)
        for vals in (
            {"display_type": "line_note", "name": "Careful"},
            {"product_id": self.tee.id, "is_delivery": True},
            {"product_id": self.lamp.id, "is_downpayment": True},
        ):
            order.order_line = [Command.create(vals)]
        order.invalidate_recordset()
        self.assertEqual(order.fulfillment_line_ids.product_id, self.mug)
