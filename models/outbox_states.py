"""What becomes of a row of the outbox: the exchange lane moves it, the documents show it."""

STATES = [
    ("to_send", "To send"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("unknown", "Arrival unknown"),
    ("failed", "Not sent"),
    ("cancelled", "Withdrawn"),
]
