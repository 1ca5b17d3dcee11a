"""What an account must know to call aCommerce, and what is wrong with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timezone
from urllib.parse import quote

from ..errors import Misconfigured, NotAllowed
from ..http_call import read_origin
from ..time_zone import find_zone
from .event_csv import CsvForm
from .event_kinds import list_kind_problems
from .profile import Profile, Reading, build_profile

PLATFORM = "aCommerce"
HOSTS = {"production": "api.acommerce.asia", "test": "api.acommercedev.com"}
ORDER_HOSTS = {
    "production": "fulfillment.api.acommerce.asia",
    "test": "fulfillment.api.acommercedev.com",
}
HOST_FORM = re.compile(r"(?:(https?)://)?((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?)/?")
SCOPE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
SIDES = ("channel", "partner")


@dataclass(frozen=True, slots=True)
class AcommerceConfig:
    """Settings of one account. Times in seconds; time_zone is for stamps without zone."""

    environment: str = "production"  # or test; own: the two hosts below
    host: str = ""  # own host[:port] for tokens and web hooks
    order_host: str = ""  # own host[:port] for orders, status and stock
    side: str = "channel"  # or partner: what scope_id names
    scope_id: str = ""
    partner_id: str = ""  # whose articles are sold; needed to send orders and to fetch stock
    user: str = ""
    api_key: str = field(default="", repr=False)
    version: str = "3"  # of the status updates; the parser understands both anyway
    # code -> kind, or level:code -> kind; see event_kinds
    kinds: Mapping[str, str] = field(default_factory=dict)
    profile_overrides: Mapping[str, object] = field(default_factory=dict)  # see Profile
    overlap: float = 600  # how far a poll reaches back behind its cursor
    passes: int = 3  # how often a list of several pages is read until nothing new turns up
    max_pages: int = 2000  # of one list
    payment_type: str = "NON_COD"
    shipping_type: str = "STANDARD_2_4_DAYS"
    country_form: str = "name"  # or code
    price_form: str = "line"  # or piece: what the amount of an order line means
    freight_sku: str = ""  # agreed article for shipping costs; without it they are in the total
    csv_columns: Mapping[str, str] = field(default_factory=dict)  # see event_csv.HEADERS
    time_zone: str = "UTC"
    connect_timeout: float = 10
    read_timeout: float = 120
    deadline: float = 600  # for a whole call

    @property
    def base_url(self) -> str:
        """Of tokens and web hooks: https://host[:port]; http for this machine only."""
        return _read_host(HOSTS.get(self.environment) or self.host)

    @property
    def order_url(self) -> str:
        """Of orders, status and stock; the same host unless another is given."""
        return _read_host(ORDER_HOSTS.get(self.environment) or self.order_host or self.host)

    @property
    def profile(self) -> Profile:
        """What is not public, as this account has it."""
        return build_profile(self.profile_overrides)[0]

    @property
    def reading(self) -> Reading:
        """How this account reads events."""
        return Reading(self.profile, self.kinds, find_zone(self.time_zone) or timezone.utc)

    @property
    def csv_form(self) -> CsvForm:
        """How the files of this account look."""
        return CsvForm(self.csv_columns)

    def build_path(self, name: str, order: str = "") -> str:
        """The path of that name in the profile, with the ids of the account in it."""
        template = getattr(self.profile, name)
        values = {"side": self.side, "id": self.scope_id, "partner": self.partner_id}
        for key, value in {**values, "order": order}.items():
            template = template.replace(f"{{{key}}}", quote(value, safe=""))
        return template

    def list_problems(self) -> list[str]:
        """Everything that is missing or wrong, one sentence each."""
        checks = (
            (self.environment in (*HOSTS, "own"), "The environment is production, test or own."),
            (_is_usable(self.base_url), "The host must look like api.acommerce.asia."),
            (_is_usable(self.order_url), "The host must look like fulfillment.api.acommerce.asia."),
            (self.side in SIDES, "The account is a channel or a partner."),
            (SCOPE_ID.fullmatch(self.scope_id or ""), f"The {self.side} ID is missing or wrong."),
            (SCOPE_ID.fullmatch(self.partner_id or "0"), "The partner ID is wrong."),
            (self.user, "The user is missing."),
            (self.api_key, "The API key is missing."),
            (self.version in ("2", "3"), "The version is 2 or 3."),
            (self.country_form in ("name", "code"), "Countries are sent as name or as code."),
            (self.price_form in ("line", "piece"), "Amounts are sent per line or per piece."),
            (find_zone(self.time_zone), f"The time zone '{self.time_zone}' is not known here."),
            (self.overlap >= 1, "The overlap must be one second or more."),
            (min(self.passes, self.max_pages) >= 1, "Passes and pages must be one or more."),
            (self._has_positive_times(), "Every time-out must be more than zero seconds."),
        )
        wrong = [sentence for is_good, sentence in checks if not is_good]
        return [
            *wrong,
            *list_kind_problems(self.kinds),
            *self._list_profile_problems(),
            *self.csv_form.list_problems(),
        ]

    def ensure_valid(self) -> None:
        """Raises Misconfigured with all problems at once."""
        if problems := self.list_problems():
            raise Misconfigured(f"{PLATFORM}: " + " ".join(problems), problems=problems)

    def _list_profile_problems(self) -> list[str]:
        profile, problems = build_profile(self.profile_overrides)
        return problems + profile.list_problems()

    def _has_positive_times(self) -> bool:
        return min(self.connect_timeout, self.read_timeout, self.deadline) > 0


def _read_host(text: str) -> str:
    form = HOST_FORM.fullmatch((text or "").strip())
    return f"{form[1] or 'https'}://{form[2]}" if form else ""


def _is_usable(url: str) -> bool:
    try:
        return bool(url and read_origin(url))
    except NotAllowed:
        return False
