"""The contract of mailboxes: what a POP3 or IMAP user name opens, as values and set-based calls.

UIDs, UIDVALIDITY and MODSEQ (it is the log's seq) come from the store only, in the transaction that places a message.
An account is filled when it is first opened, in order of arrival; from then on whatever comes in is placed in the same
transaction that stores it. `message` is a message's `seq`. Reads are short read transactions on a pooled connection,
so nobody who reads slowly holds one; a mailbox of 100,000 messages is a few statements.

Flags of *delivered* copies are one state: what sets one sets all of them, in every account, and the web inbox shows it
(`SEEN` is read, `FLAGGED` is pinned). `DELETED` is of the copy alone, for expunging is an account's own affair. Copies
made by COPY and APPEND (`delivered` false) have flags and keywords of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from msgspec import Struct

from mailcatch.model import Part
from mailcatch.search.criteria import Criteria

if TYPE_CHECKING:
    from mailcatch.store.api import NewMessage

AccountKind = Literal["all", "inbox", "address", "domain"]
FlagAct = Literal["set", "add", "remove"]

Range = tuple[int, int]
"""UIDs from first to last, both included; a sequence of them is ascending and does not overlap."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a user name opens. `name` is "" for `all`, else an inbox's name, an address key or a domain."""

    number: int
    kind: AccountKind
    name: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One folder of an account; `name` has `/` between its levels and is Unicode."""

    number: int
    account: int
    name: str
    special_use: str | None  # "\\Sent" (RFC 6154)
    subscribed: bool
    uidvalidity: int


@dataclass(frozen=True, slots=True)
class Status:
    """The numbers of a mailbox (RFC 3501 §6.3.10, RFC 7162 §3.1.2.1, RFC 8438)."""

    mailbox: Mailbox
    messages: int
    recent: int
    unseen: int
    deleted: int
    size: int  # bytes of all its messages
    uidnext: int
    highest_modseq: int


class Placed(Struct, frozen=True, gc=False):
    """A message in a mailbox, with what changes about it."""

    uid: int
    message: int
    flags: int
    keywords: tuple[str, ...]
    modseq: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox as it was selected: its numbers, and the UIDs by sequence number (index 0 is 1)."""

    status: Status
    uids: Sequence[int]  # an array of 32 bit numbers
    first_unseen: int | None  # a sequence number
    recent_from: int  # UIDs from here on are \Recent for whoever claims them
    permanent_keywords: tuple[str, ...]  # all that are in use in it


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened in a mailbox after a MODSEQ: `changed` holds what arrived, too, by UID."""

    highest_modseq: int
    uidnext: int
    vanished: tuple[int, ...]
    changed: tuple[Placed, ...]
    exists: bool = True  # False: the mailbox itself is gone


Wanted = Literal["internal_at", "envelope", "bodystructure"]
"""What of a Row costs a look at another table."""


class Row(Struct, frozen=True, gc=False):
    """One message of a mailbox with what FETCH shows without reading its bytes."""

    placed: Placed
    size: int
    internal_at: int = 0  # ms; what follows is empty unless asked for
    envelope: bytes = b""  # IMAP's ENVELOPE as it goes over the line
    bodystructure: bytes = b""  # BODYSTRUCTURE with extension data


@dataclass(frozen=True, slots=True)
class Flagged:
    """What STORE did: `conflicts` are UIDs left alone for UNCHANGEDSINCE; `modseq` of those that changed."""

    changed: tuple[Placed, ...]
    conflicts: tuple[int, ...]
    modseq: int


@dataclass(frozen=True, slots=True)
class Copied:
    """UIDs of a COPY, MOVE or APPEND, pairwise (RFC 4315): the source's (0 for APPEND), the target's."""

    uidvalidity: int
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A step of a message's path: who took it, how, once per message, session and act."""

    message: int
    session: str  # its id; its row is written with it
    act: str  # "RETR", "TOP", "BODY[]", "BODY[HEADER]", "DELE", "EXPUNGE"
    protocol: Literal["POP3", "IMAP"]
    account: str
    client: str | None  # what IMAP's ID says
    at: int


