"""Expiry: a thread that has the store forget inboxes whose time is over. It sleeps until the next one is due."""

from __future__ import annotations

import logging
import threading
import time

from mailcatch.errors import MailcatchError
from mailcatch.store.api import Store

log = logging.getLogger(__name__)

_LONGEST = 3600.0  # seconds between two looks: the clock may be set
_FAILED = 5.0  # seconds until the next try after the database could not
_STOP = 10.0  # seconds that a step under way may take at the end


class Expiry:
    """The thread `expiry`, started with the first inbox that has an end."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._news = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Look when the next inbox is due: one was made, or the database has just been opened."""
        with self._news:
            if self._closed or self._store.next_expiry() is None:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="expiry", daemon=True)
                self._thread.start()
            self._news.notify()

    def close(self) -> None:
        """End after the step under way."""
        with self._news:
            self._closed = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join(_STOP)

    def _run(self) -> None:
        while self._sleep():
            try:
                self._store.expire_inboxes().result()
            except MailcatchError as error:
                log.warning("inboxes whose time is over could not be forgotten: %s", error)
                with self._news:
                    self._news.wait_for(lambda: self._closed, _FAILED)

    def _sleep(self) -> bool:
        """Sleep until an inbox is due; False at the end."""
        with self._news:
            while not self._closed:
                due = self._store.next_expiry()
                left = _LONGEST if due is None else due / 1000 - time.time()
                if left <= 0:
                    return True
                self._news.wait(min(left, _LONGEST))
            return False
