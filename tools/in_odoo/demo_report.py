"""Waits until the server's scheduled actions have sent and imported everything, prints what became
of it, and fails where Odoo and a stand-in do not agree. Runs in the Odoo shell beside the server:
this process only looks, apart from making accounts due and waking the scheduled actions.
"""

import json
import os
import sys
import time
import urllib.request

from odoo import fields

from odoo.addons.fulfillment_connector.tools import demo_acommerce, demo_report, demo_tbone

MODULE = "fulfillment_connector"
PATIENCE = 150  # seconds; a server that sleeps through our call looks again after a minute
WAKE_AGAIN = 5  # seconds; the cron thread may have started after our first call


class Side:
    """A platform: its account in Odoo, its stand-in, and what there is to compare."""

    def __init__(self, account, variable, what):
        self.account, self.url, self.what = account, os.environ[variable], what
        self.books, self.shown = {}, ""

    def ask(self, name):
        """One of the stand-in's own books."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}/_control/{name}", timeout=10) as answer:
            return json.load(answer)

    def is_done(self):
        """Whether nothing is open on either side; shows the progress at once: somebody waits."""
        self.books = self.ask("summary") | {"expected": self.ask("expected")}
        progress = self.what.describe_progress(self.account, self.books)
        if progress != self.shown:
            self.shown = progress
            print(f"    {progress}", flush=True)
        is_sent = not {"to_send", "sending"} & set(self.account.outbox_ids.mapped("state"))
        return is_sent and self.what.is_done(self.account, self.books)

    def make_due(self):
        """The platform has more to tell, and nobody here waits a quarter of an hour for it."""
        if self.books.get("unread"):
            self.account.next_fetch_at = fields.Datetime.now()


def look():
    """What the server has committed by now."""
    env.cr.rollback()
    env.invalidate_all()


def wake(sides):
    """The server's cron thread hears this at once."""
    for side in sides:
        side.make_due()
    env.ref(f"{MODULE}.ir_cron_exchange")._trigger()
    env.cr.commit()


def wait_for_circle(sides):
    """Wait until nothing is open on any side.

    :return: seconds, or None when the time is up.
    """
    start = woken = time.monotonic()
    wake(sides)
    while time.monotonic() - start < PATIENCE:
        look()
        if not (left := [side for side in sides if not side.is_done()]):
            return time.monotonic() - start
        if time.monotonic() - woken > WAKE_AGAIN:
            woken = time.monotonic()
            wake(left)
        time.sleep(0.5)
    return None


def explain_delay(sides):
    """What a person needs to find out why nothing moves."""
    look()
    print(f"\nAfter {PATIENCE} seconds not everything is sent and imported.")
    print(f"  Server's log:    {os.environ.get('SERVER_LOG', 'see the folder logs of the cache')}")
    for side in sides:
        account = side.account
        last_run = account.sync_ids[:1]
        print(
            f"  Account:         {account.name}: {account.state}, "
            f"{account.last_error or 'no error'}\n"
            f"  Last run:        {last_run.state or 'none'} {last_run.note or ''}\n"
            f"  Scheduled:       {account.cron_warning or 'nothing late'}\n"
            f"  The stand-in:    {side.url}/_control/state"
        )


def report(sides):
    """Print the tables, what needs a person, and every difference.

    :return: whether there is one.
    """
    states = {side: side.ask("state") for side in sides}
    found = {side: side.what.read_account(side.account) for side in sides}
    tbone = sides[0]
    print()
    print(tbone.what.draw_items(tbone.account, found[tbone]))
    for side in sides:
        print_unsent(side.account)
        print_open_messages(side.account)
    rows = [
        row
        for side, state in states.items()
        for row in demo_report.prepare_sides(side.account, side.what.tell_orders(state))
    ]
    print()
    print(demo_report.draw_table(rows))
    differences = [
        f"{side.account.name}: {difference}"
        for side, state in states.items()
        for difference in (
            *demo_report.describe_differences(found[side], side.what.expect_account(state)),
            *side.what.describe_leftovers(state),
        )
    ]
    if differences:
        print("\nOdoo is not where it should be:", *differences, sep="\n  ")
    else:
        same = "; ".join(side.what.describe_agreement(state) for side, state in states.items())
        print(f"\nOdoo agrees with the stand-ins: {same}; no rule of a platform broken.")
    return bool(differences)


def print_unsent(account):
    """Orders the stand-in does not have, with their reasons."""
    for row in account.outbox_ids.filtered(lambda row: row.state != "sent"):
        label = dict(row._fields["state"]._description_selection(env))[row.state]
        print(f"\n{label}: {row.order_id.name}", *(row.reason or "").splitlines(), sep="\n  ")


def print_open_messages(account):
    """Those that a person has to look at, and those that wait, with their reasons."""
    rows = account.message_row_ids.filtered(lambda row: row.state in ("failed", "waiting"))
    labels = dict(rows._fields["state"]._description_selection(env))
    for row in rows.sorted(lambda row: (row.order_key, row.external_id)):
        about = " ".join(filter(None, [row.order_key, row.platform_type, row.sku]))
        print(f"\n{labels[row.state]}: {about}\n  {row.reason}")


sides = [
    Side(env.ref(f"{MODULE}.demo_account"), "SIMULATOR_URL", demo_tbone),
    Side(env.ref(f"{MODULE}.demo_acommerce"), "ACOMMERCE_URL", demo_acommerce),
]
seconds = wait_for_circle(sides)
if seconds is None:
    explain_delay(sides)
else:
    print(f"    done in {seconds:.1f} s by the scheduled actions of the server")
different = report(sides)
sys.exit(1 if different or seconds is None else 0)
