"""Whose number it is: articles of the platform and products of the account's company."""

from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from .stock_places import SKIPPED, UNKNOWN, Refusal


class FulfillmentStockLevel(models.Model):
    _inherit = "fulfillment.stock.level"

    def _match_products(self):
        """{(SKU, EAN): product, or Refusal}, by internal reference or else by barcode."""
        skus, eans = set(self.mapped("sku")) - {""}, set(self.mapped("ean")) - {""}
        products = self.env["product.product"]
        found = products.search_fetch(
            Domain(products._check_company_domain(self.account_id.company_id))
            & (Domain("default_code", "in", skus) | Domain("barcode", "in", eans)),
            ["default_code", "barcode", "product_tmpl_id"],
        )
        by_code, by_barcode = defaultdict(list), defaultdict(list)
        for product in found:
            by_code[product.default_code].append(product)
            by_barcode[product.barcode].append(product)
        named = self._find_named([product for ean in eans for product in by_barcode[ean]])
        return {
            (sku, ean): self._judge(by_code[sku] if sku else by_barcode[ean], sku, ean, named)
            for sku, ean in {level._article() for level in self}
        }

    def _find_named(self, found_by_ean):
        """SKUs of products found by EAN that the platform names by SKU too: that number counts."""
        codes = {product.default_code for product in found_by_ean} - {False}
        if not codes:
            return set()
        is_there = Domain("account_id", "=", self.account_id.id) & Domain("is_missing", "=", False)
        return set(self.search(is_there & Domain("sku", "in", codes)).mapped("sku"))

    def _judge(self, products, sku, ean, named):
        """The one product whose stock can be set, or why there is none."""
        if not products:
            return Refusal(UNKNOWN, self._text_unknown(sku or ean))
        if not sku and products[0].default_code in named:
            return Refusal(SKIPPED, self._text_named(products[0].default_code))
        if len(products) > 1:
            return Refusal(SKIPPED, self._text_ambiguous(products))
        if reason := products[0]._fulfillment_why_no_stock():
            return Refusal(SKIPPED, reason)
        return products[0]

    # --- words

    def _text_unknown(self, number):
        return self.env._("No active product has the internal reference or barcode %s.", number)

    def _text_named(self, sku):
        return self.env._("The platform names it as SKU %s too: that number counts.", sku)

    def _text_ambiguous(self, products):
        return self.env._(
            "Several products are called so: %s. Leave this reference to one of them.",
            ", ".join(product.display_name for product in products),
        )
