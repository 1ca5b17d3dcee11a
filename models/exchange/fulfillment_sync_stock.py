"""The sync log of the stock: what was read, and how it compares with Odoo's own.

The row of a run is also the work it leaves behind: while it is pending, the stock lane goes
through the stored numbers in the order of their ids, and keeps its place and its counts here.
"""

from odoo import api, fields, models


class FulfillmentSync(models.Model):
    _inherit = "fulfillment.sync"

    kind = fields.Selection(selection_add=[("stock", "Stock")], ondelete={"stock": "cascade"})
    stock_is_full = fields.Boolean(string="Whole Stock", readonly=True)
    stock_missing_count = fields.Integer(
        string="Missing",
        readonly=True,
        help="Numbers that were known and are not in this full update.",
    )
    stock_bad_count = fields.Integer(
        string="Left Out",
        readonly=True,
        help="Articles without an article number, or without a number of pieces that can be used.",
    )
    stock_is_pending = fields.Boolean(string="To Compare", readonly=True)
    stock_position = fields.Integer(readonly=True)
    stock_is_preview = fields.Boolean(string="Preview", readonly=True)
    stock_compared_count = fields.Integer(
        string="Products Compared", readonly=True, help="Counted once per location."
    )
    stock_changed_count = fields.Integer(
        string="Products Changed", readonly=True, help="In a preview: those that would change."
    )
    stock_unknown_count = fields.Integer(string="SKUs Unknown Here", readonly=True)
    stock_skipped_count = fields.Integer(string="Products Skipped", readonly=True)
    stock_failed_count = fields.Integer(string="Products Failed", readonly=True)
    stock_summary = fields.Char(string="Stock Result", compute="_compute_stock_summary")

    _stock_pending = models.Index("(account_id) WHERE stock_is_pending")

    @api.model
    def _compare_stored(self, account):
        """Have all that is stored for an account compared again, without a call."""
        account._drop_stock_work()
        sync = self.create(
            {
                "account_id": account.id,
                "kind": "stock",
                "state": "done",
                "note": self.env._("The stored numbers are compared again; no call was made."),
                "stock_is_full": True,
                "stock_is_pending": True,
            }
        )
        sync._end("done", sync.note)
        self.env["fulfillment.exchange"]._wake_stock()
        return sync

    @api.depends(
        "kind",
        "state",
        "stock_is_pending",
        "stock_is_preview",
        "stock_compared_count",
        "stock_changed_count",
        "stock_unknown_count",
        "stock_skipped_count",
        "stock_failed_count",
    )
    def _compute_stock_summary(self):
        for sync in self:
            sync.stock_summary = ". ".join(sync._describe_stock_parts()) or False

    def _describe_stock_parts(self):
        """Sentences without their full stops."""
        if self.kind != "stock" or self.state not in ("done", "warning"):
            return []
        parts = [self._describe_stock_change(), *self._describe_stock_rest()]
        if self.stock_is_pending:
            parts.append(self.env._("Comparing goes on"))
        return parts

    def _describe_stock_change(self):
        if not self.stock_compared_count:
            if self.stock_is_pending or self.stock_unknown_count or self.stock_skipped_count:
                return self.env._("Nothing was compared yet")
            return self.env._("There was nothing to compare")
        counts = {
            "changed": f"{self.stock_changed_count:,}",
            "all": f"{self.stock_compared_count:,}",
        }
        if self.stock_is_preview:
            return self.env._("Would change %(changed)s of %(all)s products", **counts)
        return self.env._("Changed %(changed)s of %(all)s products", **counts)

    def _describe_stock_rest(self):
        rest = [
            (self.stock_unknown_count, self.env._("SKUs not known here: %s")),
            (self.stock_skipped_count, self.env._("Skipped: %s")),
            (self.stock_failed_count, self.env._("Failed: %s")),
        ]
        return [text % f"{count:,}" for count, text in rest if count]
