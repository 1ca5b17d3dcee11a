"""Whatever is sold, and however it is taxed: the platform takes the order, at Odoo's total."""

from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from odoo.fields import Command
from odoo.tests import tagged

from .common import ExchangeCase
from .order_case import Sales

# No shrinking: the first order that fails is telling enough.
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
prices = st.decimals(0, 150, places=3).map(float)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "product": st.integers(0, 3),
            "quantity": st.integers(1, 13),
            "price_unit": prices,
            "discount": st.sampled_from([0, 0, 0, 5, 12.5, 33.33, 100]),
            "taxes": st.sets(st.integers(0, 3), max_size=2),
            "in_dozens": st.sampled_from([False, False, False, True]),
        }
    ),
    min_size=1,
    max_size=6,
)
SALES = st.fixed_dictionaries(
    {
        "lines": LINES,
        "shipping": st.none() | prices,
        "fee": st.none() | st.sampled_from([0.5, 1.99]),
        "promotion": st.sampled_from([0, 0, 0.01, 3.33]),
        "discount": st.none()
        | st.tuples(st.just("discount_percentage"), st.sampled_from([0.05, 0.333, 1.0]))
        | st.tuples(st.just("discount_amount"), st.sampled_from([0.07, 9.99])),
    }
)


@tagged("post_install", "-at_install")
class TestOrderSum(Sales, ExchangeCase):
    """Random orders, from Odoo's price engine to the stand-in's reckoning, over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        quick = {"tracking_disable": True, "skip_procurement": True}  # money is what this is about
        cls.env = cls.env(context=dict(cls.env.context, **quick))
        cls.account = cls.account.with_env(cls.env)
        cls.account.send_policy = "manual"
        cls.open_shop()
        eco = cls.make_tax("Eco", amount=0.25, amount_type="fixed", include_base_amount=True)
        cls.taxes = (cls.excluded, cls.reduced, cls.included, eco)
        cls.products = (cls.mug, cls.tee, cls.lamp, cls.wrapping)

    @EXAMPLES
    @given(sale=SALES)
    def test_is_taken_at_its_total(self, sale):
        self.check("round_per_line", sale)

    @EXAMPLES
    @given(sale=SALES)
    def test_is_taken_when_taxes_are_rounded_for_the_whole_order(self, sale):
        self.check("round_globally", sale)

    def check(self, rounding, sale):
        savepoint = self.env.cr.savepoint()
        try:
            self.env.company.tax_calculation_rounding_method = rounding
            order = self.make_sale(sale)
            if order.amount_total >= 0:
                self.assertTaken(order)
        finally:
            savepoint.close(rollback=True)

    def make_sale(self, sale):
        order = self.sell(*map(self.make_line, sale["lines"]), confirm=False)
        if sale["discount"]:
            self.apply_discount(order, *sale["discount"])
        more = [
            (self.shipping, sale["shipping"], {"is_delivery": True}),
            (self.fee, sale["fee"], {}),
            (self.rebate, -sale["promotion"] or None, {}),
        ]
        order.order_line = [
            Command.create({"product_id": product.id, **self.price(price, self.excluded, **vals)})
            for product, price, vals in more
            if price is not None
        ]
        order.action_confirm()
        return order

    def make_line(self, line):
        taxes = [self.taxes[number] for number in sorted(line["taxes"])]
        unit = self.env.ref(f"uom.product_uom_{'dozen' if line['in_dozens'] else 'unit'}")
        vals = {"discount": line["discount"], "product_uom_id": unit.id}
        product = self.products[line["product"]]
        return product, line["quantity"], self.price(line["price_unit"], *taxes, **vals)

    def apply_discount(self, order, name, amount):
        kind = "so_discount" if name == "discount_percentage" else "amount"
        self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": kind, name: amount}
        ).action_apply_discount()

    def assertTaken(self, order):
        canonical = self.prepare(order)
        self.assertEqual(
            sum(item.quantity for item in canonical.items),
            sum(order.order_line.mapped("fulfillment_qty_ordered")),
        )
        sent = self.account._get_client().send_order(canonical)
        taken = self.tbone.platform.accounts[self.tbone.account].find_order(canonical.key)
        self.assertEqual(sent.order_ref, str(taken.tb_id))
        self.assertEqual(self.read_total(taken.xml), self.total_of(order))
        self.assertNoViolation()

    def read_total(self, xml):
        """What the customer pays by the document."""
        root = etree.fromstring(xml)
        of_items = [
            int(item.findtext("QUANTITY")) * Decimal(item.findtext("ITEM_PRICE"))
            for item in root.iterfind("ITEMS/ITEM")
        ]
        paths = ("SHIPMENT/PRICE", "PAYMENT/COSTS")
        return sum(of_items) + sum(Decimal(root.findtext(path) or 0) for path in paths)
