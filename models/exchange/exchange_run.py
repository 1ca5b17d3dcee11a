"""One run of the exchange lane, as plain values."""

import time
from dataclasses import dataclass, field

FETCHED, LOCKED, FAILED = "fetched", "locked", "failed"


class LockLost(Exception):
    """Another worker has taken the account between two transactions; this run ends."""


@dataclass(eq=False, slots=True)
class Run:
    """What a run knows, has counted and has found; the counts go to its row of the sync log."""

    account: object
    is_fetching: bool  # wants another page
    is_single_page: bool = False
    sync: object = None
    client: object = None
    outcome: str = FETCHED
    was_due_at: object = None
    planned_at: object = None  # next run of the account should this one be killed
    is_over: bool = False  # the time or the page that was granted is used up
    is_owing: bool = False  # the time was over before all was acknowledged and sent
    pages: int = 0
    window: int = 0  # known messages that came with the last page
    failures_in_a_row: int = 0
    reopened: set[int] = field(default_factory=set)
    left_out: set[int] = field(default_factory=set)  # rows to send whose documents others hold
    notes: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    calls: int = 0
    fetched: int = 0
    new: int = 0
    duplicates: int = 0
    acknowledged: int = 0
    unacknowledged: int = 0
    sent: int = 0
    unsent: int = 0  # not sent, or nobody knows

    @property
    def has_more(self) -> bool:
        """Is there work left that the next run goes on with at once?"""
        return self.is_over and (self.is_fetching or self.is_owing)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def add_note(self, sentence: str) -> None:
        if sentence and sentence not in self.notes:
            self.notes.append(sentence)

    def count_call(self, _exchange) -> None:
        self.calls += 1

    def prepare_counts(self) -> dict[str, int]:
        """For the row of the sync log."""
        return {
            "call_count": self.calls,
            "fetched_count": self.fetched,
            "new_count": self.new,
            "duplicate_count": self.duplicates,
            "acknowledged_count": self.acknowledged,
            "unacknowledged_count": self.unacknowledged,
            "sent_count": self.sent,
            "unsent_count": self.unsent,
        }
