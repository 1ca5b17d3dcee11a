"""aCommerce's status codes -> kinds of messages. An account overrides any of it.

Whether a parcel that could not be delivered, or that the consumer refused, is a return or only
news is the shop's policy: {"REJECTED": "return", "FAILED_TO_DELIVER": "info"}. A code can be told
apart by its level: {"order:COMPLETED": "info"} lets only shipments and packages be delivered.
"""

from collections.abc import Mapping

from ..canonical import Kind

LEVELS = ("order", "detail", "package")  # detail: of a shipment; version 2 mixes it with the order

KINDS = {
    "NEW": Kind.INFO,
    "order:NEW": Kind.ACKNOWLEDGE,
    "ORDERED": Kind.INFO,
    "IN_PROGRESS": Kind.INFO,
    "BACK_ORDERED": Kind.INFO,
    "RESERVED": Kind.INFO,
    "WAREHOUSE_SUBMITTED": Kind.INFO,
    "READY_TO_PICK": Kind.INFO,
    "PACKED": Kind.INFO,
    "READY_TO_SHIP": Kind.INFO,
    "IN_TRANSIT": Kind.SHIP,
    "COMPLETED": Kind.DELIVER,
    "DELIVERED": Kind.DELIVER,
    "CANCELLED": Kind.CANCEL,
    "FAILED_TO_DELIVER": Kind.INFO,  # an attempt; not the last one
    "REJECTED": Kind.INFO,
    "ERROR": Kind.INFO,  # with a problem, see find_problem
}
SPELLINGS = {"CANCELED": "CANCELLED"}  # both are in use


def read_code(text: str) -> str:
    """The code in one spelling: upper case, with underscores."""
    code = "_".join(text.upper().replace("-", " ").split())
    return SPELLINGS.get(code, code)


def find_kind(level: str, code: str, overrides: Mapping[str, str]) -> Kind:
    """UNKNOWN for a code that nobody has heard of: it is kept and shown."""
    for table in (overrides, KINDS):
        for key in (f"{level}:{code}", code):
            if key in table:
                return Kind(table[key])
    return Kind.UNKNOWN


def find_problem(code: str, comment: str) -> str:
    """What a person must look at, whatever the kind."""
    if code != "ERROR":
        return ""
    reason = f" It says: {comment}" if comment else ""
    return f"aCommerce could not process the order. Correct it there or ask them.{reason}"
