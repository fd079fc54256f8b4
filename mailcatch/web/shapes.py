"""The shapes of the API's JSON: the one source of encoding, decoding and the OpenAPI components.

A name here is the name in JSON, SQL and TypeScript; only `from` and `is` are spelt with an underscore in Python.
Times are RFC 3339 in UTC with milliseconds, sizes are bytes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Time = Annotated[str, Meta(description="RFC 3339, UTC, milliseconds", extra_json_schema={"format": "date-time"})]
CursorText = Annotated[str, Meta(description="A position in the log; opaque", examples=["9f3a11c2.1204"])]
Zone = Annotated[str, Meta(description="The zone of dates in a query", examples=["Europe/Berlin"], max_length=64)]
ID = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
Id = Annotated[str, Meta(extra_json_schema={"pattern": f"^{ID}$"})]
"""An id in a request: the pattern is told, and what does not match it answered, by `ids.is_id`."""
Count = Annotated[int, Meta(ge=0)]
QueryValue = Annotated[str, Meta(max_length=4096)] | dict[str, Any]
"""A query: its text, or its JSON spelling."""
FROM = {"from_": "from"}


class Shape(Struct, frozen=True, rename=FROM, gc=False):
    """An answer, or a piece of one."""


class Address(Shape, frozen=True):
    """A mailbox of a header field."""

    name: str
    address: str


class Summary(Shape, frozen=True):
    """What lists and events show of a message."""

    id: str
    seq: Count
    received_at: Time
    size: Count
    mail_from: str
    rcpt_to: list[str]
    from_: list[Address]
    sender: list[Address]
    reply_to: list[Address]
    to: list[Address]
    cc: list[Address]
    bcc: list[Address]
    subject: str
    date: Time | None
    message_id: str | None
    snippet: str
    attachment_count: Count
    read: bool
    pinned: bool
    binned: bool
    tags: list[str]
    inboxes: list[str]
    session_id: str | None
    parse_error: str | None


class MessagePage(Shape, frozen=True):
    """A page of the list. `total` and `unread` count the whole query; `before` and `after` ask on, null at an end."""

    messages: list[Summary]
    total: Count
    unread: Count
    before: CursorText | None
    after: CursorText | None
    cursor: CursorText


class PartialPage(Shape, frozen=True):
    """A page whose summaries hold the fields that were asked for."""

    messages: list[dict[str, Any]]  # any field of a Summary
    total: Count
    unread: Count
    before: CursorText | None
    after: CursorText | None
    cursor: CursorText


class Recipient(Shape, frozen=True):
    """One RCPT TO. `route` is where its mail goes, and `rule` what says so; null where nothing decides."""

    address: str
    params: dict[str, str]
    route: Literal["local", "relay", "blocked", "none"] | None = None
    rule: str | None = None


class Envelope(Shape, frozen=True):
    """What SMTP said, beside what the headers say."""

    mail_from: str
    mail_params: dict[str, str]
    rcpt_to: list[Recipient]
    helo: str | None
    peer: str | None
    tls: str | None
    auth_user: str | None
    listener: str | None
    protocol: str


class Header(Shape, frozen=True):
    """A header field in its original place: decoded, and as it was sent (bytes as latin-1)."""

    name: str
    value: str
    raw: str


class Part(Shape, frozen=True):
    """A MIME part: its IMAP number ("" for a multipart that has none), and where its body lies in the raw bytes."""

    number: str
    content_type: str
    charset: str | None
    encoding: str
    disposition: str | None
    filename: str | None
    content_id: str | None
    size: Count
    offset: Count
    length: Count


class Link(Shape, frozen=True):
    """A link: where to, what it says, the element it is of (`a`, `area`, `form`, `text`, `header`), what it is for."""

    url: str
    text: str
    source: Literal["a", "area", "form", "text", "header"]
    host: str
    kind: Literal["action", "unsubscribe", "view", "mailto", "tel", "image", "other"]


class Links(Shape, frozen=True):
    """The links of a message, the likeliest to act on first."""

    links: list[Link]


class Code(Shape, frozen=True):
    """What looks like a one-time code: how sure that is (0 to 1), why, and the line it stands in."""

    value: str
    confidence: Annotated[float, Meta(ge=0, le=1)]
    why: list[str]
    context: str


class Codes(Shape, frozen=True):
    """The codes of a message, the likeliest first."""

    codes: list[Code]


class Element(Shape, frozen=True):
    """An element of the HTML: its name, its text on one line, its attributes, and itself as HTML."""

    tag: str
    text: str
    attributes: dict[str, str]
    html: str


class Elements(Shape, frozen=True):
    """The elements that a selector found, in the order of the document; 500 at most."""

    elements: list[Element]


class Attachment(Shape, frozen=True):
    """A part that a mail program would show as an attachment, or inline."""

    number: str
    filename: str
    content_type: str
    size: Count
    content_id: str | None
    inline: bool


class Message(Summary, frozen=True, kw_only=True):
    """One message whole. `frame` is the path at which its HTML may be shown; null without HTML.

    Lines of `text` and `html` end with LF; the bytes as they came are at `/raw`.
    """

    origin: str
    sha256: str
    envelope: Envelope
    headers: list[Header]
    text: str
    html: str | None
    parts: list[Part]
    attachments: list[Attachment]
    links: list[Link]
    codes: list[Code]
    frame: str | None
    cursor: CursorText


class Headers(Shape, frozen=True):
    """The header fields in their original order."""

    headers: list[Header]


class Parts(Shape, frozen=True):
    """The MIME parts, depth first."""

    parts: list[Part]


class Attachments(Shape, frozen=True):
    """The attachments."""

    attachments: list[Attachment]


class Tags(Struct, frozen=True, forbid_unknown_fields=True):
    """Tags to set and to take away."""

    add: list[Annotated[str, Meta(min_length=1, max_length=100)]] = []
    remove: list[Annotated[str, Meta(min_length=1, max_length=100)]] = []


class Patch(Struct, frozen=True, forbid_unknown_fields=True):
    """Which messages (ids, or a query, bounded by `until`; `all` in words) and what to set on them."""

    ids: list[Id] | UnsetType = UNSET
    query: QueryValue | UnsetType = UNSET
    all: bool = False
    until: CursorText | UnsetType = UNSET
    tz: Zone = "UTC"
    read: bool | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    bin: bool | UnsetType = UNSET
    tags: Tags = Tags()


class Changed(Shape, frozen=True):
    """How many messages were changed."""

    changed: Count
    cursor: CursorText


class Deleted(Shape, frozen=True):
    """How many messages were deleted."""

    deleted: Count
    cursor: CursorText


class NewHeader(Struct, frozen=True, forbid_unknown_fields=True):
    """A further header field of a composed mail."""

    name: Annotated[str, Meta(pattern=r"^[!-9;-~]+$", max_length=200)]
    value: Annotated[str, Meta(max_length=100_000)]


class NewAttachment(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a composed mail; with a `content_id` the HTML may show it inline as `cid:`."""

    content: Annotated[str, Meta(description="base64")]
    filename: str = ""
    content_type: Annotated[str, Meta(pattern=r"^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+$")] = (
        "application/octet-stream"
    )
    content_id: str | None = None


