"""Waits until the server's scheduled actions have sent and imported everything, prints what became
of it, and fails where Odoo and the stand-in do not agree. Runs in the Odoo shell beside the server:
this process only looks, apart from waking the scheduled actions.
"""

import json
import os
import sys
import time
import urllib.request

from odoo.addons.fulfillment_connector.tools import demo_report

MODULE = "fulfillment_connector"
PATIENCE = 150  # seconds; a server that sleeps through our call looks again after a minute
WAKE_AGAIN = 5  # seconds; the cron thread may have started after our first call


def ask(name):
    """One of the stand-in's own books."""
    url = f"{os.environ['SIMULATOR_URL']}/_control/{name}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return json.load(answer)


def look():
    """What the server has committed by now."""
    env.cr.rollback()
    env.invalidate_all()


def wake(name):
    """The server's cron thread hears this at once."""
    env.ref(f"{MODULE}.{name}")._trigger()
    env.cr.commit()


def wait_for_circle(account):
    """Show the progress until nothing is open on either side.

    :return: seconds, or None when the time is up.
    """
    start = woken = time.monotonic()
    shown = None
    wake("ir_cron_exchange")
    while time.monotonic() - start < PATIENCE:
        look()
        books = ask("summary")
        states = account.message_row_ids.mapped("state")
        is_sent = not {"to_send", "sending"} & set(account.outbox_ids.mapped("state"))
        progress = (len(states), len(states) - states.count("received"), books["processed"])
        if (books["orders"], *progress) != shown:
            shown = (books["orders"], *progress)
            show_progress(books["messages"], *shown)
        if is_sent and progress == (books["messages"],) * 3 and not books["open"]:
            return time.monotonic() - start
        if not states and time.monotonic() - woken > WAKE_AGAIN:
            woken = time.monotonic()
            wake("ir_cron_exchange")
        time.sleep(0.5)
    return None


def show_progress(total, orders, imported, handled, processed):
    """One line, at once: somebody waits."""
    print(
        f"    {orders} orders arrived; {imported} of {total} messages imported, "
        f"{handled} dealt with, {processed} marked as processed",
        flush=True,
    )


def explain_delay(account):
    """What a person needs to find out why nothing moves."""
    look()
    last_run = account.sync_ids[:1]
    print(
        f"\nAfter {PATIENCE} seconds not everything is sent and imported.\n"
        f"  Account:         {account.state}, {account.last_error or 'no error'}\n"
        f"  Last run:        {last_run.state or 'none'} {last_run.note or ''}\n"
        f"  Scheduled:       {account.cron_warning or 'nothing late'}\n"
        f"  Server's log:    {os.environ.get('SERVER_LOG', 'see the folder logs of the cache')}\n"
        f"  The stand-in:    {os.environ['SIMULATOR_URL']}/_control/state"
    )


def report(account):
    """Print the table, what needs a person, and every difference.

    :return: whether there is one.
    """
    state = ask("state")
    messages = [message for side in state["accounts"] for message in side["messages"]]
    found = demo_report.read_account(account)
    print()
    print(demo_report.draw_table(list(demo_report.prepare_rows(account, found))))
    print_unsent(account)
    print_open_messages(account)
    expected = demo_report.expect_account(ask("expected"), messages)
    differences = [
        *demo_report.describe_differences(found, expected),
        *demo_report.describe_leftovers(messages, state["violations"]),
    ]
    if differences:
        print("\nOdoo is not where it should be:", *differences, sep="\n  ")
    else:
        print(
            f"\nOdoo agrees with the stand-in: {len(found['orders'])} orders, "
            f"{len(messages)} messages, each marked as processed, no rule of the platform broken."
        )
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
    for row in rows.sorted("external_id"):
        about = " ".join(filter(None, [row.order_key, row.platform_type, row.sku]))
        print(f"\n{labels[row.state]}: {about}\n  {row.reason}")


account = env.ref(f"{MODULE}.demo_account")
seconds = wait_for_circle(account)
if seconds is None:
    explain_delay(account)
else:
    print(f"    done in {seconds:.1f} s by the scheduled actions of the server")
different = report(account)
sys.exit(1 if different or seconds is None else 0)
