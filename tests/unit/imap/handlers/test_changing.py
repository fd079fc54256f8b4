"""STORE and EXPUNGE."""

from mailcatch.imap.handlers.changing import after
from tests.support.imap import Client, Running


def test_flags_are_one_state_with_the_web_inbox(door: Running, user: str):
    r"""`\Seen` is read, `\Flagged` is pinned; and the other accounts are told."""
    door.deliver(to=user)
    client, everyone = door.client(user), door.client("all")
    client.ask("STORE 1 +FLAGS.SILENT (\\Seen \\Flagged)")
    summary = door.store.messages().messages[0]
    assert summary.read and summary.pinned
    assert any(b"\\Flagged \\Seen" in each for each in everyone.ask("NOOP").untagged)


def test_a_store_that_changes_nothing_still_answers(client: Client):
    """Each message named gets its FETCH."""
    client.ask("STORE 1 +FLAGS.SILENT (\\Seen)")
    assert len(client.ask("STORE 1:3 +FLAGS (\\Seen)").untagged) == 3
    assert len(client.ask("UID STORE 1:3 +FLAGS (\\Seen)").untagged) == 3
    assert client.ask("UID STORE 2 +FLAGS (\\Seen)").untagged[0].startswith(b"* 2 FETCH (UID 2 FLAGS (")


def test_a_silent_store_of_a_new_keyword_tells_the_keyword(client: Client):
    """But not the flags of the message."""
    said = client.ask("STORE 1 +FLAGS.SILENT (brand-new)").untagged
    assert len(said) == 2 and said[0].startswith(b"* FLAGS (") and b"brand-new" in said[1]
    assert client.ask("STORE 2 +FLAGS.SILENT (Brand-New)").untagged == []


def test_unchangedsince_zero_changes_nothing(client: Client):
    """Numbers in MODIFIED are of the command's kind."""
    client.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
    client.ask("EXPUNGE")
    assert b"[MODIFIED 1:2]" in client.ask("STORE 1:2 (UNCHANGEDSINCE 0) +FLAGS.SILENT (x)").tagged
    assert b"[MODIFIED 2:3]" in client.ask("UID STORE 1:* (UNCHANGEDSINCE 0) +FLAGS.SILENT (x)").tagged


def test_expunge_leaves_what_was_not_named(client: Client):
    """Nothing flagged is OK and nothing."""
    assert client.ask("EXPUNGE").untagged == []
    client.ask("STORE 1:3 +FLAGS.SILENT (\\Deleted)")
    assert client.ask("UID EXPUNGE 99").untagged == []
    assert client.ask("UID EXPUNGE 1,3").untagged[:2] == [b"* 3 EXPUNGE\r\n", b"* 1 EXPUNGE\r\n"]


def test_after():
    """What is left to be read."""
    assert after([(1, 5), (8, 9)], 3) == ((4, 5), (8, 9))
    assert after([(1, 5)], 5) == ()
