"""A line that is two items at the platform: what is said of each, and what is still open of it."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .documents_case import DocumentsCase
from .order_case import Sales


class SentCase(Sales, DocumentsCase):
    """`self.order`: 5 mugs, sent as 2 at 3.33 and 3 at 3.34, and 2 tees."""

    def setUp(self):
        super().setUp()
        self.order = self.sell((self.mug, 5, self.price(3.336)), (self.tee, 2))
        self.mugs, self.tees = self.order.order_line
        first, second, _tee = self.prepare(self.order).items
        self.assertEqual((first.quantity, second.quantity), (2, 3))
        self.order.fulfillment_ref = "4711"

    def say(self, platform_type, line, quantity, **vals):
        return self.word(platform_type, self.order, line, quantity, **vals)

    def of_extra(self, **vals):
        return {"item_key": self.mugs.fulfillment_extra_key, "item_ref": "9002"} | vals

    def open_items(self):
        cancellations = self.order._fulfillment_prepare_cancellations()
        return {row.item_key.rpartition("-")[2]: row.quantity for row in cancellations}


@tagged("post_install", "-at_install")
class TestOrderCancellations(SentCase):
    def test_everything_is_open(self):
        self.account.channel_sign = "fcsh"
        self.mugs.fulfillment_ref = "9001"
        mug, extra, tee = self.order._fulfillment_prepare_cancellations()
        self.assertEqual((mug.order_ref, mug.order_key), ("4711", self.order.fulfillment_key))
        self.assertEqual((mug.sku, mug.quantity, mug.channel_sign), ("MUG", 2, "fcsh"))
        self.assertEqual((mug.item_key, mug.item_ref), (self.mugs.fulfillment_key, "9001"))
        self.assertEqual((extra.sku, extra.quantity), ("MUG", 3))
        self.assertEqual((extra.item_key, extra.item_ref), (self.mugs.fulfillment_extra_key, ""))
        self.assertEqual((tee.sku, tee.quantity), ("TEE", 2))

    def test_what_is_shipped_or_cancelled_is_not_open(self):
        self.hear(
            self.say("SHIP", self.mugs, 1, tracking_ref="T1"),
            self.say("NO_INVENTORY", self.mugs, 2, **self.of_extra()),
            self.say("SHIP", self.tees, 2, tracking_ref="T1"),
        )
        self.assertEqual(self.open_items(), {"1": 1, "2": 1})

    def test_an_item_named_by_the_platforms_id_alone(self):
        self.hear(
            self.say("SHIP", self.mugs, 1, **self.of_extra(tracking_ref="T1")),
            self.say("SHIP", self.mugs, 2, **self.of_extra(item_key="", tracking_ref="T2")),
        )
        self.assertEqual(self.open_items(), {"1": 2, "3": 2})

    def test_nothing_is_open(self):
        self.hear(
            self.say("NO_INVENTORY", self.mugs, 2),
            self.say("NO_INVENTORY", self.mugs, 3, **self.of_extra()),
            self.say("SHIP", self.tees, 2, tracking_ref="T1"),
        )
        self.assertEqual(self.order._fulfillment_prepare_cancellations(), [])

    def test_pieces_of_which_nobody_knows_the_item_are_not_cancelled_twice(self):
        self.hear(
            self.say("SHIP", self.mugs, 4, item_key="", item_ref="", tracking_ref="T1"),
        )
        self.assertEqual(sum(self.open_items().values()), 1 + 2)

    def test_a_cancelled_order_is_cancelled_there(self):
        self.order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertEqual(self.open_items(), {"1": 2, "2": 3, "3": 2})

    def test_a_line_the_platform_does_not_know_is_left_out(self):
        self.order.write({"order_line": [(0, 0, {"product_id": self.lamp.id})]})
        self.assertEqual(self.open_items(), {"1": 2, "2": 3, "3": 2})

    def test_items_without_any_number_are_cancelled_by_a_person(self):
        """An order that another system sent, linked by its platform id alone."""
        order = self.make_order((self.mug, 1, {"fulfillment_key": False}), (self.tee, 1))
        with self.assertRaisesRegex(UserError, "Mug are not known.*Cancel it there"):
            order._fulfillment_prepare_cancellations()
        order.order_line[0].fulfillment_ref = "9001"
        items = [row.item_ref or row.item_key for row in order._fulfillment_prepare_cancellations()]
        self.assertEqual(items, ["9001", order.order_line[1].fulfillment_key])

    def test_order_whose_platform_id_is_not_known(self):
        self.order.fulfillment_ref = False
        with self.assertRaisesRegex(UserError, "order ID of .* is not known"):
            self.order._fulfillment_prepare_cancellations()


@tagged("post_install", "-at_install")
class TestMessagesOfTwoItems(SentCase):
    def test_both_items_are_the_line(self):
        self.assertApplied(
            self.hear(
                self.say("SHIP", self.mugs, 2, item_ref="9001", tracking_ref="T1"),
                self.say("SHIP", self.mugs, 3, **self.of_extra(tracking_ref="T1")),
            )
        )
        self.assertEqual(self.totals(self.mugs), (5, 5, 0, 0))
        self.assertEqual(self.mugs.fulfillment_ref, "9001")
        self.assertEqual(self.mugs.fulfillment_extra_ref, "9002")
        self.assertEqual(self.deliveries(self.order), {"T1": {"MUG": 5}})

    def test_an_id_learned_of_the_second_item_leads_to_its_line(self):
        self.hear(self.say("SHIP", self.mugs, 1, **self.of_extra(tracking_ref="T1")))
        self.assertFalse(self.mugs.fulfillment_ref)
        self.assertApplied(
            self.hear(
                self.say(
                    "SHIP", self.mugs, 1, **self.of_extra(item_key="", sku="", tracking_ref="T2")
                )
            )
        )
        self.assertEqual(self.totals(self.mugs), (5, 2, 0, 0))

    def test_no_id_is_learned_when_the_item_is_not_named(self):
        self.assertApplied(
            self.hear(
                self.say("SHIP", self.mugs, 1, item_key="", item_ref="9005", tracking_ref="T1")
            )
        )
        self.assertFalse(self.mugs.fulfillment_ref or self.mugs.fulfillment_extra_ref)

    def test_the_only_item_of_a_line_is_learned_by_sku(self):
        self.assertApplied(
            self.hear(
                self.say("SHIP", self.tees, 1, item_key="", item_ref="9005", tracking_ref="T1")
            )
        )
        self.assertEqual(self.tees.fulfillment_ref, "9005")
