"""FETCH, page by page."""

import re

import pytest

from mailcatch.imap.handlers import fetching
from mailcatch.imap.handlers.fetching import intersection
from tests.support.imap import Client, Running


@pytest.fixture(params=["one page", "many pages"])
def paged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages as they are, and pages of two messages, with bodies of which each is large."""
    if request.param == "many pages":
        for name in ("_FLAGS_PAGE", "_ROWS_PAGE", "_BODIES_PAGE"):
            monkeypatch.setattr(fetching, name, 2)
        monkeypatch.setattr(fetching, "LARGE", 40)
        monkeypatch.setattr(fetching, "PIECE", 7)


@pytest.mark.usefixtures("paged")
@pytest.mark.parametrize(
    "items", ["(UID FLAGS)", "(UID RFC822.SIZE)", "(UID BODY.PEEK[])", "(UID BODY.PEEK[TEXT] ENVELOPE)"]
)
def test_every_message_is_answered_once(client: Client, items: str):
    """However they are paged, by number and by UID, over gaps too."""
    client.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
    client.ask("EXPUNGE")
    for command in ("FETCH 1:*", "UID FETCH 1:*", "UID FETCH 1:2,3"):
        answer = client.ask(f"{command} {items}")
        assert answer.ok
        assert [re.findall(rb"^\* (\d+) FETCH \(UID (\d+)", each)[0] for each in answer.untagged] == [
            (b"1", b"1"),
            (b"2", b"3"),
        ]


@pytest.mark.usefixtures("paged")
def test_bodies_are_whole_however_they_are_sent(client: Client):
    """Several of one message in one response, in the order asked for."""
    answer = client.ask("FETCH 2 (BODY.PEEK[TEXT] UID BODY.PEEK[9] BODY.PEEK[])")
    assert answer.untagged == [
        b"* 2 FETCH (UID 2 BODY[TEXT] {8}\r\nbody 2\r\n BODY[9] NIL"
        b" BODY[] {29}\r\nSubject: number 2\r\n\r\nbody 2\r\n)\r\n"
    ]


def test_changed_since_leaves_the_others_out(client: Client):
    """Nothing changed is OK and nothing (RFC 7162 §3.1.4.1)."""
    assert client.ask("FETCH 1:* (FLAGS) (CHANGEDSINCE 999999)").untagged == []
    client.ask("STORE 1,3 +FLAGS.SILENT (x)")
    found = client.ask("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1)").untagged
    assert len(found) == 3 and all(b"MODSEQ (" in each for each in found)


def test_seen_is_set_in_one_write_and_told_once(door: Running, client: Client):
    """One seq of the log for each message, none the second time."""
    before = door.bus.seq
    client.ask("FETCH 1:3 BODY[TEXT]")
    assert client.ask("NOOP").untagged == []
    assert client.ask("SEARCH UNSEEN").untagged == [b"* SEARCH\r\n"]
    assert door.bus.seq >= before + 1


def test_condstore_tells_the_modseq_of_what_reading_has_changed(client: Client):
    """Beside the flags."""
    client.ask("ENABLE CONDSTORE")
    assert re.match(
        rb"\* 1 FETCH \(FLAGS \(\\Seen.*\) MODSEQ \(\d+\) BODY\[TEXT\]", client.ask("FETCH 1 BODY[TEXT]").untagged[0]
    )


def test_intersection():
    """Of ranges that ascend."""
    assert intersection([(1, 5), (8, 20)], [(3, 9), (12, 12), (19, 30)]) == ((3, 5), (8, 9), (12, 12), (19, 20))
    assert intersection([], [(1, 2)]) == () == intersection([(1, 2)], [(3, 4)])
