"""The inbox of a platform that tells events: one row per event, whatever comes how and how often.

What becomes of an event is decided by providers.live_events, from what is stored and what has come.
Here the histories of the orders are held meanwhile, so that a web hook and a poll that tell of one
order at the same time are stored one after the other.
"""

import json
from datetime import timezone
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...providers.event_book import (
    Change,
    Step,
    is_other,
    is_worth_keeping,
    read_known,
    settle,
    write_known,
)
from ...providers.events import is_same_content
from ...providers.live_events import plan_changes
from .fulfillment_message_event import BOOKED

REMEMBERED = "external_id order_key kind state booked_as memory".split()
# What stands around an event and is not always told: it may be filled in, and never goes again
AROUND = "tracking_ref shipment_ref contents".split()
READ = ("kind", "problem")  # what the account says that its code means, not what the platform said

UPDATE = """
    UPDATE fulfillment_message AS message SET %(assignments)s
      FROM jsonb_populate_recordset(NULL::fulfillment_message, %(rows)s::jsonb) AS told
     WHERE message.id = told.id
"""


class FulfillmentMessage(models.Model):
    _inherit = "fulfillment.message"

    @api.model
    def _store_events(self, sync, page):
        """Take over what a page tells; the caller commits, and begins anew after a conflict.

        :return: ids of the new rows, external ids of the events known before.
        """
        account = sync.account_id
        keys = {event.order_key for event in page.messages}
        keys |= {history.order_key for history in page.histories}
        histories = self.env["fulfillment.history"]
        held = histories._hold(account, keys)
        rows = self._find_events(account, keys, page.messages)
        heard = {key: heard for key, (_id, heard, _refs) in held.items() if heard}
        plan = plan_changes(page, [read_known(row.memory) for row in rows], heard)
        stored = self._insert_events(sync, plan.changes)
        changed = self._change_events(plan.changes, rows)
        changed |= self._try_again(rows, plan.heard_at)
        plan.doubtful |= _find_partial(page, plan.changes)
        histories._note(held, page, plan)
        if stored or "received" in changed.mapped("state"):
            self.env.ref("fulfillment_connector.ir_cron_apply").sudo()._trigger()
        new = set(self.browse(stored).mapped("external_id"))
        return stored, [one.external_id for one in page.messages if one.external_id not in new]

    def _find_events(self, account, keys, events):
        """All that is stored of these orders, and of these events under another order."""
        ids = {id for event in events for id in (event.external_id, *event.former_ids)}
        is_named = Domain("external_id", "in", ids) | Domain("order_key", "in", keys - {""})
        return self.search_fetch(
            Domain("account_id", "=", account.id) & Domain("memory", "!=", False) & is_named,
            [*REMEMBERED, *AROUND, "problem"],
            order="id",
        )

    def _try_again(self, rows, heard):
        """What waited until the platform tells of the whole order."""
        waiting = rows.filtered(lambda row: row.state == "waiting" and row.order_key in heard)
        return waiting._move_to("received")

    # --- new rows

    def _insert_events(self, sync, changes):
        """:return: ids of the new rows."""
        common = self._prepare_common_vals(sync)
        rows = [
            common | self._prepare_event_vals(change) | self._prepare_first_state(change)
            for change in changes
            if change.step in (Step.INSERT, Step.BURY)
        ]
        return self._insert(rows)[0]

    def _prepare_first_state(self, change):
        if change.step is Step.INSERT:
            return {"state": "received", "reason": None}
        reason = self.env._("This came late: the platform shows the order without this event.")
        return {"state": "ignored", "reason": reason}

    def _prepare_event_vals(self, change):
        """The columns of an event, and what is remembered of it."""
        event, known = change.event, settle(change)
        moment = event.recorded_at and event.recorded_at.astimezone(timezone.utc)
        return self._prepare_inbox_vals(event) | {
            "external_id": known.external_id,
            "recorded_at": fields.Datetime.to_string(moment) or None,
            "shipment_ref": event.shipment_ref or None,
            "contents": [[sku, str(pieces)] for sku, pieces in event.contents] or None,
            "is_live": known.is_live,
            "memory": write_known(known),
        }

    # --- rows that are there

    def _change_events(self, changes, rows):
        """First what the states become, judged by the content they had; then the content.

        :return: the rows that changed.
        """
        row_by_id = {row.external_id: row for row in rows}
        pairs = [
            (change, row_by_id[change.known.external_id])
            for change in changes
            if change.known and _is_worth_writing(change, row_by_id[change.known.external_id])
        ]
        changed = self.concat(*(row for _change, row in pairs))
        self._keep_earlier(pairs)
        self._write_events(pairs)
        self._pick(pairs, lambda change: change.step is Step.REVIVE)._revive()
        return changed

    def _keep_earlier(self, pairs):
        """Keep the content that is about to be replaced, and note what was done for it."""
        pick = partial(self._pick, pairs)
        pick(_is_replaced)._keep_revision("revised")
        read_anew = self.concat(*(row for change, row in pairs if _is_read_anew(change, row)))
        (pick(_is_changed) | read_anew)._reopen()
        retracted = pick(lambda change: change.step is Step.RETRACT)
        retracted._keep_revision("retracted")
        retracted._retract()
        pick(lambda change: change.step is Step.REVIVE)._keep_revision("revived")
        unsettled = pick(_is_filled).filtered(lambda row: row.state in ("waiting", "failed"))
        unsettled._move_to("received")

    def _pick(self, pairs, is_wanted):
        return self.concat(*(row for change, row in pairs if is_wanted(change)))

    def _write_events(self, pairs):
        """One statement for all that have the same columns to write."""
        groups = {}
        for change, row in pairs:
            vals = self._prepare_change_vals(change, row)
            groups.setdefault(tuple(vals), []).append(vals | {"id": row.id})
        self.flush_model()
        for names, of_names in groups.items():
            columns = [SQL("%s = told.%s", *[SQL.identifier(name)] * 2) for name in names]
            query = SQL(UPDATE, assignments=SQL(", ").join(columns), rows=json.dumps(of_names))
            self.env.cr.execute(query)
        self.invalidate_model()

    def _prepare_change_vals(self, change, row):
        known = settle(change)
        vals = {"is_live": known.is_live, "memory": write_known(known)}
        if change.event:
            told = self._prepare_event_vals(change)
            around = {name: told[name] or row[name] or None for name in AROUND}
            read = {name: told[name] for name in READ}
            vals |= (read if change.step is Step.CONFIRM else told) | around
        now = fields.Datetime.to_string(fields.Datetime.now())
        return vals | {"write_date": now, "write_uid": self.env.uid}


