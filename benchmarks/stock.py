"""The platform's whole stock, of which little changed, against Odoo's own inventory adjustments.

Each side works in a process of its own, so that its memory is its own too: the platform, which has
the whole answer in memory, is not counted.
"""

import time
from functools import partial
from pathlib import Path
from statistics import median

from . import database
from .measure import in_slices
from .table import at_most, judged_by, over
from .workers import in_process

NUMBER = 10  # pieces of each article
CHUNK = 2000  # adjustments of the floor in one transaction: ten times what we commit at once
MEGABYTES = 100
CLONE = """
    INSERT INTO %(table)s (%(columns)s)
    SELECT %(values)s FROM %(table)s, generate_series(1, %(count)s) AS nr WHERE id = %(id)s
"""


def run(bench):
    """Rows for time and memory, and for the very first time, when all is new."""
    stock = Stock(bench)
    first = in_process(update_all, stock.account.id)
    ours, floor = [], []
    for _round in range(bench.size.stock_rounds):
        stock.sell_some()
        ours.append(in_process(update_all, stock.account.id))
        floor.append(in_process(adjust, stock.location.id, stock.choose(), NUMBER - stock.sold))
        stock.ensure_equal()
    what = f"Stock, {bench.size.changes:,} of {bench.size.articles:,} articles differ"
    adjusting = median(floor)
    apply = median([seconds for _fetch, seconds, _memory in ours])
    fetch = median([seconds for seconds, _apply, _memory in ours])
    name = "adjustments alone"
    yield over(f"{what}: compare, adjust", apply, adjusting, at_most(1.5), unit="s", name=name)
    yield over("    fetch, store too", fetch + apply, adjusting, unit="s", name=name)
    yield over("    the first time of all", sum(first[:2]), fetch + apply, unit="s", name="later")
    memory = max(memory for *_times, memory in ours)
    row = over("    memory", memory, MEGABYTES, at_most(MEGABYTES), unit="MB", name="budget")
    yield judged_by(memory, row)


class Stock:
    """As many articles as the size says, here and at the platform, in a location of their own."""

    def __init__(self, bench):
        self.env, self.size, self.platform = bench.env, bench.size, bench.shop.platform
        self.account, self.sold = bench.shop.account, 0
        self.location = self.env["stock.location"].create(
            {"name": "Bulk", "location_id": bench.shop.warehouse.lot_stock_id.location_id.id}
        )
        self.products = self._clone_products()
        self._fill_shelves()
        self.account.write(
            {
                "stock_location_ids": [(5,), (0, 0, {"location_id": self.location.id})],
                "stock_policy": "apply",
                "stock_previewed_at": "2026-01-01 00:00:00",
            }
        )
        for sku in self.products:
            self.platform.set_stock(sku, NUMBER)
        self._let_pause_pass()

    def choose(self) -> list[int]:
        """Every so manieth product, since changes lie scattered."""
        step = self.size.articles // self.size.changes
        return list(self.products.values())[self.sold % step :: step][: self.size.changes]

    def sell_some(self) -> None:
        """The platform has sold a piece or more of each that is chosen now."""
        self.sold += 1
        chosen = set(self.choose())
        for sku, product in self.products.items():
            if product in chosen:
                self.platform.set_stock(sku, NUMBER - self.sold)
        self._let_pause_pass()

    def ensure_equal(self) -> None:
        """Who has not done the work has not been fast."""
        wrong = database.value(
            self.env,
            "SELECT count(*) FROM fulfillment_stock_level AS level LEFT JOIN stock_quant AS quant"
            " ON quant.product_id = level.product_id AND quant.location_id = %s"
            " WHERE level.account_id = %s AND level.sku LIKE 'BULK-%%'"
            " AND quant.quantity IS DISTINCT FROM level.quantity",
            [self.location.id, self.account.id],
        )
        if wrong:
            raise AssertionError(f"Not as the platform says: {wrong}")

    def _let_pause_pass(self) -> None:
        self.platform.clock.advance(3700)
        names = ("next_stock_at", "stock_full_at", "stock_called_at", "stock_full_called_at")
        self.account.write(dict.fromkeys(names, False))
        self.env.cr.commit()

    def _clone_products(self) -> dict[str, int]:
        """{SKU: id}. Odoo takes a minute for what PostgreSQL does in a second."""
        first = self.env["product.product"].create({"name": "Bulk", "is_storable": True})
        self.env.flush_all()
        template = first.product_tmpl_id
        self._clone(template, name="jsonb_build_object('en_US', 'Bulk ' || nr)")
        self._clone(first, product_tmpl_id=f"{template.id} + nr", default_code="'BULK-' || nr")
        self.env.invalidate_all()
        self.env.cr.execute(
            "SELECT default_code, id FROM product_product"
            " WHERE default_code LIKE 'BULK-%' ORDER BY id"
        )
        return dict(self.env.cr.fetchall())

    def _clone(self, record, **changed) -> None:
        """Rows with the ids that follow, like this one but for some columns."""
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
            [record._table],
        )
        values = {f'"{name}"': f'"{record._table}"."{name}"' for (name,) in self.env.cr.fetchall()}
        values |= {f'"{name}"': value for name, value in changed.items()}
        values['"id"'] = f"{record.id} + nr"
        names = {
            "table": record._table,
            "columns": ", ".join(values),
            "values": ", ".join(values.values()),
            "count": self.size.articles,
            "id": record.id,
        }
        self.env.cr.execute(CLONE % names)
        last = f"SELECT setval('{record._table}_id_seq', max(id)) FROM {record._table}"
        self.env.cr.execute(last)

    def _fill_shelves(self) -> None:
        self.env.cr.execute(
            "INSERT INTO stock_quant (product_id, location_id, company_id, quantity,"
            " reserved_quantity, in_date) SELECT id, %s, %s, %s, 0, now() FROM product_product"
            " WHERE default_code LIKE 'BULK-%%'",
            [self.location.id, self.env.company.id, NUMBER],
        )
        self.env.cr.execute("ANALYZE product_product, product_template, stock_quant")


# --- in a process of its own


def update_all(account: int) -> tuple[float, float, float]:
    """Both lanes: seconds to fetch and store, seconds to compare and adjust, megabytes."""
    database.boot()
    with database.environment() as env:
        lanes = env["fulfillment.exchange"], env["fulfillment.stock.apply"]
        before = _start_memory()
        start = time.perf_counter()
        run = lanes[0]._exchange_stock(env["fulfillment.account"].browse(account))
        middle = time.perf_counter()
        lanes[1]._cron_apply_stock()
        end = time.perf_counter()
        if run.notes:
            raise AssertionError(run.notes)
        return middle - start, end - middle, _peak_memory() - before


def adjust(location: int, products: list[int], number: float) -> float:
    """Seconds that Odoo needs to set these to a number: the mean of away from it and back."""
    database.boot()
    with database.environment() as env:
        work = partial(_adjust, env, location, products)
        return (_seconds(work, number - 1) + _seconds(work, number)) / 2


def _adjust(env, location, products, number) -> None:
    for chunk in in_slices(products, CHUNK):
        quants = env["stock.quant"].with_context(inventory_mode=True)
        quants.create(
            [
                {"product_id": id_, "location_id": location, "inventory_quantity": number}
                for id_ in chunk
            ]
        )._apply_inventory()
        env.cr.commit()
        env.invalidate_all()


def _seconds(work, number) -> float:
    start = time.perf_counter()
    work(number)
    return time.perf_counter() - start


def _start_memory() -> float:
    """Forget the peak that loading Odoo was; megabytes in use now."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak_memory() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
