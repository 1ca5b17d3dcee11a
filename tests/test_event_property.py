"""Any history of an order, told by poll, web hook and file in any mixture: one outcome."""

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..simulator.acommerce.files import build_csv
from .event_case import EventShopCase
from .event_oracle import Fate, foresee

SETTINGS = {
    "max_examples": 10,
    "deadline": None,
    "derandomize": True,
    "phases": (Phase.explicit, Phase.generate),  # to make a failure smaller takes minutes
    "suppress_health_check": list(HealthCheck),
}
ORDERED = {"MUG": 3, "TEE": 2}
LAYOUTS = (
    {},
    {"F1": []},
    {"F1": [("MUG", 2)], "F2": [("MUG", 1), ("TEE", 2)]},
)
OF_ORDER = ("NEW", "IN_PROGRESS", "COMPLETED", "CANCELLED")
OF_SHIPMENT = ("PACKED", "IN_TRANSIT", "COMPLETED", "REJECTED", "CANCELLED")

numbers = st.integers(0, 99)
steps = st.one_of(
    st.tuples(st.just("report"), numbers, st.sampled_from(OF_ORDER)),
    st.tuples(st.just("ship"), numbers, numbers, st.booleans(), st.sampled_from(OF_SHIPMENT)),
    st.tuples(st.just("ship"), numbers, numbers, st.booleans(), st.just("IN_TRANSIT")),
    st.tuples(st.just("revise"), numbers, st.sampled_from(OF_SHIPMENT), st.booleans()),
    st.tuples(st.just("delete"), numbers),
    st.tuples(st.just("restore"), numbers),
    st.tuples(st.just("push"), numbers),
    st.tuples(st.just("replay"), numbers),
    st.tuples(st.just("file"), numbers),
    st.tuples(st.just("poll")),
    st.tuples(st.just("apply")),
)
DELETED_AND_BACK = [
    ("ship", 0, 0, True, "IN_TRANSIT"),
    ("report", 0, "COMPLETED"),
    ("file", 13),
    ("push", 1),
    ("delete", 1),
    ("ship", 0, 1, False, "COMPLETED"),
    ("revise", 2, "REJECTED", False),
    ("apply",),
    ("poll",),
    ("restore", 0),
]
lives = st.lists(steps, min_size=2, max_size=14)


class World:
    """The platform's side and ours, and what was caught on the way."""

    def __init__(self, case, layouts):
        self.case, self.sim = case, case.acommerce
        self.events, self.bodies, self.orders = [], [], {}
        for layout in layouts:
            sale = case.make_order(
                (case.mug, 3),
                (case.tee, 2),
                fulfillment_ref=False,
                fulfillment_account_id=case.account.id,
            )
            key = sale.fulfillment_key
            shipments = {f"{key}-{ref}": items for ref, items in layout.items()}
            self.orders[sale] = self.sim.add_order(key, shipments)

    def play(self, step, applies):
        what, *values = step
        if what != "apply" or applies:
            getattr(self, f"do_{what}")(*values)
        self.case.let_pass(minutes=1)

    def pick(self, number, things):
        return things[number % len(things)] if things else None

    # --- the platform

    def do_report(self, number, status):
        order = self.pick(number, list(self.orders.values()))
        self.events.append(self.sim.report(order, status))

    def do_ship(self, number, which, is_package, status):
        order = self.pick(number, list(self.orders.values()))
        shipment = self.pick(which, list(order.shipments))
        if shipment:
            place = {"tracking": f"T-{shipment}"} if is_package else {}
            level = "package" if is_package else "detail"
            event = self.sim.report(order, status, level, shipment=shipment, **place)
            self.events.append(event)

    def do_revise(self, number, status, is_told):
        if event := self.pick(number, [one for one in self.events if one.shipment]):
            self.sim.revise(event, is_told, status=status)

    def do_delete(self, number):
        if event := self.pick(number, self.events):
            self.sim.delete(event)

    def do_restore(self, number):
        if event := self.pick(number, [one for one in self.events if one.is_deleted]):
            self.sim.restore(event)

    # --- the ways it takes

    def do_push(self, number):
        if event := self.pick(number, [one for one in self.events if not one.is_deleted]):
            self.bodies.append(self.sim.push_body(event))
            self.case.take_push(self.bodies[-1])

    def do_replay(self, number):
        if body := self.pick(number, self.bodies):
            self.case.take_push(body)

    def do_file(self, number):
        live = [event for event in self.events if not event.is_deleted]
        if some := live[: 1 + number % 5]:
            self.case.take_file(build_csv(self.sim.platform, some))

    def do_poll(self):
        self.case.fetch()

    def do_apply(self):
        self.case.apply()

    def settle(self):
        """The look-back of the next days finds what nobody told."""
        for _day in range(4):
            self.case.fetch(hours=25)
        self.case.apply()


