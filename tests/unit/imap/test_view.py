r"""The view: a client that believes what it is told knows the mailbox."""

import re
import time
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailcatch.imap.sets import parse_set
from mailcatch.imap.view import View
from mailcatch.model import DELETED, FLAGGED, SEEN
from mailcatch.store.mailbox_api import Changes, Mailbox, Opened, Placed, Status


class Ground:
    """A mailbox as the store keeps it: the truth that views follow."""

    def __init__(self, count: int = 0) -> None:
        self.modseq, self.uidnext = 1, 1
        self.placed: dict[int, Placed] = {}
        self.gone: list[tuple[int, int]] = []
        for _ in range(count):
            self.arrive()

    def arrive(self) -> None:
        """Place a message."""
        self.modseq += 1
        self.placed[self.uidnext] = Placed(self.uidnext, self.uidnext, 0, (), self.modseq)
        self.uidnext += 1

    def flag(self, uid: int, flags: int, keywords: tuple[str, ...] = ()) -> None:
        """Set flags."""
        self.modseq += 1
        self.placed[uid] = Placed(uid, uid, flags, keywords, self.modseq)

    def remove(self, *uids: int) -> None:
        """Expunge messages."""
        self.modseq += 1
        for uid in uids:
            del self.placed[uid]
            self.gone.append((self.modseq, uid))

    def changes(self, since: int) -> Changes:
        """Return what happened, as the store does."""
        vanished = tuple(uid for modseq, uid in self.gone if modseq > since)
        changed = tuple(each for each in self.placed.values() if each.modseq > since)
        return Changes(self.modseq, self.uidnext, vanished, changed)

    def opened(self) -> Opened:
        """Return what SELECT sees."""
        mailbox = Mailbox(1, 1, "INBOX", None, True, 1)
        status = Status(mailbox, len(self.placed), 0, 0, 0, 0, self.uidnext, self.modseq)
        uids = array("I", sorted(self.placed))
        return Opened(status, uids, None, self.uidnext, ())


class Client:
    """Believes what it is told, and complains of what no server may say."""

    def __init__(self, ground: Ground) -> None:
        self.flags: list[frozenset[str] | None] = [
            frozenset(self.spelt(placed)) for _, placed in sorted(ground.placed.items())
        ]
        self.known_keywords: set[str] = set()
        self.expunged = 0

    @staticmethod
    def spelt(placed: Placed) -> list[str]:
        """Return the flags of a message as they are written."""
        names = {SEEN: "\\Seen", FLAGGED: "\\Flagged", DELETED: "\\Deleted"}
        return [*(name for bit, name in names.items() if placed.flags & bit), *placed.keywords]

    def hear(self, responses: list[bytes]) -> None:
        """Take in untagged responses."""
        for response in responses:
            assert response.endswith(b"\r\n") and response.count(b"\r\n") == 1
            self._hear(response.decode().removesuffix("\r\n"))

    def _hear(self, line: str) -> None:
        if found := re.fullmatch(r"\* (\d+) EXISTS", line):
            assert int(found[1]) > len(self.flags), "EXISTS only grows a mailbox"
            self.flags += [None] * (int(found[1]) - len(self.flags))
        elif found := re.fullmatch(r"\* (\d+) EXPUNGE", line):
            del self.flags[int(found[1]) - 1]
            self.expunged += 1
        elif found := re.fullmatch(r"\* (\d+) FETCH \((?:UID \d+ )?FLAGS \((.*?)\)(?: MODSEQ \(\d+\))?\)", line):
            flags = frozenset(found[2].split()) - {"\\Recent"}
            assert {flag for flag in flags if flag[0] != "\\"} <= self.known_keywords, "a keyword nobody told of"
            assert 1 <= int(found[1]) <= len(self.flags), "a number that the client does not know"
            self.flags[int(found[1]) - 1] = flags
        elif found := re.fullmatch(r"\* FLAGS \((.*)\)", line):
            self.known_keywords = {flag for flag in found[1].split() if flag[0] != "\\"}
        else:
            assert re.fullmatch(r"\* (\d+ RECENT|OK \[PERMANENTFLAGS .*)", line), line


def told(view: View, ground: Ground, *, expunge: bool = True) -> list[bytes]:
    """Return what a view says of everything since it last looked."""
    return view.apply(ground.changes(view.position), expunge=expunge)


def test_new_mail_is_told_by_exists():
    """Once, and nothing when nothing happened."""
    ground = Ground(2)
    view = View(ground.opened())
    assert told(view, ground) == []
    ground.arrive()
    ground.arrive()
    assert told(view, ground) == [b"* 4 EXISTS\r\n"]
    assert told(view, ground) == []


