"""The content that follows DATA, found in a stream of blocks (RFC 5321 §4.1.1.4, §4.5.2). Sans-IO.

Only CRLF.CRLF ends it: a lone CR or LF is content like any other byte, so no other reader's idea of a line end can
smuggle a second mail in.
"""

from __future__ import annotations

_END = b"\r\n.\r\n"


class DataReader:
    """Takes blocks until the end; keeps at most `limit` bytes, and of what is larger nothing."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._blocks: list[bytes] = []
        self._tail = b"\r\n"  # DATA's own line end: a dot at once ends an empty message
        self.size = 0
        self.too_large = False

    def feed(self, block: bytes) -> bytes | None:
        """Take a block; return what follows the end of the data, None as long as it has not come."""
        tail = self._tail
        if len(block) < 5:
            window = tail + block
            found = window.find(_END) - len(tail)
            if found < -len(tail):
                self._keep(block)
                self._tail = window[-4:]
                return None
        else:
            found = (tail + block[:4]).find(_END) - len(tail)
            if found < -len(tail):
                found = block.find(_END)
                if found < 0:
                    self._keep(block)
                    self._tail = block[-4:]
                    return None
        end = found + 2  # the line end before the dot is the message's own; what of it lies in the tail is kept already
        if end > 0:
            self._keep(block[:end])
        elif end < 0:
            self._trim(-end)
        return block[found + 5 :]

    def content(self) -> bytes:
        """Return the message as the client meant it, dots unstuffed; call it once, at the end."""
        data = self._blocks[0] if len(self._blocks) == 1 else b"".join(self._blocks)
        self._blocks.clear()
        if data.startswith(b"."):
            data = data[1:]
        return data.replace(b"\r\n.", b"\r\n") if b"\r\n." in data else data

    def _keep(self, block: bytes) -> None:
        self.size += len(block)
        if self.size > self._limit:
            self.too_large = True
            self._blocks.clear()
        else:
            self._blocks.append(block)

    def _trim(self, count: int) -> None:
        """Take back the beginning of the end that came with an earlier block."""
        self.size = max(0, self.size - count)
        while count and self._blocks:
            last = self._blocks.pop()
            if len(last) > count:
                self._blocks.append(last[:-count])
            count = max(0, count - len(last))
