"""A message as programs give it to sendmail: LF or CRLF, a header that lacks things, a Bcc that must not leave."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from mailcatch.cli.sendmail.codes import DATA, Failed

_LINE_END = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")  # RFC 5322 §2.2, and blanks before the colon (§4.5.3)
_LONE_DOT = re.compile(rb"^\.\r?\n|^\.\Z", re.MULTILINE)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,."]')  # RFC 5322 §3.2.3


@dataclass(frozen=True, slots=True)
class Message:
    """The header's fields, each with its folded lines and CRLF, and the body."""

    fields: tuple[bytes, ...]
    body: bytes

    @property
    def raw(self) -> bytes:
        """The whole message."""
        return b"".join(self.fields) + b"\r\n" + self.body

    def values(self, *names: bytes) -> list[bytes]:
        """Return the values of the fields of these names (in lower case), as they stand, in their order."""
        return [field.partition(b":")[2] for field in self.fields if _name(field) in names]

    def without(self, *names: bytes) -> Message:
        """Return it without these fields."""
        return Message(tuple(field for field in self.fields if _name(field) not in names), self.body)

    def with_fields(self, *added: bytes) -> Message:
        """Return it with fields before its own."""
        return Message((*added, *self.fields), self.body)


def _name(field: bytes) -> bytes:
    return field.partition(b":")[0].rstrip(b" \t").lower()


def up_to_dot(data: bytes) -> bytes:
    """Return what stands before the first line that is only a dot, which ends a message unless -i is given."""
    found = _LONE_DOT.search(data)
    return data if found is None else data[: found.start()]


def parse(data: bytes) -> Message:
    """Read a message with either line end. What begins with no header has none; an mbox's `From ` line is left out."""
    lines = _LINE_END.split(data)
    if lines[-1] == b"":
        lines.pop()
    start = 1 if lines and lines[0].startswith((b"From ", b">From ")) else 0
    fields: list[list[bytes]] = []
    for index, line in enumerate(lines[start:], start):
        if fields and line[:1] in {b" ", b"\t"} and line.strip():
            fields[-1].append(line)
        elif _FIELD.match(line):
            fields.append([line])
        else:
            rest = lines[index:] if line else lines[index + 1 :]
            break
    else:
        rest = []
    return Message(tuple(_ended(each) for each in fields), _ended(rest))


def _ended(lines: Sequence[bytes]) -> bytes:
    return b"".join([line + b"\r\n" for line in lines])


def completed(message: Message, sender: str, full_name: str | None, *, now: float, unique: str) -> Message:
    """Return the message with From, Date and Message-ID where they are missing; `now` is in seconds since 1970."""
    missing = []
    if not message.values(b"from", b"resent-from"):
        missing.append(f"From: {mailbox(sender, full_name)}")
    if not message.values(b"date", b"resent-date"):
        missing.append(f"Date: {date(now)}")
    if not message.values(b"message-id", b"resent-message-id"):
        missing.append(f"Message-ID: <{unique}@localhost>")
    return message.with_fields(*(f"{each}\r\n".encode("utf-8", "surrogateescape") for each in missing))


def mailbox(address: str, name: str | None) -> str:
    """Return a mailbox with its display name, quoted if need be. Raises Failed (65) if either has a line end in it."""
    if "\r" in address + (name or "") or "\n" in address + (name or ""):
        raise Failed(DATA, "the sender has a line end in it")
    if not name:
        return address or "MAILER-DAEMON@localhost"
    shown = name
    if _SPECIAL.search(name):
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{shown} <{address or 'MAILER-DAEMON@localhost'}>"


def date(now: float) -> str:
    """Return a time as RFC 5322 §3.3 has it, in the local zone; never in the words of a locale."""
    local = time.localtime(now)
    east = local.tm_gmtoff // 60
    zone = f"{'+' if east >= 0 else '-'}{abs(east) // 60:02d}{abs(east) % 60:02d}"
    day = f"{_DAYS[local.tm_wday]}, {local.tm_mday} {_MONTHS[local.tm_mon - 1]} {local.tm_year}"
    return f"{day} {local.tm_hour:02d}:{local.tm_min:02d}:{local.tm_sec:02d} {zone}"
