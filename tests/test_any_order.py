"""Whatever the order in which messages come, however often, however cut into pages: one end."""

from collections import Counter
from datetime import date

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .documents_case import DocumentsCase

# No shrinking: an example takes half a second, and the first one that fails is telling enough.
EXAMPLES = settings(
    max_examples=25,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@st.composite
def arrivals(draw, count):
    """Positions of messages as they arrive: shuffled, some repeated, cut into pages."""
    repeated = draw(st.lists(st.integers(0, count - 1), max_size=3)) if count else []
    arrived = draw(st.permutations([*range(count), *repeated]))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(arrived) - 1)), max_size=6)))
    return [
        arrived[start:end] for start, end in zip([0, *cuts], [*cuts, len(arrived)], strict=True)
    ]


@st.composite
def lives(draw):
    """Lines of an order with what becomes of them.

    :return: [(product number, ordered, [(parcel, shipped)], cancelled, [(parcel, returned)])]
    """
    lines = []
    for _line in range(draw(st.integers(1, 3))):
        parcels = st.sampled_from(["T1", "T2", "T3"])
        ships = draw(st.lists(st.tuples(parcels, st.integers(1, 2)), max_size=3))
        shipped = sum(quantity for _parcel, quantity in ships)
        cancelled = draw(st.integers(0, 2))
        still_open = draw(st.integers(0 if shipped + cancelled else 1, 2))
        returned = draw(st.integers(0, shipped))
        returns = [(draw(st.sampled_from(["R1", "R2"])), 1) for _piece in range(returned)]
        ordered = shipped + cancelled + still_open
        lines.append((draw(st.integers(0, 2)), ordered, ships, cancelled, returns))
    return lines


class Lives(DocumentsCase):
    """Orders with a random life, and what the platform says of it."""

    def open_order(self, life):
        return self.make_order(
            *((self.products()[number], ordered) for number, ordered, *_rest in life)
        )

    def products(self):
        return [self.mug, self.tee, self.lamp]

    def words(self, order, life):
        words = []
        for line, (_product, _ordered, ships, cancelled, returns) in zip(
            order.order_line, life, strict=True
        ):
            words += [self.word("SHIP", order, line, n, tracking_ref=ref) for ref, n in ships]
            words += [self.word("RETURN", order, line, n, tracking_ref=ref) for ref, n in returns]
            if cancelled:
                words.append(self.word("NO_INVENTORY", order, line, cancelled))
        return words


@tagged("post_install", "-at_install")
class TestAnyLife(Lives):
    """Random orders against a reckoning by hand."""

    @EXAMPLES
    @given(data=st.data(), life=lives())
    def test_ends_as_reckoned(self, data, life):
        savepoint = self.env.cr.savepoint()
        try:
            order = self.open_order(life)
            words = self.words(order, life)
            for page in data.draw(arrivals(len(words))):
                self.hear(*{index: words[index] for index in page}.values())
            self.check(order, life)
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def check(self, order, life):
        parcels, pieces_open = {}, 0
        for line, (number, ordered, ships, cancelled, returns) in zip(
            order.order_line, life, strict=True
        ):
            shipped = sum(quantity for _ref, quantity in ships)
            returned = len(returns)
            self.assertEqual(self.totals(line), (ordered, shipped, cancelled, returned))
            self.assertEqual(line.qty_delivered, shipped - returned)
            self.assertEqual(line.product_uom_qty, ordered - cancelled)
            pieces_open += ordered - shipped - cancelled
            for ref, quantity in ships:
                content = parcels.setdefault(ref, {})
                sku = self.products()[number].default_code
                content[sku] = content.get(sku, 0) + quantity
        self.assertEqual(self.deliveries(order), parcels)
        done = order.picking_ids.filtered(lambda p: p.state == "done" and not p.return_id)
        self.assertEqual(len(done), len(parcels), "one delivery per parcel")
        still_open = 0 if order.state == "cancel" else self.open_quantity(order)
        self.assertEqual(still_open, pieces_open)
        states = set(order.fulfillment_message_ids.mapped("state"))
        self.assertLessEqual(states, {"applied"})


