"""Misbehaviour of aCommerce, by name."""

import json
from dataclasses import replace

from ..faults import HTML, Fault
from ..http_server import Delivery


def _refuse(status: int, text: str, **headers: str) -> Fault:
    body = json.dumps({"error": {"message": text, "errors": []}})
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(status=status, body=body, accepted=False, headers=headers)


FAULTS: dict[str, Fault] = {
    "server_error": _refuse(500, "Internal Server Error"),
    "bad_gateway": Fault(status=502, body=HTML, content_type="text/html", accepted=False),
    "unavailable": _refuse(503, "Service Unavailable"),
    "throttled": _refuse(429, "Too Many Requests", Retry_After="120"),
    "busy": _refuse(503, "Service Unavailable", Retry_After="30"),
    "unauthorized": _refuse(401, "Unauthorized"),
    "forbidden": _refuse(403, "Forbidden"),
    "not_found": _refuse(404, "Not Found"),
    "html": Fault(body=HTML, content_type="text/html", accepted=False),
    "not_a_list": Fault(body='{"records": []}'),
    "empty": Fault(body=""),
    "deep": Fault(body="[" * 100_000),
    "no_date": Fault(headers={"Date": ""}),
    "foreign_next": Fault(headers={"Link": '<https://other.example/x?page=2>; rel="next"'}),
    "slow": Fault(delivery=Delivery(delay=2.0)),
    "truncated": Fault(delivery=Delivery(cut=0.5)),
    "drop": Fault(accepted=False, delivery=Delivery(silent=True)),
    "accept_drop": Fault(delivery=Delivery(silent=True)),
}


def make_fault(name: str, **changes) -> Fault:
    """A fault by its name; `changes` replace its fields."""
    if name not in FAULTS:
        raise ValueError(f"Unknown fault {name!r}; known: {', '.join(sorted(FAULTS))}")
    return replace(FAULTS[name], name=name, **changes)
