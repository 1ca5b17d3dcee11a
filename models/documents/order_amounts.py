"""The money of an order that goes out, counted in its smallest coin: arithmetic without a database.

What must hold: items, shipping and payment costs together are what the customer pays, exactly,
and nothing is below zero.
"""

from decimal import Decimal

CENT = Decimal("0.01")


def find_coin(decimal_places):
    """The smallest coin of a currency that can be sent: a cent, or one where there are no cents."""
    return CENT if decimal_places else Decimal(1)


def count_coins(amount, coin):
    """An amount as Odoo holds it, in coins: a Decimal, since it need not be a whole number."""
    return Decimal(str(round(amount, 6))) / coin


def split_order(total, shipping, costs):
    """What is paid for (goods, shipping, payment costs), none of them below zero.

    A rebate on shipping or payment is taken off the goods; where the goods are too small for all
    rebates, the rest is taken off shipping and costs.
    """
    goods = max(0, total - max(0, shipping) - max(0, costs))
    shipping = min(max(0, shipping), total - goods)
    return goods, shipping, total - goods - shipping


def divide(target, amounts, others=0):
    """Divide a sum over the lines that have these amounts of their own.

    Discounts (`others`) are shared by all in proportion. What is still missing then comes from
    rounding taxes for the whole order, and the largest line takes it. More than that is no
    rounding, and is shared too.
    """
    shares = spread(max(0, sum(amounts) + others), amounts)
    rounding = target - sum(shares)
    largest = max(range(len(shares)), key=shares.__getitem__)
    if abs(rounding) > len(shares) or shares[largest] + rounding < 0:
        return spread(target, amounts)
    shares[largest] += rounding
    return shares


def spread(total, weights):
    """Whole numbers in proportion to weights, by largest remainder; their sum is `total`."""
    whole = sum(weights)
    if not whole:
        return [total] + [0] * (len(weights) - 1)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(total * weights[at] % whole))
    for at in by_remainder[: total - sum(shares)]:
        shares[at] += 1
    return shares


def split_pieces(amount, pieces):
    """Prices per piece whose sum is `amount`, as [(pieces, price)]: one pair, or two."""
    price, dearer = divmod(amount, pieces)
    return [(pieces - dearer, price)] + [(dearer, price + 1)] * bool(dearer)