@tagged("post_install", "-at_install")
class TestBulk(Lives):
    """A batch of many orders ends as its messages do one by one."""

    @settings(EXAMPLES, max_examples=10)
    @given(data=st.data(), stories=st.lists(lives(), min_size=2, max_size=3))
    def test_bulk_ends_as_one_by_one(self, data, stories):
        savepoint = self.env.cr.savepoint()
        try:
            orders = [self.open_order(life) for life in stories]
            told = [self.words(order, life) for order, life in zip(orders, stories, strict=True)]
            words = data.draw(st.permutations([word for words in told for word in words]))
            bulk = self.end_after(orders, [words])
            self.assertEqual(bulk, self.end_after(orders, [[word] for word in words]))
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def end_after(self, orders, pages):
        """What becomes of the orders; nothing of it is kept."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            for page in pages:
                self.hear(*page)
            return [self.end(order) for order in orders]
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def end(self, order):
        lines, done = order.order_line, order.picking_ids.filtered(lambda p: p.state == "done")
        back = done.filtered("return_id").move_ids
        return {
            "messages": sorted(order.fulfillment_message_ids.mapped("state")),
            "order": (order.state, order.fulfillment_state, order.delivery_status),
            "totals": [self.totals(line) for line in lines],
            "lines": [(line.product_uom_qty, line.qty_delivered) for line in lines],
            "deliveries": self.deliveries(order),
            "done": len(done.filtered(lambda picking: not picking.return_id)),
            "back": self.pieces(
                (move.picking_id.carrier_tracking_ref, move.product_id, move.quantity)
                for move in back
            ),
            "parcels": sorted(
                (parcel.direction, parcel.tracking_ref, parcel.quantity)
                for parcel in order.fulfillment_parcel_ids
            ),
            "open": 0 if order.state == "cancel" else self.open_quantity(order),
        }

    @staticmethod
    def pieces(moved):
        """One by one, a parcel may come back in several receipts: its pieces count."""
        found = Counter()
        for ref, product, quantity in moved:
            found[ref, product] += quantity
        return found


@tagged("post_install", "-at_install")
class TestAnyOrder(DocumentsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["fulfillment.carrier.map"].create(
            {
                "account_id": cls.account.id,
                "key": "DHL",
                "tracking_url": "https://track.example/<shipmenttrackingnumber>",
            }
        )
        cls.order = cls.make_order((cls.mug, 2), (cls.tee, 1), (cls.lamp, 2))
        mug, tee, lamp = cls.order.order_line
        cls.words = [
            cls.word("ORDER_ACKNOWLEDGE", cls.order, expected_date=date(2026, 12, 1)),
            cls.word("SHIP", cls.order, mug, 1, tracking_ref="T1", carrier_key="DHL"),
            cls.word("SHIP", cls.order, mug, 1, tracking_ref="T2", carrier_key="DHL"),
            cls.word("NO_INVENTORY", cls.order, tee, 1),
            cls.word("SHIP", cls.order, lamp, 2, tracking_ref="T2", carrier_key="DHL"),
            cls.word("RETURN", cls.order, lamp, 1, tracking_ref="R1", return_cause="BROKEN"),
            cls.word("PAYMENT_STATE_OPEN", cls.order),
            cls.word("PAYMENT_STATE_PAID", cls.order),
        ]
        # The deliveries cannot be told the date once they are done, so it is told first.
        cls.order.commitment_date = False

    @EXAMPLES
    @given(pages=arrivals(8))
    def test_three_item_order(self, pages):
        savepoint = self.env.cr.savepoint()
        try:
            for page in pages:
                self.hear(*{index: self.words[index] for index in page}.values())
            self.assertEqual(self.end(), self.expected())
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def expected(self):
        return {
            "states": {"applied"},
            "order": ("sale", "partly_returned", "paid", date(2026, 12, 1)),
            "totals": [(2, 2, 0, 0), (1, 0, 1, 0), (2, 2, 0, 1)],
            "ordered, delivered, to invoice": [(2, 2, 2), (0, 0, 0), (2, 1, 1)],
            "deliveries": {"T1": {"MUG": 1}, "T2": {"MUG": 1, "LAMP": 2}},
            "done deliveries": 2,
            "returns": [("R1", "LAMP", 1.0)],
            "parcels": [
                ("out", "T1", "https://track.example/T1", 1.0),
                ("out", "T2", "https://track.example/T2", 3.0),
                ("return", "R1", False, 1.0),
            ],
            "open": 0,
        }

    def end(self):
        order, lines = self.order, self.order.order_line
        done = order.picking_ids.filtered(lambda picking: picking.state == "done")
        back = done.filtered("return_id")
        return {
            "states": set(order.fulfillment_message_ids.mapped("state")),
            "order": (
                order.state,
                order.fulfillment_state,
                order.fulfillment_payment_state,
                order.commitment_date.date(),
            ),
            "totals": [self.totals(line) for line in lines],
            "ordered, delivered, to invoice": [
                (line.product_uom_qty, line.qty_delivered, line.qty_to_invoice) for line in lines
            ],
            "deliveries": self.deliveries(order),
            "done deliveries": len(done - back),
            "returns": [
                (move.picking_id.carrier_tracking_ref, move.product_id.default_code, move.quantity)
                for move in back.move_ids
            ],
            "parcels": sorted(
                (parcel.direction, parcel.tracking_ref, parcel.tracking_url, parcel.quantity)
                for parcel in order.fulfillment_parcel_ids
            ),
            "open": self.open_quantity(order),
        }
