"""Messages that are events: told again, revised, deleted; see providers.events."""

from odoo import fields, models

from .fulfillment_message import KINDS

BOOKED = ("ship", "deliver", "cancel", "return")  # what is done for these stands in documents


class FulfillmentMessage(models.Model):
    _inherit = "fulfillment.message"

    recorded_at = fields.Datetime(
        readonly=True, help="When the platform wrote it down; when it happened stands elsewhere."
    )
    shipment_ref = fields.Char(string="Shipment", readonly=True)
    contents = fields.Json(
        readonly=True, help="SKU and pieces of the shipment, where the platform tells them."
    )
    is_live = fields.Boolean(
        string="Shown by the Platform",
        readonly=True,
        default=True,
        help="Off when the platform does not show this event any more.",
    )
    booked_as = fields.Selection(
        KINDS,
        readonly=True,
        help="What was done for this event before the platform changed or deleted it.",
    )
    memory = fields.Json(readonly=True, help="What tells a repeat of this event from a change.")
    revision_ids = fields.One2many("fulfillment.message.revision", "message_id", readonly=True)

    # --- what becomes of the state; the platform's word weighs more than what was done before

    def _get_booking(self):
        """As what the event was booked, or False."""
        return self.booked_as or (self.state == "applied" and self.kind in BOOKED and self.kind)

    def _reopen(self):
        """Derive anew what the platform has changed, also where it was applied or ignored.

        What was done for the earlier content is noted: it is not undone silently.
        """
        for booked_as, messages in self.grouped(lambda message: message._get_booking()).items():
            messages.write({"state": "received", "reason": False, "booked_as": booked_as})

    def _retract(self):
        """The platform does not show these any more."""
        booked = self.filtered(lambda message: message._get_booking())
        booked._reopen()
        rest = self - booked
        reason = self.env._("The platform has deleted this event.")
        rest.write({"state": "ignored", "reason": reason})
        rest._settle()

    def _revive(self):
        """The platform shows these again; what was booked for them stands."""
        standing = self.filtered(lambda message: message.booked_as == message.kind)
        standing.write({"state": "applied", "reason": False, "booked_as": False})
        standing._settle()
        (self - standing)._reopen()

    def _keep_revision(self, cause):
        """Keep what the platform said before."""
        names = ("kind", "platform_type", "recorded_at", "raw")
        self.env["fulfillment.message.revision"].create(
            [
                {"message_id": message.id, "company_id": message.company_id.id, "cause": cause}
                | {name: message[name] for name in names}
                for message in self
            ]
        )


class FulfillmentMessageRevision(models.Model):
    _name = "fulfillment.message.revision"
    _description = "Earlier Content of a Message"
    _order = "id desc"
    _rec_name = "platform_type"

    message_id = fields.Many2one(
        "fulfillment.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    cause = fields.Selection(
        [("revised", "Revised"), ("retracted", "Deleted"), ("revived", "Shown again")],
        required=True,
        readonly=True,
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    platform_type = fields.Char(string="Type", readonly=True)
    recorded_at = fields.Datetime(readonly=True)
    raw = fields.Text(readonly=True)