def test_exists_comes_before_the_fetch_of_changed_mail():
    """A FETCH never names a message that EXISTS has not told of; new mail is not fetched unasked."""
    ground = Ground(1)
    view = View(ground.opened())
    ground.arrive()
    ground.flag(1, SEEN)
    ground.flag(2, FLAGGED)
    assert told(view, ground) == [b"* 2 EXISTS\r\n", b"* 1 FETCH (FLAGS (\\Seen))\r\n"]


def test_expunge_waits_until_it_may_be_said():
    """Until then the message keeps its number, and those after it theirs."""
    ground = Ground(3)
    view = View(ground.opened())
    ground.remove(2)
    assert told(view, ground, expunge=False) == []
    assert view.owes_expunge and len(view) == 3 and view.numbers([3]) == [3]
    ground.arrive()
    assert told(view, ground, expunge=False) == [b"* 4 EXISTS\r\n"]
    assert told(view, ground) == [b"* 2 EXPUNGE\r\n"]
    assert not view.owes_expunge and view.numbers([1, 3, 4]) == [1, 2, 3]


def test_no_flags_are_told_of_what_has_gone():
    """A FETCH of a message that is only kept for its number would be of nothing."""
    ground = Ground(2)
    view = View(ground.opened())
    ground.flag(2, SEEN)
    changes = ground.changes(view.position)
    ground.remove(2)
    told(view, ground, expunge=False)
    assert view.fetches(changes.changed, with_uid=False) == []


def test_many_expunges_are_numbered_from_the_highest_down():
    """Then each is numbered as it was before."""
    ground = Ground(5)
    view = View(ground.opened())
    ground.remove(1, 2, 4)
    assert told(view, ground) == [b"* 4 EXPUNGE\r\n", b"* 2 EXPUNGE\r\n", b"* 1 EXPUNGE\r\n"]


def test_what_the_session_did_itself_is_not_told_again():
    """But what somebody else did to the same message afterwards is."""
    ground = Ground(2)
    view = View(ground.opened())
    ground.flag(1, SEEN)
    view.own([ground.modseq])
    assert told(view, ground) == []
    ground.flag(1, SEEN | FLAGGED)
    assert told(view, ground) == [b"* 1 FETCH (FLAGS (\\Flagged \\Seen))\r\n"]


def test_condstore_adds_uid_and_modseq():
    """And the UID form of a command adds the UID alone."""
    ground = Ground(2)
    view = View(ground.opened(), condstore=True)
    ground.flag(2, SEEN)
    assert told(view, ground) == [b"* 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (4))\r\n"]
    view = View(ground.opened())
    ground.flag(2, 0)
    assert view.apply(ground.changes(view.position), expunge=True, with_uid=True) == [b"* 2 FETCH (UID 2 FLAGS ())\r\n"]


def test_a_new_keyword_is_told_before_the_message_that_has_it():
    """FLAGS and PERMANENTFLAGS name it, once, whatever its case."""
    ground = Ground(2)
    view = View(ground.opened())
    ground.flag(1, 0, ("$Work",))
    flags, permanent, fetch = told(view, ground)
    assert flags == b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work)\r\n"
    assert b"[PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work \\*)]" in permanent
    assert fetch == b"* 1 FETCH (FLAGS ($Work))\r\n"
    ground.flag(2, 0, ("$work",))
    assert told(view, ground) == [b"* 2 FETCH (FLAGS ($work))\r\n"]


def test_a_new_keyword_comes_with_new_mail():
    """It is told before EXISTS, with what a client may set."""
    ground = Ground(1)
    view = View(ground.opened())
    ground.arrive()
    ground.flag(2, SEEN, ("$Work",))
    flags, permanent, exists = told(view, ground)
    assert flags == b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work)\r\n"
    assert b"PERMANENTFLAGS" in permanent
    assert exists == b"* 2 EXISTS\r\n"


def test_a_mailbox_open_for_reading_has_no_permanent_flags():
    """EXAMINE says so."""
    assert b"PERMANENTFLAGS ()" in View(Ground(0).opened(), read_only=True).flags()[1]


def test_recent_is_told_when_it_changes():
    r"""`\Recent` stands in FETCH and is counted, also for mail that comes after it was claimed."""
    ground = Ground(3)
    view = View(ground.opened())
    view.claim(range(2, 6))
    assert view.told_recent() == 2 and view.is_recent(2) and not view.is_recent(1)
    ground.flag(2, SEEN)
    assert told(view, ground) == [b"* 2 FETCH (FLAGS (\\Seen \\Recent))\r\n"]
    ground.arrive()
    assert told(view, ground) == [b"* 4 EXISTS\r\n", b"* 3 RECENT\r\n"]
    ground.remove(2)
    assert told(view, ground) == [b"* 2 EXPUNGE\r\n", b"* 2 RECENT\r\n"]


