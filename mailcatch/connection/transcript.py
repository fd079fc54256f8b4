"""The record of a dialogue, taken as it happens."""

from __future__ import annotations

import time
from collections import deque
from typing import Literal

from mailcatch.model import TranscriptLine

LARGEST = 256 << 10
"""Bytes that the lines kept may take; beyond it the middle is left out."""

_LINE_COST = 100  # what a line takes besides its text, in memory and in JSON

Direction = Literal["C", "S", "*"]


class Transcript:
    """Lines with the milliseconds since the dialogue began; keeps its beginning and its end.

    A line is a bare tuple until somebody wants to read it: this is done for each line of each mail.
    """

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._head: list[tuple[int, Direction, str, bool]] = []
        self._tail: deque[tuple[int, Direction, str, bool]] = deque()
        self._head_room = LARGEST // 2
        self._tail_room = LARGEST - self._head_room
        self._left_out = 0
        self.tls = False

    @property
    def size(self) -> int:
        """How many bytes the lines take; at most LARGEST."""
        return LARGEST - max(0, self._head_room) - self._tail_room

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
        head = [TranscriptLine(*entry) for entry in self._head]
        if self._left_out:
            head.append(TranscriptLine(self._tail[0][0], "*", f"… {self._left_out} lines left out …", self.tls))
        return (*head, *[TranscriptLine(*entry) for entry in self._tail])

    def _note(self, direction: Direction, text: str) -> None:
        entry = (int((time.monotonic() - self._started) * 1000), direction, text, self.tls)
        cost = len(text) + _LINE_COST
        if self._head_room >= cost:
            self._head_room -= cost
            self._head.append(entry)
            return
        self._head_room = 0  # once full it stays so: a short line must not overtake a long one
        self._tail.append(entry)
        self._tail_room -= cost
        while self._tail_room < 0:
            gone = self._tail.popleft()
            self._tail_room += len(gone[2]) + _LINE_COST
            self._left_out += 1