def _is_changed(change: Change) -> bool:
    return change.step in (Step.REVISE, Step.ADOPT) and is_other(change)


def _is_replaced(change: Change) -> bool:
    """Is there earlier content? What was blank and is filled in now leaves none behind."""
    if change.step is not Step.REVISE:
        return _is_changed(change)
    is_same = is_same_content(change.event.revision, change.known.revision)
    return not (is_same and _is_filled(change))


def _is_read_anew(change: Change, row) -> bool:
    """Does the account say now that it means something else? The platform has changed nothing.

    A problem in other words is the same one: a person may have set it aside.
    """
    event = change.event
    if not event or change.step not in (Step.CONFIRM, Step.REVISE, Step.ADOPT):
        return False
    is_same_problem = change.step is not Step.CONFIRM or bool(event.problem) == bool(row.problem)
    return event.kind.value != row.kind or not is_same_problem


def _is_filled(change: Change) -> bool:
    """Is it told now what is in the shipment, and was not before?"""
    return bool(change.event and change.event.contents and not change.known.contents)


def _find_partial(page, changes) -> set[str]:
    """Orders of which a part is news, and it is not known whether there are more shipments."""
    whole = {history.order_key for history in page.histories}
    news = [change.event for change in changes if change.step is Step.INSERT]
    return {
        event.order_key
        for event in news
        if event.kind.value in BOOKED and not event.contents and event.order_key not in whole
    }


def _is_worth_writing(change: Change, row) -> bool:
    """What is shown again as it was is not written: others work on these rows."""
    if change.step is not Step.CONFIRM or is_worth_keeping(change.known, settle(change)):
        return True
    if _is_read_anew(change, row):
        return True
    event = change.event
    return bool(event) and any(getattr(event, name) and not row[name] for name in AROUND)
