"""The record of a dialogue, taken as it happens."""

from __future__ import annotations

import time
from collections import deque

from mailcatch.model import TranscriptLine

LARGEST = 256 << 10
"""Bytes of lines that are kept; beyond it the middle is left out."""

_HEAD = LARGEST // 2
_LINE_COST = 32  # what a line weighs besides its text


class Transcript:
    """Lines with the milliseconds since the dialogue began; keeps its beginning and its end."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._head: list[TranscriptLine] = []
        self._tail: deque[TranscriptLine] = deque()
        self._head_size = self._tail_size = 0
        self._left_out = 0
        self.tls = False

    def client(self, line: bytes) -> None:
        """Note what the client said."""
        self._note("C", line.decode("utf-8", "backslashreplace"))

    def server(self, line: str) -> None:
        """Note what we answered."""
        self._note("S", line)

    def remark(self, line: str) -> None:
        """Note what happened besides."""
        self._note("*", line)

    def lines(self) -> tuple[TranscriptLine, ...]:
        """Return what was kept, with a remark where the middle is left out."""
        if not self._left_out:
            return (*self._head, *self._tail)
        gap = TranscriptLine(self._tail[0].t_ms if self._tail else 0, "*", f"… {self._left_out} lines left out …")
        return (*self._head, gap, *self._tail)

    def _note(self, direction: str, text: str) -> None:
        entry = TranscriptLine(int((time.monotonic() - self._started) * 1000), direction, text, self.tls)  # type: ignore[arg-type]
        cost = len(text) + _LINE_COST
        if self._head_size + cost <= _HEAD and not self._tail:
            self._head.append(entry)
            self._head_size += cost
            return
        self._tail.append(entry)
        self._tail_size += cost
        while self._tail_size > LARGEST - _HEAD and len(self._tail) > 1:
            gone = self._tail.popleft()
            self._tail_size -= len(gone.line) + _LINE_COST
            self._left_out += 1
