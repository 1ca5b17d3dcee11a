"""What the app adds to the screens everybody uses: the order list, the order, its portal page.

The same orders stand in a database without the app and in one with it, there also with all that
the platform told about them. The web client's own calls are made, in this process.
"""

from dataclasses import dataclass
from functools import partial

from lxml import etree
from werkzeug.test import Client

from odoo.http import root
from odoo.tools import config

from . import database
from .baselines import Floor
from .measure import Sample, by_turns, timed
from .shop import Shop
from .table import at_most, over, with_costs

LISTED = 80
FEW = 8
EVERY = 1.05  # of the time without the app
PAGE = f"{database.MODULE}.view_order_fulfillment_form"


@dataclass
class Side:
    """Orders of one database as one person sees them."""

    env: object
    orders: object
    forms: dict  # specification of each kind of view

    @classmethod
    def of(cls, env, orders):
        user = env.ref("base.user_admin")
        seen = env(user=user, context={})
        forms = {
            "list": read_form(seen, "sale.order", "list", "sale.view_quotation_tree"),
            "form": read_form(seen, "sale.order", "form", "sale.view_order_form"),
        }
        if env.ref(PAGE, raise_if_not_found=False):
            forms["page"] = read_form(seen, "sale.order", "form", PAGE)
        return cls(seen, orders.with_env(seen), forms)

    def list(self, count: int) -> None:
        domain = [("id", "in", self.orders[:count].ids)]
        self.env["sale.order"].web_search_read(domain, self.forms["list"], limit=count)

    def form(self) -> None:
        self.orders[:1].web_read(self.forms["form"])

    def form_and_page(self) -> None:
        """The page Fulfillment is read when somebody opens it, after the form."""
        self.form()
        if "page" in self.forms:
            self.orders[:1].web_read(self.forms["page"])

    def portal(self) -> None:
        order = self.orders[:1]
        answer = Client(root).get(
            f"/my/orders/{order.id}?access_token={order.access_token}",
            headers={"X-Odoo-Database": self.env.cr.dbname, "Odoo-Link-Preview": "True"},
        )
        if answer.status_code != 200 or order.name not in answer.text:
            raise AssertionError(f"The portal answers {answer.status}")


def run(bench):
    """Rows for each screen; nothing, if there is no database without the app."""
    if not database.PLAIN:
        return
    config["db_name"], config["dbfilter"] = [database.WITH, database.PLAIN], ""
    bench.env.ref("base.user_admin").group_ids += bench.env.ref(
        f"{database.MODULE}.group_fulfillment_manager"
    )
    with database.environment(database.PLAIN) as plain_env:
        sides = {
            "plain": _sell_by_hand(Shop(plain_env)),
            "other": _sell_by_hand(bench.shop),
            "ours": _sell_by_platform(bench),
        }
        for title, look, count, target in (
            (f"Order list of {LISTED}", partial(Side.list, count=LISTED), LISTED, at_most(EVERY)),
            ("Order form", Side.form, 1, at_most(EVERY)),
            ("Order form and its page", Side.form_and_page, 1, None),
            ("Portal page", Side.portal, 1, at_most(EVERY)),
        ):
            yield from _compare(bench, title, sides, look, count, target)
        yield from _count_per_row(sides)


def _compare(bench, title: str, sides: dict, look, count: int, target):
    found = by_turns(
        bench.size.views,
        {name: partial(_look, side, look, count) for name, side in sides.items()},
    )
    plain = found["plain"]
    for name, whose in (("other", "an order of nobody's"), ("ours", "the platform's")):
        times = [samples.ms_each * count for samples in (found[name], plain)]
        row = over(f"{title}, {whose}: ms", *times, target, name="without the app")
        yield with_costs(row, found[name], plain)


def _count_per_row(sides: dict):
    """A list that asks a query per row asks more of them the longer it is."""
    few, many = (_look(sides["ours"], partial(Side.list, count=n), n) for n in (FEW, LISTED))
    yield over(
        f"Order list of {LISTED}: queries",
        many.queries,
        few.queries,
        at_most(1),
        unit="",
        name=f"list of {FEW}",
    )


def _look(side: Side, look, count: int) -> Sample:
    """Look twice: at the first time the processor still has the other database in mind."""
    for _time in range(2):
        sample = timed(side.env, count, partial(look, side))
        side.env.cr.rollback()
    return sample


# --- the orders


def _sell_by_hand(shop: Shop) -> Side:
    orders, floor = shop.orders(shop.sell(LISTED, linked=False)), Floor(shop.env)
    floor.validate(floor.lay_out(orders, parcel_per_line=True))
    return _with_tokens(shop.env, orders)


def _sell_by_platform(bench) -> Side:
    sales = bench.shop.sell(LISTED)
    bench.shop.tell_parcel_per_line(sales)
    bench.shop.store(bench.shop.take_words())
    bench.apply_inbox()
    return _with_tokens(bench.env, bench.shop.orders(sales))


def _with_tokens(env, orders) -> Side:
    for order in orders:
        order._portal_ensure_token()
    env.cr.commit()
    return Side.of(env, orders)


# --- what the web client asks for


def read_form(env, model: str, kind: str, name: str) -> dict:
    """The specification that the web client makes of a view."""
    views = env[model].get_views([(env.ref(name).id, kind)])
    return _specify(env, model, etree.fromstring(views["views"][kind]["arch"]))


def _specify(env, model: str, node) -> dict:
    found = {}
    for child in node:
        if child.tag == "field":
            found[child.get("name")] = _specify_field(env, model, child)
        elif isinstance(child.tag, str):
            found |= _specify(env, model, child)
    return found


def _specify_field(env, model: str, node) -> dict:
    field = env[model]._fields[node.get("name")]
    if field.type == "many2one":
        return {"fields": {"display_name": {}}}
    if field.type not in ("one2many", "many2many"):
        return {}
    inline = [view for view in node if view.tag in ("list", "kanban", "form")]
    inner = _specify(env, field.comodel_name, inline[0]) if inline else {"display_name": {}}
    return {"fields": inner, "limit": 40}
