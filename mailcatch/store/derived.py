"""What is derived from messages, as rows: part trees, shapes for IMAP, texts, words and addresses for search.

None of it is lost with the process, for bytes and envelope give it again. So these rows need not be in the commit that
a message's acknowledgement waits for.
"""

from __future__ import annotations

import logging
import sqlite3

import msgspec

from mailcatch.mime.reading import Reading, read_safely
from mailcatch.model import Envelope
from mailcatch.store import addresses
from mailcatch.store.deriving import Derived, derive
from mailcatch.store.inserts import STRUCTURES, TEXTS, WORDS
from mailcatch.store.rows import clean, text_of
from mailcatch.store.tally import Tally
from mailcatch.store.transaction import Transaction

log = logging.getLogger(__name__)

_envelope = msgspec.json.Decoder(Envelope).decode


def add(transaction: Transaction, seq: int, raw: bytes, reading: Reading, derived: Derived) -> None:
    """Add all rows that are derived from one message."""
    insert = transaction.add
    insert(STRUCTURES, (seq, reading.parser, text_of(reading.root), *reading.shape(raw)))
    insert(TEXTS, (seq, *map(clean, derived.texts), addresses.add(transaction, derived.addresses, seq)))
    insert(WORDS, (seq, *map(clean, derived.words)))


def restore(connection: sqlite3.Connection) -> int:
    """Add the rows of messages that were committed without, before the process was killed; return how many.

    They are the last ones: rows are added in the messages' order. On a full disk it is left to the next start.
    """
    missing = connection.execute(
        "SELECT seq FROM messages WHERE seq > (SELECT coalesce(max(message), 0) FROM structures) ORDER BY seq"
    ).fetchall()
    for (seq,) in missing:
        try:
            _restore(connection, seq)
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            log.warning("%d messages cannot be searched until the next start: %s", len(missing), error)
            break
    return len(missing)


def read_source(connection: sqlite3.Connection, seq: int) -> tuple[bytes, Envelope]:
    """Return what a message's rows are derived from."""
    raw, envelope = connection.execute(
        "SELECT r.data, m.envelope FROM messages m JOIN raw r ON r.message = m.seq WHERE m.seq = ?", (seq,)
    ).fetchone()
    return raw, _envelope(envelope)


def _restore(connection: sqlite3.Connection, seq: int) -> None:
    raw, envelope = read_source(connection, seq)
    reading = read_safely(raw)
    connection.execute("BEGIN IMMEDIATE")
    transaction = Transaction(connection, seq, 0, Tally())
    add(transaction, seq, raw, reading, derive(reading, envelope))
    transaction.flush()
    connection.execute("COMMIT")
