"""After the login."""

from __future__ import annotations

import socket
import struct

import pytest

from mailcatch.errors import NotFound
from mailcatch.pop3 import transaction
from mailcatch.store.api import Selection
from tests.support.pop3 import running

ONE = b"Subject: one\r\n\r\nfirst\r\n.second\r\n"
TWO = b"Subject: two\r\n\r\nno line end"


def test_numbers_and_sizes():
    """Of all and of one."""
    with running() as door:
        door.add(ONE, TWO)
        with door.connect("all") as client:
            assert client.ask("STAT") == f"+OK 2 {len(ONE) + len(TWO)}"
            assert client.many("LIST") == [f"1 {len(ONE)}", f"2 {len(TWO)}"]
            assert client.ask("LIST 2") == f"+OK 2 {len(TWO)}"
            assert client.ask("LIST 3") == "-ERR there is no message 3, they are 1 to 2"


def test_messages_come_as_they_were_stored():
    """But for a final CRLF where there is none."""
    with running() as door:
        door.add(ONE, TWO, b"")
        with door.connect("all") as client:
            assert [client.retrieve(number) for number in (1, 2, 3)] == [ONE, TWO + b"\r\n", b""]


def test_top():
    """The header, the blank line, and so many lines of the body."""
    with running() as door:
        door.add(ONE)
        with door.connect("all") as client:
            assert client.many("TOP 1 0") == ["Subject: one", ""]
            assert client.many("TOP 1 1") == ["Subject: one", "", "first"]
            assert client.many("TOP 1 99") == ["Subject: one", "", "first", "..second"]


@pytest.mark.parametrize("piece", [1, 7, 1 << 18])
def test_a_message_of_many_pieces_is_whole(piece: int, monkeypatch: pytest.MonkeyPatch):
    """Wherever it is cut."""
    monkeypatch.setattr(transaction, "PIECE", piece)
    message = b"a: b\r\n\r\n" + b".x\r\n..\r.\n.\r\n" * 20
    with running() as door:
        door.add(message)
        with door.connect("all") as client:
            assert client.retrieve(1) == message
            assert client.many("TOP 1 1") == ["a: b", "", "..x"]


def test_unique_ids_stay():
    """From session to session, whatever is deleted; none is used again."""
    with running() as door:
        door.add(b"1\r\n", b"2\r\n", b"3\r\n")
        with door.connect("dev@box.test") as client:
            first = [line.split()[1] for line in client.many("UIDL")]
            assert client.ask("UIDL 2") == f"+OK 2 {first[1]}"
            client.ask("DELE 3")
            assert client.ask("QUIT") == "+OK goodbye, 1 messages deleted"
        door.add(b"4\r\n")
        with door.connect("dev@box.test") as client:
            second = [line.split()[1] for line in client.many("UIDL")]
        assert second[:2] == first[:2]
        assert len({*first, *second}) == 4


def test_each_account_has_ids_of_its_own():
    """The same message in two accounts is two things to a client that knows both."""
    with running() as door:
        door.add(ONE)
        with door.connect("all") as everything, door.connect("dev@box.test") as one:
            assert everything.many("UIDL") != one.many("UIDL")


def test_the_snapshot_stays():
    """What comes during a session is in the next one's."""
    with running() as door:
        door.add(b"1\r\n")
        with door.connect("all") as client:
            door.add(b"2\r\n")
            assert client.ask("STAT") == "+OK 1 3"
        with door.connect("all") as client:
            assert client.ask("STAT") == "+OK 2 6"


def test_deleting_waits_for_quit():
    """RSET takes it back, and so does every other end."""
    with running() as door:
        door.add(b"1\r\n", b"2\r\n")
        with door.connect("all") as client:
            assert client.ask("DELE 1") == "+OK message 1 goes at QUIT"
            assert client.ask("DELE 1") == "-ERR message 1 is marked as deleted"
            assert client.ask("RETR 1").startswith("-ERR")
            assert client.ask("STAT") == "+OK 1 3"
            assert client.many("LIST") == ["2 3"]
            assert client.ask("RSET") == "+OK 2 messages (6 octets)"
            client.ask("DELE 2")
        with door.connect("all") as client:
            client.ask("DELE 2")
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        door.ended(2)
        assert door.store.messages().total == 2


def test_in_all_a_message_goes_everywhere():
    """And the log says so."""
    with running() as door:
        first, second = door.add(b"1\r\n", b"2\r\n")
        with door.connect("all") as client:
            client.ask("DELE 1")
            client.ask("QUIT")
        assert [summary.id for summary in door.store.messages().messages] == [second]
        assert [event.id for event in door.store.events(0).events if event.kind == "removed"] == [first]


def test_elsewhere_only_the_copy_goes():
    """A client that deletes after download takes no evidence away; its step in the path stays."""
    with running() as door:
        (id,) = door.add(ONE)
        with door.connect("dev@box.test") as client:
            client.retrieve(1)
            client.ask("TOP 1 0")
            client.content()
            client.retrieve(1)
            client.ask("DELE 1")
            client.ask("QUIT")
            session = door.ended()[0].id
        assert door.store.messages().total == 1
        with door.connect("dev@box.test") as client:
            assert client.ask("STAT") == "+OK 0 0"
        steps = {(step.act, step.protocol, step.account, step.session_id) for step in door.store.fetches(id)}
        assert steps == {(act, "POP3", "dev@box.test", session) for act in ("RETR", "TOP", "DELE")}


def test_reading_marks_nothing_read():
    """POP3 has no such mark."""
    with running() as door:
        door.add(ONE)
        with door.connect("all") as client:
            client.retrieve(1)
        assert door.store.messages().messages[0].read is False


def test_a_message_gone_meanwhile_is_refused():
    """It keeps its number; the others are there."""
    with running() as door:
        first, _ = door.add(ONE, TWO)
        with door.connect("all") as client:
            door.inbox.delete(Selection(ids=(first,))).result(10)
            assert client.ask("RETR 1") == "-ERR message 1 has been removed meanwhile"
            assert client.ask("TOP 1 0") == "-ERR message 1 has been removed meanwhile"
            assert client.ask("DELE 1").startswith("+OK")
            assert client.retrieve(2) == TWO + b"\r\n"
            assert client.ask("QUIT").startswith("+OK")


def test_a_message_that_goes_while_it_is_sent_ends_the_connection(monkeypatch: pytest.MonkeyPatch):
    """For nothing that could be said then would be taken for an answer."""
    with running() as door:
        door.add(b"x" * 100)
        octets = door.store.octets

        def gone_later(message: int, start: int, length: int) -> bytes:
            if start:
                raise NotFound("the message is gone")
            return octets(message, start, length)

        monkeypatch.setattr(transaction, "PIECE", 10)
        monkeypatch.setattr(type(door.store), "octets", staticmethod(gone_later))
        with door.connect("all") as client:
            assert client.ask("RETR 1").startswith("+OK")
            assert (client.line(), client.line()) == ("x" * 10, "")
        assert door.ended()[0].outcome == "message 1 was removed while it was being sent"


def test_several_sessions_may_have_one_maildrop_open():
    """Each has its snapshot; what both delete goes once."""
    with running() as door:
        door.add(ONE, TWO)
        with door.connect("all") as one, door.connect("all") as other:
            for client in (one, other):
                client.ask("DELE 1")
                assert client.ask("QUIT") == "+OK goodbye, 1 messages deleted"
        assert door.store.messages().total == 1
