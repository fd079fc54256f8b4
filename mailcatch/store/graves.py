"""Messages that are gone: what lists showed of the last of them, so that an explanation can say where a mail is.

In memory alone. Who deletes a mail means the disk too, and nothing of it is left there; a process that starts anew
knows of none.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mailcatch.model import Address, Summary
from mailcatch.store.rows import SUMMARY, summary_of, text_of

KEPT = 500
"""How many messages that are gone are known."""

_CHARACTERS = 500  # of a subject
_PEOPLE = 50  # of each header, and recipients

How = Literal["deleted", "pruned", "expunged"]
"""By request, by retention, by a mail program."""


class Grave(Struct, frozen=True):
    """A message that is gone: its summary, when it went (milliseconds since 1970), and who removed it."""

    summary: Summary
    at: int
    how: How


class Graveyard:
    """The last messages that went, in the order in which they did."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._graves: deque[Grave] = deque()

    def bury(self, graves: Iterable[Grave]) -> None:
        """Add messages whose removal is durable."""
        with self._lock:
            self._graves.extend(graves)
            while len(self._graves) > KEPT:
                self._graves.popleft()

    def newest(self) -> tuple[Grave, ...]:
        """Return what is known, the last that went first."""
        with self._lock:
            return tuple(reversed(self._graves))


def dig(connection: sqlite3.Connection, seqs: Sequence[int], at: int, how: How) -> list[Grave]:
    """Return the graves of messages that are about to go: of the newest, as many as are kept."""
    rows = connection.execute(
        f"SELECT {SUMMARY} FROM messages m WHERE m.seq IN (SELECT value FROM json_each(?)) AND m.origin <> 'append'"
        " ORDER BY m.seq",
        (text_of(list(seqs[-KEPT:])),),
    )
    return [Grave(_shortened(summary_of(row)), at, how) for row in rows]


def _shortened(summary: Summary) -> Summary:
    """Return what is kept of a summary: hostile mail may have a subject of 250 kB."""
    return replace(
        summary,
        subject=summary.subject[:_CHARACTERS],
        mail_from=summary.mail_from[:_CHARACTERS],
        message_id=summary.message_id and summary.message_id[:_CHARACTERS],
        parse_error=None,
        rcpt_to=tuple([each[:_CHARACTERS] for each in summary.rcpt_to[:_PEOPLE]]),
        from_=_some(summary.from_),
        sender=_some(summary.sender),
        reply_to=_some(summary.reply_to),
        to=_some(summary.to),
        cc=_some(summary.cc),
        bcc=_some(summary.bcc),
    )


def _some(people: Sequence[Address]) -> tuple[Address, ...]:
    return tuple([Address(each.name[:_CHARACTERS], each.address[:_CHARACTERS]) for each in people[:_PEOPLE]])
