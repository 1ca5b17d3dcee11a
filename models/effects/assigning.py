"""A field of many records set to a value each, as fast as one value for all."""

from contextlib import contextmanager


@contextmanager
def assigning(records, *names):
    """Assign fields of these records one by one; what depends on them is told once, at the end.

    A write of each record would tell it each time, and that telling is what a write mostly costs:
    a tenth of the time of shipping. Inside, assignments go the way they go in a computed field:
    `write` is not called, nor what hangs on it (checks of access and company, constraints,
    tracking, the date of the write). Whoever assigns does what `write` would have done.
    """
    records.modified(names, before=True)
    try:
        with records.env.protecting([records._fields[name] for name in names], records):
            yield
    finally:
        records.modified(names)
