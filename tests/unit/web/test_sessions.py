"""mailcatch.web.sessions."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mailcatch.ids import new_id
from mailcatch.model import Session, TranscriptLine
from tests.support.web import Client, Web

DIALOGUE = Session(
    id="",
    protocol="ESMTP",
    listener="127.0.0.1:1025",
    peer="127.0.0.1:40000",
    started_at=1_700_000_000_000,
    helo="client",
    rejected=1,
    outcome="refused",
    transcript=(TranscriptLine(0, "S", "220 mailcatch"), TranscriptLine(3, "C", "RCPT TO:<\u202ex>", True)),
)


def test_sessions_newest_first(door: Web, client: Client) -> None:
    """Without transcripts; those with a refusal alone, page by page."""
    ids = [new_id() for _ in range(5)]
    for number, id in enumerate(ids):
        door.inbox.record(replace(DIALOGUE, id=id, rejected=number % 2)).result(5)
    first = client.get("/v1/sessions", limit=3).json()
    assert [session["id"] for session in first["sessions"]] == ids[:1:-1]
    rest = client.get("/v1/sessions", limit=3, before=first["before"]).json()
    assert [session["id"] for session in rest["sessions"]] == ids[1::-1]
    refused = client.get("/v1/sessions", rejected="true").json()["sessions"]
    assert [session["id"] for session in refused] == [ids[3], ids[1]]


def test_one_session_with_its_transcript(door: Web, client: Client) -> None:
    """And the messages that came of it."""
    session = replace(DIALOGUE, id=new_id(), accepted=1)
    message = door.deliver(session=session)
    shown = client.get(f"/v1/sessions/{session.id}").json()
    assert shown["messages"] == [message]
    assert shown["transcript"][1] == {"t_ms": 3, "direction": "C", "line": "RCPT TO:<\u202ex>", "tls": True}
    assert client.get(f"/v1/messages/{message}").json()["session_id"] == session.id


@pytest.mark.parametrize("params", [{"before": "x"}, {"before": "-1"}, {"before": "9" * 30}, {"rejected": "maybe"}])
def test_wrong_parameters(client: Client, params: dict[str, str]) -> None:
    """400."""
    assert client.get("/v1/sessions", **params).problem == "bad-parameter"


def test_no_such_session(client: Client) -> None:
    """404, whatever stands for its id."""
    assert client.get("/v1/sessions/x").problem == "not-found"
    assert client.get(f"/v1/sessions/{new_id()}").problem == "not-found"
