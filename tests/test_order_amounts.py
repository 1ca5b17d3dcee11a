"""Money divided over lines and pieces: nothing is lost, nothing is below zero."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..models.documents.order_amounts import (
    CENT,
    count_coins,
    divide,
    find_coin,
    split_order,
    split_pieces,
    spread,
)

ALWAYS = settings(max_examples=300, deadline=None, database=None)
coins = st.integers(0, 10**8)
few_coins = st.integers(0, 2000)


@tagged("post_install", "-at_install")
class TestOrderAmounts(BaseCase):
    @ALWAYS
    @given(amount=coins, pieces=st.integers(1, 10**5))
    def test_pieces_cost_what_the_line_costs(self, amount, pieces):
        parts = split_pieces(amount, pieces)
        self.assertEqual(sum(count * price for count, price in parts), amount)
        self.assertEqual(sum(count for count, _price in parts), pieces)
        self.assertTrue(all(count > 0 and price >= 0 for count, price in parts))
        self.assertLessEqual(len(parts), 2)

    def test_a_line_that_divides_is_one_item(self):
        self.assertEqual(split_pieces(300, 3), [(3, 100)])
        self.assertEqual(split_pieces(302, 3), [(1, 100), (2, 101)])
        self.assertEqual(split_pieces(0, 3), [(3, 0)])
        self.assertEqual(split_pieces(2, 3), [(1, 0), (2, 1)])

    @ALWAYS
    @given(total=coins, weights=st.lists(coins, min_size=1, max_size=30))
    def test_shares_are_in_proportion(self, total, weights):
        shares = spread(total, weights)
        self.assertEqual(sum(shares), total)
        if whole := sum(weights):
            for share, weight in zip(shares, weights, strict=True):
                self.assertLess(abs(share * whole - total * weight), whole)

    @ALWAYS
    @given(
        target=few_coins,
        amounts=st.lists(few_coins, min_size=1, max_size=8),
        others=st.integers(-3000, 500),
    )
    def test_lines_take_all_of_the_target(self, target, amounts, others):
        shares = divide(target, amounts, others)
        self.assertEqual(sum(shares), target)
        self.assertGreaterEqual(min(shares), 0)

    def test_lines_keep_their_amounts_without_discount(self):
        self.assertEqual(divide(600, [100, 200, 300]), [100, 200, 300])

    def test_rounding_lies_on_the_largest_line(self):
        self.assertEqual(divide(602, [100, 300, 200]), [100, 302, 200])
        self.assertEqual(divide(598, [100, 300, 200]), [100, 298, 200])

    def test_discount_is_in_proportion_and_a_gift_stays_one(self):
        self.assertEqual(divide(900, [800, 200, 0], -100), [720, 180, 0])
        self.assertEqual(divide(100, [100, 100, 100], -200), [34, 33, 33])

    def test_discount_and_rounding_together(self):
        self.assertEqual(divide(901, [800, 200], -100), [721, 180])

    def test_what_is_no_rounding_is_shared(self):
        self.assertEqual(divide(500, [800, 200]), [400, 100])

    @ALWAYS
    @given(total=few_coins, shipping=st.integers(-500, 500), costs=st.integers(-500, 500))
    def test_parts_of_an_order_are_the_total(self, total, shipping, costs):
        goods, *rest = split_order(total, shipping, costs)
        self.assertEqual(goods + sum(rest), total)
        self.assertGreaterEqual(min(goods, *rest), 0)
        for part, asked in zip(rest, (shipping, costs), strict=True):
            self.assertLessEqual(part, max(0, asked))

    def test_rebates_beyond_the_goods_are_taken_off_shipping(self):
        self.assertEqual(split_order(1500, 500, 100), (900, 500, 100))
        self.assertEqual(split_order(900, -100, 0), (900, 0, 0))
        self.assertEqual(split_order(300, 500, 100), (0, 300, 0))
        self.assertEqual(split_order(0, 500, 100), (0, 0, 0))

    def test_coins(self):
        self.assertEqual(find_coin(2), CENT)
        self.assertEqual(find_coin(3), CENT)
        self.assertEqual(find_coin(0), 1)
        self.assertEqual(count_coins(0.1 + 0.2, CENT), 30)
        self.assertEqual(count_coins(1.005, CENT), Decimal("100.5"))
        self.assertEqual(count_coins(300.0, find_coin(0)), 300)