class Compose(Struct, frozen=True, forbid_unknown_fields=True, rename=FROM):
    """A mail to be made and stored. Addresses as in a header; the envelope is what they say unless given."""

    from_: str = ""
    to: list[str] = []
    cc: list[str] = []
    bcc: list[str] = []
    reply_to: list[str] = []
    subject: str = ""
    text: str | None = None
    html: str | None = None
    headers: list[NewHeader] = []
    attachments: list[NewAttachment] = []
    mail_from: str | None = None
    rcpt_to: list[str] | None = None


class Injected(Shape, frozen=True):
    """The message that was stored."""

    id: str
    seq: Count
    session_id: str
    cursor: CursorText


class Imported(Shape, frozen=True):
    """How many messages were stored."""

    imported: Count
    cursor: CursorText


class InboxCount(Shape, frozen=True):
    """Messages of one inbox, the Bin left out."""

    name: str
    total: Count
    unread: Count


class Inbox(Shape, frozen=True):
    """An inbox and its messages, the Bin left out. An automatic one was made by mail that came for it."""

    name: str
    label: str
    automatic: bool
    total: Count
    unread: Count
    created_at: Time
    expires_at: Time | None


class Inboxes(Shape, frozen=True):
    """All inboxes, oldest first."""

    inboxes: list[Inbox]


class RecipientCount(Shape, frozen=True):
    """Messages to one recipient, the Bin left out."""

    address: str
    total: Count
    unread: Count


class TagCount(Shape, frozen=True):
    """Messages with one tag, the Bin left out."""

    tag: str
    total: Count


class Counts(Shape, frozen=True):
    """The numbers of the sidebar; total, unread and pinned leave the Bin out."""

    total: Count
    unread: Count
    pinned: Count
    binned: Count
    inboxes: list[InboxCount]
    recipients: list[RecipientCount]
    tags: list[TagCount]
    cursor: CursorText


class CursorNow(Shape, frozen=True):
    """Where the log is now."""

    cursor: CursorText


class Event(Shape, frozen=True):
    """A fact of the log. `summary` comes with `added` and `changed`, while the message is there."""

    seq: Count
    kind: Literal["added", "changed", "removed", "reset", "path", "session", "inbox"]
    id: str | None
    at: Time
    summary: Summary | None = None


class Hello(Shape, frozen=True, tag="hello", tag_field="kind"):
    """The first frame of a live connection: where it begins. `gap`: some of what was asked for is no longer kept."""

    cursor: CursorText
    version: str
    gap: bool


class Session(Shape, frozen=True):
    """A dialogue with a client, also one that gave no message."""

    id: str
    protocol: str
    listener: str
    peer: str
    started_at: Time
    ended_at: Time | None
    helo: str | None
    auth_user: str | None
    tls: str | None
    client: str | None
    accepted: Count
    rejected: Count
    outcome: str | None


class TranscriptLine(Shape, frozen=True):
    """One line of a dialogue: `C` the client, `S` the server, `*` a remark."""

    t_ms: int
    direction: Literal["C", "S", "*"]
    line: str
    tls: bool


class SessionPage(Shape, frozen=True):
    """Sessions, newest first."""

    sessions: list[Session]
    before: str | None
    cursor: CursorText


class SessionWhole(Session, frozen=True, kw_only=True):
    """A session with its transcript and the ids of its messages."""

    messages: list[str]
    findings: list[str]
    transcript: list[TranscriptLine]
    cursor: CursorText