def test_changes_that_begin_before_the_view_are_passed_over():
    """A reader that many sessions share begins where the slowest of them is."""
    ground = Ground(2)
    ground.flag(1, SEEN)
    ground.arrive()
    ground.remove(2)
    view = View(ground.opened())
    old = ground.changes(0)
    assert view.apply(old, expunge=True) == []
    assert view.position == ground.modseq and len(view) == 2


def test_changes_older_than_the_view_bring_nothing_back():
    """Mail that came and went before SELECT stays unknown."""
    ground = Ground(1)
    ground.arrive()
    old = ground.changes(0)
    ground.remove(2)
    view = View(ground.opened())
    assert view.apply(old, expunge=True) == []
    assert len(view) == 1 and view.position == ground.modseq


def test_a_mailbox_that_is_deleted_empties():
    """Its session stays, with nothing in its hands (RFC 2180 §3.3)."""
    ground = Ground(2)
    view = View(ground.opened())
    said = view.apply(Changes(0, 0, (), (), exists=False), expunge=True)
    assert said == [b"* 2 EXPUNGE\r\n", b"* 1 EXPUNGE\r\n"]
    assert len(view) == 0


def test_sets_mean_the_view():
    """Numbers, UIDs, `*`; a number beyond the view is an error, a UID beyond it is nothing."""
    ground = Ground(4)
    ground.remove(2)
    view = View(ground.opened())
    assert view.uids(parse_set(b"2:*"), by_uid=False) == ((3, 4),)
    assert view.uids(parse_set(b"71:*"), by_uid=True) == ((4, 4),)
    assert view.uids(parse_set(b"71"), by_uid=True) == ()
    assert view.count(((1, 4),)) == 3 and view.number_ranges(((2, 4),)) == ((2, 3),)
    with pytest.raises(IndexError, match="no message 4, only 3"):
        view.uids(parse_set(b"4"), by_uid=False)
    empty = View(Ground().opened())
    assert empty.uids(parse_set(b"1:*"), by_uid=True) == () == empty.uids(parse_set(b"*"), by_uid=False)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "flag", "remove", "poll", "numbers", "shared"]),
        st.integers(0, 40),
        st.sampled_from([0, SEEN, FLAGGED, SEEN | DELETED]),
        st.sampled_from([(), ("$a",), ("b", "$a")]),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(ACTS, st.integers(0, 6), st.booleans())
def test_a_client_that_believes_what_it_is_told_knows_the_mailbox(acts, count, condstore):
    """Whatever happens, and whenever it asks: after a last look its numbers, count and flags are the mailbox's."""
    ground = Ground(count)
    view, client, shared = View(ground.opened(), condstore=condstore), Client(ground), ground.modseq
    for act, which, flags, keywords in acts:
        uids = sorted(ground.placed)
        if act == "arrive":
            ground.arrive()
        elif act == "flag" and uids:
            ground.flag(uids[which % len(uids)], flags, keywords)
        elif act == "remove" and uids:
            ground.remove(*uids[which % len(uids) :: 3])
        elif act == "shared":  # a reader that all sessions share is behind, never ahead
            client.hear(view.apply(ground.changes(min(shared, view.position)), expunge=True))
            shared = ground.modseq
        elif act in ("poll", "numbers"):
            before = client.expunged
            client.hear(told(view, ground, expunge=act == "poll"))
            assert act == "poll" or client.expunged == before
        assert len(client.flags) == len(view)
    client.hear(told(view, ground))
    placed = [each for _, each in sorted(ground.placed.items())]
    assert list(view.numbering.uids) == [each.uid for each in placed]
    expected = [frozenset(Client.spelt(each)) for each in placed]
    believed = [known if known is not None else now for known, now in zip(client.flags, expected, strict=True)]
    assert believed == expected


def test_a_hundred_thousand_messages_and_half_of_them_gone():
    """A step is linear in the mailbox, not in what happened times the mailbox."""
    ground = Ground(0)
    ground.placed = {uid: Placed(uid, uid, 0, (), 1) for uid in range(1, 100_001)}
    ground.uidnext, ground.modseq = 100_001, 1
    view = View(ground.opened())
    ground.remove(*range(1, 100_001, 2))
    changes = ground.changes(1)
    began = time.process_time()
    said = view.apply(changes, expunge=True)
    assert len(said) == 50_000 and said[0] == b"* 99999 EXPUNGE\r\n" and len(view) == 50_000
    assert time.process_time() - began < 5, "quadratic"
