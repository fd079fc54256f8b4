"""Reports and messages that come back, found by the follower in a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.inbox import Inbox
from mailcatch.journey import Sent
from mailcatch.model import Envelope, Origin, Recipient
from mailcatch.relay.bounce import About, Bounce, bounce
from mailcatch.relay.received import received_line
from mailcatch.relay.returns import ReturnsFollower, whose
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store
from mailcatch.trace import Order, OrderRecipient, RecipientResult
from tests.support.journeys import attempt, job, recipient

MAIL = b"Message-ID: <one@x.test>\r\nSubject: hi\r\n\r\nhi\r\n"
AT = 1_790_000_000_000


class World:
    """A store that is followed, one message relayed from it, and the way back."""

    def __init__(self, database: Path) -> None:
        self.bus = Bus()
        self.store: Store = open_store(database, self.bus)
        self.inbox = Inbox(self.store)
        self.follower = ReturnsFollower(self.store, self.inbox, self.bus, "mail.test")
        self.id = self.bring(MAIL, "app@x.test")
        number = job(database, self.id)
        self.bob = recipient(database, number, "bob@y.test", original="list@y.test")
        self.ann = recipient(database, number, "ann@y.test")
        attempt(database, number, "y.test")
        self.out = received_line(
            Envelope("app@x.test", (), helo="app.test", peer="192.0.2.1:5"), id=self.id, at=AT, by="mail.test",
            recipients=["bob@y.test"],
        ) + MAIL  # fmt: skip

    def bring(self, raw: bytes, sender: str, origin: Origin = "smtp", to: str = "app@x.test") -> str:
        return self.inbox.accept(raw, Envelope(sender, (Recipient(to),)), origin=origin).result(5).id

    def path_event(self, after: int) -> str:
        """Wait for the next event of a path; give whose."""
        seq = after
        while True:
            for event in self.store.events(seq).events:
                if event.kind == "path":
                    return event.id or ""
            before, seq = self.store.cursor().seq, self.bus.wait(self.store.cursor().seq, 10)
            assert seq > before, "nothing was linked"
            seq = after

    def close(self) -> None:
        self.bus.close()
        self.follower.close()
        self.inbox.close()
        self.store.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "mail.db")
    made.follower.start()
    yield made
    made.close()


def report(world: World, address: str = "bob@y.test", content: bytes | None = None) -> bytes:
    """Make a report as another server would."""
    order = Order("J", 1, "y.test", "app@x.test", (OrderRecipient(1, address),), content or world.out)
    failed = RecipientResult(1, address, "failed", 550, "5.1.1", "no such user", "rcpt", "mx.z.test")
    made = bounce(order, [failed], About("far.test"), id="F1", at=AT)
    assert isinstance(made, Bounce)
    return made.raw


def linked(world: World) -> list[tuple[str, dict[str, object]]]:
    return [(event.kind, event.data) for event in world.store.journeys(world.id)[0].attempts[0].events]


def test_a_report_is_linked_to_its_recipient(world: World):
    """By the id in our own Received line; the message's path says that it has grown."""
    before = world.store.cursor().seq
    back = world.bring(report(world), "")
    assert world.path_event(before) == world.id
    facts = {
        "message": back,
        "addresses": ["bob@y.test"],
        "action": "failed",
        "status": "5.1.1",
        "text": "550 5.1.1 no such user",
    }
    assert linked(world) == [("return.bounce", facts)]
    bob, ann = world.store.journeys(world.id)[0].recipients
    assert (bob.bounce, bob.state, bob.code, bob.enhanced, bob.text, bob.mta) == (
        back, "failed", 550, "5.1.1", "no such user", "mx.z.test",
    )  # fmt: skip
    assert (ann.bounce, ann.state) == (None, "sent")


def test_a_report_that_lost_our_line_is_linked_by_the_message_id(world: World):
    """And to the recipient that it names, whoever that was before an alias."""
    before = world.store.cursor().seq
    world.bring(report(world, "LIST@y.test", MAIL), "postmaster@far.test")
    assert world.path_event(before) == world.id
    assert [kind for kind, _ in linked(world)] == ["return.bounce"]


