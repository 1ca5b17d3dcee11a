"""Queries grow with the work Odoo's stock does, never with the messages, rows or orders on top."""

from datetime import date

from odoo.tests import tagged

from .documents_case import DocumentsCase

FEW, MANY = 4, 16  # orders of three lines
# How rows are grouped into statements differs from run to run; one more query per message is 1.
SLACK = 0.6


@tagged("post_install", "-at_install")
class TestQueryCounts(DocumentsCase):
    """What a batch of more orders costs above one of few, per message that came on top."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["fulfillment.carrier.map"].create({"account_id": cls.account.id, "key": "DHL"})

    def test_ship_a_parcel_per_line(self):
        # Three to lock quants, per new transfer its number, and per order the parcel on the
        # transfer that stays.
        self.check(self.ship_each_line, 3 + 2 / 3 + 1 / 3)

    def test_ship_a_parcel_per_order(self):
        self.check(self.ship_whole, 3 + 1 / 3)

    def test_cancel(self):
        # What Odoo does to release a reservation and to make a smaller one.
        self.check(self.cancel, 12)

    def test_return(self):
        # Odoo's wizard makes one return after the other; here one per order of three lines.
        self.check(self.give_back, 18, before=self.ship_whole)

    def test_acknowledge(self):
        # Odoo looks for what comes before and after each of the three moves.
        self.check(self.acknowledge, 3)

    def test_pay(self):
        self.check(self.pay, 0)

    def check(self, tell, share, before=None):
        """:param share: queries that a message may cost; the caches are warmed by a first batch."""
        self.queries(FEW, tell, before)
        few, few_queries = self.queries(FEW, tell, before)
        many, many_queries = self.queries(MANY, tell, before)
        each = (many_queries - few_queries) / (many - few)
        self.assertLessEqual(each, share + SLACK)

    def queries(self, count, tell, before):
        """:return: number of messages about so many orders, and of queries to apply them."""
        orders = [
            self.make_order((self.mug, 2), (self.tee, 2), (self.lamp, 2)) for _n in range(count)
        ]
        if before:
            self.hear(*(word for order in orders for word in before(order)))
        messages = self.store(*(word for order in orders for word in tell(order)))
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        messages._match_orders()
        self.env["fulfillment.apply"]._apply_messages(messages)
        self.env.flush_all()
        queries = self.cr.sql_log_count - start
        self.assertEqual(set(messages.mapped("state")), {"applied"}, messages.mapped("reason"))
        return len(messages), queries

    # --- words

    def ship_each_line(self, order):
        return [
            self.word("SHIP", order, line, 2, tracking_ref=f"T{line.id}", carrier_key="DHL")
            for line in order.order_line
        ]

    def ship_whole(self, order):
        return [
            self.word("SHIP", order, line, 2, tracking_ref=f"T{order.id}", carrier_key="DHL")
            for line in order.order_line
        ]

    def cancel(self, order):
        return [self.word("NO_INVENTORY", order, line, 1) for line in order.order_line]

    def give_back(self, order):
        return [
            self.word("RETURN", order, line, 1, tracking_ref=f"R{order.id}")
            for line in order.order_line
        ]

    def acknowledge(self, order):
        return [self.word("ORDER_ACKNOWLEDGE", order, expected_date=date(2026, 12, 1))]

    def pay(self, order):
        return [self.word("PAYMENT_STATE_PAID", order)]


@tagged("post_install", "-at_install")
class TestConstantQueries(DocumentsCase):
    def test_store_a_page(self):
        order = self.make_order((self.mug, 100))
        few, many = (self.count(self.store_page, order, length) for length in (10, 100))
        self.assertEqual(many, few)

    def test_order_list(self):
        orders = self.env["sale.order"].concat(
            *[self.make_order((self.mug, 1)) for _number in range(20)]
        )
        fields = ["name", "fulfillment_state", "fulfillment_ref", "fulfillment_account_id"]
        specification = {name: {} for name in fields}
        few, many = (self.count(self.list, orders[:n], specification) for n in (5, 20))
        self.assertEqual(many, few)

    def list(self, orders, specification):
        orders.web_search_read([("id", "in", orders.ids)], specification, limit=80)

    def store_page(self, order, length):
        sync = self.env["fulfillment.sync"].create(
            {"account_id": self.account.id, "kind": "messages"}
        )
        words = [self.word("SHIP", order, order.order_line, 1) for _number in range(length)]
        self.env["fulfillment.message"]._store(sync, words)

    def count(self, work, *values):
        """Queries of the second time, when what all share is known."""
        for _time in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            work(*values)
            self.env.flush_all()
        return self.cr.sql_log_count - start
