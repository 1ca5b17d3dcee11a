"""The exchange lane's orders and cancellations: one call for each row of the outbox.

answer with an id        sent
taken, but no id         unknown: a message that names our key brings the id, or a person does
time-out, broken off     unknown: never sent again by itself
5xx                      again after ten minutes, at most five times; then unknown
no connection, 429       again after ten minutes; not counted, the platform has done nothing
refused                  failed: a person corrects it and sends it again
wrong credentials        stays to send, the account stops

A 5xx proves nothing: the platform may have the order all the same. What is refused after one is
unknown too, until a message or a person who has looked there says more.

Where an order can be sent twice without harm, the next try tells what became of the last one: then
what is unknown is tried again like a 5xx, before a person is asked.

Each row is prepared, sent and settled before the next one, in transactions of their own. Wherever
this is killed, the row says how far it came: `to_send` was not sent, `sending` may have been.
"""

import logging
from datetime import timedelta
from textwrap import shorten

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...providers import OutcomeUnknown, ProviderError, Verdict
from .fulfillment_acknowledge import PAUSE
from .fulfillment_acknowledgement import MAXIMUM_ATTEMPTS

_logger = logging.getLogger(__name__)

ROUND_SIZE = 20  # rows that are looked up at once
NAMED = 10  # rows that a note of the sync log names; the outbox shows them all
WHY_LENGTH = 300  # characters of a reason in such a note


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    # --- what the last run left behind

    def _recover_outbox(self, run):
        """Rows of which a killed run did not write the outcome, and outcomes no document knows."""
        outbox = self.env["fulfillment.outbox"]
        for row in outbox._find_interrupted(run.account):
            error = OutcomeUnknown(self._text_interrupted(row))
            self._write_outcome(row, *self._judge(row, error))
            self._count_outcome(run, row)
        for row in outbox._find_unsettled(run.account):
            self._settle(run, row)

    def _text_interrupted(self, row):
        if row._is_repeatable():
            return self.env._("The run that sent it was killed. The next try finds out more.")
        return self.env._(
            "The run that sent it was killed, so nobody knows whether it arrived. Look at the "
            "platform: if it is there, enter its ID; if not, send it again."
        )

    # --- send

    def _send_due(self, run):
        """Send all that is due, one row and one call after another.

        A person who waits does not wait for all: the next run goes on in the background.
        """
        outbox = self.env["fulfillment.outbox"]
        while rows := outbox._find_due(run.account, ROUND_SIZE, run.left_out):
            for row in rows:
                if run.is_over:
                    run.is_owing = True
                    return
                with self._keep_account(run):
                    self._send_row(run, row)
            if run.is_single_page:
                run.is_owing = run.is_owing or len(rows) == ROUND_SIZE
                return

    def _send_row(self, run, row):
        """Commit the intent, make the call with nothing uncommitted, commit the outcome.

        :raise ProviderError: the platform is down, or does not accept the account.
        """
        document = self._prepare_row(run, row)
        self._commit(run)
        if not document:
            self._settle(run, row)
        # A message may have proved meanwhile that an earlier call did arrive
        elif row.exists().state == "sending":
            self._send_document(run, row, document)

    def _prepare_row(self, run, row):
        """What the row sends; or nothing, when it does not go out and says why."""
        if row.exists().state != "to_send":
            return None
        if not row._try_lock():
            run.left_out.add(row.id)
            return None
        if not row._is_wanted():
            row._note_outcome("cancelled", reason=self._text_unwanted())
            return None
        document, reason = self._try_prepare(run, row)
        if document:
            row._move_to("sending", attempts=row.attempts + 1)
        elif reason:
            row._note_outcome(row._state_if_refused(), reason=reason)
            self._count_outcome(run, row)
        else:
            reason = self.env._("Nothing of it is open any more.")
            row._move_to("cancelled", reason=reason, settled=True)
        return document

    def _text_unwanted(self):
        return self.env._("It is not wanted any more.")

    def _try_prepare(self, run, row):
        """The document and no reason, or every reason why there is none."""
        try:
            with self.env.cr.savepoint():
                return row._prepare_document(), ""
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except UserError as error:
            return None, str(error)
        except Exception as error:  # a bug at one document must not stop the others
            _logger.exception("Outbox %s: unexpected error", row.id)
            return None, run.account._describe_failure(error)

    def _send_document(self, run, row, document):
        sent, error = self._try_send(run, row, document)
        state, facts = self._judge(row, error) if error else self._judge_taken(row, sent)
        self._write_facts(run, lambda: self._write_outcome(row.exists(), state, facts))
        self._count_outcome(run, row)
        self._commit(run)
        self._settle(run, row)
        self._ensure_goes_on(run, error)

    def _try_send(self, run, row, document):
        """Make the call.

        :return: what the platform answered, or the error.
        """
        send = run.client.send_order if row.kind == "order" else run.client.send_cancellations
        try:
            return send(document), None
        except ProviderError as error:
            return None, error
        except Exception as error:  # a bug of ours, and nobody knows how far the call came
            _logger.exception("Outbox %s: unexpected error", row.id)
            return None, OutcomeUnknown(run.account._describe_failure(error))

    # --- what the answer means

    def _judge_taken(self, row, sent):
        """The state a row moves to after its call, and what is written with it."""
        now = fields.Datetime.now()
        if row.kind == "cancel":
            return "sent", {"sent_at": now}
        facts = {"answer": _clean(sent.raw)}
        if not sent.order_ref:
            return "unknown", facts | {"reason": self._text_no_id(), "may_have_arrived": True}
        return "sent", facts | {"ref": sent.order_ref, "sent_at": now}

    def _judge(self, row, error):
        """The same, for a call that failed."""
        facts = {"reason": str(error), "answer": _clean(error.body)}
        if error.verdict == Verdict.PERSON:
            return row._state_if_refused(), facts
        is_unknown = error.verdict == Verdict.NEVER_BY_ITSELF
        has_tried = is_unknown or (error.status or 0) >= 500
        if has_tried:
            facts["may_have_arrived"] = True
        if is_unknown and not row._is_repeatable():
            return "unknown", facts
        attempts = row.attempts if has_tried else row.attempts - 1
        if attempts >= MAXIMUM_ATTEMPTS:
            return "unknown", facts | {"reason": self._text_given_up(error, attempts)}
        if error.verdict != Verdict.STOP_ACCOUNT:
            pause = timedelta(seconds=max(PAUSE, error.retry_after or 0))
            facts["next_try_at"] = fields.Datetime.now() + pause
        return "to_send", facts | {"attempts": attempts}

    def _text_no_id(self):
        return self.env._(
            "The platform has answered without an ID. The first message about the order brings "
            "it. If none comes, look at the platform: if the order is there, enter its ID; if "
            "not, send it again."
        )

    def _text_given_up(self, error, attempts):
        return self.env._(
            "It was tried %(count)s times and is not tried again by itself. %(why)s",
            count=attempts,
            why=error,
        )

    # --- write it down

    def _write_outcome(self, row, state, facts):
        """What nobody wants any more does not wait for its next try."""
        if row and state == "to_send" and not row._is_wanted():
            reason = f"{self._text_unwanted()} {facts['reason']}"
            state, facts = "cancelled", facts | {"next_try_at": False, "reason": reason}
        row._note_outcome(state, **facts)

    def _count_outcome(self, run, row):
        row = row.exists()
        if row.state == "sent":
            run.sent += 1
            return
        run.unsent += 1
        if run.unsent <= NAMED:
            run.add_note(self._text_unsent(row))
        else:
            run.add_note(self.env._("More was not sent: see the outbox."))

    def _text_unsent(self, row):
        names = {
            "key": row.key or row.display_name,
            "why": shorten(row.reason or "", WHY_LENGTH, placeholder=" …"),
        }
        if row.kind == "cancel":
            return self.env._("Cancellation of order %(key)s: %(why)s", **names)
        if row.may_have_arrived:
            return self.env._("Order %(key)s may have arrived: %(why)s", **names)
        return self.env._("Order %(key)s was not sent: %(why)s", **names)

    def _settle(self, run, row):
        """Tell the document, in a transaction of its own; what fails, or what somebody holds, is
        left to the next run: who waited for it would keep all accounts waiting.
        """
        try:
            if row.exists() and row._try_lock():
                row._settle()
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            self.env.cr.rollback()
        except Exception as error:  # the outcome stands in the outbox
            self.env.cr.rollback()
            _logger.exception("Outbox %s: unexpected error", row.id)
            run.add_note(run.account._describe_failure(error))
        self._commit(run)


def _clean(text):
    """PostgreSQL stores no NUL character."""
    return (text or "").replace("\x00", "") or False