@tagged("post_install", "-at_install")
class TestAnyHistory(EventShopCase):
    def take_push(self, body):
        """A web hook whose signature was found right."""
        self.account._take_push(body)

    def take_file(self, content):
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            account = self.account.with_env(self.env(cr=cr))
            account.env["fulfillment.exchange"]._import_file(account, content)
        self.env.invalidate_all()

    def play(self, layouts, life, applies):
        """One history; {order: (what became of it, what must have)}."""
        self.acommerce.reset()
        self.account.active = False
        self.account = self.create_account("Another", rejected_policy="return")
        world = World(self, layouts)
        for step in life:
            world.play(step, applies)
        world.settle()
        return {
            sale: (self.read_fate(sale, order), foresee(order, ORDERED))
            for sale, order in world.orders.items()
        }

    def read_fate(self, sale, order):
        lines = {line.product_id.default_code: line for line in sale.order_line}
        totals = [
            {sku: line[name] for sku, line in sorted(lines.items()) if line[name]}
            for name in (
                "fulfillment_qty_shipped",
                "fulfillment_qty_cancelled",
                "fulfillment_qty_returned",
            )
        ]
        arrived = sale.fulfillment_parcel_ids.filtered(lambda parcel: parcel.delivered_at)
        are_several = len(order.shipments) > 1
        refs = (parcel.shipment_ref if are_several else "" for parcel in arrived)
        return Fate(*totals, frozenset(refs))

    @settings(**SETTINGS)
    @given(st.lists(st.sampled_from(LAYOUTS), min_size=1, max_size=2), lives)
    def test_what_is_applied_in_the_end_is_what_the_platform_shows(self, layouts, life):
        for found, expected in self.play(layouts, life, applies=False).values():
            self.assertEqual(found, expected)

    @settings(**SETTINGS)
    @given(st.lists(st.sampled_from(LAYOUTS), min_size=1, max_size=2), lives)
    @example([LAYOUTS[2]], DELETED_AND_BACK)
    def test_what_was_booked_too_early_is_told_to_a_person(self, layouts, life):
        """Documents are not undone by themselves: either all is true, or somebody is asked."""
        for sale, (found, expected) in self.play(layouts, life, applies=True).items():
            if found != expected:
                self.assertEqual(sale.fulfillment_state, "attention", (found, expected))

    def test_a_web_hook_of_one_shipment_does_not_ship_the_others(self):
        sale = self.make_known_order((self.mug, 3), (self.tee, 2))
        order = self.acommerce.find_order(sale.fulfillment_key)
        order.shipments.update({"F1": [("MUG", 2)], "F2": [("MUG", 1), ("TEE", 2)]})
        event = self.acommerce.report(order, "IN_TRANSIT", "package", "F1", "T1")
        self.take_push(self.acommerce.push_body(event))
        self.apply()
        self.assertEqual(sale.fulfillment_message_ids.state, "waiting")
        self.hear(minutes=2)
        self.assertEqual(self.deliveries(sale), {"T1": {"MUG": 2}})
        self.assertFalse(sale.fulfillment_message_ids.revision_ids, "nothing was revised")
