"""What a worker process does. The parent of all workers imports this once, and so loads Odoo once.

A worker is forked from that parent: a process of its own, with its own connections.
"""

import logging
import os
import time
from functools import partial

from stories import CARRIER, ITEMS, PAGE

from odoo import SUPERUSER_ID, api, fields, sql_db
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

_logger = logging.getLogger(__name__)

DATABASE = os.environ["PROCESS_DATABASE"]
ADDON = "fulfillment_connector"

config.parse_config(["-c", os.environ["ODOO_RC"], "-d", DATABASE, "--no-http"])
Registry(DATABASE)
sql_db.close_all()


def work(jobs, values):
    """Do jobs one after the other, each in its own transaction."""
    for job in jobs:
        with Registry(DATABASE).check_signaling().cursor() as cr:
            globals()[job](api.Environment(cr, SUPERUSER_ID, {}), **values)


# --- the lanes


def exchange(env):
    _run(env.ref(f"{ADDON}.ir_cron_exchange"))


def apply(env):
    _run(env.ref(f"{ADDON}.ir_cron_apply"))


def fetch_stock(env):
    env["fulfillment.exchange"]._exchange_stock(env["fulfillment.account"].search([]))


def apply_stock(env):
    _run(env.ref(f"{ADDON}.ir_cron_stock"))


def add_workers(env, count):
    env["fulfillment.apply"]._set_workers(count)


def apply_as_one_of(env, size):
    env["fulfillment.apply"]._cron_apply_more(limit=size)


def apply_beside(env, size):
    """The lane in small batches, which stand for an inbox many times as large."""
    while done := env["fulfillment.apply"]._apply_batch(limit=size):
        _logger.info("Took a batch of %s", done)


def exchange_beside(env):
    """The lane, started by something that does not hold the lock of the scheduled action."""
    env["fulfillment.exchange"]._cron_exchange()


def _run(cron):
    answer = cron.method_direct_trigger()
    if answer is not True:
        raise RuntimeError(answer)


def look_into_folders(env):
    env["fulfillment.exchange"]._exchange_due_folders()


# --- others


def take_push(env, body):
    """The platform calls; like Odoo's server, again after a conflict."""
    account = env["fulfillment.account"].search([])
    retrying(partial(account._take_push, body), env)


def tidy_stock(env):
    """What Odoo does once a day and whenever somebody opens the stock: quants are put right."""
    env["stock.quant"]._quant_tasks()


def fetch_now(env):
    """Somebody presses the button until a run has found nothing new."""
    nothing_new = [("state", "in", ("done", "warning")), ("new_count", "=", 0)]
    while not env["fulfillment.sync"].search_count(nothing_new):
        env["fulfillment.account"].search([]).action_fetch()
        env.cr.commit()
        time.sleep(0.05)  # nobody is faster


def confirm(env, count):
    """Somebody confirms orders that the platform does not know."""
    env = env(context={"tracking_disable": True})
    customer = env["res.partner"].create({"name": "Grace Example", **_prepare_address(env)})
    product = env["product.product"].search([("default_code", "=", "MUG")])
    for _order in range(count):
        env["sale.order"].create(
            {
                "partner_id": customer.id,
                "fulfillment_account_id": env["fulfillment.account"].search([]).id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        ).action_confirm()


def cancel_the_last(env):
    """Somebody cancels the order that was confirmed last."""
    env["sale.order"].search([], order="id desc", limit=1)._action_cancel()


def send_again(env):
    """Somebody has looked at the platform: what may have arrived is not there."""
    for row in env["fulfillment.outbox"].search([("state", "=", "unknown")]):
        row.order_id.action_fulfillment_send_again()


def save_account(env):
    """Somebody saves the account's form."""
    env["fulfillment.account"].search([]).write({"name": "Saved", "fetch_interval": 20})


def deliver(env, key):
    """Somebody validates the transfer of an order; like Odoo's server, again after a conflict."""

    def validate():
        order = env["sale.order"].search([("fulfillment_key", "=", key)])
        order.picking_ids.move_ids.picked = True
        order.picking_ids._action_done()

    retrying(validate, env)


def use_folder(env, **place):
    """Somebody enters where the platform leaves files."""
    env["fulfillment.account"].search([]).write(place)


def read_again(env):
    """Somebody has looked at the files that were refused."""
    env["fulfillment.file"].search([]).action_read_again()


def switch_stock_off(env):
    """Somebody does not want the platform's stock any more."""
    env["fulfillment.account"].search([]).stock_policy = "off"


def change_channel(env):
    """Somebody enters another channel, which has another stock."""
    env["fulfillment.account"].search([]).channel_number = "319"


# --- the shop


def open_shop(env, connection, orders):
    """An account of the stand-in, and confirmed orders that the platform knows: {key: its id}."""
    env = env(context={"tracking_disable": True})
    account = env["fulfillment.account"].create({"page_size": PAGE, **connection})
    account.state = "connected"
    products = {sku: _make_product(env, sku) for sku, _quantity in ITEMS}
    env["fulfillment.carrier.map"].create({"account_id": account.id, "key": CARRIER})
    customer = env["res.partner"].create({"name": "Ada Example"})
    orders = env["sale.order"].create(
        [
            {
                "partner_id": customer.id,
                "fulfillment_account_id": account.id,
                "fulfillment_key": key,
                "fulfillment_ref": ref,
                "order_line": _prepare_lines(products, key),
            }
            for key, ref in orders.items()
        ]
    )
    orders.action_confirm()


def switch_stock_on(env, jars=0):
    """A preview was looked at. As many products as are wanted lie beside those of the orders."""
    shelf = env["stock.warehouse"].search([], limit=1).lot_stock_id
    account = env["fulfillment.account"].search([])
    account.stock_location_ids = [Command.create({"location_id": shelf.id})]
    account.stock_previewed_at = fields.Datetime.now()
    account.stock_policy = "apply"
    products = env["product.product"].create(
        [
            {"name": "Jar", "default_code": f"JAR-{number}", "is_storable": True}
            for number in range(jars)
        ]
    )
    env["stock.quant"].create(
        [
            {"product_id": product.id, "location_id": shelf.id, "quantity": 1000}
            for product in products
        ]
    )


def _prepare_lines(products, key):
    return [
        Command.create(
            {
                "product_id": products[sku].id,
                "product_uom_qty": quantity,
                "fulfillment_key": f"{key}-{sku}",
            }
        )
        for sku, quantity in ITEMS
    ]


def _prepare_address(env):
    country = env["res.country"].search([("code", "=", "DE")])
    return {"street": "Street 1", "zip": "12345", "city": "Town", "country_id": country.id}


def _make_product(env, sku):
    product = env["product.product"].create(
        {"name": sku.title(), "default_code": sku, "is_storable": True, "taxes_id": []}
    )
    stock = env["stock.warehouse"].search([], limit=1).lot_stock_id
    env["stock.quant"]._update_available_quantity(product, stock, 1000)
    return product
