"""The stock lane: compare stored numbers with Odoo's stock, and adjust what differs, in bulk.

One worker per account; only this file commits. The work is a row of the sync log: it goes through
the levels in the order of their ids, a chunk per transaction, and keeps its place with its counts.
Killed anywhere, the next run goes on from there. A chunk that fails is halved until the product is
found that cannot be adjusted; that one costs nobody but itself.
"""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS
from odoo.tools import format_datetime

from .ledger import EffectError
from .stock_places import DIFFERS, EQUAL, FAILED, SKIPPED, UNKNOWN

_logger = logging.getLogger(__name__)

CHUNK = 2000  # levels compared, and adjusted, in one transaction
TRIES = 3  # of a chunk that met somebody else's write
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
        for _attempt in range(TRIES):
            try:
                sync = self._claim()
                if not sync:
                    return 0
                levels = self._find_next(sync)
                self._apply_or_split(sync, levels)
                return len(levels) or 1
            except CONCURRENCY_ERRORS:
                # The snapshot is older than somebody's write: only a new transaction sees it.
                self._roll_back()
        self._trigger()
        self._commit()
        return 0

    def _apply_or_split(self, sync, levels):
        """Compare levels in one transaction; if that fails, smaller sets of them."""
        try:
            self._apply_levels(sync, levels)
            self._commit()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever stock methods raise must not stop the others
            self._roll_back()
            half = len(levels) // 2
            if half:
                for part in (levels[:half], levels[half:]):
                    # whoever has taken the account meanwhile goes on from where it stands
                    if self._try_lock(sync.account_id):
                        self._apply_or_split(sync, part)
            elif self._try_lock(sync.account_id):
                self._fail(sync, levels, error)

    def _fail(self, sync, level, error):
        if not isinstance(error, (EffectError, UserError)):
            _logger.exception("Stock of %s could not be set", level.display_name)
        reason = str(error) or repr(error)
        level._write_outcomes({level: (FAILED, reason, level.product_id)})
        self._move_on(sync, level, stock_failed_count=1)
        self._commit()

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
        is_pending = Domain("stock_is_pending", "=", True)
        is_on = Domain("account_id.stock_policy", "!=", "off")
        for sync in self.env["fulfillment.sync"].sudo().search(is_pending & is_on, order="id"):
            if self._try_lock(sync.account_id):
                account = sync.account_id
                lane = self.with_user(api.SUPERUSER_ID).with_company(account.company_id)
                lane = lane.with_context(lang=account.user_id.lang or self.env.lang)
                return sync.with_env(lane.env)
        return None

    def _try_lock(self, account):
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, account.id])
        return self.env.cr.fetchone()[0]

    def _find_next(self, sync):
        levels = self.env["fulfillment.stock.level"].with_env(sync.env)
        rest = sync._stock_domain() & Domain("id", ">", sync.stock_position)
        return levels.search(rest, order="id", limit=CHUNK)

    def _count_pending(self):
        syncs = self.env["fulfillment.sync"].sudo()
        return syncs.search_count([("stock_is_pending", "=", True)])

    # --- compare and adjust: no commit from here on

    @api.model
    def _apply_levels(self, sync, levels):
        """One chunk: the adjustments, the outcomes and the new place stand in one transaction."""
        account = sync.account_id
        is_preview = account.stock_policy != "apply"
        found, refused = levels._survey()
        ids = set(levels.ids)
        places = [place for place in found if sync._first_of(place) in ids]
        changing = [place for place in places if place.is_different]
        if changing and not is_preview:
            self.env["stock.quant"].with_env(sync.env)._fulfillment_adjust(
                changing, self._text_adjustment(account)
            )
        levels._write_outcomes(self._list_outcomes(places, refused))
        skipped = [place for place in changing if place.reason]
        states = {(level._article(), refusal.state) for level, refusal in refused.items()}
        self._move_on(
            sync,
            levels,
            stock_compared_count=len(places) - len(skipped),
            stock_changed_count=len(changing) - len(skipped),
            stock_unknown_count=sum(state == UNKNOWN for _article, state in states),
            stock_skipped_count=sum(state == SKIPPED for _article, state in states) + len(skipped),
        )
        sync.stock_is_preview = is_preview

    @staticmethod
    def _list_outcomes(places, refused):
        """{level: (state, reason, product)}"""
        outcomes = {}
        for place in places:
            state = SKIPPED if place.reason else DIFFERS if place.is_different else EQUAL
            outcomes |= dict.fromkeys(place.levels, (state, place.reason, place.product))
        for level, refusal in refused.items():
            outcomes[level] = (refusal.state, refusal.reason, level.product_id.browse())
        return outcomes

    def _move_on(self, sync, levels, **counts):
        """Keep the place and the counts; after the last level the work is done."""
        for name, count in counts.items():
            sync[name] += count
        if levels:
            sync.stock_position = levels[-1].id
        if not levels or not self._find_next(sync):
            sync.stock_is_pending = False
            if sync.stock_is_full and sync.account_id.stock_policy == "preview":
                sync.account_id.stock_previewed_at = fields.Datetime.now()

    def _text_adjustment(self, account):
        platform = dict(account._fields["provider"]._description_selection(self.env))
        return self.env._(
            "%(platform)s stock update %(when)s",
            platform=platform[account.provider],
            when=format_datetime(self.env, account.stock_stored_at or fields.Datetime.now()),
        )


class FulfillmentSync(models.Model):
    _inherit = "fulfillment.sync"

    def _stock_domain(self):
        """The levels this run has to compare: all, or those that it brought."""
        of_account = Domain("account_id", "=", self.account_id.id)
        return of_account if self.stock_is_full else of_account & Domain("sync_id", "=", self.id)

    def _first_of(self, place):
        """Id of the level whose chunk deals with a place that several numbers add up to."""
        return min(
            level.id for level in place.levels if self.stock_is_full or level.sync_id == self
        )
