"""The exchange lane's acknowledgements: tell the platform which messages are stored here.

taken                  marked
404                    marked, where the account says so; else refused
other 4xx              refused: never tried again by itself, a person may
5xx, time-out, 429     again after ten minutes, at most five times
wrong credentials      the message stays owed, the account stops
"""

from datetime import timedelta

from odoo import fields, models

from ...providers import ProviderError, Throttled, Verdict
from .fulfillment_acknowledgement import MAXIMUM_ATTEMPTS

GROUP_SIZE = 20  # results written in one transaction
GROUP_SECONDS = 30  # or fewer, when they took this long: a killed run loses what is not written
FAILURES_TO_END = 3  # in a row: the platform is down, not the message at fault
PAUSE = 600  # seconds; the strictest platform wants no failed call again before that


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    def _acknowledge_owed(self, run):
        """Acknowledge all that is owed and due, in groups, one call after another."""
        while rows := self.env["fulfillment.acknowledgement"]._find_owed(run.account, GROUP_SIZE):
            if run.is_over:
                run.is_owing = True
                return
            self._acknowledge_group(run, rows)

    def _acknowledge_group(self, run, rows):
        """Make the calls with nothing uncommitted, then write all results at once.

        :raise ProviderError: the platform is down, or does not accept the account.
        """
        results, until = {}, run.seconds + GROUP_SECONDS
        try:
            for row in rows:
                error = self._try_acknowledge(run, row)
                results[row] = self._prepare_result_vals(row, error)
                self._ensure_goes_on(run, error)
                if run.seconds > until:
                    break
        finally:
            self._write_facts(run, lambda: self._write_results(results))
        self._commit(run)

    def _try_acknowledge(self, run, row):
        """Make the call.

        :return: the error, or None when the message is marked.
        """
        try:
            run.client.acknowledge(row.message_id.external_id)
        except ProviderError as error:
            is_gone = error.status == 404 and run.account.acknowledge_missing
            if not is_gone:
                run.unacknowledged += 1
                run.add_note(
                    self.env._(
                        "Message %(id)s was not marked as processed: %(why)s",
                        id=row.message_id.external_id,
                        why=error,
                    )
                )
                return error
        run.acknowledged += 1
        return None

    def _prepare_result_vals(self, row, error):
        now = fields.Datetime.now()
        tried = {"attempts": row.attempts + 1, "next_try_at": False}
        if error is None:
            return tried | {"acknowledged_at": now, "error": False}
        if error.verdict == Verdict.STOP_ACCOUNT:
            return {}
        if error.verdict == Verdict.PERSON:
            is_missing = error.status == 404
            return {"attempts": MAXIMUM_ATTEMPTS, "error": str(error), "is_missing": is_missing}
        pause = max(PAUSE, error.retry_after or 0)
        return tried | {"next_try_at": now + timedelta(seconds=pause), "error": str(error)}

    def _ensure_goes_on(self, run, error):
        """End the run when no further call can succeed.

        :raise ProviderError: that error.
        """
        if error is None or error.verdict == Verdict.PERSON:
            run.failures_in_a_row = 0
            return
        run.failures_in_a_row += 1
        if (
            run.failures_in_a_row >= FAILURES_TO_END
            or isinstance(error, Throttled)
            or error.verdict == Verdict.STOP_ACCOUNT
        ):
            raise error

    def _write_results(self, results):
        for row, vals in results.items():
            row.write(vals)
        self.env.flush_all()
