"""The button "Test connection": loud, since a person waits for the answer."""

from odoo import models
from odoo.exceptions import UserError

from ...providers import ProviderError, Verdict
from .exchange_run import LockLost, Run


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    def action_test_connection(self):
        """Make one harmless call; commits, so that the sync log keeps a failure too.

        :raise UserError: why the platform cannot be used.
        """
        self.ensure_one()
        self.check_access("write")
        lane = self.env["fulfillment.exchange"].sudo()
        run = Run(account=self.sudo(), is_fetching=False)
        try:
            sentence = lane._test_connection(run)
        except LockLost:
            raise UserError(
                self.env._("A run is going on for this account. Try again in a minute.")
            ) from None
        except ProviderError as error:
            failure = error
            lane._write_facts(run, lambda: run.account._note_test_failure(run, failure))
            raise UserError(str(failure)) from failure
        return self._notify(sentence, "success")

    def _note_test_failure(self, run, error):
        """A person knows already: no activity."""
        self.last_error = str(error)
        if error.verdict == Verdict.STOP_ACCOUNT:
            self.state = "stopped"
        if run.sync:
            run.sync.write(run.prepare_counts())
            run.sync._end("error", str(error), run.seconds)

    def _notify(self, text, kind, **params):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
                **params,
            },
        }
