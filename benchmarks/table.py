"""Rows of the result: what was measured, against what, and whether it is good enough."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Target:
    """A bound for a number."""

    sign: str  # "<=" or ">="
    number: float

    def is_met(self, value: float) -> bool:
        return value <= self.number if self.sign == "<=" else value >= self.number

    def __str__(self) -> str:
        return f"{self.sign} {self.number:g}"


def at_most(number: float) -> Target:
    return Target("<=", number)


def at_least(number: float) -> Target:
    return Target(">=", number)


@dataclass(frozen=True)
class Row:
    """One line: a figure, its baseline, and the ratio of both."""

    subject: str
    figure: float
    unit: str
    baseline: float
    baseline_name: str
    ratio: float
    target: Target | None = None
    judged: float | None = None  # what the target is about, if it is not the ratio
    processor: float | None = None  # the same ratio in processor time, which a busy machine spares
    queries: str = ""  # of both

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        value = self.ratio if self.judged is None else self.judged
        return "yes" if self.target.is_met(value) else "NO"

    def cells(self) -> tuple[str, ...]:
        return (
            self.subject,
            f"{_short(self.figure)} {self.unit}",
            f"{_short(self.baseline)} ({self.baseline_name})",
            _short(self.ratio),
            str(self.target or ""),
            self.verdict,
            "" if self.processor is None else _short(self.processor),
            self.queries,
        )


def over(subject, figure, baseline, target=None, *, unit="ms", name="floor") -> Row:
    """A row whose ratio is figure / baseline: how many times as much."""
    ratio = figure / baseline if baseline else float(figure > 0)
    return Row(subject, figure, unit, baseline, name, ratio, target)


def faster(subject, figure, baseline, target=None, *, unit="ms", name="naive") -> Row:
    """A row whose ratio is baseline / figure: how many times as fast."""
    return Row(subject, figure, unit, baseline, name, baseline / figure, target)


def judged_by(value: float, row: Row) -> Row:
    """The row, with a target for another number than its ratio."""
    return replace(row, judged=value)


def with_costs(row: Row, ours, base) -> Row:
    """The row, with what samples of both sides say about processor time and queries."""
    processor = ours.cpu_ms_each / base.cpu_ms_each
    if row.ratio != row.figure / row.baseline:
        processor = 1 / processor
    queries = f"{_short(ours.queries_each)} / {_short(base.queries_each)}"
    return replace(row, processor=processor, queries=queries)


HEADS = ("what", "measured", "baseline", "ratio", "target", "met", "processor", "queries each")


def show(rows: Iterable[Row]) -> str:
    """The table, as Markdown that reads well in a terminal too."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_draw(line, widths) for line in (HEADS, rule, *lines[1:]))


def _draw(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def write_json(path: Path, machine: dict, rows: Iterable[Row]) -> None:
    """The same for programs."""
    listed = [asdict(row) | {"target": str(row.target or ""), "met": row.verdict} for row in rows]
    path.write_text(json.dumps({"machine": machine, "rows": listed}, indent=1), encoding="utf-8")


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
