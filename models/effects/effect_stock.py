"""Odoo's stock becomes what the platform's numbers want: counted by location, adjusted in bulk."""

from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from .ledger import EffectError


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _fulfillment_count(self, places):
        """Write on each place what is on hand there, whoever it belongs to and however packed."""
        groups = self._read_group(
            self._fulfillment_domain(places), ["product_id", "location_id"], ["quantity:sum"]
        )
        homes = Homes(places)
        for place in places:
            place.on_hand = 0.0
        for product, location, quantity in groups:
            if place := homes.find(product, location):
                place.on_hand += quantity

    def _fulfillment_adjust(self, places, name):
        """Bring what is on hand to what it shall be, by one inventory adjustment.

        A place that cannot be adjusted gets its reason instead.

        :param name: of the adjustment, for the history of the product.
        :raise EffectError: Odoo did not do it.
        """
        quants = self.with_context(inventory_mode=True, inventory_name=name)
        loose = quants._fulfillment_find_loose(places)
        counts, vals_list = {}, []
        for place in places:
            place.reason = self._fulfillment_why_not(place, loose[place])
            if not place.reason:
                vals_list += self._fulfillment_spread(place, loose[place], counts)
        found = quants.concat(*counts)
        for quant, count in counts.items():
            quant.inventory_quantity = count
        (found + quants.create(vals_list))._apply_inventory()
        self._fulfillment_check([place for place in places if not place.reason])

    def _fulfillment_find_loose(self, places):
        """{place: quants that can be adjusted}: those right there first, then those below."""
        is_loose = Domain.AND(
            Domain(f"{name}_id", "=", False) for name in ("lot", "package", "owner")
        )
        homes, loose = Homes(places), defaultdict(self.browse)
        for quant in self.search(self._fulfillment_domain(places) & is_loose, order="id"):
            if place := homes.find(quant.product_id, quant.location_id):
                loose[place] += quant
        for place, quants in loose.items():
            loose[place] = quants.sorted(lambda quant, at=place: quant.location_id != at.location)
        return loose

    def _fulfillment_why_not(self, place, loose):
        if any(quant.inventory_quantity_set for quant in loose):
            return self.env._("Somebody is counting it: apply or clear the count first.")
        free = sum(max(0.0, quant.quantity) for quant in loose)
        if place.product.uom_id.compare(free, -place.difference) < 0:
            return self.env._(
                "%(wanted)g pieces are to be taken away, but only %(free)g lie there that belong "
                "to you and to no package. Correct it by hand.",
                wanted=-place.difference,
                free=free,
            )
        return ""

    def _fulfillment_spread(self, place, loose, counts):
        """Add at the place itself, or take away there first and then below.

        :param counts: {quant: what it shall be}; is added to.
        :return: values of a quant to create, if there is none yet.
        """
        left = place.difference
        if left > 0:
            here = loose.filtered(lambda quant: quant.location_id == place.location)[:1]
            if not here:
                return [_prepare_quant(place, left)]
            counts[here] = here.quantity + left
            return []
        for quant in loose:
            part = min(-left, max(0.0, quant.quantity))
            if part:
                counts[quant] = quant.quantity - part
                left += part
        return []

    def _fulfillment_check(self, places):
        """Odoo's methods may do nothing and say yes: so read it back."""
        self.env.flush_all()
        self._fulfillment_count(places)
        if wrong := [place for place in places if place.is_different]:
            raise EffectError(
                self.env._(
                    "Odoo did not take the adjustment of %s. Adjust it by hand.",
                    ", ".join(place.product.display_name for place in wrong[:10]),
                )
            )

    def _fulfillment_domain(self, places):
        return Domain("product_id", "in", [place.product.id for place in places]) & Domain(
            "location_id", "child_of", list({place.location.id for place in places})
        )


class Homes:
    """Which place goods at a location belong to."""

    def __init__(self, places):
        self._places = {(place.product, place.location): place for place in places}
        self._roots = {place.location for place in places}
        self._known = {}

    def find(self, product, location):
        return self._places.get((product, self.root(location)))

    def root(self, location):
        """The location of a place that this one lies in, or none."""
        if location not in self._known:
            inside = (root for root in self._roots if _is_inside(location, root))
            self._known[location] = next(inside, location.browse())
        return self._known[location]


def _is_inside(location, root):
    return (location.parent_path or "").startswith(root.parent_path)


def _prepare_quant(place, quantity):
    return {
        "product_id": place.product.id,
        "location_id": place.location.id,
        "inventory_quantity": quantity,
    }
