"""Budgets: so many places for requests that stay, so that short ones always find a worker."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mailcatch.web.problems import Problem

LIVE = 64
"""Websockets and event streams at one time."""

WAITERS = 200
"""Requests that wait for mail at one time."""


class Budget:
    """A number of places; who finds none is told to come again."""

    def __init__(self, what: str, places: int) -> None:
        self._what = what
        self._places = places
        self._taken = 0
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """How many places are taken now."""
        return self._taken

    def take(self) -> Callable[[], None]:
        """Take a place and return what gives it back (once, however often it is called). Raises Problem `busy`."""
        with self._lock:
            if self._taken >= self._places:
                raise Problem("busy", f"All {self._places} places for {self._what} are taken.")
            self._taken += 1
        given_back = False

        def give_back() -> None:
            nonlocal given_back
            with self._lock:
                if not given_back:
                    given_back = True
                    self._taken -= 1

        return give_back
