"""Several scheduled actions of the apply lane: how many there are, and who wakes whom."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.effects.fulfillment_apply import BATCH_SIZE
from .documents_case import DocumentsCase


@tagged("post_install", "-at_install")
class TestApplyWorkers(DocumentsCase):
    def choose(self, count):
        self.env["res.config.settings"].create({"fulfillment_apply_workers": count}).execute()
        return self.env["fulfillment.apply"]._workers()

    def woken(self, workers):
        """The workers that are called, after the first one has applied the inbox."""
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "in", workers.ids)])
        triggers.unlink()
        self.run_apply_lane()
        return self.env["ir.cron.trigger"].search([("cron_id", "in", workers.ids)]).cron_id

    def fill_inbox(self, count):
        """Messages about orders that nobody knows."""
        return self.store(
            *(self.word("SHIP", None, quantity=1, order_key=f"X{n}") for n in range(count))
        )

    def test_there_are_as_many_as_chosen(self):
        first = self.env.ref("fulfillment_connector.ir_cron_apply")
        self.assertEqual(self.choose(1), first)
        four = self.choose(4)
        self.assertEqual((len(four), four[0]), (4, first))
        self.assertEqual(four[3].name, "Fulfillment: apply messages (4)")
        self.assertEqual(set(four.mapped("active")), {first.active})
        self.assertEqual(self.choose(2), four[:2])
        self.assertEqual(self.choose(4)[:2], four[:2])

    def test_they_go_with_the_app(self):
        names = self.choose(3).get_external_id().values()
        self.assertEqual(
            sorted(names), [f"fulfillment_connector.ir_cron_apply{n}" for n in ("", "_2", "_3")]
        )

    def test_neither_none_nor_too_many(self):
        for count in (0, 17):
            with self.assertRaisesRegex(UserError, "1 to 16"):
                self.choose(count)

    def test_settings_show_how_many_there_are(self):
        self.choose(3)
        self.assertEqual(self.env["res.config.settings"].create({}).fulfillment_apply_workers, 3)

    def test_one_that_is_switched_off_is_told(self):
        self.choose(2)[1].active = False
        self.assertIn("apply messages (2)", self.account.cron_warning)

    def test_a_batch_wakes_nobody_else(self):
        workers = self.choose(4)
        messages = self.fill_inbox(3)
        self.assertFalse(self.woken(workers))
        self.assertEqual(set(messages.mapped("state")), {"waiting"})

    def test_a_backlog_wakes_one_per_batch(self):
        workers = self.choose(4)
        messages = self.fill_inbox(2 * BATCH_SIZE + 1)
        self.assertEqual(self.woken(workers), workers[1:3])
        self.assertEqual(set(messages.mapped("state")), {"waiting"})

    def test_the_others_apply_too(self):
        second = self.choose(2)[1]
        order = self.make_order((self.mug, 1))
        message = self.store(self.word("SHIP", order, order.order_line, 1, tracking_ref="T1"))
        self.env.flush_all()
        with self.enter_registry_test_mode():
            second.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(message.state, "applied")
