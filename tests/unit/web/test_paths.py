"""The way of a message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.model import Envelope, Recipient
from mailcatch.store.mailbox_api import Fetched
from tests.support.journeys import STARTED, attempt, job, recipient
from tests.support.web import MAIL, Client, Web, web


def test_a_way_begins_with_the_arrival(client: Client, door: Web) -> None:
    """Who brought it, and in which session; reading over HTTP adds nothing."""
    id = door.deliver(MAIL)
    client.get(f"/v1/messages/{id}/raw")
    found = client.get(f"/v1/messages/{id}/path").json()
    assert [(step["kind"], step["account"], step["act"]) for step in found["steps"]] == [
        ("received", None, None),
        ("stored", None, None),
    ]
    assert found["steps"][0]["text"] == "by ESMTP from 127.0.0.1:40000"
    (bob,) = found["recipients"]
    assert (bob["address"], bob["route"], bob["state"], bob["attempts"]) == ("bob@x.test", "none", "stored", 0)


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
    _, _, *steps = client.get(f"/v1/messages/{id}/path").json()["steps"]
    assert [(step["kind"], step["act"], step["account"], step["client"]) for step in steps] == [
        ("fetched", "RETR", "bob@x.test", None),
        ("removed", "DELE", "bob@x.test", None),
        ("fetched", "BODY[]", "all", "Thunderbird 140"),
    ]
    assert [event.kind for event in door.store.events(seq).events] == ["path"]


def test_a_way_of_nothing(client: Client) -> None:
    """A message that is not there has none."""
    assert client.get("/v1/messages/01K00000000000000000000000/path").status == 404


HOPPED = b"""Received: from b.test by c.test with ESMTP; Mon, 21 Sep 2026 14:13:25 +0000\r
Received: from a.test by b.test with ESMTPS id 7; Mon, 21 Sep 2026 14:13:20 +0000\r
Subject: hi\r
\r
hi\r
"""


@pytest.fixture
def relayed(tmp_path: Path) -> Iterator[tuple[Web, str, str]]:
    """Give a message on its whole way: decided, tried, bounced, come back, fetched; and the report about it."""
    database = tmp_path / "mail.db"
    with web(database) as door:
        envelope = Envelope("app@x.test", (
            Recipient("list@y.test", {}, "relay", "allow @y.test"), Recipient("ann@x.test", {}, "local", "local domain x.test"),
        ))  # fmt: skip
        id = door.inbox.accept(HOPPED, envelope, origin="smtp", received_at=STARTED - 1_000).result(5).id
        report, copy = door.deliver(MAIL, received_at=STARTED + 600), door.deliver(MAIL, received_at=STARTED + 700)
        number = job(database, id)
        recipient(
            database, number, "bob@y.test", "failed", "list@y.test",
            code=550, enhanced="5.1.1", text="no such user", stage="rcpt", mta="mx.y.test",
        )  # fmt: skip
        recipient(database, number, "eve@z.test", "blocked", attempts=0)
        events = [
            (0, "smtp.c", {"line": "RCPT TO:<bob@y.test>", "tls": False}),
            (7, "smtp.s", {"line": "550 5.1.1 no such user", "tls": False}),
            (8, "dsn.made", {"message": report, "addresses": ["bob@y.test"]}),
            (90, "hop", {"message": copy, "from": "us.test", "by": "far.test", "with": "ESMTP"}),
        ]
        attempt(database, number, "y.test", events, "refused: 550 5.1.1 no such user")
        yield door, id, report


def test_the_whole_way(relayed: tuple[Web, str, str]) -> None:
    """Recipients with what became of each; steps in their order, each with its events."""
    door, id, report = relayed
    found = door.client.get(f"/v1/messages/{id}/path").json()
    list_, ann, eve = found["recipients"]
    assert (list_["address"], list_["original"], list_["route"], list_["state"], list_["code"], list_["mta"]) == (
        "bob@y.test", "list@y.test", "relay", "failed", 550, "mx.y.test",
    )  # fmt: skip
    assert (ann["address"], ann["route"], ann["rule"], ann["state"]) == (
        "ann@x.test", "local", "local domain x.test", "stored",
    )  # fmt: skip
    assert (eve["address"], eve["route"], eve["state"]) == ("eve@z.test", "blocked", "blocked")
    steps = found["steps"]
    assert [(step["kind"], [event["kind"] for event in step["events"]]) for step in steps] == [
        ("hop", ["hop"]),
        ("hop", ["hop"]),
        ("received", []),
        ("stored", []),
        ("decision", ["route.decision"] * 2),
        ("decision", ["route.decision"] * 2),
        ("attempt", ["smtp.c", "smtp.s", "dsn.made"]),
        ("bounce", ["dsn.made"]),
        ("hop", ["hop"]),
        ("received", []),
    ]
    assert [step["text"] for step in steps[:2]] == [
        "from a.test by b.test with ESMTPS",
        "from b.test by c.test with ESMTP",
    ]
    assert steps[1]["events"][0]["data"]["delay"] == 5_000
    assert (steps[6]["job"], steps[6]["n"], steps[6]["domain"]) == ("J1", 1, "y.test")
    assert (steps[7]["message"], steps[7]["text"]) == (report, "a report was made for the sender about bob@y.test")
    assert steps[9]["text"].startswith("here again, by ESMTP")


def test_a_copy_that_is_gone_leaves_its_hops_out(relayed: tuple[Web, str, str]) -> None:
    """What came back and was deleted is no step any more; its report's step stays, for it says what happened."""
    door, id, _ = relayed
    everything = [each["id"] for each in door.client.get("/v1/messages").json()["messages"]]
    for each in set(everything) - {id}:
        door.client.delete(f"/v1/messages/{each}")
    kinds = [step["kind"] for step in door.client.get(f"/v1/messages/{id}/path").json()["steps"]]
    assert kinds[6:] == ["attempt", "bounce"]


def test_the_same_as_text(relayed: tuple[Web, str, str]) -> None:
    """To paste into a ticket: recipients, steps, and an attempt's dialogue."""
    door, id, report = relayed
    answer = door.client.ask("GET", f"/v1/messages/{id}/path", headers={"Accept": "text/plain"})
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    lines = answer.body.decode().splitlines()
    assert f"Message {id}" in lines
    assert "  bob@y.test  relay, failed after 1 attempt: 550 5.1.1 no such user (mx.y.test)" in lines
    assert "  ann@x.test  local, stored" in lines
    assert "  2026-09-21T14:13:20.010Z  attempt 1 to y.test: refused: 550 5.1.1 no such user" in lines
    assert "         0.000  -> RCPT TO:<bob@y.test>" in lines
    assert "         0.007  <- 550 5.1.1 no such user" in lines
    assert f"  2026-09-21T14:13:20.018Z  bounce: a report was made for the sender about bob@y.test [{report}]" in lines
