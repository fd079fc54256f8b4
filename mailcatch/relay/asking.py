"""Questions that people ask of the relay: where mail would go, and what the server there says. Any thread may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from mailcatch.relay.probe import probe
from mailcatch.relay.resolver import Resolver
from mailcatch.relay.route import route
from mailcatch.relay.settings import Settings
from mailcatch.trace import ProbeResult, Route

T = TypeVar("T")


class Asking:
    """Made in the loop that asks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._resolver = Resolver(settings.servers)
        self._loop = asyncio.get_running_loop()

    def route(self, address: str) -> Future[Route]:
        """Ask the DNS where mail for an address goes."""
        return self._run(route(address, self._settings.way, self._resolver))

    def probe(self, address: str) -> Future[ProbeResult]:
        """Ask the server of an address about it, without a message."""
        return self._run(probe(address, self._settings, self._resolver))

    def _run(self, asked: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(asked, self._loop)
