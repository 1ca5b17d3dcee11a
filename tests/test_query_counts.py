"""Queries grow with the work Odoo's stock does, never with the messages, rows or orders on top."""

from datetime import date

from odoo.tests import Form, new_test_user, tagged

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


class CountingCase(DocumentsCase):
    def count(self, work, *values):
        """Queries of the second time, when what all share is known."""
        for _time in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            work(*values)
            self.env.flush_all()
        return self.cr.sql_log_count - start


@tagged("post_install", "-at_install")
class TestConstantQueries(CountingCase):
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


@tagged("post_install", "-at_install")
class TestOrderForm(CountingCase):
    """What reading an order costs more, as the web client reads it, because we are there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = (
            "sales_team.group_sale_manager",
            "fulfillment_connector.group_fulfillment_manager",
        )
        cls.manager = new_test_user(cls.env, "counts_manager", ",".join(groups))
        cls.env["fulfillment.carrier.map"].create(
            {"account_id": cls.account.id, "key": "DHL", "tracking_url": "https://dhl.example/"}
        )

    def test_nobodys_order_costs_nothing(self):
        order = self.make_order(
            (self.mug, 2),
            fulfillment_account_id=False,
            fulfillment_key=False,
            fulfillment_ref=False,
        )
        self.assertTrue(order.fulfillment_page_visible)
        self.assertEqual(self.added(order), 0)

    def test_an_order_of_a_platform_costs_its_account_and_its_outbox(self):
        waiting = self.make_order((self.mug, 2), fulfillment_ref=False, fulfillment_key=False)
        self.assertEqual(waiting.fulfillment_outbox_ids.state, "to_send")
        for order, most in ((waiting, 3), (self.ship(3), 2), (self.ship(30), 2)):
            with self.subTest(parcels=len(order.fulfillment_parcel_ids)):
                self.assertLessEqual(self.added(order), most)

    def test_the_page_asks_no_query_per_parcel_or_message(self):
        form = "fulfillment_connector.view_order_fulfillment_form"
        few, many = (self.read_order(self.ship(parcels), self.specify(form)) for parcels in (3, 30))
        self.assertEqual(many, few)

    def ship(self, parcels):
        """An order of two lines that left in so many parcels, of which one came back."""
        order = self.make_order((self.mug, parcels), (self.tee, 1))
        line = order.order_line[0]
        words = [
            self.word("SHIP", order, line, 1, tracking_ref=f"{line.id}-{n}", carrier_key="DHL")
            for n in range(parcels)
        ]
        self.hear(*words)
        self.hear(self.word("RETURN", order, line, 1, tracking_ref=f"R{line.id}"))
        self.assertEqual(len(order.fulfillment_parcel_ids), parcels + 1)
        return order

    def added(self, order):
        """Queries for our fields of the order form."""
        all_fields = self.specify("sale.view_order_form")
        others = {name: asked for name, asked in all_fields.items() if "fulfillment_" not in name}
        self.assertLess(len(others), len(all_fields))
        return self.read_order(order, all_fields) - self.read_order(order, others)

    def specify(self, form):
        """The fields a form asks for."""
        return Form(self.env["sale.order"].with_user(self.manager), form)._view["fields_spec"]

    def read_order(self, order, specification):
        return self.count(order.with_user(self.manager).web_read, specification)
