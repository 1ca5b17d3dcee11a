"""What an account must know to call TB.One, and what is wrong with it."""

import re
from dataclasses import dataclass, field

from ..errors import Misconfigured, NotAllowed
from ..http_call import read_origin
from ..time_zone import find_zone

PLATFORM = "TB.One"
# TB.One manual, REST hosts; older accounts may have another one.
HOSTS = {"production": "rest.core.tradebyte.com", "test": "reststaging.core.tradebyte.com"}
TEST_HOSTS = frozenset({HOSTS["test"], "reststaging.tradebyte.com"})
HOST_FORM = re.compile(r"(?:(https?)://)?((?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::\d{1,5})?)/?")
DIGITS = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class TBOneConfig:
    """Settings of one account. Times in seconds; time_zone is for stamps without zone."""

    host: str = ""  # host[:port], with or without https:// in front
    account_number: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    channel_id: str = ""  # the numeric one, not the channel sign
    time_zone: str = "UTC"
    send_currency: bool = False  # as an attribute of every amount; wanted where agreed
    connect_timeout: float = 10
    read_timeout_list: float = 300  # TB.One is slow when many messages are open
    read_timeout_flag: float = 60
    read_timeout_order: float = 60  # also for cancellations
    read_timeout_stock: float = 600  # a full stock is put together before its first byte
    deadline: float = 900  # for a whole call
    max_bytes: int = 64 * 1024 * 1024  # of one page of messages, unpacked
    max_stock_bytes: int = 1024 * 1024 * 1024  # it is kept on disk, not in memory

    @property
    def base_url(self) -> str:
        """https://host[:port]; http when written so, which only this machine may be."""
        form = HOST_FORM.fullmatch((self.host or "").strip())
        return f"{form[1] or 'https'}://{form[2]}" if form else ""

    def list_problems(self) -> list[str]:
        """Everything that is missing or wrong, one sentence each."""
        checks = (
            (self._is_host_usable(), "The host must look like rest.core.tradebyte.com."),
            (_is_digits(self.account_number), "The account number must be digits only."),
            (_is_digits(self.channel_id), "The channel ID must be digits only."),
            (self.user, "The user is missing."),
            (":" not in (self.user or ""), "The user must not contain a colon."),
            (self.password, "The password is missing."),
            (find_zone(self.time_zone), f"The time zone '{self.time_zone}' is not known here."),
            (self._has_positive_times(), "Every time-out must be more than zero seconds."),
        )
        return [sentence for is_good, sentence in checks if not is_good]

    def ensure_valid(self) -> None:
        """Raises Misconfigured with all problems at once."""
        if problems := self.list_problems():
            raise Misconfigured(f"{PLATFORM}: " + " ".join(problems), problems=problems)

    def _is_host_usable(self) -> bool:
        try:
            return bool(self.base_url and read_origin(self.base_url))
        except NotAllowed:
            return False

    def _has_positive_times(self) -> bool:
        times = (
            self.connect_timeout,
            self.deadline,
            self.read_timeout_list,
            self.read_timeout_flag,
            self.read_timeout_order,
            self.read_timeout_stock,
        )
        return min(times) > 0


def _is_digits(value: str) -> bool:
    return bool(DIGITS.fullmatch(value or ""))
