"""What becomes of a stored event when the platform tells it again, changes it or takes it back."""

import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..simulator.acommerce.files import Style, build_csv
from .common import CRON
from .event_case import EventCase

APPLY_CRON = "fulfillment_connector.ir_cron_apply"


@tagged("post_install", "-at_install")
class TestEventInbox(EventCase):
    def settle(self, *events):
        """Have them applied, as the other lane does."""
        for event in events:
            self.row(event)._move_to("applied")

    def assertRow(self, event, state, **values):
        row = self.row(event)
        self.assertEqual(len(row), 1)
        found = {name: row[name] for name in ("state", *values)}
        self.assertEqual(found, {"state": state} | values)

    def causes(self, event):
        """Causes of its earlier contents, the newest first."""
        return self.row(event).revision_ids.mapped("cause")

    def versions(self):
        """Where each row lies in the database: elsewhere once it was written."""
        self.env.flush_all()
        self.env.cr.execute("SELECT id, ctid FROM fulfillment_message ORDER BY id")
        return self.env.cr.fetchall()

    def triggers(self, cron=APPLY_CRON):
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.env.ref(cron).id)])

    # --- new

    def test_facts_of_an_event(self):
        order = self.acommerce.add_order("S1", {"S1-F1": [("MUG", 2), ("TEE", 1)]})
        event = self.ship("S1", earlier=1800, place="Phuket")
        self.fetch()
        row = self.row(event)
        self.assertEqual((row.kind, row.platform_type, row.order_key), ("ship", "IN_TRANSIT", "S1"))
        self.assertEqual((row.tracking_ref, row.shipment_ref), ("S1-T1", "S1-F1"))
        self.assertEqual(row.contents, [["MUG", "2"], ["TEE", "1"]])
        self.assertEqual(row.recorded_at - row.occurred_at, timedelta(minutes=30))
        self.assertTrue(row.is_live)
        self.assertFalse(row.booked_as)
        self.assertFalse(row.acknowledgement_ids)
        self.assertIn(event.event_id, row.raw)
        history = self.history(order.key)
        self.assertEqual(history.shipment_refs, ["S1-F1"])
        self.assertFalse(history.is_doubtful)
        self.assertTrue(history.heard_at)

    def test_an_order_that_is_unknown_here_is_stored(self):
        event = self.report("NOBODY-KNOWS", "NEW")
        self.fetch()
        self.assertRow(event, "received", order_key="NOBODY-KNOWS")

    def test_an_unknown_code_is_stored(self):
        event = self.report("S1", "BEAMED_UP")
        self.fetch()
        self.assertRow(event, "received", kind="unknown", platform_type="BEAMED_UP")

    def test_the_apply_lane_is_woken_by_news_alone(self):
        event = self.report("S1", "NEW")
        self.triggers().unlink()
        self.fetch()
        self.assertTrue(self.triggers())
        self.settle(event)
        self.triggers().unlink()
        self.fetch()
        self.assertFalse(self.triggers())

    def test_an_order_key_of_any_length_is_stored(self):
        event = self.report("S" * 9000, "NEW")
        self.fetch()
        self.assertStored([event])
        self.assertFalse(self.histories())
        self.fetch()
        self.assertHealthy()

    # --- again

    def test_what_is_told_again_is_not_written(self):
        events = [self.report("S1", "NEW"), self.ship("S1"), self.ship("S2", "COMPLETED")]
        self.fetch()
        versions = self.versions()
        for _run in range(3):
            self.fetch()
        for event in events:
            self.push(event)
        self.assertEqual(self.versions(), versions)
        self.assertFalse(self.histories().filtered("is_doubtful"))

    def test_what_was_pushed_first_is_known_to_the_poll(self):
        event = self.ship("S1")
        self.push(event)
        self.assertRow(event, "received", shipment_ref="S1-F1", contents=False)
        self.assertEqual(self.history("S1").shipment_refs, ["S1-F1"])
        self.assertFalse(self.history("S1").heard_at)
        self.fetch()
        self.assertStored([event])
        self.assertFalse(self.causes(event))

    def test_contents_that_are_told_later_are_filled_in(self):
        event, other = self.ship("S1"), self.ship("S2")
        self.push(event)
        self.push(other)
        self.row(event)._move_to("failed", "Nobody knows what is in the parcel.")
        self.settle(other)
        for one in (event, other):
            one.order.shipments[one.shipment] = [("MUG", 1)]
        self.fetch()
        self.assertRow(event, "received", contents=[["MUG", "1"]])
        self.assertRow(other, "applied", contents=[["MUG", "1"]], booked_as=False)

    def test_a_push_blanks_nothing(self):
        self.acommerce.add_order("S1", {"S1-F1": [("MUG", 2)]})
        event = self.ship("S1")
        self.fetch()
        self.acommerce.revise(event, status="COMPLETED", recorded=self.acommerce.clock.now())
        self.push(event)
        self.assertRow(event, "received", kind="deliver", contents=[["MUG", "2"]])

    # --- revised

    def test_a_revision_replaces_the_content_and_keeps_the_earlier_one(self):
        event = self.ship("S1", "COMPLETED")
        self.fetch()
        raw = self.row(event).raw
        self.row(event)._move_to("waiting", "No order.")
        self.acommerce.revise(event, status="REJECTED")
        self.fetch()
        self.assertRow(event, "received", platform_type="REJECTED", booked_as=False, reason=False)
        [revision] = self.row(event).revision_ids
        self.assertEqual((revision.cause, revision.kind), ("revised", "deliver"))
        self.assertEqual((revision.platform_type, revision.raw), ("COMPLETED", raw))
        self.assertEqual(revision.company_id, self.account.company_id)

    def test_what_was_booked_is_remembered(self):
        events = [
            self.ship("S1"),
            self.ship("S2", "COMPLETED"),
            self.report("S3", "CANCELLED"),
            self.report("S4", "NEW"),
        ]
        self.fetch()
        self.settle(*events)
        for event in events:
            self.acommerce.revise(event, status="ERROR")
        self.fetch()
        booked = ["ship", "deliver", "cancel", False]
        for event, booked_as in zip(events, booked, strict=True):
            self.assertRow(event, "received", platform_type="ERROR", booked_as=booked_as)
        self.acommerce.revise(events[0], status="CANCELLED")
        self.fetch()
        self.assertRow(events[0], "received", kind="cancel", booked_as="ship")
        self.assertEqual(self.causes(events[0]), ["revised", "revised"])

    def test_what_was_ignored_or_failed_is_derived_anew(self):
        events = [self.ship("S1"), self.ship("S2")]
        self.fetch()
        self.row(events[0])._move_to("failed", "No such order.")
        self.row(events[1])._move_to("ignored", "Ignored by Ada.")
        for event in events:
            self.acommerce.revise(event, status="COMPLETED")
        self.fetch()
        for event in events:
            self.assertRow(event, "received", booked_as=False, reason=False)

    def test_other_details_leave_the_state_alone(self):
        events = [self.ship("S1"), self.ship("S2")]
        self.fetch()
        self.settle(events[0])
        self.row(events[1])._move_to("failed", "No such order.")
        for event in events:
            self.acommerce.revise(event, comment="Left at the gate")
        self.fetch()
        self.assertRow(events[0], "applied", comment="Left at the gate", booked_as=False)
        self.assertRow(events[1], "failed", comment="Left at the gate", reason="No such order.")
        self.assertEqual(self.causes(events[0]), ["revised"])

    def test_other_contents_are_another_event(self):
        self.acommerce.add_order("S1", {"S1-F1": [("MUG", 2)]})
        event = self.ship("S1")
        self.fetch()
        self.settle(event)
        event.order.shipments["S1-F1"] = [("MUG", 1)]
        self.fetch()
        self.assertRow(event, "received", contents=[["MUG", "1"]], booked_as="ship")

    def test_an_older_revision_that_is_pushed_again_asks_for_the_order(self):
        event = self.ship("S1", "COMPLETED")
        old = self.acommerce.push_body(event)
        self.fetch()
        self.acommerce.revise(event, status="REJECTED", recorded=self.acommerce.clock.now())
        self.fetch()
        self.store(self.read_push(old))
        self.assertRow(event, "received", platform_type="REJECTED")
        self.assertTrue(self.history("S1").is_doubtful)
        self.fetch(minutes=5)
        self.assertRow(event, "received", platform_type="REJECTED")
        self.assertFalse(self.history("S1").is_doubtful)
        self.assertEqual(len(self.calls("named")), 1)

    # --- read anew

    def test_an_unknown_code_that_is_mapped_later(self):
        event = self.ship("S1", "BEAMED_UP")
        self.fetch()
        self.row(event)._move_to("failed", "Nobody knows what this means.")
        self.account.status_codes = "BEAMED_UP = ship"
        self.triggers().unlink()
        self.fetch()
        self.assertRow(event, "received", kind="ship", reason=False, booked_as=False)
        self.assertFalse(self.causes(event), "the platform has changed nothing")
        self.assertTrue(self.triggers())
        self.settle(event)
        versions = self.versions()
        self.fetch()
        self.assertEqual(self.versions(), versions)
        self.assertRow(event, "applied", kind="ship")

    def test_a_refused_parcel_that_is_returned_by_a_later_policy(self):
        event, other = self.ship("S1", "REJECTED", comment="Not mine"), self.ship("S2")
        self.fetch()
        self.assertTrue(self.row(event).problem)
        self.row(event)._move_to("failed", self.row(event).problem)
        self.settle(other)
        self.account.rejected_policy = "return"
        self.fetch()
        self.assertRow(event, "received", kind="return", problem=False, reason=False)
        self.assertFalse(self.causes(event))
        self.assertRow(other, "applied", kind="ship")

    def test_a_problem_that_is_none_any_more(self):
        event = self.ship("S1", "FAILED_TO_DELIVER")
        self.fetch()
        self.row(event)._move_to("failed", self.row(event).problem)
        self.account.status_codes = "FAILED_TO_DELIVER = info"
        self.fetch()
        self.assertRow(event, "received", kind="info", problem=False, reason=False)

    def test_a_code_that_means_something_else_after_it_was_booked(self):
        event = self.ship("S1")
        self.fetch()
        self.settle(event)
        self.account.status_codes = "IN_TRANSIT = info"
        self.fetch()
        self.assertRow(event, "received", kind="info", booked_as="ship")

    def test_the_same_problem_in_other_words_is_not_derived_anew(self):
        """What a person has set aside stays so."""
        event = self.ship("S1", "REJECTED", comment="Not mine")
        self.fetch()
        self.row(event)._move_to("failed", self.row(event).problem)
        self.row(event)._move_to("ignored", "Ignored by Ada.")
        self.acommerce.revise(event, comment="Not mine at all")
        self.fetch()
        self.assertRow(event, "ignored", reason="Ignored by Ada.")
        self.assertIn("at all", self.row(event).problem)

    # --- gone

    def test_a_deletion_counts_when_a_second_look_confirms_it(self):
        event, other = self.ship("S1", "COMPLETED"), self.report("S1", "NEW")
        self.fetch()
        self.row(event)._move_to("failed", "No such order.")
        self.acommerce.delete(event)
        self.fetch()
        self.assertRow(event, "failed", is_live=True)
        self.assertTrue(self.history("S1").is_doubtful)
        self.fetch()
        self.assertRow(event, "ignored", is_live=False, booked_as=False)
        self.assertIn("deleted", self.row(event).reason)
        self.assertEqual(self.causes(event), ["retracted"])
        self.assertRow(other, "received", is_live=True)
        self.assertFalse(self.history("S1").is_doubtful)
        self.assertEqual(len(self.calls("named")), 1)
        self.assertNoViolation()

    def test_a_deletion_of_what_was_booked_is_for_a_person(self):
        events = [self.ship("S1"), self.report("S1", "NEW")]
        self.fetch()
        self.settle(*events)
        for event in events:
            self.acommerce.delete(event)
        self.fetch()
        self.fetch()
        self.assertRow(events[0], "received", is_live=False, booked_as="ship")
        self.assertRow(events[1], "ignored", is_live=False, booked_as=False)

    def test_what_is_shown_at_the_second_look_was_never_gone(self):
        event = self.ship("S1")
        self.fetch()
        self.settle(event)
        self.acommerce.delete(event)
        self.fetch()
        self.acommerce.restore(event)
        self.fetch()
        self.assertRow(event, "applied", is_live=True)
        self.assertFalse(self.causes(event))
        self.acommerce.delete(event)
        self.fetch()
        self.assertRow(event, "applied", is_live=True)

    def test_what_comes_back_is_applied_after_all(self):
        event = self.ship("S1")
        self.fetch()
        self.acommerce.delete(event)
        self.fetch()
        self.fetch()
        self.acommerce.restore(event)
        self.triggers().unlink()
        self.fetch()
        self.assertRow(event, "received", is_live=True, reason=False)
        self.assertEqual(self.causes(event), ["revived", "retracted"])
        self.assertTrue(self.triggers())

    def test_what_was_booked_and_comes_back_stands(self):
        event, other = self.ship("S1"), self.ship("S2")
        self.fetch()
        self.settle(event, other)
        for one in (event, other):
            self.acommerce.delete(one)
        self.fetch()
        self.fetch()
        self.row(event)._move_to("failed", "A person has to look.")
        self.acommerce.restore(event)
        self.acommerce.revise(other, status="CANCELLED")
        self.acommerce.restore(other)
        self.fetch()
        self.assertRow(event, "applied", is_live=True, booked_as=False, reason=False)
        self.assertRow(other, "received", is_live=True, booked_as="ship", kind="cancel")

    def test_an_order_that_no_poll_shows_loses_nothing(self):
        event = self.ship("S1")
        self.fetch()
        for _run in range(3):
            self.fetch(hours=1)
        self.assertRow(event, "received", is_live=True)

    def test_what_comes_late_and_is_gone_is_kept_and_does_not_count(self):
        other, event = self.report("S1", "NEW"), self.ship("S1")
        body = self.acommerce.push_body(event)
        self.acommerce.delete(event)
        self.fetch()
        self.store(self.read_push(body))
        self.assertRow(event, "ignored", is_live=False, booked_as=False)
        self.assertIn("late", self.row(event).reason)
        self.fetch(minutes=5)
        self.assertRow(event, "ignored", is_live=False)
        self.assertRow(other, "received")
        self.acommerce.restore(event)
        self.fetch()
        self.assertRow(event, "received", is_live=True, reason=False)

    # --- without ids

    def test_what_came_without_an_id_is_known_again_with_one(self):
        self.acommerce.platform.version, self.acommerce.platform.has_ids = 2, False
        event = self.ship("S1", earlier=90)
        self.push(event)
        row = self.rows()
        self.assertTrue(row.external_id.startswith("sha256:"))
        self.settle_rows(row)
        self.acommerce.platform.has_ids = True
        self.fetch()
        self.assertStored([event])
        self.assertEqual(self.rows(), row)
        self.assertRow(event, "applied", is_live=True, booked_as=False)
        self.assertFalse(self.causes(event))
        self.acommerce.platform.has_ids = False
        self.push(event)
        self.assertStored([event])

    def settle_rows(self, rows):
        rows._move_to("applied")

    # --- files

    def test_a_file_by_hand_takes_the_same_way(self):
        events = [self.report("S1", "NEW"), self.ship("S1")]
        content = build_csv(self.acommerce.platform, events, Style())
        wizard = self.env["fulfillment.import.file"].create(
            {"account_id": self.account.id, "file": base64.b64encode(content)}
        )
        self.call(wizard, "action_import")
        self.assertStored(events)
        self.assertSync("done", fetched=2, new=2)
        self.fetch()
        self.assertStored(events)
        self.assertFalse(self.rows().revision_ids)

    # --- who else works on the rows

    def test_the_buttons_never_reopen_what_is_applied(self):
        event = self.ship("S1")
        self.fetch()
        self.settle(event)
        self.row(event).action_retry()
        self.assertRow(event, "applied")

    def test_an_account_is_not_asked_twice_by_what_is_stored(self):
        """Waiting for the next look is enough: nothing here is due at once."""
        self.triggers(CRON).unlink()
        self.push(self.ship("S1"))
        self.assertFalse(self.triggers(CRON))


