"""Base of the tests of effects: a shop with stock, orders known to the platform, and its words."""

from collections import defaultdict
from datetime import datetime, timezone
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import TransactionCase

from ..providers.canonical import Kind, Message

KINDS = {
    "ORDER_ACKNOWLEDGE": Kind.ACKNOWLEDGE,
    "SHIP": Kind.SHIP,
    "NO_INVENTORY": Kind.CANCEL,
    "CUST_CANCEL": Kind.CANCEL,
    "RETURN": Kind.RETURN,
    "DEDUCT_SHIPPING_COSTS": Kind.DEDUCTION,
    "REFUND": Kind.REFUND,
    "PAYMENT_STATE_OPEN": Kind.PAYMENT,
    "PAYMENT_STATE_PAID": Kind.PAYMENT,
    "PAYMENT_STATE_SHORTFALL": Kind.PAYMENT,
}


class Shop:
    """Products, customers and orders of `cls.account`; a part of test cases."""

    @classmethod
    def open_shop(cls):
        cls.company = cls.env.company
        cls.customer = cls.env["res.partner"].create({"name": "Ada Example"})
        cls.stock = (
            cls.env["stock.warehouse"]
            .search([("company_id", "=", cls.company.id)], limit=1)
            .lot_stock_id
        )
        cls.mug, cls.tee, cls.lamp = (
            cls.make_product(name, sku)
            for name, sku in (("Mug", "MUG"), ("Tee", "TEE"), ("Lamp", "LAMP"))
        )
        cls.last_number = 5000
        cls.furnish()

    @classmethod
    def furnish(cls):
        """What the shop of a test case has beyond that."""

    @classmethod
    def make_product(cls, name, sku, on_hand=100, **vals):
        product = cls.env["product.product"].create(
            {
                "name": name,
                "default_code": sku,
                "is_storable": vals.get("type", "consu") == "consu",
                "list_price": 10.0,
                "taxes_id": [Command.clear()],
                "invoice_policy": "delivery",
                **vals,
            }
        )
        if on_hand and product.is_storable and product.tracking == "none":
            cls.env["stock.quant"]._update_available_quantity(product, cls.stock, on_hand)
        return product

    @classmethod
    def make_order(cls, *items, confirm=True, **vals):
        """A sale order the platform knows: items are (product, quantity[, values])."""
        cls.last_number += 1
        key = f"K{cls.last_number}"
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "fulfillment_account_id": cls.account.id,
                "fulfillment_key": key,
                "fulfillment_ref": str(700000 + cls.last_number),
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "fulfillment_key": f"{key}-{number}",
                            **(more[0] if more else {}),
                        }
                    )
                    for number, (product, quantity, *more) in enumerate(items, 1)
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    # --- what Odoo says

    def deliveries(self, order, state="done"):
        """Transfers to the customer as {tracking reference: {SKU: quantity}}."""
        found = defaultdict(lambda: defaultdict(float))
        moves = order.picking_ids.move_ids.filtered(
            lambda move: move.state == state and move.location_dest_id.usage == "customer"
        )
        for move in moves:
            quantity = move.quantity if state == "done" else move.product_uom_qty
            found[move.picking_id.carrier_tracking_ref or ""][move.product_id.default_code] += (
                quantity
            )
        return {ref: dict(content) for ref, content in found.items()}

    def open_quantity(self, order):
        return sum(
            order.picking_ids.move_ids.filtered(
                lambda move: move.state not in ("done", "cancel")
            ).mapped("product_uom_qty")
        )

    def totals(self, line):
        return (
            line.fulfillment_qty_ordered,
            line.fulfillment_qty_shipped,
            line.fulfillment_qty_cancelled,
            line.fulfillment_qty_returned,
        )

    def assertApplied(self, messages):
        states = [(message.state, message.reason) for message in messages]
        self.assertEqual({state for state, _reason in states}, {"applied"}, states)


class DocumentsCase(Shop, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.account = cls.env["fulfillment.account"].create(
            {"name": "TB.One", "company_id": cls.env.company.id}
        )
        cls.open_shop()

    # --- the platform speaks

    @classmethod
    def word(cls, platform_type, order, line=None, quantity=None, **vals):
        """One message of the platform about an order or one of its lines."""
        cls.last_number += 7
        item = line and {
            "item_key": line.fulfillment_key or "",
            "sku": line.product_id.default_code or "",
            "item_ref": str(800000 + line.id),
        }
        about = order and {
            "order_key": order.fulfillment_key or "",
            "order_ref": order.fulfillment_ref or "",
        }
        values = {
            "external_id": str(cls.last_number),
            "acknowledgeable": True,
            "kind": KINDS.get(platform_type, Kind.UNKNOWN),
            "platform_type": platform_type,
            "raw": f"<MESSAGE><MESSAGE_TYPE>{platform_type}</MESSAGE_TYPE></MESSAGE>",
            "quantity": None if quantity is None else Decimal(str(quantity)),
            "occurred_at": datetime(2026, 3, 1, 8, 30, tzinfo=timezone.utc),
        }
        return Message(**values | (about or {}) | (item or {}) | vals)

    def store(self, *words):
        """Put messages into the inbox, as the exchange lane does."""
        inbox = self.env["fulfillment.message"]
        sync = self.env["fulfillment.sync"].create(
            {"account_id": self.account.id, "kind": "messages"}
        )
        inbox._store(sync, words)
        return inbox.search(
            [
                ("account_id", "=", self.account.id),
                ("external_id", "in", [word.external_id for word in words]),
            ],
            order="id",
        )

    def hear(self, *words):
        """Store and apply messages in one batch."""
        messages = self.store(*words)
        if not messages:
            return messages
        messages._match_orders()
        siblings = messages.search(
            [("order_id", "in", messages.order_id.ids), ("state", "=", "waiting")]
        )
        self.env["fulfillment.apply"]._apply_messages(messages | siblings)
        return messages

    def run_apply_lane(self):
        """Let the scheduled action apply what waits, with its commits and rollbacks."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("fulfillment_connector.ir_cron_apply").method_direct_trigger()
        self.env.invalidate_all()
