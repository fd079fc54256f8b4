"""Reading mailboxes: what SELECT, FETCH and polling show, each in one short read."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from mailcatch.errors import NotFound
from mailcatch.mime.parts import PARSER
from mailcatch.mime.shape import shape_of
from mailcatch.mime.structure import scan
from mailcatch.model import Part
from mailcatch.store.mailbox_api import Changes, Opened, Placed, Range, Row, Wanted
from mailcatch.store.mailboxes import read_statuses
from mailcatch.store.placements import in_ranges, split

_part = msgspec.json.Decoder(Part).decode

SHAPES: frozenset[Wanted] = frozenset({"envelope", "bodystructure"})

_PLACED = "p.uid, p.message, p.flags, p.keywords, p.modseq"


def open_mailbox(connection: sqlite3.Connection, number: int) -> Opened:
    """Return a mailbox as SELECT needs it. Raises NotFound."""
    (status,) = read_statuses(connection, [number]) or (None,)
    if status is None:
        raise NotFound("the mailbox is gone")
    found = connection.execute("SELECT uid FROM placements WHERE mailbox = ? ORDER BY uid", (number,))
    uids = array("I", [uid for (uid,) in found])
    unseen = connection.execute(
        "SELECT uid FROM placements WHERE mailbox = ? AND flags & 1 = 0 ORDER BY uid LIMIT 1", (number,)
    ).fetchone()
    (recent_from,) = connection.execute("SELECT recent_uid FROM mailboxes WHERE number = ?", (number,)).fetchone()
    return Opened(
        status=status,
        uids=uids,
        first_unseen=bisect_left(uids, unseen[0]) + 1 if unseen else None,
        recent_from=recent_from,
        permanent_keywords=_keywords(connection, number),
    )


def _keywords(connection: sqlite3.Connection, number: int) -> tuple[str, ...]:
    rows = connection.execute(
        "SELECT DISTINCT keywords FROM placements WHERE mailbox = ? AND keywords <> ''", (number,)
    )
    found = {keyword.lower(): keyword for (keywords,) in rows for keyword in split(keywords)}
    return tuple(sorted(found.values()))


def read_changes(connection: sqlite3.Connection, number: int, since: int, uidnext: int | None) -> Changes:
    """Return what happened after MODSEQ `since`; `vanished` holds UIDs below `uidnext` only, if that is given."""
    row = connection.execute(
        "SELECT highest_modseq, uidnext, expunged_floor FROM mailboxes WHERE number = ?", (number,)
    ).fetchone()
    if row is None:
        return Changes(since, 1, (), (), exists=False)
    highest, following, floor = row
    if highest <= since:
        return Changes(highest, following, (), ())
    changed = connection.execute(
        f"SELECT {_PLACED} FROM placements p INDEXED BY placements_modseq"
        " WHERE p.mailbox = ? AND p.modseq > ? ORDER BY p.uid",
        (number, since),
    )
    below = following if uidnext is None else uidnext
    vanished = _missing(connection, number, below) if since < floor else _vanished(connection, number, since, below)
    return Changes(highest, following, vanished, tuple([placed_of(each) for each in changed]))


def _vanished(connection: sqlite3.Connection, number: int, since: int, below: int) -> tuple[int, ...]:
    rows = connection.execute(
        "SELECT uid FROM expunged WHERE mailbox = ? AND modseq > ? AND uid < ? ORDER BY uid", (number, since, below)
    )
    return tuple([uid for (uid,) in rows])


def _missing(connection: sqlite3.Connection, number: int, below: int) -> tuple[int, ...]:
    """Return all UIDs that are not there: when each of them went is no longer known."""
    there = {uid for (uid,) in connection.execute("SELECT uid FROM placements WHERE mailbox = ?", (number,))}
    return tuple([uid for uid in range(1, below) if uid not in there])


def read_placed(connection: sqlite3.Connection, number: int, uids: Sequence[Range], limit: int) -> tuple[Placed, ...]:
    """Return at most `limit` messages with their flags, ascending by UID."""
    sql, parameters = in_ranges(_PLACED, uids)
    return tuple([placed_of(row) for row in connection.execute(f"{sql} LIMIT ?", (*parameters, number, limit))])


def placed_of(row: Sequence[object]) -> Placed:
    """Build a Placed from its columns."""
    uid, message, flags, keywords, modseq = row
    return Placed(uid, message, flags, split(keywords) if keywords else (), modseq)  # type: ignore[arg-type] # a row


def read_rows(
    connection: sqlite3.Connection, number: int, uids: Sequence[Range], wanted: Collection[Wanted], limit: int
) -> tuple[Row, ...]:
    """Return at most `limit` messages as FETCH shows them; shapes that an older parser cut are cut anew."""
    shaped = not SHAPES.isdisjoint(wanted)
    date = "m.internal_at" if "internal_at" in wanted else "0"
    envelope = "s.imap_envelope" if "envelope" in wanted else "x''"
    bodystructure = "s.bodystructure" if "bodystructure" in wanted else "x''"
    columns = f"{_PLACED}, p.size, {date}, {envelope}, {bodystructure}, {'s.parser' if shaped else PARSER}"
    tables = " CROSS JOIN messages m ON m.seq = p.message" if "internal_at" in wanted else ""
    if shaped:
        tables += " LEFT JOIN structures s ON s.message = p.message"
    sql, parameters = in_ranges(columns, uids, joined=tables)
    found = connection.execute(f"{sql} LIMIT ?", (*parameters, number, limit))
    return tuple([_row(connection, row) for row in found])


def _row(connection: sqlite3.Connection, row: Sequence[Any]) -> Row:
    uid, message, flags, keywords, modseq, size, internal_at, envelope, bodystructure, parser = row
    placed = Placed(uid, message, flags, split(keywords) if keywords else (), modseq)
    if parser != PARSER:  # None: the disk was full when the shapes should have been written
        envelope, bodystructure = shape_of(_raw(connection, message))
    return Row(placed, size, internal_at, envelope, bodystructure)


def read_part_tree(connection: sqlite3.Connection, message: int) -> Part:
    """Return a message's part tree. Raises NotFound."""
    row = connection.execute("SELECT parser, parts FROM structures WHERE message = ?", (message,)).fetchone()
    if row is None or row[0] != PARSER:  # none: the disk was full when it should have been written
        return scan(_raw(connection, message))[0]
    return _part(row[1])


def _raw(connection: sqlite3.Connection, message: int) -> bytes:
    row = connection.execute("SELECT data FROM raw WHERE message = ?", (message,)).fetchone()
    if row is None:
        raise NotFound("the message is gone")
    return bytes(row[0])


def read_octets(connection: sqlite3.Connection, message: int, start: int, length: int) -> bytes:
    """Return a piece of the raw bytes by incremental I/O. Raises NotFound."""
    try:
        with connection.blobopen("raw", "data", message, readonly=True) as blob:
            blob.seek(min(max(start, 0), len(blob)))
            return blob.read(max(length, 0))
    except sqlite3.OperationalError as error:
        if "no such rowid" in str(error):
            raise NotFound("the message is gone") from error
        raise