@tagged("post_install", "-at_install")
class TestEventQueries(EventCase):
    """A page of a hundred orders costs as many statements as one of ten."""

    def test_new_events(self):
        self.assertConstant(lambda events: None)

    def test_known_events(self):
        self.assertConstant(lambda events: None, is_again=True)

    def test_revised_events(self):
        self.assertConstant(self.revise, is_again=True)

    def test_deleted_events(self):
        self.assertConstant(self.delete, is_again=True)

    def test_events_that_come_back(self):
        def restore(events):
            self.delete(events)
            for page in (self.page(), self.page()):
                self.store(page)
            for event in events:
                self.acommerce.restore(event)

        self.assertConstant(restore, is_again=True)

    def revise(self, events):
        for event in events:
            self.acommerce.revise(event, status="REJECTED")

    def delete(self, events):
        for event in events:
            self.acommerce.delete(event)

    def assertConstant(self, change, is_again=False):
        self.count(change, is_again, 5)  # what all share is known then
        few, many = (self.count(change, is_again, count) for count in (10, 100))
        self.assertEqual(many, few)

    def count(self, change, is_again, count):
        """Statements to store a page of so many orders."""
        self.acommerce.reset()
        self.rows().unlink()
        events = [self.ship(f"S{number}") for number in range(count)]
        if is_again:
            self.store(self.page())
        change(events)
        page = self.page()
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        self.store(page)
        self.env.flush_all()
        return self.cr.sql_log_count - start

    def page(self):
        self.acommerce.clock.advance(60)
        [page] = self.account._get_client().fetch_changes()
        return page


