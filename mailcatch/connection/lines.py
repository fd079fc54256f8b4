"""Lines of a connection, for a protocol that has nothing but lines."""

from __future__ import annotations

from mailcatch.connection.connection import Connection
from mailcatch.wire import LineBuffer


class Lines:
    """What the client says, line by line; a line longer than `limit` octets raises LineTooLong at its end."""

    def __init__(self, connection: Connection, limit: int) -> None:
        self._connection = connection
        self._buffer = LineBuffer(limit)

    def next(self) -> bytes | None:
        """Return a line that has arrived already, without its line end; None if there is no whole one."""
        return self._buffer.next()

    async def read(self) -> bytes | None:
        """Return the next line, None when the client has ended its half: half a line is none."""
        while (line := self._buffer.next()) is None:
            data = await self._connection.read()
            if not data:
                return None
            self._buffer.feed(data)
        return line

    def drop(self) -> int:
        """Forget what has been sent ahead; return how many bytes that were."""
        count = len(self._buffer)
        self._buffer.clear()
        return count
