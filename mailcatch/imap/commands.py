r"""The commands of IMAP4rev1 (RFC 3501 §6) and of the extensions we offer, as values; `parser` makes them.

Names of mailboxes are Unicode with `/` between the levels, `INBOX` in capitals; nothing else about them is changed.
Sets of messages are not resolved: that needs the session's view (`sets.SequenceSet`). `by_uid` is the command's UID
form. Text of clients that is no UTF-8 is read with U+FFFD.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailcatch.imap.keys import SearchKey
from mailcatch.imap.sets import SequenceSet
from mailcatch.store.mailbox_api import FlagAct

StatusItem = Literal["MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "DELETED", "SIZE", "HIGHESTMODSEQ"]
ListSelection = Literal["SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"]
ListReturn = Literal["SUBSCRIBED", "CHILDREN", "SPECIAL-USE"]
ReturnOption = Literal["MIN", "MAX", "ALL", "COUNT"]
SortField = Literal["ARRIVAL", "CC", "DATE", "FROM", "SIZE", "SUBJECT", "TO"]
SectionText = Literal["", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT", "MIME"]
Attribute = Literal["UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY", "BODYSTRUCTURE", "MODSEQ"]


@dataclass(frozen=True, slots=True)
class Capability:
    """CAPABILITY."""


@dataclass(frozen=True, slots=True)
class Noop:
    """NOOP."""


@dataclass(frozen=True, slots=True)
class Logout:
    """LOGOUT."""


@dataclass(frozen=True, slots=True)
class Id:
    """ID (RFC 2971): what the client says of itself, names in lower case; empty for NIL."""

    fields: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class StartTls:
    """STARTTLS."""


@dataclass(frozen=True, slots=True)
class Authenticate:
    """AUTHENTICATE: the mechanism in capitals; `initial` is base64 as it came (RFC 4959), `=` an empty one."""

    mechanism: str
    initial: bytes | None


@dataclass(frozen=True, slots=True)
class Login:
    """LOGIN."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Enable:
    """ENABLE (RFC 5161): the names in capitals, known or not."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Namespace:
    """NAMESPACE (RFC 2342)."""


@dataclass(frozen=True, slots=True)
class List:
    """LIST (RFC 3501 §6.3.8, RFC 5258, RFC 6154, RFC 5819).

    `extended` tells whether options, several patterns or RETURN stood there: a plain LIST `""` asks for the separator,
    an extended one for nothing (RFC 5258 §3). Patterns keep their wildcards `*` and `%`.
    """

    reference: str
    patterns: tuple[str, ...]
    selection: frozenset[ListSelection] = frozenset()
    returns: frozenset[ListReturn] = frozenset()
    status: tuple[StatusItem, ...] = ()
    extended: bool = False


@dataclass(frozen=True, slots=True)
class Lsub:
    """LSUB (RFC 3501 §6.3.9)."""

    reference: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Status:
    """STATUS: the items in the order asked for."""

    mailbox: str
    items: tuple[StatusItem, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """SELECT, or EXAMINE with `read_only`; `condstore` is its parameter (RFC 7162 §3.1.8)."""

    mailbox: str
    read_only: bool
    condstore: bool = False


@dataclass(frozen=True, slots=True)
class Create:
    """CREATE; a `/` at the end is the client's hint that folders will follow and is left in the name."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class Rename:
    """RENAME."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """SUBSCRIBE, or UNSUBSCRIBE with `on` false."""

    mailbox: str
    on: bool


@dataclass(frozen=True, slots=True)
class Flags:
    """A list of flags: bits of `messages.flags`, and keywords as written, each once whatever its case."""

    bits: int = 0
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Append:
    """APPEND with the whole message; `internal_at` in ms since 1970, None if the client gave no date."""

    mailbox: str
    flags: Flags
    internal_at: int | None
    message: bytes


@dataclass(frozen=True, slots=True)
class Check:
    """CHECK."""


@dataclass(frozen=True, slots=True)
class Close:
    """CLOSE."""


@dataclass(frozen=True, slots=True)
class Unselect:
    """UNSELECT (RFC 3691)."""


@dataclass(frozen=True, slots=True)
class Expunge:
    """EXPUNGE, or UID EXPUNGE of some UIDs (RFC 4315)."""

    uids: SequenceSet | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """SEARCH. `returns` is None without RETURN (RFC 4731), then `* SEARCH` answers, else `* ESEARCH`.

    `modseq` tells whether a MODSEQ key is in it, which switches CONDSTORE on and adds MODSEQ to the answer.
    """

    by_uid: bool
    key: SearchKey
    returns: frozenset[ReturnOption] | None = None
    modseq: bool = False


@dataclass(frozen=True, slots=True)
class SortKey:
    """One criterion of SORT (RFC 5256)."""

    field: SortField
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """SORT; RETURN as in `Search` (RFC 5267 §3)."""

    by_uid: bool
    order: tuple[SortKey, ...]
    key: SearchKey
    returns: frozenset[ReturnOption] | None = None
    modseq: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """What stands between the brackets of BODY[…] (RFC 3501 §6.4.5): a part and what of it.

    `part` is () for the message itself. Field names are as the client wrote them.
    """

    part: tuple[int, ...] = ()
    text: SectionText = ""
    fields: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyItem:
    """BODY[…], BODY.PEEK[…], RFC822 and its kin.

    `label` is how the answer names it, with section and origin octet: `BODY[1.MIME]`, `BODY[]<0>`, `RFC822.HEADER`.
    `partial` is (first octet, number of octets).
    """

    label: bytes
    section: Section
    peek: bool
    partial: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """FETCH: macros are resolved, no item comes twice, UID is there in the UID form; `changed_since` is CONDSTORE's."""

    by_uid: bool
    messages: SequenceSet
    items: tuple[Attribute | BodyItem, ...]
    changed_since: int | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """STORE of flags; `unchanged_since` is CONDSTORE's."""

    by_uid: bool
    messages: SequenceSet
    act: FlagAct
    flags: Flags
    silent: bool
    unchanged_since: int | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """COPY."""

    by_uid: bool
    messages: SequenceSet
    mailbox: str


@dataclass(frozen=True, slots=True)
class Move:
    """MOVE (RFC 6851)."""

    by_uid: bool
    messages: SequenceSet
    mailbox: str


@dataclass(frozen=True, slots=True)
class Idle:
    """IDLE (RFC 2177). What follows is a line, not a command: see `reader.CommandReader.expect_line`."""


Command = (
    Capability
    | Noop
    | Logout
    | Id
    | StartTls
    | Authenticate
    | Login
    | Enable
    | Namespace
    | List
    | Lsub
    | Status
    | Select
    | Create
    | Delete
    | Rename
    | Subscribe
    | Append
    | Check
    | Close
    | Unselect
    | Expunge
    | Search
    | Sort
    | Fetch
    | Store
    | Copy
    | Move
    | Idle
)
