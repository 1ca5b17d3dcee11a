"""The inbox as the exchange lane sees it: store what comes, and note what is owed for it."""

import json
from datetime import timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Fields of a canonical message whose column has the same name and takes the value as it is
VERBATIM = (
    "external_id acknowledgeable platform_type raw problem order_ref item_ref order_key item_key"
    " channel_sign sku channel_sku carrier_key tracking_ref return_tracking_ref comment"
    " return_cause return_state service delivery_information occurred_raw"
).split()
TEXTUAL = "quantity amount expected_date".split()  # PostgreSQL reads their text form

# One statement: no message without the row that says it is owed, and one round trip per page
STORE = """
    WITH stored AS (
        INSERT INTO fulfillment_message (%(columns)s)
        SELECT %(columns)s FROM jsonb_populate_recordset(NULL::fulfillment_message, %(rows)s::jsonb)
        ON CONFLICT (account_id, external_id) DO NOTHING
        RETURNING *
    ), owed AS (
        INSERT INTO fulfillment_acknowledgement (message_id, account_id, company_id, attempts,
            create_uid, create_date, write_uid, write_date)
        SELECT id, account_id, company_id, 0, create_uid, create_date, write_uid, write_date
        FROM stored WHERE acknowledgeable ORDER BY id
    )
    SELECT id, external_id FROM stored
"""


class FulfillmentMessage(models.Model):
    _inherit = "fulfillment.message"

    _of_sync = models.Index("(sync_id) WHERE sync_id IS NOT NULL")

    # --- store

    @api.model
    def _store(self, sync, messages):
        """Insert the messages that are not known yet, and what is owed; the caller commits.

        :return: ids of the new rows, external ids of the messages known before.
        """
        common = self._prepare_common_vals(sync)
        return self._insert([common | self._prepare_inbox_vals(message) for message in messages])

    def _insert(self, rows):
        """Rows that hold a value for each of the same columns."""
        if not rows:
            return [], []
        inserted = self.env.execute_query(
            SQL(
                STORE,
                columns=SQL(", ").join(SQL.identifier(name) for name in rows[0]),
                rows=json.dumps(rows),
            )
        )
        self.invalidate_model()
        new = {external_id for _id, external_id in inserted}
        known = [row["external_id"] for row in rows if row["external_id"] not in new]
        return [row[0] for row in inserted], known

    def _prepare_common_vals(self, sync):
        """What all rows of a page share; a statement of our own knows no defaults of the ORM."""
        defaulted = [name for name, field in self._fields.items() if field.store and field.default]
        now = fields.Datetime.to_string(fields.Datetime.now())
        return self.default_get(defaulted) | {
            "account_id": sync.account_id.id,
            "company_id": sync.company_id.id,
            "sync_id": sync.id,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }

    def _prepare_inbox_vals(self, message):
        vals = {name: _clean(getattr(message, name)) for name in VERBATIM}
        for name in TEXTUAL:
            value = getattr(message, name)
            vals[name] = None if value is None else str(value)
        moment = message.occurred_at and message.occurred_at.astimezone(timezone.utc)
        vals["occurred_at"] = fields.Datetime.to_string(moment) or None
        return vals | {"kind": message.kind.value}

    @api.model
    def _count_backlog(self, account):
        return self.search_count(
            Domain("account_id", "=", account.id) & Domain("state", "=", "received")
        )


def _clean(value):
    """Absent is NULL; PostgreSQL stores no NUL character."""
    return value.replace("\x00", "") or None if isinstance(value, str) else value
