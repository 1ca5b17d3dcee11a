"""What aCommerce does not publish about its wire, each with the best that is known as default.

An account overrides any of it by name, in lines such as `status_path_3 = /{side}/{id}/v3/status`.
Names of members are lists: the first one that is there counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timezone, tzinfo
from functools import lru_cache

from ..signature import ENCODINGS, HASHES

LINE = re.compile(r"\s*([^\s=][^=]*?)\s*=\s*(.*?)\s*")


@dataclass(frozen=True, slots=True)
class Profile:
    """Paths, parameters, headers and the names of members. In a path {side}, {id} and {order}."""

    # Seen in use 2015 to 2021. Whether version 3 has a path of its own is not public.
    token_path: str = "/identity/token"
    status_path_3: str = "/{side}/{id}/sales-order-status"
    status_path_2: str = "/{side}/{id}/sales-order-status"
    status_by_id_path_3: str = "/{side}/{id}/sales-order-status/id"
    status_by_id_path_2: str = "/{side}/{id}/sales-order-status/id"
    order_path: str = "/{side}/{id}/order/{order}"
    stock_path: str = "/channel/{id}/allocation/merchant/{partner}"
    hooks_path: str = "/{side}/{id}/hooks"
    token_header: str = "X-Subject-Token"
    since_parameter: str = "since"
    id_parameter: str = "id"
    page_size_parameter: str = ""  # of the status list; none was ever seen
    stock_page_size_parameter: str = "page_size"
    page_size: int = 100  # the most the platform gives
    ids_per_call: int = 10  # the most the platform takes
    token_seconds: int = 3000  # where the answer does not say how long a token lives
    # Web hooks
    hook_event_3: str = "SALES_ORDER_STATUS_V3"
    hook_event_2: str = "SALES_ORDER_STATUS"
    signature_header: str = "X-Acomm-Signature"
    signature_hash: str = "sha256"
    signature_encoding: str = "hex"
    signature_prefix: str = ""
    # Status documents; the nesting of shipments in version 3 is not public
    order_names: str = "orderId"
    shipment_names: str = "shipmentId,fulfillmentOrderId,shipOrderId"
    tracking_names: str = "trackingId"
    event_names: str = "eventId"
    order_status_names: str = "orderStatus"
    detail_status_names: str = "orderDetailedStatus,fulfillmentStatus,shipmentStatus"
    package_status_names: str = "shippingStatus"
    status_names: str = "status"  # its level is told by what it stands in
    recorded_names: str = "updatedTime"
    happened_names: str = "orderUpdatedTime,shippingUpdatedTime,happenedTime"
    comment_names: str = "orderStatusDetail,shippingDetail,statusDetail"
    place_names: str = "shippingLocation"
    items_names: str = "items"
    sku_names: str = "itemId"
    quantity_names: str = "qty"
    # Members that must all be lists, else a polled order does not prove that an event is gone
    history_3_names: str = "orderStatus,shipments"
    history_2_names: str = "orderStatus,orderDetailedStatus,shipPackage"

    def names(self, what: str) -> tuple[str, ...]:
        """The members that may hold it: names("order") is ("orderId",)."""
        return _split(getattr(self, f"{what}_names"))

    def list_problems(self) -> list[str]:
        """Everything that cannot be, one sentence each."""
        numbers = (self.page_size, self.ids_per_call, self.token_seconds)
        is_path = all(
            getattr(self, field.name).startswith("/")
            for field in fields(self)
            if "_path" in field.name
        )
        checks = (
            (is_path, "Every path must begin with a slash."),
            (min(numbers) > 0, "Every number must be more than zero."),
            (self.signature_hash in HASHES, f"The hash must be one of {', '.join(HASHES)}."),
            (
                self.signature_encoding in ENCODINGS,
                f"The encoding of the signature must be one of {', '.join(ENCODINGS)}.",
            ),
        )
        return [sentence for is_good, sentence in checks if not is_good]


@lru_cache(maxsize=256)  # asked for every node of every document
def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(","))


def read_lines(text: str) -> tuple[dict[str, str], list[str]]:
    """Lines `name = value` -> overrides, and what is wrong with the lines. # begins a comment."""
    found, problems = {}, []
    for number, line in enumerate((text or "").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if match := LINE.fullmatch(line):
            found[match[1]] = match[2]
        else:
            problems.append(f"Line {number} must look like: name = value.")
    return found, problems


def build_profile(overrides: Mapping[str, object]) -> tuple[Profile, list[str]]:
    """The defaults with these changes, and what is wrong with the changes."""
    known = {field.name: field.type for field in fields(Profile)}
    problems = [f"There is no setting '{name}'." for name in overrides if name not in known]
    values = {}
    for name in known.keys() & overrides.keys():
        text = str(overrides[name])
        if known[name] is not int:
            values[name] = text
        elif text.isascii() and text.isdecimal():
            values[name] = int(text)
        else:
            problems.append(f"{name} must be a number.")
    return Profile(**values), problems


@dataclass(frozen=True, slots=True)
class Reading:
    """How an account reads what it is told, whichever way it came."""

    profile: Profile = Profile()
    kinds: Mapping[str, str] = field(default_factory=dict)  # overrides, see event_kinds
    zone: tzinfo = timezone.utc  # of stamps without one
