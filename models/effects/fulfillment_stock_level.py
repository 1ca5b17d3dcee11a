"""Whose product a number of the platform is, and how it compares with what Odoo has."""

import json

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .stock_places import (
    DIFFERS,
    EQUAL,
    FAILED,
    MISSING,
    SKIPPED,
    UNKNOWN,
    UNLIMITED,
    UNUSED,
    Place,
    Refusal,
)

STATES = [
    (EQUAL, "As here"),
    (DIFFERS, "Differs"),
    (UNKNOWN, "Unknown here"),
    (SKIPPED, "Skipped"),
    (FAILED, "Failed"),
    (MISSING, "Missing at the platform"),
    (UNUSED, "No location"),
    (UNLIMITED, "Unlimited"),
]
WRITE = """
    UPDATE fulfillment_stock_level AS level
       SET state = outcome.state, reason = outcome.reason, product_id = outcome.product_id
      FROM jsonb_to_recordset(%s::jsonb)
           AS outcome(id int, state text, reason text, product_id int)
     WHERE level.id = outcome.id
"""


class FulfillmentStockLevel(models.Model):
    _inherit = "fulfillment.stock.level"

    product_id = fields.Many2one(
        "product.product", readonly=True, index="btree_not_null", ondelete="set null"
    )
    state = fields.Selection(
        STATES, readonly=True, index=True, help="As it was when it was last compared."
    )
    reason = fields.Text(readonly=True)
    location_id = fields.Many2one("stock.location", compute="_compute_place", compute_sudo=True)
    on_hand = fields.Float(
        string="On Hand Now",
        digits="Product Unit",
        compute="_compute_place",
        compute_sudo=True,
        help="In the location and below it.",
    )
    target = fields.Float(
        string="Would Become",
        digits="Product Unit",
        compute="_compute_place",
        compute_sudo=True,
        help="What can be sold, plus what is still to leave for orders the platform has already.",
    )

    def _compute_place(self):
        for name in ("location_id", "on_hand", "target"):
            self[name] = False
        for account, levels in self.grouped("account_id").items():
            places, _refused = levels.with_company(account.company_id)._survey()
            for place in places:
                for level in place.levels:
                    level.location_id = place.location
                    level.on_hand, level.target = place.on_hand, place.target

    # --- compare

    def _survey(self):
        """Look up these levels of one account, with the same few queries for any number.

        :return: list of `Place`, and {level: Refusal} of those that have none.
        """
        account = self.account_id
        locations = {row.key: row.location_id for row in account.stock_location_ids}
        products = self._match_products()
        places, refused = {}, {}
        for level in self:
            if refusal := level._why_not_compared(locations, products[level._article()]):
                refused[level] = refusal
            else:
                key = products[level._article()], locations[level.warehouse_key]
                places.setdefault(key, Place(*key))
        for level in self._find_siblings(locations):
            key = products.get(level._article()), locations.get(level.warehouse_key)
            if key in places and level not in refused:
                places[key].levels.append(level)
        found = list(places.values())
        self.env["stock.quant"]._fulfillment_count(found)
        self.env["stock.move"]._fulfillment_count_leaving(account, found)
        return found, refused

    def _article(self):
        return self.sku, self.ean

    def _why_not_compared(self, locations, product):
        if self.is_missing and self.account_id.stock_missing_policy == "keep":
            return Refusal(MISSING)
        if self.is_unlimited:
            return Refusal(UNLIMITED)
        if self.warehouse_key not in locations:
            return Refusal(UNUSED, self._text_unused())
        return product if isinstance(product, Refusal) else None

    def _find_siblings(self, locations):
        """Together with these, the numbers that other warehouses have of the same articles."""
        if len(locations) < 2:
            return self
        is_there = Domain("is_unlimited", "!=", True)
        if self.account_id.stock_missing_policy != "zero":
            is_there &= Domain("is_missing", "=", False)
        return self | self.search(
            Domain("account_id", "=", self.account_id.id)
            & Domain("warehouse_key", "in", list(locations))
            & Domain("sku", "in", set(self.mapped("sku")))
            & Domain("ean", "in", set(self.mapped("ean")))
            & is_there
        )

    # --- outcome

    @api.model
    def _write_outcomes(self, outcomes):
        """Write what was found out, in one statement, and only where it is news.

        :param outcomes: {level: (state, reason, product)}
        """
        rows = [
            {
                "id": level.id,
                "state": state,
                "reason": reason or None,
                "product_id": product.id or None,
            }
            for level, (state, reason, product) in outcomes.items()
            if (level.state, level.reason or "", level.product_id) != (state, reason, product)
        ]
        if rows:
            rows.sort(key=lambda row: row["id"])
            self.env.execute_query(SQL(f"{WRITE} RETURNING level.id", json.dumps(rows)))
            self.invalidate_model(["state", "reason", "product_id"])

    # --- words

    def _text_unused(self):
        if self.warehouse_key:
            return self.env._(
                "No location is chosen for warehouse %s on the page Stock of the account.",
                self.warehouse_key,
            )
        return self.env._("The account takes the numbers of single warehouses, not the total.")
