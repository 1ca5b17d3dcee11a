"""python -m benchmarks.run: measure, print one table, write the same as JSON.

`make bench` prepares the databases and starts this.
"""

import argparse
import gc
import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from . import database, machine, table
from .sizes import SIZES, Size

SUBJECTS = (
    "wire",
    "confirm",  # this and the screens before the database is larger than the one without the app
    "screens",
    "inbox",
    "ship",
    "life",
    "crowd",
    "overlap",
    "backlog",
    "stock",
)


@dataclass
class Bench:
    """What every subject measures with."""

    env: object
    shop: object
    size: Size

    def apply_inbox(self) -> None:
        """The apply lane on all that waits, in this process."""
        while self.env["fulfillment.apply"]._apply_batch():
            pass

    def fill_inbox(self, messages: int) -> list:
        """Orders, and one SHIP for each of their lines; the sales."""
        from .copies import analyze
        from .shop import LINES

        sales = self.shop.sell(-(-messages // LINES))
        self.shop.tell_parcel_per_line(sales)
        self.shop.store(self.shop.take_words())
        analyze(self.env)
        return sales


def main(arguments: list[str]) -> int:
    options = _read_options(arguments)
    database.boot()
    from simulator import TBOneSimulator

    from .shop import Shop

    with TBOneSimulator() as platform, database.environment() as env:
        bench = Bench(env, Shop(env, platform), SIZES[options.size])
        facts = machine.describe(env) | {"size": options.size}
        env.cr.commit()
        gc.collect()
        gc.freeze()  # what is loaded stays: else tidying up takes longer than what is measured
        rows = list(_measure(bench, options.only or SUBJECTS))
    facts["load_at_end"] = os.getloadavg()
    _report(options, facts, rows)
    return 0


def _measure(bench: Bench, subjects):
    for name in subjects:
        print(f"==> {name}", flush=True)
        for row in importlib.import_module(f"{__package__}.{name}").run(bench):
            print("    " + "  ".join(row.cells()), flush=True)
            yield row


def _report(options, facts: dict, rows: list) -> None:
    path = options.json or Path(__file__).parent / f"result_{options.size}.json"
    table.write_json(path, facts, rows)
    print()
    print("\n".join(f"{name}: {value}" for name, value in facts.items()))
    print(f"\n{table.show(rows)}\n\n{path}")


def _read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--only", nargs="*", choices=SUBJECTS, metavar="SUBJECT")
    parser.add_argument("--json", type=Path, help="where the result goes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
