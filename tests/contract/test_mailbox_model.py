"""Random work on accounts against a small model of them, and a follower that lives on changes alone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from mailcatch.bus import Bus
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.model import ANSWERED, DELETED, FLAGGED, SEEN, Envelope, Recipient
from mailcatch.store.api import NOWHERE, Change, NewMessage, Selection, Store
from mailcatch.store.mailbox_api import AccountKind, Range
from tests.contract.conftest import ENGINES, added

WHOLE: list[Range] = [(1, 0xFFFF_FFFF)]
NOW = 1_700_000_000_000
PEOPLE = ("ann@x.test", "bob@x.test", "eve@y.test")
ACCOUNTS: tuple[tuple[AccountKind, str], ...] = (
    ("all", ""),
    ("address", "ann@x.test"),
    ("domain", "x.test"),
    ("inbox", "default"),
)
FOLDERS = ("INBOX", "Sent", "Drafts", "Trash", "Junk")


@dataclass(eq=False)
class Mail:
    """A message as the model knows it."""

    id: str
    rcpt: tuple[str, ...]
    appended: bool = False
    flags: int = 0
    keywords: frozenset[str] = frozenset()
    binned: bool = False


@dataclass(eq=False)
class Item:
    """A copy: a delivered one has the flags of its mail, but for DELETED."""

    mail: Mail
    delivered: bool
    flags: int = 0
    keywords: frozenset[str] = frozenset()

    def state(self) -> tuple[str, int, frozenset[str]]:
        flags = self.mail.flags | self.flags & DELETED if self.delivered else self.flags
        return self.mail.id, flags, self.mail.keywords if self.delivered else self.keywords


@dataclass(eq=False)
class Box:
    """A folder: its copies by UID."""

    number: int
    uidvalidity: int
    next: int = 1
    items: dict[int, Item] = field(default_factory=dict, repr=False)

    def place(self, item: Item) -> int:
        self.items[self.next] = item
        self.next += 1
        return self.next - 1


@dataclass(eq=False)
class Owner:
    """An account, how far it is filled, and whether it is open."""

    number: int
    kind: str
    name: str
    boxes: dict[str, Box] = field(repr=False)
    filled: int = 0
    open: bool = True

    def has(self, mail: Mail) -> bool:
        if mail.appended:
            return False
        if self.kind == "address":
            return self.name in mail.rcpt
        if self.kind == "domain":
            return any(each.endswith("@" + self.name) for each in mail.rcpt)
        return True

    def deliver(self, mail: Mail) -> None:
        if self.has(mail):
            name = "Trash" if self.kind == "all" and mail.binned else "INBOX"
            self.boxes[name].place(Item(mail, delivered=True))


class View:
    """What a client knows of a mailbox that learns by changes alone."""

    def __init__(self) -> None:
        self.position = 0
        self.copies: dict[int, tuple[int, int, tuple[str, ...], int]] = {}

    def follow(self, store: Store, mailbox: int) -> bool:
        changes = store.changes(mailbox, self.position)
        for uid in changes.vanished:
            self.copies.pop(uid, None)
        for each in changes.changed:
            assert each.modseq > self.position
            self.copies[each.uid] = each.message, each.flags, each.keywords, each.modseq
        self.position = changes.highest_modseq
        return changes.exists


class Accounts(RuleBasedStateMachine):
    """The machine: each rule does one thing to the store and to the model."""

    engine: Callable[[Path, Bus], Store]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mailcatch-model-"))
        self.store = type(self).engine(self.folder, Bus())
        self.mails: list[Mail] = []  # by arrival; None of them is ever taken out, `gone` says which are
        self.gone: set[str] = set()
        self.owners: dict[tuple[str, str], Owner] = {}
        self.views: dict[int, View] = {}
        self.validities: set[int] = set()

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    # What comes in

    @rule(
        rcpt=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3),
        binned=st.sampled_from((False, False, True)),
        read=st.booleans(),
        pinned=st.booleans(),
    )
    def receive(self, rcpt: list[str], binned: bool, read: bool, pinned: bool) -> None:
        new = self._new(tuple(rcpt), read=read, pinned=pinned, binned=binned)
        mail = Mail(added(self.store.add(new)), tuple(rcpt), binned=binned)
        mail.flags = (SEEN if read else 0) | (FLAGGED if pinned else 0)
        self.mails.append(mail)
        for owner in self.owners.values():
            if owner.open:
                owner.deliver(mail)
                owner.filled = len(self.mails)

    @rule(which=st.sampled_from(ACCOUNTS))
    def log_in(self, which: tuple[AccountKind, str]) -> None:
        account = self.store.open_account(*which, NOW).result(10)
        assert (account.kind, account.name) == which
        if which not in self.owners:
            boxes = {each.name: Box(each.number, each.uidvalidity) for each in self.store.mailboxes(account.number)}
            assert tuple(boxes) == ("INBOX", *sorted(FOLDERS[1:]))
            self._new_validities(boxes.values())
            self.owners[which] = Owner(account.number, *which, boxes)
        owner = self.owners[which]
        assert owner.number == account.number
        for mail in self.mails[owner.filled :]:
            if mail.id not in self.gone:
                owner.deliver(mail)
        owner.filled, owner.open = len(self.mails), True

    @precondition(lambda self: self.owners)
    @rule(data=st.data(), flags=st.sampled_from((0, SEEN, SEEN | DELETED)), keyword=st.sampled_from(((), ("Junk",))))
    def append(self, data: st.DataObject, flags: int, keyword: tuple[str, ...]) -> None:
        box = self._box(data)
        new = replace(self._new(("ann@x.test",)), origin="append", destination=NOWHERE)
        copied = self.store.append(box.number, new, flags, keyword).result(10)
        mail = Mail(new.summary.id, (), appended=True)
        self.mails.append(mail)
        uid = box.place(Item(mail, delivered=False, flags=flags, keywords=frozenset(keyword)))
        assert (copied.uidvalidity, copied.pairs) == (box.uidvalidity, ((0, uid),))

    # What clients do

    @precondition(lambda self: self.owners)
    @rule(
        data=st.data(),
        act=st.sampled_from(("set", "add", "remove")),
        flags=st.sampled_from((SEEN, DELETED, FLAGGED | ANSWERED, SEEN | DELETED, 0)),
        keywords=st.sampled_from(((), ("Junk",), ("$label1", "Junk"))),
    )
    def flag(self, data: st.DataObject, act: str, flags: int, keywords: tuple[str, ...]) -> None:
        box = self._box(data)
        uids = self._uids(data, box)
        flagged = self.store.store_flags(box.number, ranges(uids), act, flags, keywords).result(10)  # type: ignore[arg-type]
        before = {uid: box.items[uid].state() for uid in uids}
        wanted = {uid: acted(state, act, flags, frozenset(keywords)) for uid, state in before.items()}
        for uid, (_, new_flags, new_keywords) in wanted.items():
            item = box.items[uid]
            item.flags, item.keywords = new_flags, new_keywords
            if item.delivered:
                item.mail.flags, item.mail.keywords = new_flags & ~DELETED, new_keywords
        assert {each.uid for each in flagged.changed} == {uid for uid in uids if wanted[uid] != before[uid]}
        assert flagged.conflicts == ()

    @precondition(lambda self: self.owners)
    @rule(data=st.data())
    def copy(self, data: st.DataObject) -> None:
        _, source, target = self._two(data)
        uids = self._uids(data, source)
        copied = self.store.copy(source.number, ranges(uids), target.number).result(10)
        states = [(source.items[uid].mail, *source.items[uid].state()[1:]) for uid in uids]
        placed = [target.place(Item(mail, False, flags, keywords)) for mail, flags, keywords in states]
        assert copied.pairs == tuple(zip(uids, placed, strict=True))
        assert copied.uidvalidity == target.uidvalidity

    @precondition(lambda self: self.owners)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        owner, source, target = self._two(data)
        uids = self._uids(data, source)
        copied = self.store.move(source.number, ranges(uids), target.number).result(10)
        items = [source.items.pop(uid) for uid in uids]
        placed = [target.place(item) for item in items]
        self._settle(owner, items, target)
        assert copied.pairs == tuple(zip(uids, placed, strict=True))

    @precondition(lambda self: self.owners)
    @rule(data=st.data(), some=st.booleans())
    def expunge(self, data: st.DataObject, some: bool) -> None:
        owner, box = self._owned(data)
        uids = self._uids(data, box) if some else sorted(box.items)
        doomed = [uid for uid in uids if box.items[uid].state()[1] & DELETED]
        went = self.store.expunge(box.number, ranges(uids) if some else None).result(10)
        assert went == tuple(doomed)
        self._take(owner, box, doomed)

    @precondition(lambda self: self.owners)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        owner, box = self._owned(data)
        uids = self._uids(data, box)
        assert self.store.drop(box.number, ranges(uids)).result(10) == tuple(uids)
        self._take(owner, box, uids)

    # Folders

    @precondition(lambda self: self.owners)
    @rule(data=st.data(), name=st.sampled_from(("Work", "Work/2026", "Archive")))
    def create(self, data: st.DataObject, name: str) -> None:
        owner = data.draw(st.sampled_from(list(self.owners.values())))
        if name in owner.boxes:
            return
        self.store.create_mailbox(owner.number, name).result(10)
        for each in self.store.mailboxes(owner.number):
            if each.name not in owner.boxes:
                owner.boxes[each.name] = Box(each.number, each.uidvalidity)
                self._new_validities([owner.boxes[each.name]])
        assert name in owner.boxes

    @precondition(lambda self: self.owners)
    @rule(data=st.data())
    def remove_folder(self, data: st.DataObject) -> None:
        owner = data.draw(st.sampled_from(list(self.owners.values())))
        names = [name for name in owner.boxes if name not in FOLDERS]
        if not names:
            return
        name = data.draw(st.sampled_from(names))
        box = owner.boxes[name]
        self.store.delete_mailbox(box.number).result(10)
        self._take(owner, box, sorted(box.items))
        del owner.boxes[name]
        assert not self.store.changes(box.number, 0).exists

    @precondition(lambda self: self.owners)
    @rule(data=st.data(), to=st.sampled_from(("Old", "Old/Work")))
    def rename(self, data: st.DataObject, to: str) -> None:
        owner = data.draw(st.sampled_from(list(self.owners.values())))
        name = data.draw(st.sampled_from([name for name in owner.boxes if name == "INBOX" or name not in FOLDERS]))
        if to in owner.boxes or (to + "/").startswith(name + "/"):
            return
        source = owner.boxes[name]
        self.store.rename_mailbox(source.number, to).result(10)
        if name != "INBOX":
            for old in [each for each in owner.boxes if (each + "/").startswith(name + "/")]:
                owner.boxes[to + old[len(name) :]] = owner.boxes.pop(old)
        known = {box.number for box in owner.boxes.values()}
        for each in self.store.mailboxes(owner.number):
            if each.number not in known:
                owner.boxes[each.name] = Box(each.number, each.uidvalidity)
                self._new_validities([owner.boxes[each.name]])
        if name == "INBOX":
            for uid in sorted(source.items):
                owner.boxes[to].place(source.items.pop(uid))

    # What the API does

    @precondition(lambda self: any(mail.id not in self.gone for mail in self.mails))
    @rule(
        data=st.data(),
        read=st.sampled_from((None, True, False)),
        pinned=st.sampled_from((None, True, False)),
        binned=st.sampled_from((None, True, False)),
    )
    def change(self, data: st.DataObject, read: bool | None, pinned: bool | None, binned: bool | None) -> None:
        mails = self._mails(data)
        ids = tuple([mail.id for mail in mails])
        self.store.change(Selection(ids=ids), Change(read=read, pinned=pinned, bin=binned)).result(10)
        for mail in mails:
            for bit, wanted in ((SEEN, read), (FLAGGED, pinned)):
                if wanted is not None:
                    mail.flags = mail.flags | bit if wanted else mail.flags & ~bit
            if binned is not None and mail.binned != binned:
                mail.binned = binned
                self._rebin(mail)

    @precondition(lambda self: any(mail.id not in self.gone for mail in self.mails))
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        mails = self._mails(data)
        self.store.delete(Selection(ids=tuple([mail.id for mail in mails]))).result(10)
        for mail in mails:
            self._forget(mail)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = type(self).engine(self.folder, Bus())
        for owner in self.owners.values():
            owner.open = False

    # What must be true

    @invariant()
    def mailboxes_are_as_in_the_model(self) -> None:
        for owner in self.__dict__.get("owners", {}).values():
            boxes = self.store.mailboxes(owner.number)
            assert {each.name: (each.number, each.uidvalidity) for each in boxes} == {
                name: (box.number, box.uidvalidity) for name, box in owner.boxes.items()
            }
            statuses = self.store.statuses([each.number for each in boxes])
            for status, box in zip(statuses, [owner.boxes[each.name] for each in boxes], strict=True):
                states = [item.state() for item in box.items.values()]
                assert status.uidnext == box.next
                assert (status.messages, status.unseen, status.deleted) == (
                    len(states),
                    sum(not flags & SEEN for _, flags, _ in states),
                    sum(bool(flags & DELETED) for _, flags, _ in states),
                )
                self._check_placed(box, status.highest_modseq)

    @invariant()
    def the_list_is_as_in_the_model(self) -> None:
        if "mails" not in self.__dict__:
            return
        there = [mail for mail in self.mails if mail.id not in self.gone and not mail.appended]
        page = self.store.messages(limit=200, order="asc")
        assert [(each.id, each.read, each.pinned) for each in page.messages] == [
            (mail.id, bool(mail.flags & SEEN), bool(mail.flags & FLAGGED)) for mail in there if not mail.binned
        ]
        counts = self.store.counts()
        assert (counts.total, counts.unread, counts.pinned, counts.binned) == (
            sum(not mail.binned for mail in there),
            sum(not mail.binned and not mail.flags & SEEN for mail in there),
            sum(not mail.binned and bool(mail.flags & FLAGGED) for mail in there),
            sum(mail.binned for mail in there),
        )
        gone = [mail for mail in self.mails if mail.appended and mail.id in self.gone]
        assert not set(self.store.session_ids_of([mail.id for mail in gone]))

    def _check_placed(self, box: Box, highest: int) -> None:
        placed = self.store.placed(box.number, WHOLE)
        rows = self.store.rows(box.number, WHOLE)
        assert [row.placed for row in rows] == list(placed)
        ids = {self.store.message(mail.id).summary.seq: mail.id for mail in self.mails if mail.id not in self.gone}
        assert {each.uid: (ids[each.message], each.flags, frozenset(each.keywords)) for each in placed} == {
            uid: item.state() for uid, item in box.items.items()
        }
        assert max((each.modseq for each in placed), default=0) <= highest <= self.store.cursor().seq
        view = self.views.setdefault(box.number, View())
        assert view.follow(self.store, box.number)
        assert view.copies == {each.uid: (each.message, each.flags, each.keywords, each.modseq) for each in placed}
        opened = self.store.open_mailbox(box.number)
        assert list(opened.uids) == [each.uid for each in placed]

    # The model's own rules

    def _take(self, owner: Owner, box: Box, uids: Iterable[int]) -> None:
        items = [box.items.pop(uid) for uid in uids]
        for mail in dict.fromkeys(item.mail for item in items):
            left = [item for each in owner.boxes.values() for item in each.items.values() if item.mail is mail]
            if mail.appended or owner.kind == "all":
                if not left:
                    self._forget(mail)
                elif not mail.appended and not any(item.delivered for item in left):
                    self._promote(owner, mail)

    def _promote(self, owner: Owner, mail: Mail) -> None:
        """Let a copy be the message's place in `all`: the oldest that is not in the Bin, if there is one."""
        places = [
            (name == "Trash", box.number, uid, box)
            for name, box in owner.boxes.items()
            for uid, item in box.items.items()
            if item.mail is mail
        ]
        *_, uid, box = min(places, key=lambda place: place[:3])
        item = box.items[uid]
        item.delivered = True
        mail.binned = box is owner.boxes["Trash"]

    def _settle(self, owner: Owner, items: Iterable[Item], target: Box) -> None:
        if owner.kind == "all":
            for item in items:
                if item.delivered:
                    item.mail.binned = target is owner.boxes["Trash"]

    def _rebin(self, mail: Mail) -> None:
        owner = self.owners.get(("all", ""))
        if owner is None:
            return
        target = owner.boxes["Trash" if mail.binned else "INBOX"]
        for box in list(owner.boxes.values()):
            for uid, item in list(box.items.items()):
                if item.mail is mail and item.delivered and box is not target:
                    target.place(box.items.pop(uid))
                    return

    def _forget(self, mail: Mail) -> None:
        self.gone.add(mail.id)
        for owner in self.owners.values():
            for box in owner.boxes.values():
                box.items = {uid: item for uid, item in box.items.items() if item.mail is not mail}

    # Drawing

    def _new(self, rcpt: tuple[str, ...], **state: bool) -> NewMessage:
        raw = b"Subject: %d\r\n\r\ntext\r\n" % len(self.mails)
        envelope = Envelope("app@x.test", tuple(Recipient(each) for each in rcpt))
        return compose(Arrival(raw, envelope, "smtp", received_at=NOW + len(self.mails), **state))

    def _new_validities(self, boxes: Iterable[Box]) -> None:
        for box in boxes:
            assert box.uidvalidity not in self.validities
            self.validities.add(box.uidvalidity)

    def _owned(self, data: st.DataObject) -> tuple[Owner, Box]:
        owner = data.draw(st.sampled_from(list(self.owners.values())))
        full = [box for box in owner.boxes.values() if box.items]
        return owner, data.draw(st.sampled_from(full or list(owner.boxes.values())))

    def _box(self, data: st.DataObject) -> Box:
        return self._owned(data)[1]

    def _two(self, data: st.DataObject) -> tuple[Owner, Box, Box]:
        owner, source = self._owned(data)
        return owner, source, data.draw(st.sampled_from(list(owner.boxes.values())))

    def _uids(self, data: st.DataObject, box: Box) -> list[int]:
        if not box.items:
            return []
        return sorted(data.draw(st.lists(st.sampled_from(sorted(box.items)), unique=True, min_size=1, max_size=6)))

    def _mails(self, data: st.DataObject) -> list[Mail]:
        there = [mail for mail in self.mails if mail.id not in self.gone and not mail.appended]
        if not there:
            return []
        some = data.draw(st.lists(st.sampled_from(there), unique_by=lambda mail: mail.id, min_size=1, max_size=4))
        return sorted(some, key=self.mails.index)


def acted(
    state: tuple[str, int, frozenset[str]], act: str, flags: int, keywords: frozenset[str]
) -> tuple[str, int, frozenset[str]]:
    """Return what a STORE makes of a state."""
    id, old, words = state
    if act == "set":
        return id, flags, keywords
    if act == "add":
        return id, old | flags, words | keywords
    return id, old & ~flags, words - keywords


def ranges(uids: Iterable[int]) -> list[Range]:
    """Return UIDs as ranges of one each."""
    return [(uid, uid) for uid in uids]


def test_accounts_are_as_in_the_model() -> None:
    """Whatever is done in whatever order, also over restarts: placements, flags, numbers, and what followers hear."""
    for engine in ENGINES.values():
        machine = type("Machine", (Accounts,), {"engine": staticmethod(engine)})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=25,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=(
                    Phase.explicit,
                    Phase.generate,
                ),  # the steps of a failure are told as they are: to shrink them takes minutes
                print_blob=False,
                database=None,
            ),
        )
