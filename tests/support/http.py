"""A small HTTP client on one kept connection: fast enough to ask for every part of thousands of mails."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: status, body, and the seconds from request to last byte."""

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)


class Http:
    """One connection; a server that closed it is asked once more on a new one."""

    def __init__(self, address: tuple[str, int], *, timeout: float = 60.0) -> None:
        self._connection = http.client.HTTPConnection(*address, timeout=timeout)

    def __enter__(self) -> Self:
        self._connection.connect()
        return self

    def __exit__(self, *raised: object) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        """GET a path."""
        try:
            return self._ask(path)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._connection.close()
            return self._ask(path)

    def _ask(self, path: str) -> Answer:
        start = time.perf_counter()
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        body = response.read()
        return Answer(response.status, body, time.perf_counter() - start)
