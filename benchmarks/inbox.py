"""Storing a page in the inbox: one statement of ours, against the ORM's own way in bulk."""

from functools import partial

from .measure import Sample, by_turns, timed
from .table import at_most, judged_by, over, with_costs

PAGES = (100, 1000)
ROW = 0.3  # ms we want


def run(bench):
    """Rows for each length of page, and for how the number of queries grows with it."""
    queries = {}
    for length in PAGES:
        sides = {"ours": partial(_ours, bench, length), "orm": partial(_orm, bench, length)}
        found = by_turns(bench.size.pages, sides)
        queries[length] = found["ours"].queries
        ours, orm = found["ours"], found["orm"]
        what = f"Store {length} rows: ms per row"
        row = over(what, ours.ms_each, orm.ms_each, at_most(ROW), name="search and create")
        yield with_costs(judged_by(ours.ms_each, row), ours, orm)
    few, many = (queries[length] for length in PAGES)
    yield over(
        f"Store {PAGES[1]} rows: queries", many, few, at_most(1), unit="", name=f"{PAGES[0]} rows"
    )


def _ours(bench, length: int) -> Sample:
    words, sync = _make_words(bench, length)
    inbox = bench.env["fulfillment.message"]
    sample = timed(bench.env, length, lambda: (inbox._store(sync, words), bench.env.cr.commit()))
    _sweep(bench, sync)
    return sample


def _orm(bench, length: int) -> Sample:
    words, sync = _make_words(bench, length)
    sample = timed(bench.env, length, partial(_search_and_create, bench.env, sync, words))
    _sweep(bench, sync)
    return sample


def _search_and_create(env, sync, words) -> None:
    """What a good developer does first: look for the known ones, create the others at once."""
    inbox = env["fulfillment.message"]
    ids = [word.external_id for word in words]
    of_account = [("account_id", "=", sync.account_id.id), ("external_id", "in", ids)]
    known = set(inbox.search(of_account).mapped("external_id"))
    inbox.create([_prepare(inbox, sync, word) for word in words if word.external_id not in known])
    env.cr.commit()


def _prepare(inbox, sync, word) -> dict:
    account, company = sync.account_id.id, sync.company_id.id
    common = {"account_id": account, "company_id": company, "sync_id": sync.id}
    vals = inbox._prepare_inbox_vals(word)
    return common | {name: value for name, value in vals.items() if value is not None}


def _make_words(bench, length: int):
    """A page about orders nobody knows, and the run it came with."""
    platform = bench.shop.platform
    for number in range(length):
        platform.say(
            "SHIP",
            tb_order_id=1,
            channel_order_id="NOBODY",
            sku="ART-1",
            quantity=1,
            idcode=f"PARCEL-{number}",
            carrier_parcel_type="DHL_STD_NATIONAL",
        )
    sync = bench.shop.new_sync()
    bench.env.cr.commit()
    return bench.shop.take_words(), sync


def _sweep(bench, sync) -> None:
    """These messages are about nothing and must not come in anybody's way."""
    for statement in (
        "DELETE FROM fulfillment_acknowledgement WHERE message_id IN"
        " (SELECT id FROM fulfillment_message WHERE sync_id = %s)",
        "DELETE FROM fulfillment_message WHERE sync_id = %s",
    ):
        bench.env.cr.execute(statement, [sync.id])
    bench.env.cr.commit()
