"""Several workers of the apply lane: scheduled actions beside the first one.

They share the inbox through row locks, so they may run on one host or on many. A worker that finds
more than it can take in one batch calls as many others as there are batches; one message wakes one.
"""

from odoo import api, models
from odoo.exceptions import UserError

MOST_WORKERS = 16
FIRST = "fulfillment_connector.ir_cron_apply"


class FulfillmentApply(models.AbstractModel):
    _inherit = "fulfillment.apply"

    @api.model
    def _workers(self):
        """The scheduled actions of this lane, the first one first."""
        crons = self.env["ir.cron"].sudo().with_context(active_test=False)
        return self.env.ref(FIRST).sudo() | crons.search(
            [("model_id.model", "=", self._name)], order="id"
        )

    @api.model
    def _set_workers(self, count):
        """Have so many workers: make the missing ones, remove the last ones."""
        if not 1 <= count <= MOST_WORKERS:
            raise UserError(self.env._("Choose 1 to %s apply workers.", MOST_WORKERS))
        workers = self._workers()
        workers[count:].unlink()
        for number in range(len(workers) + 1, count + 1):
            self._add_worker(workers[0], number)

    def _add_worker(self, first, number):
        worker = first.create(
            {
                "name": f"{first.name} ({number})",
                "model_id": first.model_id.id,
                "state": "code",
                "code": "model._cron_apply_more()",
                "user_id": first.user_id.id,
                "active": first.active,
                "interval_number": first.interval_number,
                "interval_type": first.interval_type,
            }
        )
        # With a name of ours it is removed together with the app.
        name = {"xml_id": f"{FIRST}_{number}", "record": worker, "noupdate": True}
        self.env["ir.model.data"]._update_xmlids([name])

    def _call_others(self, remaining, limit):
        """Wake as many other workers as there are batches beyond our own."""
        others = self._workers().filtered("active")
        others -= others.browse(self.env.context.get("cron_id"))
        for worker in others[: (remaining - 1) // limit]:
            worker._trigger()
        self._commit()
