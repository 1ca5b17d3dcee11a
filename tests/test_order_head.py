"""What the platform is told of an order beside its items: number, day, carrier, payment."""

from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestOrderHead(OrderCase):
    def test_number_comment_channel_and_day(self):
        self.account.write({"channel_sign": "fcsh", "time_zone": "Europe/Berlin"})
        order = self.sell(
            (self.mug, 1), client_order_ref="PO 7", fulfillment_comment="Ring twice\n"
        )
        order.date_order = datetime(2026, 3, 1, 23, 30)
        canonical = self.prepare(order)
        self.assertEqual((canonical.number, canonical.comment), ("PO 7", "Ring twice"))
        self.assertEqual((canonical.channel_sign, canonical.currency), ("fcsh", "USD"))
        self.assertEqual(canonical.ordered_on, date(2026, 3, 2))

    def test_package_type_key_of_the_carrier(self):
        carrier, other = self.env["delivery.carrier"].create(
            [{"name": name, "product_id": self.shipping.id} for name in ("DHL", "DPD")]
        )
        self.account.carrier_map_ids = [
            Command.create({"key": "DHL_STD", "carrier_id": carrier.id}),
            Command.create({"key": "OTHER"}),
        ]
        for chosen, key in ((carrier, "DHL_STD"), (other, ""), (carrier.browse(), "")):
            order = self.sell((self.mug, 1), carrier_id=chosen.id)
            self.assertEqual(self.prepare(order).carrier_key, key)

    def test_not_paid(self):
        canonical = self.prepare(self.sell((self.mug, 1)))
        self.assertFalse(canonical.is_paid or canonical.is_payment_lost)
        self.assertEqual((canonical.payment_type, canonical.payment_ref), ("", ""))
        self.assertEqual(canonical.invoice_number, "")

    def test_paid_by_transaction(self):
        order = self.sell((self.mug, 1))
        self.pay_online(order, 4, "pay_1", "done")
        self.assertFalse(self.prepare(order).is_paid)
        self.pay_online(order, 6, "pay_2", "done")
        self.pay_online(order, 10, "pay_3", "error")
        canonical = self.prepare(order)
        self.assertTrue(canonical.is_paid)
        self.assertEqual((canonical.payment_type, canonical.payment_ref), ("Card", "pay_2"))

    def pay_online(self, order, amount, ref, state):
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.env["payment.provider"].search([], limit=1).id,
                "payment_method_id": self.env.ref("payment.payment_method_card").id,
                "reference": ref,
                "provider_reference": ref,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "state": state,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )

    def test_paid_by_invoice(self):
        self.mug.invoice_policy = "order"
        order = self.sell((self.mug, 1))
        invoice = order._create_invoices()
        self.assertEqual(self.prepare(order).invoice_number, "")
        invoice.action_post()
        self.assertFalse(self.prepare(order).is_paid)
        self.pay(invoice)
        canonical = self.prepare(order)
        self.assertTrue(canonical.is_paid)
        self.assertEqual(canonical.invoice_number, invoice.name)

    def test_half_paid_by_down_payment(self):
        self.mug.invoice_policy = "order"
        order = self.sell((self.mug, 1))
        for method, is_paid in (("percentage", False), ("delivered", True)):
            self.env["sale.advance.payment.inv"].create(
                {
                    "sale_order_ids": order.ids,
                    "advance_payment_method": method,
                    "amount": 50,
                }
            ).create_invoices()
            invoice = order.invoice_ids.filtered(lambda move: move.state == "draft")
            invoice.action_post()
            self.pay(invoice)
            self.assertEqual(self.prepare(order).is_paid, is_paid)

    def pay(self, invoice):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).action_create_payments()

    def test_payment_lost(self):
        order = self.sell((self.mug, 1))
        order.fulfillment_payment_state = "shortfall"
        self.assertTrue(self.prepare(order).is_payment_lost)
