"""Sends one order under our id; a second time is harmless, and found out to be one.

The platform does not change orders: whoever comes again with an id hears 501. That is no fault of
a server, so it is never waited for: what is there is read and compared.
"""

from functools import partial

from ..canonical import Order, Sent
from ..errors import Malformed, OutcomeUnknown, Refused, Unavailable, Unsendable
from ..masking import excerpt
from .config import PLATFORM, AcommerceConfig
from .json_input import read_json
from .order_fields import describe_problems, list_problems
from .order_json import build_order, list_differences
from .session import Session

EXISTS = 501
LONGEST_RAW = 4000  # characters of an answer that are kept


def send_order(session: Session, config: AcommerceConfig, order: Order) -> Sent:
    """Unsendable: it would be refused, and was not sent. Refused: it is there, and is another.

    OutcomeUnknown: the next try finds out whether this one arrived.
    """
    _ensure_sendable(config, order)
    url = config.order_url + config.build_path("order_path", order.key)
    document = build_order(order, config)
    try:
        answer = session.put(url, document).body
    except OutcomeUnknown as error:
        text = f"Nobody knows yet whether {PLATFORM} has taken the order. The next try finds out."
        raise OutcomeUnknown(text, status=error.status, body=error.body) from error
    except Unavailable as error:
        if error.status != EXISTS:
            raise
        answer = _compare(session, url, document, order.key)
    return Sent(order_ref=order.key, raw=excerpt(session.mask.in_bytes(answer), LONGEST_RAW))


def ensure_partner(config: AcommerceConfig) -> None:
    """Orders and stock need it, status updates do not."""
    if not config.partner_id:
        raise Refused("Enter in the account the ID of the partner whose articles are sold.")


def _ensure_sendable(config: AcommerceConfig, order: Order) -> None:
    ensure_partner(config)
    if problems := list_problems(order, config):
        sentences = describe_problems(problems)
        raise Unsendable(f"{PLATFORM} would refuse the order. {sentences}", problems=problems)


def _compare(session: Session, url: str, ours: dict, key: str) -> bytes:
    """What it has, if it is the same order."""
    try:
        answer = session.get(url)
        theirs = session.parse(answer, partial(read_json, types=(dict, list)))
    except (Malformed, Unavailable) as error:
        text = f"{PLATFORM} has an order {key} and could not be asked whether it is the same."
        raise OutcomeUnknown(
            f"{text} {error}",
            status=error.status,
            body=error.body,
            retry_after=error.retry_after,
        ) from error
    if isinstance(theirs, list):
        theirs = theirs[0] if len(theirs) == 1 and isinstance(theirs[0], dict) else {}
    if differences := list_differences(ours, theirs):
        raise Refused(
            f"{PLATFORM} has an order {key} already, and it is not the same. "
            f"{' '.join(differences)} An order cannot be changed there.",
            status=EXISTS,
        )
    return answer.body
