"""Who took a message, in its path."""

from mailcatch.errors import NotFound
from tests.support.imap import Running, running


def steps(door: Running, count: int) -> list[tuple[str, str, str | None]]:
    """Wait until the only message has so many steps; return act, account and client of each."""
    while True:
        seq = door.bus.seq
        (summary,) = door.store.messages().messages
        found = door.store.fetches(summary.id)
        if len(found) >= count:
            return [(each.act, each.account, each.client) for each in found]
        assert door.bus.wait(seq, 10) > seq, found


def test_a_fetch_is_a_step_once_for_each_act():
    """With the account and the client's name; pieces of one body are one step, flags none."""
    with running() as door:
        door.deliver()
        client = door.client("ann@example.test", mailbox=None)
        client.ask('ID ("name" "tester" "version" "1")')
        client.ask("SELECT INBOX")
        client.ask("FETCH 1 (FLAGS ENVELOPE)")
        for command in ("BODY.PEEK[]<0.5>", "BODY.PEEK[]<5.5>", "RFC822.PEEK", "BODY.PEEK[HEADER.FIELDS (To)]"):
            assert client.ask(f"FETCH 1 {command}").ok
        assert steps(door, 2) == [
            ("BODY[]", "ann@example.test", "tester 1"),
            ("BODY[HEADER]", "ann@example.test", "tester 1"),
        ]


def test_an_expunge_from_one_account_is_a_step_of_what_stays():
    """In `all` the message goes, and its path with it."""
    with running() as door:
        door.deliver()
        client = door.client("ann@example.test")
        client.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
        client.ask("EXPUNGE")
        assert steps(door, 1) == [("EXPUNGE", "ann@example.test", None)]
        (summary,) = door.store.messages().messages
        everyone = door.client("all")
        everyone.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
        everyone.ask("EXPUNGE")
        assert door.store.messages().total == 0
        try:
            door.store.message(summary.id)
        except NotFound:
            return
        raise AssertionError("the message is still there")


def test_the_session_can_be_looked_up():
    """Its row is there with the first step."""
    with running() as door:
        door.deliver()
        client = door.client()
        client.ask("FETCH 1 BODY[]")
        steps(door, 1)
        (session,) = (each for each in door.store.sessions().sessions if each.protocol == "IMAP")
        assert session.auth_user == "all" and session.outcome is None
