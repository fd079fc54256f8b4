"""What a measurement gives, and the table made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
START, END = "<!-- table -->", "<!-- /table -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured value with its unit ("ms", "MB", "×" …), and the goal in words: "< 6 ms"."""

    what: str
    value: float
    unit: str
    goal: str = ""
    note: str = ""

    def __str__(self) -> str:
        value = f"{self.value:.2f}" if self.value < 10 else f"{self.value:,.0f}"
        return f"| {self.what} | {value} {self.unit} | {self.goal} | {self.note} |"


HEAD = "| what | measured | goal | remark |\n|---|---|---|---|"


def table(rows: Iterable[Row]) -> str:
    """Give the whole table as Markdown."""
    return "\n".join([HEAD, *map(str, rows)])


def write(text: str) -> None:
    """Put a table between the marks of docs/performance.md."""
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{START}\n{text}\n{END}{after}", "utf-8")


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
