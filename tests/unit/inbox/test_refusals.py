"""What SMTP refused since a moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.ids import new_id
from mailcatch.inbox.refusals import smtp_since
from mailcatch.model import Protocol, Session, TranscriptLine
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store

AT = 1_793_577_600_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "mail.db", Bus())
    yield made
    made.close()


def session(store: Store, *lines: str, at: int = AT, protocol: Protocol = "ESMTP", accepted: int = 0) -> str:
    """Keep a session; each line begins with who spoke."""
    transcript = tuple(TranscriptLine(n, line[0], line[2:]) for n, line in enumerate(lines))  # type: ignore[arg-type]
    refused = sum(line[2] in "45" for line in lines if line[0] == "S")
    made = Session(
        new_id(), protocol, "127.0.0.1:1025", "127.0.0.1:5", at, at + 10, accepted=accepted, rejected=refused, transcript=transcript
    )  # fmt: skip
    store.record(made).result(5)
    return made.id


def test_each_refusal_has_its_command(store: Store) -> None:
    """The line of the client that the reply answers."""
    id = session(
        store, "C EHLO x", "S 250 ok", "C RCPT TO:<a@b>", "S 550 5.1.1 no such user", "C DATA", "S 503 bad sequence"
    )
    found = smtp_since(store, 0)
    assert (found.connections, found.messages) == (1, 0)
    assert [(each.code, each.enhanced, each.text, each.verb, each.session) for each in found.rejected] == [
        (550, "5.1.1", "no such user", "RCPT", id),
        (503, None, "bad sequence", "DATA", id),
    ]


def test_as_whom_a_client_tried_to_log_in(store: Store) -> None:
    """Its name is in a remark; the lines of the exchange are no commands."""
    session(
        store, "C AUTH LOGIN", "S 334 VXNlcm5hbWU6", "C ***", "S 334 UGFzc3dvcmQ6", "C ***",
        "* user or password is wrong: apikey", "S 535 5.7.8 user or password is wrong",
    )  # fmt: skip
    (found,) = smtp_since(store, 0).rejected
    assert (found.code, found.verb, found.user) == (535, "AUTH", "apikey")


def test_what_was_over_before_does_not_count(store: Store) -> None:
    """Nor what is no SMTP."""
    session(store, "C EHLO x", "S 550 no", at=AT - 60_000)
    session(store, "C USER x", "S 500 no", protocol="POP3")
    session(store, accepted=2)
    found = smtp_since(store, AT)
    assert (found.connections, found.messages, found.rejected) == (1, 2, ())


def test_what_brought_nothing(store: Store) -> None:
    """A dialogue without mail and without a refusal is told with how it ended."""
    id = session(store, "C EHLO x", "S 250 ok", "C STARTTLS", "S 220 go")
    (found,) = smtp_since(store, 0).fruitless
    assert (found.outcome, found.peer, found.session) == ("still open", "127.0.0.1:5", id)


def test_the_newest_are_there(store: Store) -> None:
    """What was recorded a moment ago counts, although it did not hurry to the disk."""
    made = Session(new_id(), "ESMTP", "127.0.0.1:1025", "127.0.0.1:5", AT, rejected=1)
    recorded = store.record(made)
    assert smtp_since(store, 0).connections == 1
    assert recorded.done()
