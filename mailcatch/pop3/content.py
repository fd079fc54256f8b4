r"""A message on its way to a POP3 client: dots stuffed, an end that can be found, TOP's cut. Sans-IO, piece by piece.

RFC 1939 §3 stuffs a dot at the beginning of a line. Messages here are kept as they came, so that lines may end in a
bare LF as well, as they do for most clients: dots are stuffed after both. A bare CR ends no line for any of them, and a
dot stuffed after it would stay.
"""

from __future__ import annotations

END = b".\r\n"


class Stuffing:
    """Stuffs dots, whatever the pieces are."""

    def __init__(self) -> None:
        self._before = b"\r\n"  # the last two octets: a message begins a line

    def feed(self, piece: bytes) -> bytes:
        """Return a piece as it goes over the line."""
        if not piece:
            return b""
        stuffed = piece.replace(b"\n.", b"\n..")
        if piece.startswith(b".") and self._before[-1:] == b"\n":
            stuffed = b"." + stuffed
        self._before = (self._before + piece[-2:])[-2:]
        return stuffed

    def end(self) -> bytes:
        """Return what follows the last piece: a final CRLF where there is none, and the dot."""
        return END if self._before == b"\r\n" else b"\r\n" + END


class Top:
    """Cuts a message after its header, the blank line, and so many lines of its body; lines end in LF."""

    def __init__(self, lines: int) -> None:
        self._left = lines
        self._in_header = True
        self._line_is_blank = True  # so far: only a CR may have come
        self.done = False

    def feed(self, piece: bytes) -> bytes:
        """Return what of a piece belongs to it; then `done` tells whether that was the last."""
        position = 0
        while not self.done and position < len(piece):
            end = piece.find(b"\n", position)
            line = piece[position : end + 1 or None]
            if self._in_header:
                self._line_is_blank = self._line_is_blank and not line.strip(b"\r\n")
            position += len(line)
            if end >= 0:
                self._line_ended()
        return piece[:position]

    def _line_ended(self) -> None:
        if not self._in_header:
            self._left -= 1
        elif self._line_is_blank:
            self._in_header = False
        self._line_is_blank = True
        self.done = not self._in_header and self._left <= 0
