"""The order a row of the outbox is about: how it comes in, and what its outcome means there."""

from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..activities import find_activities, plan_activity

CAUSES = {"order": "send", "cancel": "recall"}  # of activities, by kind of row
NOT_SENT = ("unknown", "failed")


class FulfillmentOutbox(models.Model):
    _inherit = "fulfillment.outbox"
    _rec_name = "key"

    order_id = fields.Many2one("sale.order", readonly=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")

    _live_unique = models.UniqueIndex(
        "(order_id, kind) WHERE state != 'cancelled'",
        "This order stands in the outbox already.",
    )

    # --- in

    @api.model
    def _enqueue_orders(self, orders):
        return self._enqueue(orders, "order")

    @api.model
    def _enqueue_cancellations(self, orders):
        return self._enqueue(orders, "cancel")

    def _enqueue(self, orders, kind):
        """One row per order, unless it has one, and the lane that sends them.

        :return: the new rows.
        """
        orders = orders.sudo()
        orders -= orders._fulfillment_rows(kind).order_id
        rows = self.sudo().create([self._prepare_row_vals(order, kind) for order in orders])
        if rows:
            rows._wake_lane()
        return rows

    def _prepare_row_vals(self, order, kind):
        return {
            "account_id": order.fulfillment_account_id.id,
            "company_id": order.company_id.id,
            "order_id": order.id,
            "kind": kind,
            "key": order.fulfillment_key or order.name,
        }

    # --- called by the lane

    def _prepare_document(self):
        """What goes over the wire.

        :raise UserError: every reason why it cannot.
        """
        self.ensure_one()
        self._ensure_same_account()
        if self.kind == "cancel":
            return self.order_id._fulfillment_prepare_cancellations()
        order = self.order_id._fulfillment_prepare_order()
        if self.key != order.key:
            self.key = order.key  # somebody changed it meanwhile
        return order

    def _ensure_same_account(self):
        account = self.order_id.fulfillment_account_id
        if account != self.account_id:
            raise UserError(
                self.env._(
                    "%(order)s was to be sent through the account %(old)s, but has another one "
                    "now: %(new)s. Send it again from its own page.",
                    order=self.order_id.display_name,
                    old=self.account_id.name,
                    new=account.name or self.env._("none"),
                )
            )

    def _try_lock_documents(self):
        order = self.order_id
        return order.try_lock_for_update(allow_referencing=True) == order

    def _is_wanted(self):
        return self.order_id.state == ("sale" if self.kind == "order" else "cancel")

    def _settle_documents(self):
        """Write outcomes on the orders: the platform's id, a note, what a person has to do."""
        rows = self.sudo().filtered(lambda row: not row.settled)
        told = rows.filtered(lambda row: row.kind == "order" or row._is_wanted())
        told._clear_activities()
        sent = rows.filtered(lambda row: row.state == "sent")
        sent._write_refs()
        sent._note_sent()
        over = rows.filtered(lambda row: row._is_over())
        for row in (told - over).filtered(lambda row: row.state in NOT_SENT):
            row._ask_person(row._text_not_sent())
        over._end_recall()
        rows.settled = True

    def _is_over(self):
        """Whether this is an order that was not sent and is not to be sent any more."""
        is_unsent = self.kind == "order" and self.state in ("failed", "cancelled")
        return is_unsent and not self._is_wanted()

    def _end_recall(self):
        """The cancellations of these orders have nothing to cancel, or a person has to look."""
        orders = self.order_id
        orders._fulfillment_rows("cancel")._withdraw()
        orders.filtered(lambda order: order.state == "cancel")._fulfillment_recall()

    def _write_refs(self):
        """Give the orders their platform id, unless that is another one's."""
        for account, rows in self.filtered("ref").grouped("account_id").items():
            known = self.env["sale.order"].search(
                [
                    ("fulfillment_account_id", "=", account.id),
                    ("fulfillment_ref", "in", rows.mapped("ref")),
                ]
            )
            owners = {order.fulfillment_ref: order for order in known}
            for row in rows:
                owner = owners.setdefault(row.ref, row.order_id)
                if owner == row.order_id and not owner.fulfillment_ref:
                    owner.fulfillment_ref = row.ref
                elif row.order_id.fulfillment_ref != row.ref:
                    row._ask_person(row._text_other_ref(owner))

    def _note_sent(self):
        """One short note per order."""
        notes = defaultdict(list)
        for row in self:
            notes[row.order_id].append(row._text_sent())
        bodies = {order.id: Markup("<br/>").join(texts) for order, texts in notes.items()}
        self.env["sale.order"].browse(bodies)._message_log_batch(bodies=bodies)

    # --- what a person has to do

    def _ask_person(self, text):
        order = self.order_id
        user = order.user_id or self.account_id.user_id
        plan_activity(order, CAUSES[self.kind], text, user)

    def _clear_activities(self):
        for kind, rows in self.sudo().grouped("kind").items():
            find_activities(rows.order_id, CAUSES[kind]).unlink()

    def _send_again(self):
        # EXTENDS the exchange lane: nobody has to do anything until it has tried.
        moved = super()._send_again()
        moved._clear_activities()
        return moved

    def _withdraw(self):
        # EXTENDS the exchange lane
        withdrawn = super()._withdraw()
        withdrawn._clear_activities()
        return withdrawn

    def _mark_sent(self, ref=""):
        # EXTENDS the exchange lane: the document hears of it at once.
        moved = super()._mark_sent(ref)
        moved._settle_documents()
        return moved

    # --- buttons

    def action_send_again(self):
        """Try again what was not sent; what may have arrived is left to a closer look."""
        failed = self.filtered(lambda row: row.state == "failed")
        if not failed:
            raise UserError(
                self.env._(
                    "Nothing to send again here. What may have arrived is sent again from the "
                    "page of its order, after a look at the platform."
                )
            )
        failed.order_id.check_access("write")
        failed.sudo()._send_again()

    def action_view_order(self):
        return self.order_id.get_formview_action()

    # --- sentences

    def _text_sent(self):
        values = {"platform": self.order_id._fulfillment_platform(), "ref": self.ref}
        if self.kind == "cancel":
            return self.env._("%(platform)s knows that the order is cancelled.", **values)
        if not self.ref:
            return self.env._("%(platform)s has the order.", **values)
        return self.env._("%(platform)s has the order: %(ref)s.", **values)

    def _text_not_sent(self):
        values = {
            "order": self.order_id.display_name,
            "platform": self.order_id._fulfillment_platform(),
            "reason": self.reason or "",
        }
        if self.kind == "cancel":
            text = self.env._(
                "%(platform)s may not know that %(order)s is cancelled. Cancel it there, too.\n"
                "%(reason)s",
                **values,
            )
        elif not self._is_wanted():
            text = self.order_id._text_fulfillment_recalled()
        elif self.state == "unknown":
            text = self.env._(
                "Nobody knows whether %(order)s arrived at %(platform)s. Look there: if it "
                "arrived, enter its order ID; if not, send it again. Both are on the page of the "
                "order.\n%(reason)s",
                **values,
            )
        else:
            text = self.env._(
                "%(order)s was not sent to %(platform)s. Correct this, then press Send Again on "
                "the order.\n%(reason)s",
                **values,
            )
        return text.strip()

    def _text_other_ref(self, owner):
        return self.env._(
            "%(platform)s answered with the order ID %(ref)s for %(order)s. But %(owner)s has the "
            "order ID %(other)s in Odoo. Look there which is right, and correct it.",
            platform=self.order_id._fulfillment_platform(),
            ref=self.ref,
            order=self.order_id.display_name,
            owner=owner.display_name,
            other=owner.fulfillment_ref,
        )
