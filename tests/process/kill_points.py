"""Where a worker can be made to stand still, so that it is killed at just that step.

Production code knows nothing of it: either the stand-in platform does not answer a call, or
PostgreSQL does not end a statement.
"""

from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from worker import Worker, wait_until

from simulator.faults import Fault, Trigger
from simulator.http_server import Delivery

FOR_EVER = 3600  # seconds
KEY = 4711  # of the advisory lock that a trigger waits for

HOLD = f"""
CREATE SEQUENCE held;
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('held') = TG_ARGV[0]::int THEN
        PERFORM pg_advisory_xact_lock_shared({KEY});
    END IF;
    RETURN NEW;
END $$;
CREATE %(constraint)s TRIGGER hold %(moment)s %(event)s %(deferred)s
    FOR EACH ROW WHEN (%(condition)s) EXECUTE FUNCTION hold(%(nth)s);
SELECT pg_advisory_lock({KEY})
"""
LET_GO = f"SELECT pg_advisory_unlock({KEY})"
CLEAN = "DROP FUNCTION hold CASCADE; DROP SEQUENCE held"


@dataclass
class AtCall:
    """At the nth call of a kind, before or after it took effect at the stand-in."""

    kind: str
    nth: int = 1
    taken: bool = True

    def arm(self, shop, platform):
        self.shop, self.platform = shop, platform
        fault = Fault("slow", accepted=self.taken, delivery=Delivery(delay=FOR_EVER))
        platform.faults.add(Trigger(self.kind, after=self.nth - 1), fault)

    def is_reached(self):
        return any(call.fault == "slow" and call.status is not None for call in self.platform.calls)

    def release(self):
        """The stand-in sees by itself that its client is gone."""
        self.shop.wait_until_alone()


@dataclass
class AtRow:
    """In the middle of a statement, at the nth row it writes; or in the COMMIT after it."""

    event: str  # such as INSERT ON fulfillment_message
    condition: str = "TRUE"
    nth: int = 1
    in_commit: bool = False

    def arm(self, shop, _platform):
        self.shop = shop
        names = ("CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED") if self.in_commit else ("", "")
        values = dict(vars(self), moment="AFTER" if self.in_commit else "BEFORE")
        shop.rows(HOLD % dict(values, constraint=names[0], deferred=names[1]))

    def is_reached(self):
        return self.shop.value(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
            f" WHERE datname = current_database() AND objid = {KEY} AND NOT granted"
        )

    def release(self):
        """Let PostgreSQL end what it began for a client that is no more."""
        self.shop.rows(LET_GO)
        self.shop.wait_until_alone()
        self.shop.rows(CLEAN)


CONFLICT = """
CREATE SEQUENCE met;
CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('met') <= %s THEN
        RAISE EXCEPTION 'could not serialize access' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meet BEFORE %s FOR EACH ROW EXECUTE FUNCTION meet()
"""


def meet_others(shop, event, times):
    """Let a writer find, so many times, that somebody else was faster."""
    shop.rows(CONFLICT % (times, event))


def wait_at(point, *workers):
    """Wait until one of them stands still at a point that is armed."""

    def is_decided():
        return point.is_reached() or not any(worker.is_alive for worker in workers)

    wait_until(is_decided, point)
    assert point.is_reached(), f"All ended before they came to {point}"


def kill_at(point, shop, platform, *jobs, **values):
    """Start a worker and kill it at a point."""
    point.arm(shop, platform)
    worker = Worker(*jobs, **values)
    wait_at(point, worker)
    worker.kill()
    point.release()


@contextmanager
def held_at(point, shop, platform, *jobs, **values):
    """A worker that stands still at a point until the end of the block, and comes to a good end."""
    point.arm(shop, platform)
    worker = Worker(*jobs, **values)
    wait_at(point, worker)
    yield worker
    point.release()
    worker.finish()


def wait_for_waiting(shop, *workers):
    """Wait until they all wait for the one that stands still, as they must."""

    def is_decided():
        return shop.is_somebody_waiting() > len(workers) or not are_alive()

    def are_alive():
        return all(worker.is_alive for worker in workers)

    wait_until(is_decided, "they wait for the one that stands still")
    assert are_alive(), "they did not wait"


def while_(table):
    """One test per line of a table, with the line's words as its name."""
    return pytest.mark.parametrize(("point", "left"), table.values(), ids=table)
