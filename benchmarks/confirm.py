"""What sending costs the person who confirms: one order at a time, with the app and without it.

With the app the order goes to an account that sends at confirmation: what it costs is its row in
the outbox. The platform is asked nothing, which its own list of calls proves.
"""

from functools import partial

from odoo.fields import Command

from . import database
from .measure import Sample, by_turns, timed
from .shop import LINES, PIECES, Shop
from .table import at_most, over, with_costs

EVERY = 1.05  # of the time without the app


def run(bench):
    """One row; nothing, if there is no database without the app."""
    if not database.PLAIN:
        return
    with database.environment(database.PLAIN) as plain_env:
        plain = Shop(plain_env)
        found = by_turns(
            bench.size.views,
            {
                "plain": partial(_confirm, plain, {}),
                "sent": partial(
                    _confirm, bench.shop, {"fulfillment_account_id": bench.shop.account.id}
                ),
            },
        )
    if any(call.kind == "orders" for call in bench.shop.platform.calls):
        raise AssertionError("Confirming an order called the platform")
    bench.shop.account.outbox_ids._withdraw()
    bench.env.cr.commit()
    yield with_costs(
        over(
            "Confirm an order that goes out",
            found["sent"].ms_each,
            found["plain"].ms_each,
            at_most(EVERY),
            name="without the app",
        ),
        found["sent"],
        found["plain"],
    )


def _confirm(shop: Shop, vals: dict) -> Sample:
    """Quote two orders and confirm them, the second one with everything in memory that stays."""
    env = shop.env
    products = shop.products[:LINES]
    lines = [
        Command.create({"product_id": product.id, "product_uom_qty": PIECES})
        for product in products
    ]
    quotations = env["sale.order"].create(
        [{"partner_id": shop.customer.id, "order_line": lines, **vals} for _number in range(2)]
    )
    env.cr.commit()

    def confirm(order):
        order.action_confirm()
        env.cr.commit()

    for order in quotations:
        sample = timed(env, 1, partial(confirm, order))
    return sample
