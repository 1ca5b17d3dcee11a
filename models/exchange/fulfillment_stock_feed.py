"""A feed on its way into the stored numbers: staged line by line, then merged by set.

The staging table belongs to the database session. It is filled and committed first, so that the
merge works on a fresh snapshot and can be tried again when somebody else wrote the same rows.
"""

from decimal import Decimal
from itertools import islice

from odoo import api, models

STAGED_AT_ONCE = 5000  # lines in one statement: some hundred kilobytes
MOST_PIECES = Decimal(10**9)  # more is no stock

STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS fulfillment_stock_feed (
        nr bigserial, sku text, ean text, warehouse_key text, quantity numeric, is_unlimited bool
    );
    TRUNCATE fulfillment_stock_feed
"""
# Of an article that comes twice the last word counts. A row that says nothing new is not written,
# not even locked: of a whole stock only few numbers change.
MERGE = """
    INSERT INTO fulfillment_stock_level AS level (account_id, company_id, sku, ean, warehouse_key,
        quantity, is_unlimited, is_missing, sync_id,
        create_uid, create_date, write_uid, write_date)
    SELECT %(account)s, %(company)s, feed.sku, feed.ean, feed.warehouse_key,
        feed.quantity, feed.is_unlimited, FALSE, %(sync)s,
        %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
    FROM (
        SELECT DISTINCT ON (sku, ean, warehouse_key) sku, ean, warehouse_key, quantity, is_unlimited
        FROM fulfillment_stock_feed WHERE quantity IS NOT NULL
        ORDER BY sku, ean, warehouse_key, nr DESC
    ) AS feed
    LEFT JOIN fulfillment_stock_level AS known
        ON known.account_id = %(account)s AND known.sku = feed.sku AND known.ean = feed.ean
        AND known.warehouse_key = feed.warehouse_key
    WHERE known.id IS NULL OR known.is_missing OR known.quantity != feed.quantity
        OR COALESCE(known.is_unlimited, FALSE) != feed.is_unlimited OR %(each)s
    ON CONFLICT (account_id, sku, ean, warehouse_key) DO UPDATE
        SET quantity = EXCLUDED.quantity, is_unlimited = EXCLUDED.is_unlimited,
            is_missing = FALSE, sync_id = EXCLUDED.sync_id,
            write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
"""
# An article that came without a usable number is not missing, only its number is not known.
MISS = """
    UPDATE fulfillment_stock_level AS level
       SET is_missing = TRUE, quantity = CASE WHEN %(is_zero)s THEN 0 ELSE quantity END,
           is_unlimited = is_unlimited AND NOT %(is_zero)s, sync_id = %(sync)s,
           write_date = now() AT TIME ZONE 'UTC'
     WHERE account_id = %(account)s
       AND (NOT is_missing OR (%(is_zero)s AND (quantity != 0 OR is_unlimited)))
       AND NOT EXISTS (
            SELECT FROM fulfillment_stock_feed AS feed
            WHERE feed.sku = level.sku AND feed.ean = level.ean
              AND feed.warehouse_key = level.warehouse_key)
       AND NOT EXISTS (
            SELECT FROM fulfillment_stock_feed AS feed
            WHERE feed.sku = level.sku AND feed.ean = level.ean AND feed.quantity IS NULL)
"""


class FulfillmentStockLevel(models.Model):
    _inherit = "fulfillment.stock.level"

    @api.model
    def _stage_feed(self, lines):
        """Read a feed as a stream; nothing is merged yet.

        :return: number of articles, and of those of which something is left out.
        """
        self.env.cr.execute(STAGE)
        articles, left_out, stream = 0, 0, iter(lines)
        while chunk := list(islice(stream, STAGED_AT_ONCE)):
            rows = [row for line in chunk for row in _read_line(line)]
            articles += len(chunk)
            left_out += sum(not _is_whole(line) for line in chunk)
            self._stage_rows(rows)
        self.env.cr.execute("ANALYZE fulfillment_stock_feed")
        return articles, left_out

    def _stage_rows(self, rows):
        columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
        self.env.cr.execute(
            "INSERT INTO fulfillment_stock_feed (sku, ean, warehouse_key, quantity, is_unlimited)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[], %s::bool[])",
            columns,
        )

    @api.model
    def _merge_feed(self, sync):
        """Take over what is staged; the caller commits it together with the cursor.

        :return: number of new numbers, and of numbers that are missing now.
        """
        self.flush_model()
        values = {
            "account": sync.account_id.id,
            "company": sync.account_id.company_id.id,
            "sync": sync.id,
            "uid": self.env.uid,
            # of a whole stock all is compared; of a delta just what it names, so that is marked
            "each": not sync.stock_is_full,
            "is_zero": sync.account_id.stock_missing_policy == "zero",
        }
        self.env.cr.execute(MERGE, values)
        merged, missing = self.env.cr.rowcount, 0
        if sync.stock_is_full:
            self.env.cr.execute(MISS, values)
            missing = self.env.cr.rowcount
        self.invalidate_model()
        return merged, missing

    @api.model
    def _drop_feed(self):
        self.env.cr.execute("DROP TABLE IF EXISTS fulfillment_stock_feed")


def _read_line(line):
    """Rows to stage; one without number says that the article is there all the same."""
    sku = _clean(line.sku)
    article = (sku, "" if sku else _clean(line.ean))
    if not any(article):
        return
    if not _is_whole(line):
        yield (*article, "", None, False)
    if line.is_unlimited:
        yield (*article, "", 0, True)
    for key, number in _list_numbers(line):
        if _is_number(number):
            yield (*article, _clean(key), number, False)


def _list_numbers(line):
    total = [] if line.total is None else [("", line.total)]
    return [*total, *line.by_warehouse]


def _is_whole(line):
    """Can all be used that was said about an article?"""
    numbers = [number for _key, number in _list_numbers(line)]
    is_named = _clean(line.sku) or _clean(line.ean)
    says = numbers or line.is_unlimited
    return bool(is_named and says and not line.problem and all(map(_is_number, numbers)))


def _is_number(number):
    return number.is_finite() and 0 <= number <= MOST_PIECES


def _clean(text):
    """PostgreSQL stores no NUL character; blanks around a number are never part of it."""
    return (text or "").replace("\x00", "").strip()
