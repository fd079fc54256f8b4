"""Where mailcatch and Postfix differ: the table of docs/specifications.md, which is all there is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "specifications.md"
HEADING = "### What Postfix does instead"


@dataclass(frozen=True)
class Difference:
    """One recipient of one scenario."""

    scenario: str
    recipient: str
    ours: str
    theirs: str
    why: str


def differences() -> list[Difference]:
    """Read the table."""
    _, found, rest = PAGE.read_text("utf-8").partition(HEADING)
    assert found, f"{PAGE} has no {HEADING!r}"
    rows = re.findall(r"^\| (.+) \|$", re.split(r"^#", rest, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE)
    return [Difference(*row.split(" | ")) for row in rows[1:]]  # the first is the head
