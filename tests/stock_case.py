"""Base of the tests of the stock: a shop whose numbers the stand-in of the platform tells."""

from contextlib import suppress
from datetime import timedelta

from odoo import fields

from .common import ExchangeCase
from .documents_case import Shop

STOCK_CRON = "fulfillment_connector.ir_cron_stock"
TIMES = (
    "next_stock_at",
    "stock_called_at",
    "stock_full_called_at",
    "stock_full_at",
    "stock_delta_at",
    "stock_stored_at",
)


class Killed(BaseException):
    """No handler of ours runs when a worker is killed."""


class StockCase(Shop, ExchangeCase):
    """MUG, TEE and LAMP lie on the shelf, 100 of each; the account's total goes there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.account = cls.account.with_env(cls.env)
        cls.open_shop()
        later = fields.Datetime.now() + timedelta(days=1)
        cls.account.write(
            {
                "stock_location_ids": [(0, 0, {"location_id": cls.stock.id})],
                "stock_policy": "preview",
                "next_fetch_at": later,  # no messages: this is about stock
            }
        )

    def setUp(self):
        super().setUp()
        self.switch_on()

    def switch_on(self):
        """As if a preview had been looked at."""
        self.account.stock_previewed_at = fields.Datetime.now()
        self.account.stock_policy = "apply"

    # --- act

    def fetch_stock(self):
        """One run of the exchange lane."""
        self.env.flush_all()
        self.run_exchange()
        self.env.invalidate_all()
        return self.sync()

    def run_stock_lane(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(STOCK_CRON).method_direct_trigger()
        self.env.invalidate_all()

    def update_stock(self):
        """Both lanes, when the account's next run has come."""
        self.account.next_stock_at = fields.Datetime.now()
        self.fetch_stock()
        self.run_stock_lane()
        return self.sync()

    def kill(self, model, method):
        """Run a lane in which something raises `Killed`: only what it has committed stays."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), suppress(Killed), self.registry.cursor() as cr:
            getattr(self.env(cr=cr)[model], method)()
            self.fail("It was not killed")
        self.env.invalidate_all()

    def list_dates(self, account):
        return [*super().list_dates(account), *((account, name) for name in TIMES)]

    def press(self, method, user=None):
        answer = self.call(self.account, method, user)
        self.env.invalidate_all()
        return answer["params"]["message"]

    # --- look

    def levels(self, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return self.env["fulfillment.stock.level"].search(
            [("account_id", "=", self.account.id), *domain]
        )

    def numbers(self):
        """{SKU or EAN, with the warehouse behind it: number}"""
        return {
            "/".join(filter(None, (level.sku or level.ean, level.warehouse_key))): level.quantity
            for level in self.levels()
        }

    def on_hand(self, product, location=None):
        return product.with_context(location=(location or self.stock).id).qty_available

    def shelf(self, *products, location=None):
        products = products or (self.mug, self.tee, self.lamp)
        return [self.on_hand(product, location) for product in products]

    def adjustments(self):
        return self.env["stock.move"].search(
            [("is_inventory", "=", True), ("inventory_name", "ilike", "TB.One stock update")]
        )

    def stock_calls(self):
        """The queries of the calls for stock, oldest first."""
        return [call.path.partition("?")[2] for call in self.calls("stock")]


class JarCase(StockCase):
    """Ten jars, of which the platform has as many as their number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jars = cls.env["product.product"].concat(
            *(cls.make_product(f"Jar {number}", f"JAR-{number}") for number in range(10))
        )

    def setUp(self):
        super().setUp()
        for number in range(10):
            self.tbone.set_stock(f"JAR-{number}", number)
