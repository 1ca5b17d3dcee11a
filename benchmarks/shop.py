"""A shop with stock, its orders, and a platform that tells what becomes of them.

Every side gets orders of the same form: three lines of different products, two pieces each.
"""

from dataclasses import dataclass
from datetime import timezone

from odoo.fields import Command

from odoo.addons.fulfillment_connector.providers.tbone.message_xml import parse_page

from simulator import TBOneSimulator
from simulator.document import Document

from .copies import copy_orders, link_copies
from .measure import in_slices

PRODUCTS = 60
LINES = 3
PIECES = 2
ENOUGH = 10_000_000  # pieces of each product on the shelf
CARRIER = "DHL_STD_NATIONAL"
PATTERN = PRODUCTS // LINES  # orders, each of other articles


@dataclass(frozen=True)
class Sale:
    """One order in Odoo, and the same one at the platform."""

    id: int
    told: object


class Shop:
    """Sells on a database; with an account the orders are the platform's too."""

    def __init__(self, env, platform: TBOneSimulator | None = None):
        self.env, self.platform = env, platform
        self.sold, self._patterns = 0, {}
        self.customer = env["res.partner"].create({"name": "Ada Example"})
        self.warehouse = env["stock.warehouse"].search([], limit=1)
        self.products = self._fill_shelves()
        self.account = self._open_account() if platform else None
        env.cr.commit()

    def sell(self, count: int, linked: bool = True) -> list[Sale]:
        """Confirmed orders; `linked` ones belong to the account.

        Odoo makes one of each combination of articles, once; what is sold are copies of these.
        """
        if linked not in self._patterns:
            self._patterns[linked] = self._make_pattern(linked)
        pattern, sales = self._patterns[linked], []
        whole, rest = divmod(count, PATTERN)
        for times, orders in ((whole, pattern), (1, pattern[:rest])):
            sales += self._copy(orders, times, linked)
        self.env.cr.commit()
        return sales

    def _make_pattern(self, linked: bool):
        told = [self._tell_order(place) for place in range(PATTERN)]
        orders = self.env["sale.order"].create(
            [self._prepare_order(order, linked) for order in told]
        )
        orders.action_confirm()
        return orders

    def _copy(self, pattern, times: int, linked: bool) -> list[Sale]:
        told = [self._tell_order(place) for _time in range(times) for place in range(len(pattern))]
        ids = copy_orders(self.env, pattern, told) if told else []
        if linked:
            link_copies(self.env.cr, ids, told)
        return list(map(Sale, ids, told))

    def orders(self, sales: list[Sale]):
        return self.env["sale.order"].browse(sale.id for sale in sales)

    # --- the platform speaks

    def tell_parcel_per_line(self, sales: list[Sale]) -> None:
        for item in _items(sales):
            self.platform.ship(
                item, PIECES, f"P{item.tb_id}", CARRIER, return_proposal=f"B{item.tb_id}"
            )

    def tell_parcel_per_order(self, sales: list[Sale]) -> None:
        for item in _items(sales):
            self.platform.ship(item, PIECES, f"P{item.order.tb_id}", CARRIER)

    def tell_mixed_life(self, sales: list[Sale]) -> None:
        """Ten messages on three orders: 6 shipped, 1 cancelled, 2 returned, 1 acknowledged/paid."""
        tell, ship = self.platform, self._ship_whole
        for number, pack in enumerate(in_slices(sales, 3)):
            first, second, third = (sale.told for sale in pack)
            for item in (*first.items, *second.items[:2], third.items[0]):
                ship(item)
            tell.cancel(second.items[2], PIECES)
            for item in (first.items[0], second.items[1]):
                tell.return_(item, 1, f"R{item.tb_id}", cause="too small")
            if number % 2:
                tell.acknowledge(third, est_ship_date="2030-12-01")
            else:
                tell.payment(third, "PAID")

    def _ship_whole(self, item) -> None:
        self.platform.ship(item, PIECES, f"P{item.tb_id}", CARRIER)

    def take_words(self):
        """All that waits at the platform, parsed; it does not come again."""
        waiting = self.platform.open_messages()
        for message in waiting:
            self.forget(message)
        return read_words(waiting)

    def forget(self, message) -> None:
        """Take a message out of the platform's queue."""
        self.platform.platform.accounts[self.platform.account].process(message.message_id)

    def store(self, words) -> None:
        """Put messages into the inbox, as the exchange lane does."""
        for page in in_slices(list(words), 1000):
            self.env["fulfillment.message"]._store(self.new_sync(), page)
            self.env.cr.commit()

    def new_sync(self):
        return self.env["fulfillment.sync"].create(
            {"account_id": self.account.id, "kind": "messages"}
        )

    # --- setting up

    def _fill_shelves(self):
        products = self.env["product.product"].create(
            [
                {
                    "name": f"Article {number}",
                    "default_code": f"ART-{number}",
                    "is_storable": True,
                    "list_price": 10.0,
                    "taxes_id": [Command.clear()],
                    "invoice_policy": "delivery",
                }
                for number in range(PRODUCTS)
            ]
        )
        for product in products:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, ENOUGH
            )
        return products

    def _open_account(self):
        account = self.env["fulfillment.account"].create(
            {
                "name": "TB.One",
                "host": self.platform.url,
                "account_number": self.platform.account,
                "username": self.platform.user,
                "password": self.platform.password,
                "channel_number": self.platform.channel,
            }
        )
        account.state = "connected"
        self.env["fulfillment.carrier.map"].create(
            {
                "account_id": account.id,
                "key": CARRIER,
                "tracking_url": "https://track.example/<shipmenttrackingnumber>",
            }
        )
        return account

    def _tell_order(self, place: int):
        """:param place: which combination of articles."""
        self.sold += 1
        key = f"BENCH-{self.sold}"
        lines = [
            (f"{key}-{number}", self._sku(place, number), PIECES) for number in range(1, LINES + 1)
        ]
        return (self.platform or _SILENT).add_order(key, lines)

    @staticmethod
    def _sku(place: int, number: int) -> str:
        return f"ART-{place * LINES + number - 1}"

    def _prepare_order(self, told, linked: bool) -> dict:
        by_sku = {product.default_code: product for product in self.products}
        lines = [self._prepare_line(by_sku[item.sku], item, linked) for item in told.items]
        vals = {"name": told.channel_id, "partner_id": self.customer.id}
        if linked:
            vals |= {
                "fulfillment_account_id": self.account.id,
                "fulfillment_key": told.channel_id,
                "fulfillment_ref": str(told.tb_id),
            }
        return vals | {"order_line": [Command.create(line) for line in lines]}

    def _prepare_line(self, product, item, linked: bool) -> dict:
        vals = {"product_id": product.id, "product_uom_qty": item.quantity}
        return vals | ({"fulfillment_key": item.channel_id} if linked else {})


_SILENT = TBOneSimulator()  # numbers the orders of a shop that has no platform


def read_words(messages):
    """The canonical messages of what a platform says, through its wire format."""
    return parse_page(as_page(messages), limit=len(messages) + 1, zone=timezone.utc).messages


def as_page(messages) -> bytes:
    return Document("MESSAGES_LIST", tuple(message.as_xml() for message in messages)).encode()


def _items(sales: list[Sale]):
    return (item for sale in sales for item in sale.told.items)
