"""What the stock lane does in one transaction: compare levels, adjust what differs, move on."""

from bisect import bisect_right

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from .stock_places import DIFFERS, EQUAL, SKIPPED, UNKNOWN

CHANGES = 200  # places adjusted in one transaction: until its end nobody else moves these goods


class FulfillmentStockApply(models.AbstractModel):
    _inherit = "fulfillment.stock.apply"

    @api.model
    def _apply_levels(self, sync, levels):
        """The adjustments, the outcomes and the new place stand in one transaction.

        :return: sets of levels that are left for other transactions.
        """
        is_preview = sync.account_id.stock_policy != "apply"
        places, refused = levels._survey()
        first, *rest = [levels] if is_preview else sync._cut(levels, places)
        ids = set(first.ids)
        places = [place for place in places if sync._first_of(place) in ids]
        refused = {level: refusal for level, refusal in refused.items() if level.id in ids}
        changing = [place for place in places if place.is_different]
        if changing and not is_preview:
            self.env["stock.quant"].with_env(sync.env)._fulfillment_adjust(
                changing, self._text_adjustment(sync.account_id)
            )
        levels._write_outcomes(self._list_outcomes(places, refused))
        self._move_on(sync, first, **self._count(places, changing, refused))
        sync.stock_is_preview = is_preview
        return rest

    @staticmethod
    def _count(places, changing, refused):
        skipped = sum(bool(place.reason) for place in changing)
        states = [
            state for _article, state in {(lv._article(), r.state) for lv, r in refused.items()}
        ]
        return {
            "stock_compared_count": len(places) - skipped,
            "stock_changed_count": len(changing) - skipped,
            "stock_unknown_count": states.count(UNKNOWN),
            "stock_skipped_count": states.count(SKIPPED) + skipped,
        }

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
        sync.stock_position = max([sync.stock_position, *levels.ids])
        if not self._find_next(sync, limit=1):
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

    def _cut(self, levels, places):
        """Levels in parts, in their order, of which none has more than `CHANGES` to adjust."""
        changing = sorted(self._first_of(place) for place in places if place.is_different)
        starts = changing[CHANGES::CHANGES]
        parts = levels.grouped(lambda level: bisect_right(starts, level.id))
        return list(parts.values()) or [levels]
