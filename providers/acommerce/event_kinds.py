"""aCommerce's status codes -> kinds of messages. An account overrides any of it.

Whether a parcel that could not be delivered, or that the consumer refused, is a return or only
news is the shop's policy: {"REJECTED": "return", "FAILED_TO_DELIVER": "info"}. Until it has said
so, a person is asked. A code can be told apart by its level: {"order:COMPLETED": "info"} lets only
shipments and packages be delivered.
"""

from collections.abc import Iterator, Mapping

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
    "ERROR": Kind.INFO,
}
PROBLEMS = {  # what a person must look at, unless the account says what the code means
    "ERROR": "aCommerce could not process the order. Correct it there or ask them.",
    "FAILED_TO_DELIVER": "The parcel could not be delivered. Ask aCommerce whether they try again.",
    "REJECTED": "The customer refused the parcel. Ask aCommerce whether it comes back.",
}
SPELLINGS = {"CANCELED": "CANCELLED"}  # both are in use


def read_code(text: str) -> str:
    """The code in one spelling: upper case, with underscores."""
    code = "_".join(text.upper().replace("-", " ").split())
    return SPELLINGS.get(code, code)


def find_kind(level: str, code: str, overrides: Mapping[str, str]) -> Kind:
    """UNKNOWN for a code that nobody has heard of: it is kept and shown."""
    for table in (overrides, KINDS):
        for key in _list_keys(level, code):
            if key in table:
                return Kind(table[key])
    return Kind.UNKNOWN


def find_problem(level: str, code: str, comment: str, overrides: Mapping[str, str]) -> str:
    """What a person must look at; '' for a code of which the account says what it means."""
    problem = PROBLEMS.get(code, "")
    if not problem or any(key in overrides for key in _list_keys(level, code)):
        return ""
    return f"{problem} It says: {comment}" if comment else problem


def read_kinds(lines: Mapping[str, str]) -> dict[str, str]:
    """Overrides as people write them -> as they are looked up."""
    return {_read_key(key): kind.strip().lower() for key, kind in lines.items()}


def list_kind_problems(overrides: Mapping[str, str]) -> list[str]:
    """What is wrong with overrides, one sentence each."""
    return [problem for key, kind in overrides.items() for problem in _check(key, kind)]


def _check(key: str, kind: str) -> Iterator[str]:
    level, colon, code = key.rpartition(":")
    if colon and level not in LEVELS:
        yield f"'{level}' in {key} is no level. Known: {', '.join(LEVELS)}."
    if not code:
        yield f"The status code is missing in '{key}'."
    known = [kind.value for kind in Kind]
    if kind not in known:
        yield f"'{kind}' for {key} is no kind of message. Known: {', '.join(known)}."


def _read_key(key: str) -> str:
    level, colon, code = key.rpartition(":")
    return f"{level.strip().lower()}{colon}{read_code(code)}"


def _list_keys(level: str, code: str) -> tuple[str, str]:
    """The special one first."""
    return f"{level}:{code}", code
