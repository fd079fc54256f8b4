"""CREATE, DELETE, RENAME, SUBSCRIBE."""

from tests.support.imap import Client


def test_renaming_inbox_moves_its_mail(client: Client):
    """INBOX stays, empty (RFC 3501 §6.3.5)."""
    assert client.ask("RENAME INBOX old").ok
    assert b"* 0 EXISTS\r\n" in client.ask("SELECT INBOX").untagged
    assert b"* 3 EXISTS\r\n" in client.ask("SELECT old").untagged


def test_a_folder_cannot_be_moved_into_itself(client: Client):
    """Nor to where it is."""
    client.ask("CREATE f")
    for target in ("f", "f/g"):
        assert client.ask(f"RENAME f {target}").tagged.startswith(b"NO [CANNOT]")
    assert client.ask("RENAME nowhere g").tagged.startswith(b"NO [NONEXISTENT]")


def test_names_have_bounds(client: Client):
    """Length, control characters, the replacement character."""
    assert client.ask(f"CREATE {'x' * 1001}").tagged.startswith(b"NO [CANNOT]")
    assert client.ask(b'CREATE "a\tb"').tagged.startswith(b"NO [CANNOT]")
    assert client.ask(b'CREATE "\xff"').tagged.startswith((b"NO [CANNOT]", b"BAD"))
    assert client.ask("CREATE inbox/sub").ok
    assert client.ask('LIST "" "INBOX/%"').untagged == [b'* LIST (\\HasNoChildren) "/" "INBOX/sub"\r\n']


def test_a_new_name_is_well_encoded(client: Client):
    """What is no modified UTF-7 names no new folder; raw UTF-8 does, and comes back encoded."""
    assert client.ask('CREATE "bad&name"').tagged.startswith(b"NO [CANNOT]")
    assert client.ask("CREATE f").ok
    assert client.ask('RENAME f "bad&name"').tagged.startswith(b"NO [CANNOT]")
    assert client.ask('CREATE "Köln & Bonn"').ok
    assert client.ask('LIST "" "K*"').untagged == [b'* LIST (\\HasNoChildren) "/" "K&APY-ln &- Bonn"\r\n']


def test_subscriptions_last(client: Client):
    """A folder that is not there can be unsubscribed only."""
    client.ask("CREATE news")
    client.ask("UNSUBSCRIBE news")
    assert client.ask('LSUB "" "news"').untagged == []
    assert client.ask("SUBSCRIBE news").ok
    assert client.ask('LSUB "" "news"').untagged == [b'* LSUB () "/" "news"\r\n']
    assert client.ask("SUBSCRIBE nowhere").tagged.startswith(b"NO [NONEXISTENT]")
    assert client.ask("UNSUBSCRIBE nowhere").ok


def test_a_folder_deleted_in_its_own_session_empties(client: Client):
    """And the answers go on."""
    client.ask("CREATE own")
    client.ask("COPY 1 own")
    client.ask("SELECT own")
    answer = client.ask("DELETE own")
    assert answer.ok and b"* 1 EXPUNGE\r\n" in answer.untagged
    assert client.ask("EXPUNGE").tagged.startswith((b"OK", b"NO"))
