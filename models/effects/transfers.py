"""In which transfer each parcel leaves."""

from collections import defaultdict


class Transfers:
    """The transfer of each parcel, by (open transfer, parcel).

    A parcel that left already keeps its transfer, and what comes later joins it. Of the others
    one keeps the open transfer, the rest get transfers of their own, made in one go.
    """

    def __init__(self, shares):
        self._of = {}
        self.joined = set()  # done transfers that get more
        missing = []
        for picking, parcels in self._parcels_by_picking(shares).items():
            missing += self._choose(picking, parcels)
        for (_picking, parcel), transfer in self._of.items():
            parcel._mark(transfer)
        self._of |= self._create(missing)

    def of(self, share):
        return self._of[share.move.picking_id, share.parcel]

    @staticmethod
    def _parcels_by_picking(shares):
        found = defaultdict(dict)  # dict for its order
        for share in shares:
            found[share.move.picking_id][share.parcel] = True
        return found

    def _choose(self, picking, parcels):
        """Give the parcels of one open transfer what exists.

        :return: pairs (open transfer, parcel) that need a transfer of their own.
        """
        missing = []
        for parcel in parcels:
            left_already = parcel._done_transfer_like(picking)
            if left_already:
                self.joined.add(left_already)
                self._of[picking, parcel] = left_already
            else:
                missing.append((picking, parcel))
        for place in missing[:1]:
            self._of[place] = picking
        return missing[1:]

    def _create(self, missing):
        """Transfers for pairs (open transfer, parcel), in one go."""
        if not missing:
            return {}
        first, *others = dict.fromkeys(picking for picking, _parcel in missing)
        pickings = first.concat(*others)
        empty = {"name": "/", "move_ids": [], "move_line_ids": []}
        copies = dict(zip(pickings, pickings.copy_data(empty), strict=True))
        # The same for all; where it is not given, each asks for it.
        unit = first.with_prefetch().weight_uom_name
        for picking, vals in copies.items():
            vals |= {"backorder_id": picking.id, "weight_uom_name": unit}
        created = pickings.create(
            [copies[picking] | parcel._prepare_mark(parcel) for picking, parcel in missing]
        )
        return dict(zip(missing, created, strict=True))
