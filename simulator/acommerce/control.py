"""What the side door of aCommerce's stand-in has besides that of all platforms."""

from dataclasses import fields

from .. import control
from .ledger import expect_order
from .state import Event, Order

DETAILS = [field.name for field in fields(Event) if field.name not in ("event_id", "order")]


class Control(control.Control):
    """What happens at the platform, and all that was told, by HTTP."""

    SETTINGS = frozenset({"version", "has_ids", "lifts_on_change", "page_size", "token_life"})

    def __init__(self, simulator):
        super().__init__(simulator)
        self.acts |= {
            "order": self._add_order,
            "articles": lambda values: simulator.set_articles(*values["skus"]),
            "report": self._report,
            "revise": lambda values: _show_event(simulator.revise(**self._with_event(values))),
            "delete": lambda values: simulator.delete(**self._with_event(values)),
            "restore": lambda values: simulator.restore(**self._with_event(values)),
            "end_tokens": lambda values: simulator.end_tokens(**values),
            "deliver_hooks": self._deliver_hooks,
        }

    def show(self) -> dict:
        platform = self.simulator.platform
        return {
            "orders": {key: _show_order(order) for key, order in platform.orders.items()},
            "hooks": {hook.hook_id: hook.body["url"] for hook in platform.hooks.values()},
        }

    def count(self) -> dict[str, int]:
        platform = self.simulator.platform
        return {
            "orders": len(platform.orders),
            "events": sum(len(order.events) for order in platform.orders.values()),
            "unread": sum(not order.is_read for order in platform.orders.values()),
            "planned": len(platform.plans),
            "pushes_waiting": len(platform.pushes),
        }

    def _add_order(self, values: dict) -> dict:
        return _show_order(self.simulator.add_order(**values))

    def _report(self, values: dict) -> dict:
        """A status event about {"order": key}."""
        order = self.simulator.find_order(key := values.pop("order"))
        if order is None:
            raise LookupError(f"no order {key}")
        return _show_event(self.simulator.report(order, **values))

    def _with_event(self, values: dict) -> dict:
        """{"event": id} as the event with that id."""
        return values | {"event": self.simulator.find_event(values["event"])}

    def _deliver_hooks(self, values: dict) -> dict:
        pushes = self.simulator.deliver_hooks(**values)
        return {"delivered": [push.statuses for push in pushes]}


def _show_order(order: Order) -> dict:
    return {
        **expect_order(order),
        "shipments": order.shipments,
        "history": [_show_event(event) for event in order.events],
    }


def _show_event(event: Event) -> dict:
    details = {name: getattr(event, name) for name in DETAILS}
    return {"event_id": event.event_id, "order": event.order.key, **details}
