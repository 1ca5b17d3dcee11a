"""An order on its way out: which items, of how many pieces, under which keys."""

from decimal import Decimal

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestOrderItems(OrderCase):
    def test_a_line_is_an_item(self):
        order = self.sell(
            (self.mug, 3, self.price(9.9, name="Mug, blue\nmade by hand", customer_lead=2)),
            (self.tee, 1),
        )
        mug, tee = self.prepare(order).items
        self.assertEqual((mug.sku, mug.quantity, mug.price), ("MUG", 3, Decimal("9.90")))
        self.assertEqual((mug.text, mug.delivery_days), ("Mug, blue", 2))
        self.assertEqual((tee.ean, tee.delivery_days), ("", None))
        self.assertEqual([mug.key, tee.key], [f"{order.name}-1", f"{order.name}-2"])
        self.assertEqual(order.fulfillment_key, order.name)
        self.assertEqual(order.order_line.mapped("fulfillment_key"), [mug.key, tee.key])
        self.assertEqual(order.order_line.mapped("fulfillment_qty_ordered"), [3, 1])

    def test_only_barcodes_of_the_trade_are_sent(self):
        for barcode, ean in (
            ("4012345678901", "4012345678901"),
            ("01234565", "01234565"),
            ("1234567", ""),
            ("14012345678908", ""),
            ("MUG-12345678", ""),
            ("١٢٣٤٥٦٧٨", ""),
        ):
            self.mug.barcode = barcode
            item = self.prepare(self.sell((self.mug, 1))).items[0]
            self.assertEqual(item.ean, ean, barcode)

    def test_amount_that_does_not_divide_goes_out_as_two_items(self):
        order = self.sell((self.mug, 3, self.price(3.335)), (self.tee, 1))
        self.assertEqual(
            self.items(order), [("MUG", 1, "3.33"), ("MUG", 2, "3.34"), ("TEE", 1, "10.00")]
        )
        mug, tee = order.order_line
        self.assertEqual(mug.fulfillment_key, f"{order.name}-1")
        self.assertEqual(mug.fulfillment_extra_key, f"{order.name}-2")
        self.assertEqual((mug.fulfillment_extra_quantity, mug.fulfillment_qty_ordered), (2, 3))
        self.assertEqual(tee.fulfillment_key, f"{order.name}-3")
        self.assertEqual((tee.fulfillment_extra_key, tee.fulfillment_extra_quantity), (False, 0))

    def test_a_key_is_never_given_to_another_line(self):
        order = self.sell((self.mug, 1), (self.tee, 1))
        self.prepare(order)
        order.with_context(disable_cancel_warning=True).action_cancel()
        order.action_draft()
        order.order_line[1].unlink()
        order.write({"order_line": [Command.create({"product_id": self.lamp.id})]})
        order.action_confirm()
        keys = [item.key for item in self.prepare(order).items]
        self.assertEqual(keys, [f"{order.name}-1", f"{order.name}-3"])

    def test_gifts_are_items(self):
        order = self.sell((self.mug, 1), (self.tee, 2, {"discount": 100}))
        self.assertEqual(self.items(order), [("MUG", 1, "10.00"), ("TEE", 2, "0.00")])
        order = self.sell((self.tee, 2, {"discount": 100}))
        self.assertEqual(self.items(order), [("TEE", 2, "0.00")])

    def test_a_dozen_is_twelve_pieces(self):
        dozen = {"product_uom_id": self.env.ref("uom.product_uom_dozen").id}
        order = self.sell((self.mug, 2, self.price(118.8) | dozen))
        self.assertEqual(self.items(order), [("MUG", 24, "9.90")])
        self.assertEqual(order.order_line.fulfillment_qty_ordered, 24)

    def test_services_with_a_sku_are_items(self):
        order = self.sell((self.mug, 1), (self.wrapping, 2, self.price(1.5)))
        self.assertEqual(self.items(order), [("MUG", 1, "10.00"), ("WRAP", 2, "1.50")])
        self.assertEqual(order.order_line[1].fulfillment_qty_ordered, 2)

    def test_combination_is_sent_as_its_parts(self):
        combos = self.env["product.combo"].create(
            [
                {"name": name, "combo_item_ids": [Command.create({"product_id": product.id})]}
                for name, product in (("To drink", self.mug), ("To wear", self.tee))
            ]
        )
        both = self.make_product(
            "Set", False, type="combo", list_price=15, combo_ids=[Command.set(combos.ids)]
        )
        order = self.sell((both, 1), confirm=False)
        for combo in combos:
            item = combo.combo_item_ids
            vals = {"product_id": item.product_id.id, "combo_item_id": item.id}
            order.order_line = [Command.create(vals | {"linked_line_id": order.order_line[0].id})]
        order.action_confirm()
        self.assertEqual(order.amount_total, 15)
        self.assertEqual(self.items(order), [("MUG", 1, "7.50"), ("TEE", 1, "7.50")])

    def test_what_is_no_goods_is_left_out(self):
        order = self.sell((self.mug, 1), (self.tee, 0), (self.rebate, 1, self.price(0)))
        order.order_line = [
            Command.create({"display_type": kind, "name": kind})
            for kind in ("line_section", "line_subsection", "line_note")
        ]
        self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": order.ids,
                "advance_payment_method": "percentage",
                "amount": 50,
            }
        ).create_invoices()
        self.assertTrue(order.order_line.filtered("is_downpayment"))
        self.assertEqual(self.items(order), [("MUG", 1, "10.00")])

    def test_keys_stay_and_new_lines_get_the_next(self):
        order = self.sell((self.mug, 3, self.price(3.335)), (self.tee, 1))
        first = self.prepare(order)
        self.assertEqual(self.prepare(order), first)
        order.order_line[1].product_uom_qty = 0
        order.order_line = [Command.create({"product_id": self.lamp.id, "sequence": 1})]
        keys = {item.sku: item.key for item in self.prepare(order).items}
        self.assertEqual(keys, {"LAMP": f"{order.name}-4", "MUG": f"{order.name}-2"})
        self.assertEqual(sum(order.order_line.mapped("fulfillment_qty_ordered")), 4)

    def test_a_line_that_divides_now_is_one_item_again(self):
        order = self.sell((self.mug, 3, self.price(3.335)))
        self.prepare(order)
        line = order.order_line
        line.price_unit = 4
        self.assertEqual(self.items(order), [("MUG", 3, "4.00")])
        self.assertEqual(line.fulfillment_extra_quantity, 0)
        line.price_unit = 3.335
        self.assertEqual(self.prepare(order).items[1].key, f"{order.name}-2")

    def test_keys_of_a_person_are_kept(self):
        order = self.sell((self.mug, 1), (self.tee, 1), fulfillment_key=" SHOP/1 ")
        order.order_line[0].fulfillment_key = "blue"
        canonical = self.prepare(order)
        self.assertEqual(canonical.key, "SHOP/1")
        self.assertEqual([item.key for item in canonical.items], ["blue", "SHOP/1-1"])

    def test_number_of_queries_does_not_grow_with_the_lines(self):
        few = [(self.mug, 3, self.price(3.335)), (self.tee, 1), (self.wrapping, 2)]
        self.queries(few)  # fills the caches of the registry
        self.assertEqual(self.queries(few), self.queries(few * 10))

    def queries(self, lines):
        """Queries to prepare an order with these lines, and shipping."""
        order = self.sell(*lines, self.postage(4.9))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        order._fulfillment_prepare_order()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_a_salesperson_may_prepare(self):
        seller = new_test_user(self.env, "order_seller", "sales_team.group_sale_salesman")
        order = self.sell((self.mug, 1), user_id=seller.id)
        self.assertTrue(order.with_user(seller)._fulfillment_prepare_order().items)


@tagged("post_install", "-at_install")
class TestOrderOfKits(OrderCase):
    def test_kit_is_one_item(self):
        if "mrp.bom" not in self.env:
            self.skipTest("sale_mrp is not installed")
        kit = self.make_product("Desk set", "KIT", on_hand=0)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.mug.id, "product_qty": 2}),
                    Command.create({"product_id": self.lamp.id, "product_qty": 1}),
                ],
            }
        )
        order = self.sell((kit, 3, self.price(49.9)))
        self.assertEqual(order.picking_ids.move_ids.product_id, self.mug | self.lamp)
        self.assertEqual(self.items(order), [("KIT", 3, "49.90")])
        self.assertEqual(order.order_line.fulfillment_qty_ordered, 3)
