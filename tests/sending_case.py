"""Base of the tests of orders that go out, without a platform: the outbox, and what came of it."""

from odoo.fields import Command

from .documents_case import DocumentsCase

HOME = {"street": "Example Street 1", "zip": "12345", "city": "Exampletown"}


class SendingCase(DocumentsCase):
    """A company whose orders go to `cls.account`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write(HOME | {"country_id": cls.env.ref("base.de").id})
        cls.company.fulfillment_account_id = cls.account
        cls.other_account = cls.account.copy({"name": "TB.One Outlet"})
        cls.team = cls.env["crm.team"].create(
            {"name": "Outlet", "fulfillment_account_id": cls.other_account.id}
        )

    @classmethod
    def quote(cls, *products, **vals):
        """A quotation over one piece of each."""
        lines = [Command.create({"product_id": item.id}) for item in products or (cls.mug, cls.tee)]
        return cls.env["sale.order"].create(
            {"partner_id": cls.customer.id, "order_line": lines, **vals}
        )

    @classmethod
    def sell(cls, *products, **vals):
        order = cls.quote(*products, **vals)
        order.action_confirm()
        return order

    def cancel(self, orders):
        orders.with_context(disable_cancel_warning=True).action_cancel()

    def rows(self, orders, kind="order"):
        return orders.fulfillment_outbox_ids.filtered(lambda row: row.kind == kind)

    def end(self, orders, state, kind="order", **facts):
        """The lane has sent what waits of these orders, and this became of it."""
        rows = self.rows(orders, kind).filtered(lambda row: row.state == "to_send")
        self.assertTrue(rows)
        rows._move_to("sending")
        rows._move_to(state, **facts)
        rows._settle()

    def sent(self, **vals):
        """An order the platform has taken."""
        order = self.sell(**vals)
        order._fulfillment_prepare_order()
        self.end(order, "sent", ref=str(order.id))
        return order

    def doubtful(self, **vals):
        """An order that waits for its next try, after a call whose answer proves nothing."""
        order = self.sell(**vals)
        order._fulfillment_prepare_order()
        self.end(order, "to_send", attempts=1, may_have_arrived=True)
        return order

    def activities(self, order, cause):
        kind = self.env.ref(f"fulfillment_connector.mail_activity_fulfillment_{cause}")
        return order.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

    def notes(self, order):
        return " ".join(str(body) for body in order.message_ids.mapped("body"))
