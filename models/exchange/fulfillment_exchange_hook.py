"""Web hooks at the platform: calls a person starts, each with its row in the log."""

from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

from ...providers import OutcomeUnknown, ProviderError, Refused
from .exchange_run import LockLost, Run

NOT_THERE = 404


class FulfillmentAccount(models.Model):
    _inherit = "fulfillment.account"

    def _make_hook_call(self, method, *args):
        """Run a method of the lane for a person; commits.

        :raise UserError: why it did not work.
        """
        self.ensure_one()
        self.check_access("write")
        lane = self.env["fulfillment.exchange"].sudo()
        run = Run(account=self.sudo(), is_fetching=False)
        try:
            with lane._open_hook_run(run):
                return getattr(lane, method)(run, *args)
        except LockLost:
            raise UserError(
                self.env._("A run is going on for this account. Try again in a minute.")
            ) from None
        except ProviderError as error:
            raise UserError(str(error)) from error


class FulfillmentExchange(models.AbstractModel):
    _inherit = "fulfillment.exchange"

    @contextmanager
    def _open_hook_run(self, run):
        """Hold the account, write the log, whatever becomes of the call."""
        self._lock_or_stop(run)
        run.sync = self.env["fulfillment.sync"]._start(run.account, "hook")
        self._commit(run)
        try:
            run.client = run.account._get_client(on_exchange=run.count_call)
            yield
        except ProviderError as error:
            run.add_note(str(error))
            self._write_facts(run, lambda: self._end_hook_run(run, "error"))
            raise
        self._write_facts(run, lambda: self._end_hook_run(run, "done"))

    def _end_hook_run(self, run, state):
        run.sync.write(run.prepare_counts())
        run.sync._end(state, "\n".join(run.notes), run.seconds)

    # --- calls

    def _list_hooks(self, run):
        return run.client.list_hooks()

    def _register_own_hook(self, run):
        """Leave exactly one web hook of ours, signed with the secret of now."""
        account = run.account
        account._ensure_can_be_called()
        account._ensure_hook_secret()
        self._commit(run)  # a call that comes at once must find them
        before = self._list_own_hooks(run)
        hook = self._add_hook(run, {one.hook_id for one in before})
        account._note_hook(hook.hook_id)
        self._commit(run)
        for one in before:
            self._remove_hook(run, one.hook_id)

    def _renew_hook_secret(self, run):
        run.account._ensure_can_be_called()
        run.account._change_hook_secret()
        self._register_own_hook(run)

    def _add_hook(self, run, known):
        """Register it; when nobody knows whether that worked, the list tells."""
        account = run.account
        hook = cause = None
        try:
            hook = run.client.register_hook(
                account.hook_url, account.hook_secret, self._name_hook(account)
            )
        except OutcomeUnknown as error:
            cause = error
        if hook and hook.hook_id:
            return hook
        found = [one for one in self._list_own_hooks(run) if one.hook_id not in known]
        if found:
            return found[0]
        if hook:
            raise Refused(self._text_nameless_hook())
        raise Refused(self._text_lost_hook()) from cause

    def _name_hook(self, account):
        return f"Odoo {account.company_id.name} {account.id}"

    def _list_own_hooks(self, run):
        return [hook for hook in run.client.list_hooks() if run.account._owns_hook(hook)]

    def _remove_own_hooks(self, run):
        """Ours by its ID, and whatever else has our address."""
        refs = [hook.hook_id for hook in self._list_own_hooks(run)]
        for ref in dict.fromkeys(filter(None, [run.account.hook_ref, *refs])):
            self._remove_hook(run, ref)
        run.account._forget_hook()
        self._commit(run)

    def _remove_hook(self, run, ref):
        """One that is not there any more is removed."""
        try:
            run.client.remove_hook(ref)
        except Refused as error:
            if error.status != NOT_THERE:
                raise
        if run.account.hook_ref == ref:
            run.account.hook_ref = False

    def _text_lost_hook(self):
        return self.env._(
            "The platform did not answer in time, and its list shows no web hook of this account: "
            "it was not registered. Try again."
        )

    def _text_nameless_hook(self):
        return self.env._(
            "The platform has taken the web hook, but does not show it in its list yet. "
            "Press Show Web Hooks in a few minutes."
        )
