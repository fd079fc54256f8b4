"""NOOP, CHECK, ID, ENABLE, NAMESPACE."""

from tests.support.imap import Client, Running


def test_noop_brings_the_news(door: Running, client: Client, user: str):
    """And nothing where there are none."""
    assert client.ask("NOOP").untagged == []
    door.deliver(to=user)
    assert client.ask("NOOP").untagged == [b"* 4 EXISTS\r\n", b"* 4 RECENT\r\n"]
    assert client.ask("CHECK").untagged == []


def test_id_takes_whatever_a_client_says(client: Client):
    """A long name is cut short, none is none."""
    assert client.ask('ID ("name" "%s")' % ("x" * 900)).ok
    assert client.ask('ID ("os" NIL)').ok and client.ask("ID ()").ok


def test_enable_condstore_adds_modseq(client: Client):
    """To every FETCH from then on."""
    client.ask("ENABLE CONDSTORE")
    assert b"MODSEQ (" in client.ask("STORE 1 +FLAGS (\\Flagged)").untagged[0]
