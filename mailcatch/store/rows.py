"""Between rows and values: the one place where a Summary is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from mailcatch.model import FLAGGED, SEEN, Address, Summary

_encode = msgspec.json.Encoder().encode


class People(msgspec.Struct, array_like=True, frozen=True):
    """What the column `summary` holds: header addresses and the date."""

    from_: tuple[Address, ...]
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    date: int | None
    rcpt_to: tuple[str, ...]


_people = msgspec.json.Decoder(People).decode

SUMMARY = (
    "m.id, m.seq, m.received_at, m.size, m.mail_from, m.summary, m.subject, m.message_id, m.snippet,"
    " m.attachment_count, m.flags, m.binned_at,"
    " (SELECT group_concat(tag, char(10)) FROM tags WHERE message = m.seq),"
    " (SELECT group_concat(i.name, char(10)) FROM inbox_messages p JOIN inboxes i ON i.number = p.inbox"
    "  WHERE p.message = m.seq),"
    " (SELECT s.id FROM sessions s WHERE s.number = m.session), m.parse_error"
)
"""The columns that `summary_of` reads, of `messages` named m."""


def summary_of(row: Sequence[Any]) -> Summary:
    """Build the one Summary that lists, events and waiting show, from one row of SUMMARY."""
    people = _people(row[5])
    return Summary(
        row[0], row[1], row[2], row[3], row[4], people.rcpt_to,
        people.from_, people.sender, people.reply_to, people.to, people.cc, people.bcc,
        row[6], people.date, row[7], row[8], row[9],
        bool(row[10] & SEEN), bool(row[10] & FLAGGED), row[11] is not None,
        _names(row[12]), _names(row[13]), row[14], row[15],
    )  # fmt: skip


def _names(joined: str | None) -> tuple[str, ...]:
    return tuple(sorted(joined.split("\n"))) if joined else ()


def clean(text: str) -> str:
    """Return text that UTF-8 can hold: a lone surrogate, as 8-bit headers may give, becomes U+FFFD."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def text_of(value: object) -> str:
    """Return a value as JSON text."""
    return _encode(value).decode()
