"""The apply lane: claim messages, apply them in bulk, and corner the ones that cannot be.

Only this file commits. A batch that fails as a whole is taken again order by order, then message
by message, so that a poisoned message costs nobody but itself.
"""

import logging
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as CONCURRENCY_ERRORS

from .ledger import EffectError

_logger = logging.getLogger(__name__)

BATCH_SIZE = 300  # messages claimed at a time: some tens of orders
BATCH_BY_HAND = 50  # the same while a person waits
PENDING = ("received", "waiting")
MOST_REVIEWED = 1000  # waiting messages tried again in one run
PATIENCE = 5  # seconds of a person who pressed a button; the rest goes on in the background
SOON = timedelta(seconds=5)
TRIES = 3  # of a batch that met somebody else's write


class FulfillmentApply(models.AbstractModel):
    _name = "fulfillment.apply"
    _description = "Fulfillment Apply Lane"

    # --- lane

    @api.model
    def _cron_apply(self):
        """The first worker: review what waits, then apply as all workers do."""
        self._review_waiting()
        self._cron_apply_more()

    @api.model
    def _cron_apply_more(self, limit=BATCH_SIZE):
        """Apply what is in the inbox, batch by batch, until time is up or nothing is left."""
        remaining, seconds_left = self._count_pending(), 1.0
        while remaining and seconds_left:
            self._call_others(remaining, limit)
            done = self._apply_batch(limit=limit)
            remaining = self._count_pending() if done else 0
            seconds_left = self.env["ir.cron"]._commit_progress(done, remaining=remaining)

    @api.model
    def _apply_account(self, account):
        """Apply what waits for one account now, as long as a person may be kept waiting."""
        end = time.monotonic() + PATIENCE
        while self._apply_batch(account, limit=BATCH_BY_HAND):
            if time.monotonic() > end:
                self._trigger()
                break

    def _apply_batch(self, account=None, limit=BATCH_SIZE):
        """Claim one batch and apply it. Commits.

        :return: number of messages that got an answer.
        """
        for _attempt in range(TRIES):
            try:
                messages = self._claim(account, limit)
                if messages:
                    self._apply_or_split(messages)
                    return len(messages)
                break
            except CONCURRENCY_ERRORS:
                # The snapshot is older than somebody's write: only a new transaction sees it.
                self._roll_back()
        self._come_back()
        return 0

    def _apply_or_split(self, messages):
        """Apply messages in one transaction; if that fails, apply smaller sets of them."""
        try:
            self._apply_messages(messages)
            self._commit()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # whatever stock methods raise must not stop the others
            self._roll_back()
            parts = self._split(messages)
            for part in parts:
                if len(messages) == 1:
                    self._fail(part, error)
                else:
                    self._apply_or_split(self._lock(part))

    def _split(self, messages):
        """By order, or the messages of one order one by one."""
        messages = self._lock(messages)
        if len(messages.order_id) > 1:
            return list(messages.grouped("order_id").values())
        return list(messages.sorted(self._sort_key))

    def _fail(self, messages, error):
        if not isinstance(error, (EffectError, UserError)):
            _logger.exception("Message %s could not be applied", messages.external_id)
        messages._move_to("failed", str(error) or repr(error))
        self._commit()
        messages._raise_attention()
        self._commit()

    def _come_back(self):
        """What is left is in the hands of others: see soon whether they have given it back."""
        self._commit()
        if self._count_pending():
            self._trigger(fields.Datetime.now() + SOON)
            self._commit()

    def _trigger(self, at=None):
        self.env.ref("fulfillment_connector.ir_cron_apply").sudo()._trigger(at)

    def _commit(self):
        self.env["ir.cron"]._commit_progress()

    def _roll_back(self):
        self.env.cr.rollback()
        self.env.invalidate_all()

    # --- what waits

    def _review_waiting(self):
        """Look again at messages that wait: hourly they are tried, in the end a person is asked.

        What they wait for wakes them; but it may have come while they were being put to wait.
        """
        try:
            inbox = self.env["fulfillment.message"].sudo()
            is_waiting = Domain("state", "=", "waiting")
            for [account] in inbox._read_group(is_waiting, ["account_id"]):
                of_account = is_waiting & Domain("account_id", "=", account.id)
                self._give_up(inbox.search(of_account & account._late_domain(), limit=BATCH_SIZE))
            hour_ago = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
            rested = is_waiting & Domain("write_date", "<", hour_ago)
            found = inbox.search(rested, order="write_date", limit=MOST_REVIEWED)
            found.try_lock_for_update(allow_referencing=True)._move_to("received")
            self._commit()
        except CONCURRENCY_ERRORS:
            self._roll_back()  # somebody works on one of them: next time

    def _give_up(self, late):
        late = late.try_lock_for_update(allow_referencing=True)
        for message in late:
            message._move_to("failed", message._text_waited())
        late._raise_attention()