def test_what_is_none_of_ours_is_left_alone(world: World):
    """A report about another's message, one made here, one that was imported, and one about nobody we know."""
    before = world.store.cursor().seq
    foreign = MAIL.replace(b"one@", b"two@")
    world.bring(report(world, content=foreign), "")
    world.bring(report(world), "", "bounce")
    world.bring(report(world), "", "import")
    world.bring(report(world, "stranger@z.test"), "")
    world.bring(b"Subject: hi\r\n\r\nno report\r\n", "")
    world.bring(report(world), "")  # this one is: what came before it has been looked at then
    assert world.path_event(before) == world.id
    assert len(linked(world)) == 1


def test_a_message_that_goes_round_is_one_way(world: World):
    """Its hops since it left here, each an event; delivered here again as another message."""
    before = world.store.cursor().seq
    far = b"Received: from mail.test by far.test with ESMTP id 4X; Mon, 21 Sep 2026 14:13:25 +0000\r\n"
    back = world.bring(far + world.out, "app@x.test", to="alias@x.test")
    assert world.path_event(before) == world.id
    assert linked(world) == [
        ("hop", {"message": back, "from": "mail.test", "by": "far.test", "with": "ESMTP", "id": "4X",
                 "at": AT + 5_000, "delay": 5_000}),
    ]  # fmt: skip


def test_a_message_that_came_straight_back(world: World):
    """No server in between: our own line says it."""
    before = world.store.cursor().seq
    back = world.bring(world.out, "app@x.test", to="bob@y.test")
    assert world.path_event(before) == world.id
    ((kind, facts),) = linked(world)
    assert (kind, facts["by"], facts["message"]) == ("hop", "mail.test", back)


def test_ids_that_only_look_like_ours(world: World):
    """Anybody may write a Received line."""
    before = world.store.cursor().seq
    world.bring(
        b"Received: by x with ESMTP id 01K00000000000000000000000; y\r\nReceived: by y id ';--\r\n\r\nhi\r\n", "a@b"
    )
    world.bring(world.out, "app@x.test")
    assert world.path_event(before) == world.id
    assert len(linked(world)) == 1


def test_whose():
    """By any spelling of either address; else the only one there is."""
    bob, ann = Sent(1, "bob@y.test", "list@y.test", "J", "M"), Sent(2, "ann@y.test", "ann@y.test", "J", "M")
    assert whose([bob, ann], ["BOB@Y.test"]) == bob
    assert whose([bob, ann], ["", "list@y.test"]) == bob
    assert whose([bob, ann], ["eve@y.test"]) is None
    assert whose([bob], ["eve@y.test"]) == bob
    assert whose([], ["eve@y.test"]) is None


def test_a_local_recipient_is_reported_as_delivered(world: World):
    """Where the sender asked for it; the report lies in the sender's own mailbox, and is not reported on itself."""
    before = world.store.cursor().seq
    envelope = Envelope("app@x.test", (Recipient("bob@x.test", {"NOTIFY": "SUCCESS"}, "local", "rule"),))
    world.inbox.accept(MAIL, envelope, origin="smtp").result(5)
    seq = before
    while len(added := [each for each in world.store.events(before).events if each.kind == "added"]) < 2:
        at = world.store.cursor().seq
        assert at > seq or world.bus.wait(at, 10) > at, "no report came"
        seq = at
    told = world.store.message(added[1].id or "")
    assert (told.origin, told.summary.rcpt_to, told.summary.subject) == ("bounce", ("app@x.test",), "Delivered: hi")


def test_a_delay_elsewhere_changes_no_result(world: World):
    """It is shown, and the recipient's mail was sent all the same."""
    before = world.store.cursor().seq
    world.bring(report(world).replace(b"Action: failed", b"Action: delayed"), "")
    world.path_event(before)
    bob = world.store.journeys(world.id)[0].recipients[0]
    assert (bob.state, bob.code, bob.bounce is not None) == ("sent", None, True)
