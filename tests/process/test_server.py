"""The server itself, with its own threads for scheduled actions."""

import os
import subprocess
import sys
from contextlib import contextmanager

from kill_points import AtRow
from shop import CUT, session
from stories import tell
from worker import new_log, wait_until

THREADS = 2
ORDERS = 12
STARTED = "SELECT count(*) FROM ir_cron_progress"
TO_RUN = (
    "SELECT count(*) FROM ir_cron_trigger t JOIN ir_cron c ON c.id = cron_id"
    " WHERE cron_name LIKE 'Fulfillment%' AND call_at <= now() AT TIME ZONE 'UTC'"
)


@contextmanager
def running_server(shop):
    """An Odoo that serves scheduled actions and nothing else."""
    options = ("-d", shop.name, f"--max-cron-threads={THREADS}", "--no-http")
    command = [sys.executable, "-m", "odoo", "server", "-c", os.environ["ODOO_RC"], *options]
    with new_log("server").open("ab") as log:
        server = subprocess.Popen(command, stderr=log)
    try:
        _wake(shop)
        yield server
    finally:
        server.kill()
        server.wait()
        shop.wait_until_alone()


def _wake(shop):
    """Any button does this; else the server looks for work after a minute."""
    before = shop.value(STARTED)

    def has_started():
        with session("postgres") as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [shop.name])
        return shop.value(STARTED) > before

    wait_until(has_started, "the server runs scheduled actions", every=0.5)


def assert_goes_well(shop, tbone, messages):
    """All is done, by the server alone, and no scheduled action of ours is due."""

    def is_done():
        return shop.inbox(tbone) == (len(messages),) * 4 and not shop.value(TO_RUN)

    wait_until(is_done, "all messages are applied and processed")


def test_a_server_does_it_all_by_itself(shop, tbone, assert_complete):
    messages = tell(tbone, ORDERS)
    with running_server(shop):
        assert_goes_well(shop, tbone, messages)
    assert shop.runs() == ["done"]
    assert_complete(messages, ORDERS, besides=CUT)


def test_a_server_goes_on_where_a_killed_one_stopped(shop, tbone, assert_complete):
    messages = tell(tbone, ORDERS)
    point = AtRow("INSERT ON fulfillment_parcel", nth=3)
    point.arm(shop, tbone)
    with running_server(shop) as server:
        wait_until(lambda: shop.inbox(tbone)[:3] == (len(messages),) * 3, "all are processed")
        wait_until(point.is_reached, point)
        server.kill()
        point.release()
    with running_server(shop):
        assert_goes_well(shop, tbone, messages)
    assert_complete(messages, ORDERS, besides=CUT)
