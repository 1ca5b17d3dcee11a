"""Fetching and acknowledging at a platform that takes its time, while another worker applies."""

from .measure import seconds_of
from .table import at_most, over
from .workers import Team, apply_all, apply_until, count_applied, exchange

LATENCY = 0.05  # seconds per call
PAGE = 100


def run(bench):
    """One row: the whole against the longer one of its two halves, each alone."""
    platform = bench.shop.platform
    platform.set_latency(LATENCY)
    http, apply = _alone(bench)
    whole = _together(bench)
    platform.set_latency(0)
    what = f"{bench.size.overlap} messages, {1000 * LATENCY:.0f} ms per call: whole run"
    longer = "HTTP alone" if http > apply else "apply alone"
    yield over(what, whole, max(http, apply), at_most(1.1), unit="s", name=longer)
    yield over("    of which HTTP alone", http, apply, unit="s", name="apply alone")


def _alone(bench) -> tuple[float, float]:
    """Seconds for the bare calls, and for applying what they brought."""
    _tell(bench)
    words = []
    http = seconds_of(lambda: _read_all(bench.shop.account._get_client(), words))
    bench.shop.store(words)
    bench.env.cr.execute("UPDATE fulfillment_acknowledgement SET acknowledged_at = now()")
    bench.env.cr.commit()
    return http, Team((apply_all,)).start().finish()


def _read_all(client, words: list) -> None:
    """Page after page, each message acknowledged, until a page is not full."""
    is_full = True
    while is_full:
        page = client.fetch_messages(PAGE)
        for message in page.messages:
            client.acknowledge(message.external_id)
        words += page.messages
        is_full = page.is_full


def _together(bench) -> float:
    _tell(bench)
    bench.env.cr.execute("UPDATE fulfillment_account SET next_fetch_at = now() AT TIME ZONE 'UTC'")
    bench.env.cr.commit()
    total = count_applied(bench.env) + bench.size.overlap
    seconds = Team((exchange,), (apply_until, total)).start().finish()
    if bench.shop.platform.open_messages():
        raise AssertionError("Not everything was acknowledged")
    return seconds


def _tell(bench) -> None:
    from .shop import LINES

    sales = bench.shop.sell(-(-bench.size.overlap // LINES))
    bench.shop.tell_parcel_per_line(sales)
    for message in bench.shop.platform.open_messages()[bench.size.overlap :]:
        bench.shop.forget(message)