@tagged("post_install", "-at_install")
class TestEventHistory(EventCase):
    def test_a_hint_adds_shipments_and_a_poll_tells_all(self):
        self.ship("S1")
        self.fetch()
        late = self.ship("S1", shipment="F2", tracking="T2")
        self.push(late)
        self.assertEqual(self.history("S1").shipment_refs, ["S1-F1", "S1-F2"])
        late.order.shipments["S1-F3"] = []
        self.acommerce.delete(late)
        del late.order.shipments["S1-F2"]
        self.fetch()
        self.assertEqual(self.history("S1").shipment_refs, ["S1-F1", "S1-F3"])

    def test_an_account_with_histories_stays_in_its_company(self):
        """Although its messages may be gone."""
        self.ship("S1")
        self.fetch()
        self.rows().unlink()
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(ValidationError):
            self.account.company_id = other

    def test_what_is_doubtful_stays_so_until_it_was_asked_for(self):
        event = self.ship("S1")
        self.fetch()
        self.history("S1").write({"is_doubtful": True, "asked_at": fields.Datetime.now()})
        self.store(self.read_push(self.acommerce.push_body(event)))
        self.assertTrue(self.history("S1").is_doubtful)

    def test_it_is_heard_of_to_the_microsecond(self):
        self.ship("S1")
        self.fetch()
        held = self.env["fulfillment.history"]._hold(self.account, ["S1"])
        self.assertTrue(held["S1"][1].microsecond)
        self.assertEqual(held["S1"][0], self.history("S1").id)
