"""Web hooks as they come in: are they from the platform, and what do they say?"""

from collections.abc import Iterable, Mapping

from ..events import EventPage
from ..signature import verify
from .config import AcommerceConfig
from .event_json import parse_push


class AcommercePush:
    """Web hooks of one platform; see providers.Push."""

    def verify(
        self,
        config: AcommerceConfig,
        body: bytes,
        headers: Mapping[str, str],
        secrets: Iterable[str],
    ) -> bool:
        """Do the headers sign the bytes with one of these secrets? Never raises."""
        profile = config.profile
        header = headers.get(profile.signature_header) or ""
        form = {
            "hash": profile.signature_hash,
            "encoding": profile.signature_encoding,
            "prefix": profile.signature_prefix,
        }
        return any(verify(body, header, secret, **form) for secret in secrets)

    def parse(self, config: AcommerceConfig, body: bytes) -> EventPage:
        """What it says. Raises Malformed."""
        return parse_push(body, config.reading)
