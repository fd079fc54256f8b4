"""The one exception of reading commands."""

from __future__ import annotations

from typing import Literal


class Problem(Exception):
    """A command that is not carried out: BAD or NO, a response code without its brackets or None, a sentence."""

    def __init__(self, text: str, condition: Literal["BAD", "NO"] = "BAD", code: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.condition = condition
        self.code = code
