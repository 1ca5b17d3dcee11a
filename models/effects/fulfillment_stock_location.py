"""Which location of ours a warehouse of the platform is."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class FulfillmentStockLocation(models.Model):
    _name = "fulfillment.stock.location"
    _description = "Fulfillment Stock Location"
    _order = "account_id, key"
    _rec_name = "key"
    _check_company_auto = True

    account_id = fields.Many2one(
        "fulfillment.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", related="account_id.company_id", store=True, index=True
    )
    key = fields.Char(
        string="Warehouse",
        required=True,
        default="",
        help="Key or name as the platform sends it. Empty: its number without a warehouse.",
    )
    location_id = fields.Many2one(
        "stock.location",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        domain="[('usage', '=', 'internal')]",
        help="The numbers are compared with all goods in it and below it; what is missing is "
        "added right there.",
    )

    _key_unique = models.Constraint(
        "UNIQUE(account_id, key)",
        "Each warehouse stands once, and one line without a warehouse is the total.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create([_clean(vals) for vals in vals_list])
        rows.account_id.sudo()._preview_stock_again()
        return rows

    def write(self, vals):
        accounts = self.account_id
        result = super().write(_clean(vals))
        (accounts | self.account_id).sudo()._preview_stock_again()
        return result

    def unlink(self):
        accounts = self.account_id
        result = super().unlink()
        accounts.sudo()._preview_stock_again()
        return result

    @api.constrains("key", "account_id")
    def _check_one_way(self):
        """The number without a warehouse is the sum of the others: one or the other, not both."""
        for account in self.account_id:
            keys = account.stock_location_ids.mapped("key")
            if "" in keys and len(keys) > 1:
                raise ValidationError(
                    self.env._(
                        "%s: enter either one location for the platform's total (warehouse left "
                        "empty), or one for each of its warehouses. Both would count twice.",
                        account.name,
                    )
                )

    @api.constrains("location_id", "account_id")
    def _check_location(self):
        for row in self:
            if row.location_id.usage != "internal":
                raise ValidationError(
                    self.env._("%s is no internal location.", row.location_id.display_name)
                )
            if other := row._find_overlap():
                raise ValidationError(
                    self.env._(
                        "%(location)s and %(other)s (account %(account)s) share goods, so they "
                        "would be counted twice. Choose locations that lie apart.",
                        location=row.location_id.display_name,
                        other=other.location_id.display_name,
                        account=other.account_id.name,
                    )
                )

    @api.constrains("location_id")
    def _check_location_is_whole(self):
        """What is to leave for orders is planned at the stock of the warehouse, not below it."""
        for row in self:
            if stock := row._find_stock_around():
                raise ValidationError(
                    self.env._(
                        "%(location)s lies within %(stock)s, and deliveries leave from there: what "
                        "is still to leave could not be told apart. Choose %(stock)s, or a "
                        "location outside of it.",
                        location=row.location_id.display_name,
                        stock=stock.display_name,
                    )
                )

    def _find_stock_around(self):
        """The stock of a warehouse that our location is only a part of."""
        of_company = [("company_id", "=", self.company_id.id)]
        stocks = self.env["stock.warehouse"].sudo().search(of_company).lot_stock_id
        path = self.location_id.parent_path or ""
        return (stocks - self.location_id).filtered(
            lambda stock: path.startswith(stock.parent_path)
        )[:1]

    def _find_overlap(self):
        """A row whose location lies within ours or around it; several keys may share one."""
        overlaps = Domain("location_id", "parent_of", self.location_id.id) | Domain(
            "location_id", "child_of", self.location_id.id
        )
        shares = Domain("account_id", "=", self.account_id.id) & Domain(
            "location_id", "=", self.location_id.id
        )
        return self.sudo().search(
            overlaps & ~shares & Domain("account_id.active", "=", True), limit=1
        )


def _clean(vals):
    """Keys are compared exactly: no blanks around them, and an empty one is no NULL."""
    return vals | {"key": (vals["key"] or "").strip()} if "key" in vals else vals
