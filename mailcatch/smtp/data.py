"""The content that follows DATA, found in a stream of blocks (RFC 5321 §4.1.1.4, §4.5.2). Sans-IO.

Only CRLF.CRLF ends it: a lone CR or LF is content like any other byte, so no other reader's idea of a line end can
smuggle a second mail in.
"""

from __future__ import annotations

_END = b"\r\n.\r\n"
_DOT = b"\r\n."  # a dot at the start of a line: the client put it there, or doubled its own


class DataReader:
    """Takes blocks until the end; keeps a message of at most `limit` bytes, and of a larger one nothing."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._blocks: list[bytes] = []
        # What may be the beginning of the end waits here. At first that is DATA's own line end, which is not part of
        # the message: a dot at once ends an empty one.
        self._held = b"\r\n"
        self._fresh = True
        self._dots = 0
        self.received = 0
        self.size = 0
        self.too_large = False

    def feed(self, block: bytes) -> bytes | None:
        """Take a block; return what follows the end of the data, None as long as it has not come."""
        self.received += len(block)
        window = self._held + block if self._held else block
        end = window.find(_END)
        if end >= 0:
            self._keep(window[: end + 2])  # the line end before the dot is the message's own
            return window[end + 5 :]
        held = _length_held(window)
        self._held = window[len(window) - held :] if held else b""
        self._keep(window[:-held] if held else window)
        return None

    def content(self) -> bytes:
        """Return the message as the client meant it, dots unstuffed; call it once, at the end."""
        data = self._blocks[0] if len(self._blocks) == 1 else b"".join(self._blocks)
        self._blocks.clear()
        if not self._dots:
            return data
        return data.removeprefix(b".").replace(_DOT, b"\r\n")

    def _keep(self, piece: bytes) -> None:
        """Keep a piece that is neither followed nor preceded by half a line end: no dot is missed between two."""
        dots = piece.count(_DOT)
        if self._fresh and piece:
            piece, self._fresh = piece[2:], False
        self._dots += dots
        self.size += len(piece) - dots
        if self.size > self._limit:
            self.too_large = True
            self._blocks.clear()
        elif not self.too_large and piece:
            self._blocks.append(piece)


def _length_held(window: bytes) -> int:
    """Return how many of the last bytes may be the beginning of the end."""
    for length in (4, 3, 2, 1):
        if window.endswith(_END[:length]):
            return length
    return 0
