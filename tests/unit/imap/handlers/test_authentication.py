"""LOGIN and AUTHENTICATE: which account is opened."""

import base64

from tests.support.imap import Running


def test_the_user_name_chooses_the_mail(door: Running, user: str):
    """An address sees its own, `all` and unknown names everything."""
    door.deliver(to=user)
    assert b"* 1 EXISTS\r\n" in door.client(user, mailbox=None).ask("SELECT INBOX").untagged
    total = door.store.messages().total
    for name in ("all", "nobody-special"):
        assert b"* %d EXISTS\r\n" % total in door.client(name, mailbox=None).ask("EXAMINE INBOX").untagged


def test_user_names_are_astrings(door: Running):
    """Quoted, as literals, empty."""
    for command, literals in (
        ('LOGIN "a \\"b\\"" ""', ()),
        ("LOGIN {3}", (b"ann {4}", b"pass")),
        ('LOGIN "" ""', ()),
    ):
        assert door.client(user=None).ask(command, *literals).ok


def test_an_empty_initial_response(door: Running):
    """`=` stands for it (RFC 4959 §3)."""
    assert door.client(user=None).ask("AUTHENTICATE PLAIN =").tagged.startswith(b"BAD")
    plain = base64.b64encode(b"\0\0").decode()
    assert door.client(user=None).ask(f"authenticate plain {plain}").ok
