"""Making returns by the wizard behind Odoo's button, for many deliveries at once."""

from odoo import api, models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    @api.model
    def _fulfillment_create_returns(self, ways):
        """Confirmed returns, each with just its quantities, marked with its parcel.

        :param ways: {`Way`: {done move: quantity in the unit of the product}}
        :return: {`Way`: return}
        """
        together = self.with_context(fulfillment_confirm_later=True)
        wizards = together.create([{"picking_id": way.picking.id} for way in ways])
        made = {
            way: wizard._fulfillment_create_return(way, quantities).with_env(self.env)
            for wizard, (way, quantities) in zip(wizards, ways.items(), strict=True)
        }
        self.env["stock.picking"].concat(*made.values()).action_confirm()
        return made

    def _fulfillment_create_return(self, way, quantities):
        for line in self.product_return_moves:
            pieces = quantities.get(line.move_id, 0.0)
            line.quantity = line.product_id.uom_id._compute_quantity(pieces, line.uom_id)
        picking = self._create_return()
        if way.rule.location_id:
            picking.location_dest_id = way.rule.location_id
        way.parcel._mark(picking)
        return picking


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_confirm(self):
        if self.env.context.get("fulfillment_confirm_later"):
            return True
        return super().action_confirm()

    def action_assign(self):
        if self.env.context.get("fulfillment_confirm_later"):
            return True
        return super().action_assign()


class StockMove(models.Model):
    _inherit = "stock.move"

    def _fulfillment_returnable(self):
        """What of a done move has not come back yet, in the unit of the product."""
        unit = self.product_id.uom_id
        back = self.returned_move_ids.filtered(lambda move: move.state != "cancel")
        return self.product_uom._compute_quantity(self.quantity, unit) - sum(
            move.product_uom._compute_quantity(
                move.quantity if move.state == "done" else move.product_uom_qty, unit
            )
            for move in back
        )
