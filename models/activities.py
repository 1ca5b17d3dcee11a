"""One open activity per record and cause, known by its type: texts differ by language."""

from odoo.tools import plaintext2html

TYPES = {
    "attention": "fulfillment_connector.mail_activity_fulfillment",
    "send": "fulfillment_connector.mail_activity_fulfillment_send",
    "recall": "fulfillment_connector.mail_activity_fulfillment_recall",
    "refund": "fulfillment_connector.mail_activity_fulfillment_refund",
    "shortfall": "fulfillment_connector.mail_activity_fulfillment_shortfall",
}


def plan_activity(record, cause, text, user):
    """Plan an activity on an order or an account, unless one for this cause is open there.

    :param cause: key of `TYPES`.
    :param text: plain; it may hold what the platform wrote.
    """
    if not find_activities(record, cause):
        user = user or record.env.user
        record.activity_schedule(TYPES[cause], note=plaintext2html(text), user_id=user.id)


def find_activities(records, cause):
    """The open activities of records for a cause."""
    activities = records.activity_ids
    if not activities:
        return activities
    kind = records.env.ref(TYPES[cause])
    return activities.filtered(lambda activity: activity.activity_type_id == kind)
