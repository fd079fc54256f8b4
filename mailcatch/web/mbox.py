"""The mboxrd format, out and in, byte-exact.

Each message follows a line `From sender date`; in its lines `>` goes before `From `, `>From `, … (and comes off again
on the way in, unlike in other mboxes), and an empty line ends it. What is no part of the mail (envelope, flags, tags,
time of arrival) is written behind the date, where readers of mboxes look for nothing: `mailcatch:` and base64url of
JSON. The bytes of the mail stay as they are, its own line ends included.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from mailcatch.errors import TooLarge
from mailcatch.model import Envelope, Recipient

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_KEPT = re.compile(rb" mailcatch:([A-Za-z0-9_=-]+)\s*\Z")
_NOT_A_SENDER = re.compile(r"[^!-~]+")


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an export keeps beside the bytes. `received_at` in milliseconds since 1970, `size` in bytes."""

    size: int
    received_at: int
    mail_from: str
    rcpt_to: list[tuple[str, dict[str, str]]] = []
    mail_params: dict[str, str] = {}
    helo: str | None = None
    peer: str | None = None
    tls: str | None = None
    auth_user: str | None = None
    listener: str | None = None
    protocol: str = "ESMTP"
    read: bool = False
    pinned: bool = False
    binned: bool = False
    tags: list[str] = []

    def envelope(self) -> Envelope:
        """Return the envelope."""
        return Envelope(
            mail_from=self.mail_from,
            rcpt_to=tuple(Recipient(address, params) for address, params in self.rcpt_to),
            mail_params=self.mail_params,
            helo=self.helo,
            peer=self.peer,
            tls=self.tls,
            auth_user=self.auth_user,
            listener=self.listener,
            protocol=self.protocol,  # type: ignore[arg-type] # what we wrote ourselves
        )


@dataclass(frozen=True, slots=True)
class Item:
    """A message of an mbox; `kept` is None in one that another program wrote."""

    raw: bytes
    kept: Kept | None


def write(raw: bytes, kept: Kept) -> bytes:
    """Return a message as it stands in an mbox."""
    sender = _NOT_A_SENDER.sub("_", kept.mail_from) or "MAILER-DAEMON"
    date = time.asctime(time.gmtime(kept.received_at // 1000))
    data = base64.urlsafe_b64encode(msgspec.json.encode(kept)).decode()
    end = b"\n" if raw.endswith(b"\n") else b"\n\n"
    return f"From {sender} {date} mailcatch:{data}\n".encode() + _FROM.sub(rb">\1", raw) + end


def read(chunks: Iterable[bytes], limit: int) -> Iterator[Item]:
    """Yield the messages of an mbox that comes in chunks. Raises TooLarge for a message of more than `limit` bytes.

    What stands before the first `From ` line is no message. Of another program's mbox, whose lines end in LF, the mails
    get CRLF, which they had when they were sent.
    """
    buffer, at_start = bytearray(), True
    for chunk in chunks:
        searched = max(0, len(buffer) - 6)
        buffer += chunk
        if at_start and len(buffer) >= 5:
            at_start = False
            if not buffer.startswith(b"From "):
                first = buffer.find(b"\nFrom ")
                at_start = first < 0
                del buffer[: first + 1 if first >= 0 else max(0, len(buffer) - 5)]
                searched = 0
        while not at_start and (end := buffer.find(b"\nFrom ", searched)) >= 0:
            yield _item(bytes(buffer[: end + 1]), limit)
            del buffer[: end + 1]
            searched = 0
        if len(buffer) > limit + (limit >> 2) + (1 << 20):
            raise TooLarge(f"a message of the mbox has more than {limit:,} bytes (--max-message-size)")
    if buffer.startswith(b"From "):
        yield _item(bytes(buffer), limit)


def _item(text: bytes, limit: int) -> Item:
    head, _, body = text.partition(b"\n")
    raw, kept = _QUOTED.sub(rb"\1", body), _kept(head)
    if kept is not None:
        raw = raw[: kept.size]
    else:
        end = next((end for end in (b"\n\r\n", b"\n\n") if raw.endswith(end)), b"\n")
        raw = raw.removesuffix(end[1:])
        raw = raw if b"\r\n" in raw[:10_000] else raw.replace(b"\n", b"\r\n")
    if len(raw) > limit:
        raise TooLarge(f"a message of the mbox has more than {limit:,} bytes (--max-message-size)")
    return Item(raw, kept)


def _kept(head: bytes) -> Kept | None:
    match = _KEPT.search(head)
    if match is None:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(match[1]), type=Kept)
    except (msgspec.DecodeError, binascii.Error, UnicodeDecodeError):
        return None
