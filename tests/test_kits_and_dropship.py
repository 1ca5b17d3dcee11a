"""Kits and drop shipments, where their add-ons are installed (the project's own tests do that)."""

from odoo.fields import Command
from odoo.tests import tagged

from .documents_case import DocumentsCase


@tagged("post_install", "-at_install")
class TestKits(DocumentsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "mrp.bom" not in cls.env:
            cls.skipTest(cls, "sale_mrp is not installed")
        cls.kit = cls.make_product("Desk set", "KIT", on_hand=0)
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": cls.mug.id, "product_qty": 2}),
                    Command.create({"product_id": cls.lamp.id, "product_qty": 1}),
                ],
            }
        )

    def test_whole_kits_ship_return_and_cancel(self):
        order = self.make_order((self.kit, 3))
        line = order.order_line
        self.assertApplied(self.hear(self.word("SHIP", order, line, 1, tracking_ref="T1")))
        self.assertEqual(self.deliveries(order), {"T1": {"MUG": 2, "LAMP": 1}})
        self.assertEqual(line.qty_delivered, 1)
        self.assertApplied(
            self.hear(
                self.word("SHIP", order, line, 1, tracking_ref="T2"),
                self.word("NO_INVENTORY", order, line, 1),
            )
        )
        self.assertEqual((line.qty_delivered, line.product_uom_qty), (2, 2))
        self.assertEqual(self.open_quantity(order), 0)
        self.assertApplied(self.hear(self.word("RETURN", order, line, 1, tracking_ref="R1")))
        self.assertEqual(line.qty_delivered, 1)
        self.assertEqual(self.totals(line), (3, 2, 1, 1))

    def test_kit_delivered_by_hand_only_gets_the_parcel(self):
        order = self.make_order((self.kit, 1))
        order.picking_ids.button_validate()
        self.assertApplied(
            self.hear(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        )
        self.assertEqual(self.deliveries(order), {"T1": {"MUG": 2, "LAMP": 1}})
        self.assertEqual(order.order_line.qty_delivered, 1)


@tagged("post_install", "-at_install")
class TestDropship(DocumentsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        route = cls.env.ref("stock_dropshipping.route_drop_shipping", raise_if_not_found=False)
        if not route:
            cls.skipTest(cls, "stock_dropshipping is not installed")
        cls.vendor = cls.env["res.partner"].create({"name": "Vendor"})
        cls.sofa = cls.make_product(
            "Sofa",
            "SOFA",
            on_hand=0,
            route_ids=[Command.set(route.ids)],
            seller_ids=[Command.create({"partner_id": cls.vendor.id, "price": 5})],
        )

    def test_drop_shipment_leaves_from_the_vendor(self):
        order = self.make_order((self.sofa, 2))
        line = order.order_line
        early = self.store(self.word("SHIP", order, line, 1, tracking_ref="T1"))
        self.run_apply_lane()
        self.assertEqual(early.state, "failed")
        self.assertIn("no open delivery", early.reason)
        self.env["purchase.order"].search([("partner_id", "=", self.vendor.id)]).button_confirm()
        early._move_to("received")
        self.run_apply_lane()
        self.assertApplied(early)
        self.assertEqual(line.qty_delivered, 1)
        self.assertEqual(self.deliveries(order), {"T1": {"SOFA": 1}})
        self.assertEqual(self.open_quantity(order), 1)
