"""The values that travel between the layers: frozen, without behaviour beyond properties.

Structs of msgspec, for a dozen of them are made for each mail: a frozen dataclass takes ten times as long to make.

Times are milliseconds since 1970 UTC (names end in `_at`), sizes and offsets are bytes. `id` and `session_id` are
ULIDs (`mailcatch.ids`); `message_id` is always the header. `seq` is the number of the event that a thing came with:
IMAP's MODSEQ, the cursor of the API and the resume token of the websocket are this one number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Origin = Literal["smtp", "http", "import", "append", "bounce"]
Protocol = Literal["SMTP", "ESMTP", "POP3", "IMAP", "HTTP"]
EventKind = Literal["added", "changed", "removed", "reset", "path", "session", "inbox"]
Order = Literal["desc", "asc"]
Protection = Literal["none", "starttls", "implicit"]
Route = Literal["local", "relay", "blocked", "none"]

# Bits of `messages.flags`; SEEN is `read` and FLAGGED is `pinned` everywhere else.
SEEN, ANSWERED, FLAGGED, DRAFT, DELETED = 1, 2, 4, 8, 16


class Recipient(Struct, frozen=True, omit_defaults=True):
    """One RCPT TO: the address as the client wrote it (without the angle brackets) and its parameters.

    `route` is where its mail goes (into a local domain's mailbox, on by relay, not on because a rule blocks it, or
    nowhere by itself) and `rule` what says so; None where nothing decides.
    """

    address: str
    params: Mapping[str, str] = {}
    route: Route | None = None
    rule: str | None = None


class Envelope(Struct, frozen=True):
    """What SMTP *said* (RFC 5321 §2.3.1), stored beside the message and never mixed with its headers."""

    mail_from: str  # "" is the null reverse-path
    rcpt_to: tuple[Recipient, ...]
    mail_params: Mapping[str, str] = {}
    helo: str | None = None
    peer: str | None = None  # "127.0.0.1:54321"
    tls: str | None = None  # "TLSv1.3 TLS_AES_256_GCM_SHA384"
    auth_user: str | None = None
    listener: str | None = None  # "127.0.0.1:1025"
    protocol: Protocol = "ESMTP"


class TranscriptLine(Struct, frozen=True):
    """One line of a dialogue: offset from its start, who spoke, the line without CRLF, whether under TLS."""

    t_ms: int
    direction: Literal["C", "S", "*"]  # client, server, a remark of ours (DATA's size, a dropped connection)
    line: str
    tls: bool = False


class Session(Struct, frozen=True):
    """One dialogue with a client, kept also when no message came of it."""

    id: str
    protocol: Protocol
    listener: str
    peer: str
    started_at: int
    ended_at: int | None = None
    helo: str | None = None
    auth_user: str | None = None
    tls: str | None = None
    client: str | None = None
    accepted: int = 0
    rejected: int = 0
    outcome: str | None = None  # how it ended, in a sentence; None while it is open
    findings: tuple[str, ...] = ()
    transcript: tuple[TranscriptLine, ...] | None = None  # None: leave what is stored (see Store.add)


class Address(Struct, frozen=True):
    """A mailbox of a header field: display name ("" if none) and addr-spec (RFC 5322 §3.4)."""

    name: str
    address: str


class Header(Struct, frozen=True):
    """One header field in its original order: the name as written, the value decoded, the raw bytes as latin-1."""

    name: str
    value: str
    raw: str


class Part(Struct, frozen=True):
    """One MIME part (RFC 2045), cut out of the raw bytes by offsets.

    `number` is IMAP's part number ("1", "2.1", RFC 3501 §6.4.5); a multipart that IMAP cannot name (the root, and one
    directly inside a message/rfc822) has "". The header block lies at [header_offset, offset), blank line included;
    the body at [offset, offset + length). `size` is the decoded size, `lines` the body's number of line ends.
    """

    number: str
    content_type: str  # "text/plain", lower case; what RFC 2045 §5.2 says where it is missing or unreadable
    charset: str | None
    encoding: str  # lower case: "7bit", "base64" …
    disposition: str | None  # "attachment", "inline", lower case
    filename: str | None
    content_id: str | None  # without the angle brackets
    size: int
    lines: int
    header_offset: int
    offset: int
    length: int
    children: tuple[Part, ...] = ()
    content_location: str | None = None  # RFC 2557 §4


class Summary(Struct, frozen=True):
    """What lists, events and waiting show of a message; built by the store from one row, in one function."""

    id: str
    seq: int
    received_at: int
    size: int
    mail_from: str
    rcpt_to: tuple[str, ...]
    from_: tuple[Address, ...]
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    subject: str
    date: int | None  # the Date header, if readable
    message_id: str | None
    snippet: str
    attachment_count: int
    read: bool
    pinned: bool
    binned: bool
    tags: tuple[str, ...]
    inboxes: tuple[str, ...]
    session_id: str | None
    parse_error: str | None


class Message(Struct, frozen=True):
    """One stored message without its bytes: its summary, its envelope and its part tree."""

    summary: Summary
    origin: Origin
    envelope: Envelope
    sha256: bytes
    root: Part


class Event(Struct, frozen=True):
    """One fact of the log. `id` names the message or session, also after it is gone; None for `reset`."""

    seq: int
    at: int
    kind: EventKind
    id: str | None
    summary: Summary | None = None  # of `added` and `changed`, while the message is there


class Fetch(Struct, frozen=True):
    """A step of a message's path: a mail client took it, or put it away."""

    at: int
    protocol: Literal["POP3", "IMAP"]
    account: str  # "all", an inbox, an address, "@domain"
    act: str  # "RETR", "TOP", "BODY[]", "BODY[HEADER]", "DELE", "EXPUNGE" …
    client: str | None  # what the client says it is (RFC 2971)
    session_id: str


class Cursor(Struct, frozen=True):
    """A position in the log: written "<epoch>.<seq>", opaque to clients. A new database has a new epoch."""

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}"


class Listener(Struct, frozen=True):
    """An open socket of a door, with its real port; `tls` is how its connections are protected."""

    host: str
    port: int
    tls: Protection = "none"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
