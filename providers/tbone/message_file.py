"""A message list that came by hand or by mail: as a page, but there is no next one."""

import sys

from ..canonical import Page
from ..errors import Misconfigured
from ..time_zone import find_zone
from .config import TBOneConfig
from .message_xml import parse_page


def parse_file(content: bytes, config: TBOneConfig) -> Page:
    """Raises Malformed, and Misconfigured for an unknown time zone."""
    zone = find_zone(config.time_zone)
    if zone is None:
        raise Misconfigured(f"The time zone '{config.time_zone}' is not known here.")
    return parse_page(content, limit=sys.maxsize, zone=zone)
