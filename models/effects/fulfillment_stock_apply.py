"""The stock lane: compare stored numbers with Odoo's stock, and adjust what differs, in bulk.

One worker per account; only this file commits. The work is a row of the sync log: it goes through
the levels in the order of their ids, a chunk per transaction, and keeps its place with its counts.
Killed anywhere, the next run goes on from there. A chunk that fails is halved until the product is
found that cannot be adjusted; that one costs nobody but itself.
"""

import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

from .ledger import EffectError
from .stock_places import FAILED

_logger = logging.getLogger(__name__)

CHUNK = 6000  # levels compared in one transaction; fewer where many are to be changed
TRIES = 3  # of levels that met somebody else's write, before there are fewer of them
PENDING = (
    Domain("stock_is_pending", "=", True)
    & Domain("account_id.stock_policy", "!=", "off")
    & Domain("account_id.active", "=", True)
)
LOCK_CLASS = 0x46756C73  # of pg_try_advisory_xact_lock; any number no other add-on uses


class FulfillmentStockApply(models.AbstractModel):
    _name = "fulfillment.stock.apply"
    _description = "Fulfillment Stock Lane"

    # --- lane

    @api.model
    def _cron_apply_stock(self):
        """Go on with what is to be compared, until time is up or nothing is left."""
        seconds_left = 1.0
        while seconds_left:
            done = self._apply_chunk()
            remaining = self._count_pending() if done else 0
            seconds_left = done and self.env["ir.cron"]._commit_progress(done, remaining=remaining)

    def _apply_chunk(self):
        """Compare the next levels of an account nobody else works for. Commits.

        :return: number of levels, 1 for a piece of work that came to its end, 0 if there is none.
        """
        sync = self._claim()
        if not sync:
            return 0
        levels = self._find_next(sync)
        try:
            self._apply_or_split(sync, levels)
        except CONCURRENCY_ERRORS:
            self._roll_back()
            self._trigger()
            self._commit()
            return 0
        return len(levels) or 1

    def _apply_or_split(self, sync, levels):
        """Compare levels in one transaction, or part by part where that is too much or fails.

        Whoever has taken the account between two of them goes on from where it stands.
        """
        parts, tries = [levels], 0
        while parts and self._is_ours(sync):
            part = parts.pop(0).filtered(lambda level: level.id > sync.stock_position)
            try:
                rest = self._apply_levels(sync, part)
                self._commit()
                tries = 0
            except CONCURRENCY_ERRORS:
                # The snapshot is older than somebody's write: only a new transaction sees it.
                self._roll_back()
                tries = (tries + 1) % TRIES
                rest = [part] if tries else _halve(part)
                if not rest:
                    raise
            except Exception as error:  # whatever stock methods raise must not stop the others
                self._roll_back()
                rest = _halve(part) or self._fail(sync, part, error)
            parts[:0] = rest

    def _is_ours(self, sync):
        return self._try_lock(sync.account_id) and sync.stock_is_pending

    def _fail(self, sync, level, error):
        """Leave a level behind that cannot be adjusted, unless the account is not ours any more.

        :return: what is still to be done.
        """
        if not self._is_ours(sync):
            return [level]
        if not isinstance(error, (EffectError, UserError)):
            _logger.exception("Stock of %s could not be set", level.display_name)
        reason = str(error) or repr(error)
        level._write_outcomes({level: (FAILED, reason, level.product_id)})
        self._move_on(sync, level, stock_failed_count=1)
        self._commit()
        return []

    def _trigger(self):
        self.env.ref("fulfillment_connector.ir_cron_stock").sudo()._trigger()

    def _commit(self):
        self.env["ir.cron"]._commit_progress()
        self.env.invalidate_all()  # of a whole stock, no more than a chunk stays in memory

    def _roll_back(self):
        self.env.cr.rollback()
        self.env.invalidate_all()

    # --- claim

    def _claim(self):
        """The oldest work of an account that nobody else works for now."""
        for sync in self.env["fulfillment.sync"].sudo().search(PENDING, order="id"):
            if self._try_lock(sync.account_id):
                account = sync.account_id
                lane = self.with_user(api.SUPERUSER_ID).with_company(account.company_id)
                lane = lane.with_context(lang=account.user_id.lang or self.env.lang)
                return sync.with_env(lane.env)
        return None

    def _try_lock(self, account):
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, account.id])
        return self.env.cr.fetchone()[0]

    def _find_next(self, sync, limit=None):
        levels = self.env["fulfillment.stock.level"].with_env(sync.env)
        rest = sync._stock_domain() & Domain("id", ">", sync.stock_position)
        return levels.search(rest, order="id", limit=limit or CHUNK)

    def _count_pending(self):
        syncs = self.env["fulfillment.sync"].sudo()
        return syncs.search_count(PENDING)


def _halve(levels):
    """Two smaller sets, or nothing of a single one."""
    half = len(levels) // 2
    return [levels[:half], levels[half:]] if half else []
