"""What happens at the platform, as calls a test can write down."""

from collections.abc import Callable

from .documents import build_push
from .state import Event, Hook, Order, Platform, Push


class Desk:
    """Orders, status events, what becomes of them, and stock."""

    platform: Platform
    partner: str

    def add_order(self, key: str, shipments: dict[str, list] | None = None) -> Order:
        """An order the platform has; shipments with the (SKU, quantity) in them."""
        with self.platform.lock:
            now = self.platform.clock.now()
            order = Order(key, self.partner, now, dict(shipments or {}))
            return self.platform.orders.setdefault(key, order)

    def report(
        self,
        order: Order,
        status: str,
        level: str = "order",
        shipment: str = "",
        tracking: str = "",
        earlier: float = 0,
        **more,
    ) -> Event:
        """Something happened, `earlier` seconds before it was recorded; the hooks are told."""
        with self.platform.lock:
            now = self.platform.clock.now()
            number = next(self.platform.ids)
            event = Event(
                f"e-{number:06}",
                order,
                level,
                status,
                now,
                now - earlier if level != "order" else None,
                shipment,
                tracking,
                **more,
            )
            if shipment:
                order.shipments.setdefault(shipment, [])
            if tracking:
                order.packages[tracking] = shipment
            order.events.append(event)
            order.updated, order.is_read = now, False
            self._queue(event)
            return event

    def revise(self, event: Event, is_told: bool = True, **changes) -> Event:
        """The details of an event were wrong; its id stays."""
        with self.platform.lock:
            for name, value in changes.items():
                if name not in vars(event):
                    raise ValueError(f"An event has no {name}")
                setattr(event, name, value)
            if event.tracking:
                event.order.packages.setdefault(event.tracking, event.shipment)
            self._touch(event.order)
            if is_told:
                self._queue(event)
            return event

    def delete(self, event: Event) -> None:
        """It never happened; nobody is told."""
        with self.platform.lock:
            event.is_deleted = True
            self._touch(event.order)

    def restore(self, event: Event) -> None:
        """It did happen after all."""
        with self.platform.lock:
            event.is_deleted = False
            self._touch(event.order)

    def find_order(self, key: str) -> Order | None:
        """The order with our key, also one that was put."""
        return self.platform.orders.get(key)

    def find_event(self, event_id: str) -> Event:
        """Also one that was deleted."""
        with self.platform.lock:
            events = (event for order in self.platform.orders.values() for event in order.events)
            return {event.event_id: event for event in events}[event_id]

    def plan(self, seconds: float, act: Callable[[], object]) -> None:
        """Let something happen later, when the stand-in is at work."""
        with self.platform.lock:
            self.platform.plans.append((self.platform.clock.now() + seconds, act))

    def set_articles(self, *skus: str) -> None:
        """From now on only these SKUs can be ordered; without any: all."""
        self.platform.articles = set(skus) or None

    def set_stock(self, sku: str, quantity: int | str) -> None:
        """What can be promised of an article; a text is told as it is."""
        self.platform.stock[sku] = (str(quantity), self.platform.clock.now())

    def expected(self) -> dict[str, tuple]:
        """Of every live event its facts: what a client must believe in the end."""
        with self.platform.lock:
            orders = self.platform.orders.values()
            return {event.event_id: event.fact() for order in orders for event in order.live()}

    def push_body(self, event: Event) -> bytes:
        """What a web hook would be told of this event now."""
        with self.platform.lock:
            return build_push(self.platform, event)

    def _touch(self, order: Order) -> None:
        order.is_read = False
        if self.platform.lifts_on_change:
            order.updated = self.platform.clock.now()

    def _queue(self, event: Event) -> None:
        for hook in self.platform.hooks.values():
            if _wants(hook, self.platform.version):
                self.platform.pushes.append(Push(hook, self.push_body(event)))


def _wants(hook: Hook, version: int) -> bool:
    name = "SALES_ORDER_STATUS_V3" if version == 3 else "SALES_ORDER_STATUS"
    return hook.body["active"] and name in hook.body["eventType"]