class MailboxReader(Protocol):
    """The reading side of accounts."""

    def mailboxes(self, account: int) -> tuple[Mailbox, ...]:
        """Return the folders of an account, INBOX first, then by name."""

    def mailbox(self, account: int, name: str) -> Mailbox:
        """Return one folder; INBOX in any case. Raises NotFound."""

    def statuses(self, mailboxes: Sequence[int]) -> tuple[Status, ...]:
        """Return the numbers of mailboxes, in the order asked for; those gone are left out."""

    def open_mailbox(self, mailbox: int) -> Opened:
        """Return a mailbox as SELECT needs it. Raises NotFound."""

    def changes(self, mailbox: int, since: int, *, uidnext: int | None = None) -> Changes:
        """Return what happened after MODSEQ `since`; `vanished` is bounded to UIDs below `uidnext` if that is given."""

    def placed(self, mailbox: int, uids: Sequence[Range], limit: int = 10_000) -> tuple[Placed, ...]:
        """Return at most `limit` messages with their flags, ascending by UID: ask on from the last UID + 1."""

    def rows(
        self, mailbox: int, uids: Sequence[Range], wanted: Collection[Wanted] = (), limit: int = 1_000
    ) -> tuple[Row, ...]:
        """Return at most `limit` messages as FETCH shows them, with what is wanted of their dates and shapes.

        Shapes cut by an older parser are cut anew from the raw bytes.
        """

    def part_tree(self, message: int) -> Part:
        """Return a message's part tree with its offsets. Raises NotFound."""

    def octets(self, message: int, start: int, length: int) -> bytes:
        """Return raw[start:start+length] without reading the rest. Raises NotFound."""

    def search_mailbox(self, mailbox: int, criteria: Criteria, uids: Sequence[Range] | None = None) -> list[Placed]:
        """Return what matches, ascending by UID, of the messages with those UIDs. Raises Overloaded after 10 s."""


class MailboxStore(MailboxReader, Protocol):
    """The whole of accounts; only `inbox` calls the writes."""

    def open_account(self, kind: AccountKind, name: str, now: int) -> Future[Account]:
        """Return an account, made and filled at its first login, brought up to date at a later one."""

    def create_mailbox(self, account: int, name: str) -> Future[Mailbox]:
        """Make a folder and the levels above it. Raises Conflict if it is there."""

    def delete_mailbox(self, mailbox: int) -> Future[None]:
        """Remove a folder and its copies. Raises Conflict for INBOX and the special ones, NotFound."""

    def rename_mailbox(self, mailbox: int, name: str) -> Future[None]:
        """Rename a folder with those below it; INBOX moves its messages (RFC 3501 §6.3.5). Raises Conflict."""

    def subscribe(self, account: int, name: str, on: bool) -> Future[None]:
        """Change the subscription of a folder. Raises NotFound."""

    def claim_recent(self, mailbox: int) -> Future[range]:
        r"""Give the \Recent messages of a mailbox to the caller: the UIDs that nobody has claimed."""

    def store_flags(
        self,
        mailbox: int,
        uids: Sequence[Range],
        act: FlagAct,
        flags: int,
        keywords: Iterable[str],
        *,
        unchanged_since: int | None = None,
    ) -> Future[Flagged]:
        """Change flags and keywords (RFC 3501 §6.4.6, RFC 7162 §3.1.3); what was so already keeps its MODSEQ."""

    def copy(self, mailbox: int, uids: Sequence[Range], target: int) -> Future[Copied]:
        """Copy messages with their flags; all or nothing. Raises NotFound."""

    def move(self, mailbox: int, uids: Sequence[Range], target: int) -> Future[Copied]:
        """Move messages (RFC 6851): delivered ones stay delivered; in `all`, Trash is the Bin."""

    def append(self, mailbox: int, message: NewMessage, flags: int, keywords: Iterable[str]) -> Future[Copied]:
        """Store a message of a mail client (origin `append`) in one folder."""

    def expunge(self, mailbox: int, uids: Sequence[Range] | None = None) -> Future[tuple[int, ...]]:
        """Remove the copies flagged DELETED (of those UIDs, RFC 4315); return the UIDs that went.

        In `all` the message goes everywhere, unless another folder of `all` still has it; elsewhere only the copy
        goes. Appended mail goes with its last copy.
        """

    def drop(self, mailbox: int, uids: Sequence[Range]) -> Future[tuple[int, ...]]:
        """Remove copies whatever their flags: POP3's QUIT after DELE. Otherwise as `expunge`."""

    def note_fetches(self, fetches: Sequence[Fetched]) -> Future[None]:
        """Record who took messages: a `path` event for each message that has a new step. It does not hurry."""
