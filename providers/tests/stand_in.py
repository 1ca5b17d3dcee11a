"""Our client at the stand-in."""

import time

from providers import build_client


def connect(tbone, **changes):
    """A client with the stand-in's credentials; `changes` are other settings."""
    settings = {
        "host": tbone.url,
        "account_number": tbone.account,
        "user": tbone.user,
        "password": tbone.password,
        "channel_id": tbone.channel,
    }
    return build_client("tbone", settings | changes, clock=time.monotonic)
