"""The way of a message."""

from __future__ import annotations

from mailcatch.store.mailbox_api import Fetched
from tests.support.web import MAIL, Client, Web


def test_a_way_begins_with_the_arrival(client: Client, door: Web) -> None:
    """Who brought it, and in which session; reading over HTTP adds nothing."""
    id = door.deliver(MAIL)
    client.get(f"/v1/messages/{id}/raw")
    (step,) = client.get(f"/v1/messages/{id}/path").json()["steps"]
    assert (step["kind"], step["account"], step["act"]) == ("received", None, None)


def test_mail_clients_are_in_it(client: Client, door: Web) -> None:
    """Each once for its session and act; one that took a copy away is said to have removed it."""
    id = door.deliver(MAIL)
    seq = client.get(f"/v1/messages/{id}").json()["seq"]
    noted = [
        Fetched(seq, "S1", "RETR", "POP3", "bob@x.test", None, 1_800_000_000_000),
        Fetched(seq, "S1", "RETR", "POP3", "bob@x.test", None, 1_800_000_000_001),
        Fetched(seq, "S1", "DELE", "POP3", "bob@x.test", None, 1_800_000_000_002),
        Fetched(seq, "S2", "BODY[]", "IMAP", "all", "Thunderbird 140", 1_800_000_000_003),
    ]
    door.inbox.mailboxes.note_fetches(noted).result(5)
    _, *steps = client.get(f"/v1/messages/{id}/path").json()["steps"]
    assert [(step["kind"], step["act"], step["account"], step["client"]) for step in steps] == [
        ("fetched", "RETR", "bob@x.test", None),
        ("removed", "DELE", "bob@x.test", None),
        ("fetched", "BODY[]", "all", "Thunderbird 140"),
    ]
    assert [event.kind for event in door.store.events(seq).events] == ["path"]


def test_a_way_of_nothing(client: Client) -> None:
    """A message that is not there has none."""
    assert client.get("/v1/messages/01K00000000000000000000000/path").status == 404
