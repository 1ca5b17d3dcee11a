"""The database of the shop as PostgreSQL shows it: Odoo is not asked what Odoo did."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import NamedTuple

import psycopg2
from stories import order_key
from worker import wait_until

TEN_MINUTES = timedelta(minutes=10)


class Inbox(NamedTuple):
    """How far messages have come: rows, flagged at the stand-in, known to be, in documents."""

    stored: int
    processed: int
    marked: int
    applied: int


class Shop:
    """One database, for a single test."""

    def __init__(self, name):
        self.name = name
        self._connection = psycopg2.connect(dbname=name)
        self._connection.autocommit = True

    def close(self):
        self._connection.close()

    def rows(self, statement, *values):
        """Run a statement in a transaction of its own."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement, *values):
        return self.rows(statement, *values)[0][0]

    @contextmanager
    def person(self, statement, *values):
        """Somebody who has written something and commits it at the end of the block."""
        with closing(psycopg2.connect(dbname=self.name)) as connection:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
            yield
            connection.commit()

    def let_ten_minutes_pass(self):
        """An account whose run failed or was killed rests so long; after that it is due."""
        self.rows("UPDATE fulfillment_account SET next_fetch_at = next_fetch_at - %s", TEN_MINUTES)

    def let_an_interval_pass(self):
        """An account whose run went well rests so long."""
        self.rows(
            "UPDATE fulfillment_account"
            " SET next_fetch_at = next_fetch_at - fetch_interval * interval '1 minute'"
        )

    def is_somebody_waiting(self):
        """For a lock that somebody else holds."""
        return self.value(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )

    def wait_until_alone(self):
        """PostgreSQL notices that a client is dead only when it has something to tell it."""
        others = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
        wait_until(lambda: not self.value(others), "the sessions of the dead have ended")

    # --- look

    def describe(self, platform):
        """For somebody who wonders why a test failed: how far all came, and who waits for whom."""
        calls = [f"{call.method} {call.path} {call.status} {call.fault}" for call in platform.calls]
        states = self.rows("SELECT state, count(*) FROM fulfillment_message GROUP BY 1")
        sessions = self.rows(
            "SELECT pid, state, wait_event, pg_blocking_pids(pid), left(query, 100)"
            " FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
        seen = [f"messages: {states}", f"runs: {self.runs()}", *platform.violations, *calls[-5:]]
        return "\n".join(map(str, [*seen, *sessions]))

    def inbox(self, tbone):
        stored, applied = self.rows(
            "SELECT count(*), count(*) FILTER (WHERE state = 'applied') FROM fulfillment_message"
        )[0]
        marked = self.value("SELECT count(acknowledged_at) FROM fulfillment_acknowledgement")
        return Inbox(stored, len(tbone.processed_ids()), marked, applied)

    def message_ids(self):
        return [int(row[0]) for row in self.rows("SELECT external_id FROM fulfillment_message")]

    def outbox(self):
        """The states of what is to be sent, oldest first."""
        return [row[0] for row in self.rows("SELECT state FROM fulfillment_outbox ORDER BY id")]

    def runs(self):
        """How the runs of the sync log ended, oldest first."""
        return [row[0] for row in self.rows("SELECT state FROM fulfillment_sync ORDER BY id")]

    def stock(self):
        """Pieces at customers by SKU, and the products of which a piece is nowhere or twice."""
        sold = self.rows(
            "SELECT default_code, sum(quantity) FROM stock_quant q"
            " JOIN product_product p ON p.id = q.product_id"
            " JOIN stock_location l ON l.id = q.location_id AND usage = 'customer' GROUP BY 1"
        )
        wrong = "SELECT product_id FROM stock_quant GROUP BY 1 HAVING sum(quantity) != 1000"
        return {sku: int(pieces) for sku, pieces in sold}, self.rows(wrong)

    def reserved_for_nobody(self):
        """Pieces that look reserved although no transfer has them, or the other way round."""
        return self.value(
            "SELECT (SELECT sum(reserved_quantity) FROM stock_quant)"
            " - (SELECT coalesce(sum(quantity), 0) FROM stock_move WHERE state = 'assigned')"
        )

    def book(self, number):
        """What Odoo has of one order, with the order's key taken out; everything is counted."""
        key = order_key(number)
        return {
            name: Counter(
                tuple(str(value).replace(key, "KEY") for value in row)
                for row in self.rows(query, key)
            )
            for name, query in BOOK.items()
        }


OF_ORDER = "JOIN sale_order o ON o.id = order_id AND o.fulfillment_key = %s"
BOOK = {
    "order": "SELECT state, fulfillment_state FROM sale_order WHERE fulfillment_key = %s",
    "lines": "SELECT l.fulfillment_key, fulfillment_qty_ordered, fulfillment_qty_shipped,"
    " fulfillment_qty_cancelled, fulfillment_qty_returned, product_uom_qty, qty_delivered"
    f" FROM sale_order_line l {OF_ORDER}",
    "moves": "SELECT l.fulfillment_key, m.state, code,"
    " CASE m.state WHEN 'done' THEN carrier_tracking_ref END, sum(m.quantity),"
    " sum(m.product_uom_qty) FROM stock_move m JOIN stock_picking p ON p.id = picking_id"
    " JOIN stock_picking_type t ON t.id = m.picking_type_id"
    f" JOIN sale_order_line l ON l.id = sale_line_id {OF_ORDER} GROUP BY 1, 2, 3, 4",
    "transfers": "SELECT p.state, carrier_tracking_ref FROM stock_picking p"
    " JOIN sale_order o ON o.id = sale_id AND o.fulfillment_key = %s",
    "parcels": "SELECT direction, carrier_key, tracking_ref, carrier_tracking_ref"
    " FROM fulfillment_parcel f"
    " JOIN fulfillment_parcel_stock_picking_rel ON fulfillment_parcel_id = f.id"
    f" JOIN stock_picking p ON p.id = stock_picking_id {OF_ORDER}",
    "notes": "SELECT body FROM mail_message m JOIN sale_order o ON o.id = res_id"
    " AND model = 'sale.order' AND body ~ 'TB.One|aCommerce' AND o.fulfillment_key = %s",
}
CUT = ("notes",)  # of these there is one per batch, however messages are cut into batches


class Copies:
    """Copies of a database, one after the other under one name; each is made ahead."""

    def __init__(self, name, template):
        self.name, self._template, self._ahead = name, template, f"{template}_ahead"
        self._maker = ThreadPoolExecutor(1)

    def __enter__(self):
        self._make_ahead()
        return self

    def __exit__(self, *exc):
        self._maker.shutdown()
        drop_database(self._ahead)

    @contextmanager
    def next_one(self):
        """A copy that nobody has touched, in place of the last one."""
        self._is_made.result()
        drop_database(self.name)
        with session("postgres") as cursor:
            cursor.execute(f'ALTER DATABASE "{self._ahead}" RENAME TO "{self.name}"')
        self._make_ahead()
        with closing(Shop(self.name)) as shop:
            yield shop

    def _make_ahead(self):
        self._is_made = self._maker.submit(make_database, self._ahead, self._template)


def make_database(name, template):
    drop_database(name)
    with session("postgres") as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop_database(name):
    with session("postgres") as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def session(database):
    """A cursor; each of its statements is a transaction."""
    with closing(psycopg2.connect(dbname=database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
