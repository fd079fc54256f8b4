"""A client of IMAP that is lighter than any server: it looks for nothing but the tagged answer."""

from __future__ import annotations

import re
import socket
import time
from typing import Self


class Connection:
    """One session."""

    def __init__(self, address: tuple[str, int], user: str) -> None:
        self._socket = socket.create_connection(address, timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.recv(4096)
        self._number = 0
        self.ask(f'LOGIN "{user}" x')

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._socket.close()

    def ask(self, command: str) -> bytes:
        """Say a command; give the last 4 KiB of its answer at least. AssertionError unless it is OK."""
        self._number += 1
        tag = b"a%d " % self._number
        self._socket.sendall(tag + command.encode() + b"\r\n")
        last = b""
        while not (last.endswith(b"\r\n") and last[last.rfind(b"\n", 0, -1) + 1 :].startswith(tag)):
            data = self._socket.recv(1 << 18)
            assert data, "the server hung up"
            last = last[-4096:] + data
        assert last[last.rfind(b"\n", 0, -1) + 1 :].startswith(tag + b"OK"), last[-200:]
        return last

    def seconds(self, command: str) -> float:
        """Give how long a command takes, to the last byte of its answer."""
        start = time.perf_counter()
        self.ask(command)
        return time.perf_counter() - start

    def select(self) -> int:
        """Open INBOX; give how many messages it has."""
        found = re.search(rb"\* (\d+) EXISTS", self.ask("SELECT INBOX"))
        assert found is not None
        return int(found[1])
