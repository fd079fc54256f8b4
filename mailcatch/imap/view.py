r"""What one session has been told of its mailbox, and what it must be told next (RFC 3501 §5.2, §7.3, §7.4). Sans-IO.

Nothing is queued: the view holds a position in the mailbox's MODSEQs, and `apply` compares it with what happened after
it. So a session that slept for an hour is told the same way as one that idles, and telling something twice, or out of
order, has no place to come from. Whatever the view has not been told of does not exist for its session: numbers and
sets of a client always mean the view.

A message that has gone keeps its number until a moment at which EXPUNGE may be said (RFC 3501 §7.4.1).
"""

from __future__ import annotations

from collections.abc import Iterable

from mailcatch.imap import answers
from mailcatch.imap.flags import format_flags
from mailcatch.imap.numbering import Numbering
from mailcatch.imap.sets import SequenceSet, merged, numbers_of, uids_of
from mailcatch.model import ANSWERED, DELETED, DRAFT, FLAGGED, SEEN
from mailcatch.store.mailbox_api import Changes, Opened, Placed, Range

SYSTEM_FLAGS = ANSWERED | FLAGGED | DELETED | SEEN | DRAFT


class View:
    r"""A selected mailbox as its client knows it.

    `recent` are the UIDs that are \Recent in this session. `condstore` is switched on by the client's first use of it
    (RFC 7162 §3.1), then every FETCH tells the MODSEQ.
    """

    def __init__(self, opened: Opened, *, read_only: bool = False, condstore: bool = False) -> None:
        self.mailbox = opened.status.mailbox
        self.read_only = read_only
        self.condstore = condstore
        self.position = opened.status.highest_modseq  # all up to here has been told
        self.uidnext = opened.status.uidnext
        self.numbering = Numbering(opened.uids)
        self.keywords = {name.lower(): name for name in opened.permanent_keywords}
        self.recent: tuple[Range, ...] = ()
        self.claimed = opened.status.uidnext  # below it, it is known whose \Recent a message is
        self.recent_told = 0
        self._gone: set[int] = set()  # they keep their numbers for the time being
        self._own: set[int] = set()  # MODSEQs of changes of the session's own, which it has told already

    def __len__(self) -> int:
        """Return how many messages the client believes there are."""
        return len(self.numbering)

    def uids(self, messages: SequenceSet, *, by_uid: bool) -> tuple[Range, ...]:
        """Return the UIDs that a client's set means, as ranges that lie in the view.

        Raises IndexError for a sequence number beyond it (RFC 3501 §9: that is a protocol error).
        """
        uids = self.numbering.uids
        if by_uid:
            return messages.within(uids[-1] if len(uids) else 0)
        if messages.greatest > len(uids):
            raise IndexError(f"there is no message {messages.greatest}, only {len(uids)}")
        return uids_of(messages.within(len(uids)), uids)

    def count(self, uids: Iterable[Range]) -> int:
        """Return how many messages of the view lie in ranges of UIDs: so many answers are owed to a FETCH."""
        return self.numbering.count(uids)

    def numbers(self, uids: Iterable[int]) -> list[int]:
        """Return the sequence numbers of those UIDs that are in the view, in the order given."""
        return [number for uid in uids if (number := self.numbering.number(uid)) is not None]

    def number_ranges(self, uids: Iterable[Range]) -> tuple[Range, ...]:
        """Return ranges of UIDs as ranges of sequence numbers."""
        return numbers_of(uids, self.numbering.uids)

    def is_recent(self, uid: int) -> bool:
        r"""Tell whether a message is \Recent here."""
        return any(low <= uid <= high for low, high in self.recent)

    @property
    def owes_expunge(self) -> bool:
        """Whether messages have gone that still have their numbers."""
        return bool(self._gone)

    @property
    def recent_count(self) -> int:
        r"""How many messages are \Recent here."""
        return self.numbering.count(self.recent)

    def claim(self, uids: range) -> None:
        r"""Take messages as \Recent of this session; whoever claims sees to it that nobody else does."""
        self.claimed = max(self.claimed, uids.stop)
        if len(uids):
            self.recent = merged([*self.recent, (uids[0], uids[-1])])

    def told_recent(self) -> int:
        r"""Return how many messages are \Recent, to tell it now."""
        self.recent_told = self.recent_count
        return self.recent_told

    def own(self, modseqs: Iterable[int]) -> None:
        """Take note that the session has told, or need not tell, what changed at these MODSEQs."""
        self._own.update(modseq for modseq in modseqs if modseq > self.position)

    # What happened

    def apply(self, changes: Changes, *, expunge: bool, with_uid: bool = False) -> list[bytes]:
        """Take over what happened and return the untagged responses that say so, each in one piece.

        `changes` may begin before the view's position, but not after it: what is known already is passed over.
        `expunge` tells whether EXPUNGE may be said now; `with_uid` adds the UID to each FETCH (RFC 3501 §6.4.8).
        """
        arrived, changed = self._sorted_out(changes)
        self._note_gone(changes)
        said = self._expunged() if expunge and self._gone else []
        if self.learn(keyword for each in arrived for keyword in each.keywords):
            said += self.flags()
        if arrived:
            self.numbering = self.numbering.with_more(tuple(sorted([each.uid for each in arrived])))
            said.append(answers.exists(len(self.numbering)))
        if self.recent_count != self.recent_told:
            said.append(answers.recent(self.told_recent()))
        said += self.fetches(changed, with_uid=with_uid)
        self._move_to(changes)
        return said

    def fetches(self, placed: Iterable[Placed], *, with_uid: bool) -> list[bytes]:
        """Return FETCH with the flags of messages; new keywords are told before (RFC 3501 §7.2.6)."""
        told: list[bytes] = []
        fresh = False
        for each in placed:
            number = self.numbering.number(each.uid)
            if number is None or each.uid in self._gone:
                continue
            fresh = self.learn(each.keywords) or fresh
            told.append(self._fetch(number, each, with_uid=with_uid or self.condstore))
        return [*self.flags(), *told] if fresh else told

    def learn(self, keywords: Iterable[str]) -> bool:
        """Take note of keywords; tell whether there was a new one."""
        before = len(self.keywords)
        for keyword in keywords:
            self.keywords.setdefault(keyword.lower(), keyword)
        return len(self.keywords) > before

    def flags(self) -> list[bytes]:
        r"""Return FLAGS, and PERMANENTFLAGS: of a mailbox open for writing they are all, and `\*`."""
        listed = format_flags(SYSTEM_FLAGS, self.keywords.values())
        permanent = b"()" if self.read_only else listed[:-1] + b" \\*)"
        code = answers.permanent_flags_code(permanent)
        text = "no flags can be changed here" if self.read_only else "flags can be changed, and made"
        return [answers.flags(listed), answers.untagged("OK", text, code)]

    def _sorted_out(self, changes: Changes) -> tuple[list[Placed], list[Placed]]:
        """Return messages that are new, and old ones of which something is to be told."""
        arrived: list[Placed] = []
        changed: list[Placed] = []
        for each in changes.changed:
            if each.uid >= self.uidnext:
                arrived.append(each)
            elif each.modseq > self.position and each.modseq not in self._own:
                changed.append(each)
        return arrived, changed

    def _note_gone(self, changes: Changes) -> None:
        if not changes.exists:
            self._gone.update(self.numbering.uids)
        elif changes.vanished:
            self._gone.update(self.numbering.known(changes.vanished))

    def _expunged(self) -> list[bytes]:
        """Say what has gone, from the highest number down: so each number is what it was before."""
        gone, self._gone = tuple(sorted(self._gone)), set()
        numbers = self.numbers(gone)
        self.numbering = self.numbering.without(gone)
        return [answers.expunge(number) for number in reversed(numbers)]

    def _move_to(self, changes: Changes) -> None:
        self.uidnext = max(self.uidnext, changes.uidnext)
        self.position = max(self.position, changes.highest_modseq)
        if self._own:
            self._own = {modseq for modseq in self._own if modseq > self.position}

    def _fetch(self, number: int, placed: Placed, *, with_uid: bool) -> bytes:
        uid = b"UID %d " % placed.uid if with_uid else b""
        modseq = b" MODSEQ (%d)" % placed.modseq if self.condstore else b""
        flags = format_flags(placed.flags, placed.keywords, recent=self.is_recent(placed.uid))
        return b"* %d FETCH (%sFLAGS %s%s)\r\n" % (number, uid, flags, modseq)
