"""When a platform that tells events was heard about an order, and whether to ask again.

A platform of events shows the whole history of an order. What it shows is the truth of that
moment, so it is remembered when an order was heard last; what came otherwise (web hook, file) may
be late, and where it contradicts, the order is asked for again.
"""

import json
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain

LONGEST_KEY = 200  # characters; an index has its limits, and no key of ours is that long
DOUBT_PAUSE = timedelta(minutes=1)  # before an order is asked for again by its ID, at least
OPEN_PAUSE = timedelta(hours=6)  # the same for an order that is just not finished
ABSENT_PAUSE = timedelta(days=1)  # the same for one the platform did not know

# What is held is always written, too: whoever waited for the lock with an older snapshot fails
# and starts anew, instead of deciding from what was true before. Sorted, so that nobody waits
# for one who waits for him.
HOLD = """
    INSERT INTO fulfillment_history (account_id, company_id, order_key,
        create_uid, create_date, write_uid, write_date)
    SELECT %(account)s, %(company)s, key, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s,
        now() AT TIME ZONE 'UTC'
    FROM unnest(%(keys)s::text[]) AS key ORDER BY key
    ON CONFLICT (account_id, order_key) DO UPDATE SET write_date = EXCLUDED.write_date
    RETURNING id, order_key, heard_at, shipment_refs
"""
NOTE = """
    UPDATE fulfillment_history AS history
       SET heard_at = COALESCE(told.heard_at, history.heard_at),
           shipment_refs = COALESCE(told.shipment_refs, history.shipment_refs),
           is_doubtful = history.is_doubtful IS TRUE OR told.doubted_at IS NOT NULL,
           doubted_at = COALESCE(told.doubted_at, history.doubted_at),
           is_absent = history.is_absent IS TRUE AND told.heard_at IS NULL
      FROM jsonb_populate_recordset(NULL::fulfillment_history, %(rows)s::jsonb) AS told
     WHERE history.id = told.id
"""
# The longest not asked for first
RESTED = """
    SELECT key FROM unnest(%(keys)s::text[]) WITH ORDINALITY AS open (key, position)
    LEFT JOIN fulfillment_history AS history
        ON history.account_id = %(account)s AND history.order_key = key
    WHERE history.asked_at IS NULL OR history.asked_at <=
        CASE WHEN history.is_absent THEN %(absent)s ELSE %(open)s END
    ORDER BY history.asked_at NULLS FIRST, position LIMIT %(limit)s
"""


class FulfillmentHistory(models.Model):
    _name = "fulfillment.history"
    _description = "Fulfillment Order History"
    _rec_name = "order_key"
    _order = "id desc"

    account_id = fields.Many2one(
        "fulfillment.account", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    order_key = fields.Char(required=True, readonly=True)
    heard_at = fields.Datetime(
        string="Last Heard", readonly=True, help="By the clock of the platform."
    )
    shipment_refs = fields.Json(readonly=True, help="Shipments the platform has shown.")
    is_doubtful = fields.Boolean(
        string="Ask Again", readonly=True, help="What came contradicts what is known."
    )
    doubted_at = fields.Datetime(readonly=True, help="When something contradicted last.")
    is_absent = fields.Boolean(
        string="Not There", readonly=True, help="The platform did not know the order when asked."
    )
    asked_at = fields.Datetime(readonly=True, help="When the order was asked for by its ID last.")

    _order_unique = models.Constraint(
        "UNIQUE(account_id, order_key)", "An order of an account has one history."
    )
    _doubtful = models.Index("(account_id) WHERE is_doubtful")

    # --- while a page is stored

    @api.model
    def _hold(self, account, keys):
        """Lock the histories of orders until the end of the transaction; make those that miss.

        :return: {order key: (id, heard at, shipments)}
        """
        wanted = sorted({key for key in keys if 0 < len(key) <= LONGEST_KEY})
        if not wanted:
            return {}
        self.flush_model()
        values = {
            "account": account.id,
            "company": account.company_id.id,
            "uid": self.env.uid,
            "keys": wanted,
        }
        self.env.cr.execute(HOLD, values)
        self.invalidate_model()
        return {
            key: (id, heard and heard.replace(tzinfo=timezone.utc), refs or [])
            for id, key, heard, refs in self.env.cr.fetchall()
        }

    @api.model
    def _note(self, held, page, plan):
        """Remember what a page told about orders that are held."""
        shown = {history.order_key: [*history.shipment_refs] for history in page.histories}
        for event in page.messages:
            refs = shown.setdefault(event.order_key, [])
            if event.shipment_ref and event.shipment_ref not in refs:
                refs.append(event.shipment_ref)
        rows = [
            {"id": id} | self._prepare_note_vals(key, shown.get(key, []), known, plan)
            for key, (id, _heard, known) in held.items()
        ]
        if rows:
            self.env.cr.execute(NOTE, {"rows": json.dumps(rows)})
            self.invalidate_model()

    def _prepare_note_vals(self, key, shown, known, plan):
        heard = plan.heard_at.get(key)
        if not heard:  # a hint, or late: nothing is gone because it is not named
            shown = list(dict.fromkeys([*known, *shown]))
        now = fields.Datetime.to_string(fields.Datetime.now())
        return {
            "heard_at": heard and heard.astimezone(timezone.utc).replace(tzinfo=None).isoformat(),
            "shipment_refs": shown,
            "doubted_at": now if key in plan.doubtful else None,
        }

    # --- asking by id

    @api.model
    def _find_doubtful(self, account, limit):
        """Keys of orders to ask for again."""
        until = fields.Datetime.now() - DOUBT_PAUSE
        rested = Domain("asked_at", "=", False) | Domain("asked_at", "<=", until)
        found = self.search(
            Domain("account_id", "=", account.id) & Domain("is_doubtful", "=", True) & rested,
            order="asked_at NULLS FIRST, id",
            limit=limit,
        )
        return found.mapped("order_key")

    @api.model
    def _find_open(self, account, limit):
        """Keys of orders that are not finished and were not asked for lately."""
        now = fields.Datetime.now()
        values = {
            "account": account.id,
            "keys": [key for key in self._find_open_keys(account) if len(key) <= LONGEST_KEY],
            "open": now - OPEN_PAUSE,
            "absent": now - ABSENT_PAUSE,
            "limit": limit,
        }
        self.flush_model()
        self.env.cr.execute(RESTED, values)
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _find_open_keys(self, account):
        """Hook: keys of all orders that the platform has and that are not finished."""
        return []

    @api.model
    def _doubt(self, account, keys):
        """Ask for these orders again."""
        held = self._hold(account, keys)
        doubted = self.browse([id for id, *_rest in held.values()])
        doubted.write({"is_doubtful": True, "doubted_at": fields.Datetime.now()})

    @api.model
    def _note_asking(self, account, keys):
        """They are being asked for: whatever comes of it, not again too soon."""
        held = self._hold(account, keys)
        self.browse([id for id, *_rest in held.values()]).asked_at = fields.Datetime.now()

    @api.model
    def _note_asked(self, account, keys, pages):
        """The platform answered. What was doubted since it was asked stays doubtful."""
        asked = self.search([("account_id", "=", account.id), ("order_key", "in", list(keys))])
        heard = {event.order_key for page in pages for event in page.messages}
        heard |= {history.order_key for page in pages for history in page.histories}
        settled = asked.filtered(
            lambda row: row.is_doubtful and not (row.doubted_at and row.doubted_at >= row.asked_at)
        )
        settled.is_doubtful = False
        asked.filtered(lambda row: row.order_key not in heard).is_absent = True
