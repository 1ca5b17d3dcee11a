"""The button "Fetch now": both lanes at once for one page, and an answer a person can read.

It stands outside the rooms of the two lanes, because it is the one place that calls both.
"""

from odoo import models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime

from .exchange.exchange_run import FAILED, LOCKED
from .exchange.fulfillment_exchange_transaction import FETCH_CRON

GROUP = "fulfillment_connector.group_fulfillment_user"
SEVERITY = ("success", "info", "warning", "danger")


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    def action_fetch(self):
        """Fetch one page per account, apply what came, and tell the outcome; commits."""
        self.check_access("read")
        if not self.env.user.has_group(GROUP):
            raise AccessError(self.env._("Only users of Fulfillment may fetch messages."))
        syncs = self.env["fulfillment.sync"]
        lines, kinds = [], []
        for account in self:
            text, kind, sync = account._fetch_now()
            lines.append(f"{account.name}: {text}" if len(self) > 1 else text)
            kinds.append(kind)
            syncs |= sync
        worst = max(kinds, key=SEVERITY.index, default="info")
        return self._prepare_fetch_answer("\n".join(lines), worst, syncs)

    def _fetch_now(self):
        """Sentence, severity, and the sync row when messages came."""
        nothing = self.env["fulfillment.sync"]
        if reason := self._why_no_call():
            return reason, "warning", nothing
        exchange = self.env["fulfillment.exchange"].sudo()
        run = exchange._exchange_account(self, is_by_hand=True)
        if run.outcome == LOCKED:
            return self.env._("A run is going on already: see Sync log."), "info", nothing
        if run.outcome == FAILED and not run.new:
            return self._describe_trouble(run), "danger", nothing
        if run.has_more:
            exchange._wake(FETCH_CRON)
        self.env["fulfillment.apply"].sudo()._apply_account(self.sudo())
        if not run.new:
            return self._describe_nothing(run), "info", nothing
        return (*self._describe_messages(run), run.sync.with_env(self.env))

    def _why_no_call(self):
        """A sentence when the platform must not be called now, else nothing."""
        if self.state == "stopped":
            return self.env._(
                "The account is stopped: %(why)s Correct it, then press Test connection.",
                why=self.last_error or "",
            )
        if self._is_backing_off():
            when = max(self.next_fetch_at, self.quiet_until or self.next_fetch_at)
            return self.env._(
                "The next call is allowed at %(when)s: %(why)s",
                when=format_datetime(self.env, when),
                why=self.last_error or self.env._("the platform asks to slow down."),
            )
        return ""

    def _describe_trouble(self, run):
        return self.last_error or "\n".join(run.notes) or self.env._("See Sync log.")

    def _describe_nothing(self, run):
        platform = dict(self._fields["provider"]._description_selection(self.env))[self.provider]
        text = self.env._("Nothing new at %s.", platform)
        return " ".join([text, *self._describe_sent(run), *run.notes])

    def _describe_sent(self, run):
        return [self.env._("Orders sent: %s.", run.sent)] if run.sent else []

    def _describe_messages(self, run):
        """ "New messages: 42. Of these 40 applied, 2 for attention." and its severity."""
        rows = (
            self.env["fulfillment.message"]
            .sudo()
            ._read_group([("sync_id", "=", run.sync.id)], ["state"], ["__count"])
        )
        count = dict(rows)
        parts = [
            self.env._("%s applied", count.get("applied", 0)),
            count.get("waiting") and self.env._("%s waiting", count["waiting"]),
            count.get("received") and self.env._("%s to apply", count["received"]),
            count.get("failed") and self.env._("%s for attention", count["failed"]),
        ]
        text = self.env._(
            "New messages: %(count)s. Of these %(parts)s.",
            count=sum(count.values()),
            parts=", ".join(filter(None, parts)),
        )
        if run.has_more:
            text = self.env._("%s More is being fetched in the background: see Sync log.", text)
        kind = "warning" if count.get("failed") or run.notes else "success"
        return " ".join([text, *self._describe_sent(run), *run.notes]), kind

    def _prepare_fetch_answer(self, text, kind, syncs):
        answer = self._notify(text, kind, sticky=kind in ("warning", "danger"))
        if syncs:
            answer["params"]["next"] = {
                "type": "ir.actions.act_window",
                "name": self.env._("Messages"),
                "res_model": "fulfillment.message",
                "views": [(False, "list"), (False, "form")],
                "domain": [("sync_id", "in", syncs.ids)],
            }
        return answer
