"""mailcatch.web.injecting: mail that comes and goes by HTTP."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from mailcatch.config import HttpSection
from tests.support.web import MAIL, Client, Web, web


def test_a_raw_message_is_taken_byte_by_byte(client: Client) -> None:
    """Its envelope is what its headers say, and its session is of HTTP."""
    answer = client.post("/v1/messages", MAIL)
    assert answer.status == 201
    id = answer.json()["id"]
    assert answer.headers["location"] == f"/v1/messages/{id}"
    assert client.get(f"/v1/messages/{id}/raw").body == MAIL
    message = client.get(f"/v1/messages/{id}").json()
    assert (message["mail_from"], message["rcpt_to"], message["origin"]) == ("app@x.test", ["bob@x.test"], "http")
    session = client.get(f"/v1/sessions/{message['session_id']}").json()
    assert (session["protocol"], session["accepted"], session["messages"]) == ("HTTP", 1, [id])


def test_the_envelope_can_be_given(client: Client) -> None:
    """Also the null sender, and recipients no header names."""
    answer = client.post("/v1/messages", MAIL, mail_from="", rcpt_to=["x@x.test", "y@x.test"])
    message = client.get(f"/v1/messages/{answer.json()['id']}").json()
    assert (message["mail_from"], message["rcpt_to"]) == ("", ["x@x.test", "y@x.test"])


def test_a_mail_is_composed(client: Client) -> None:
    """From JSON, with an attachment; Bcc is in the envelope and nowhere else."""
    mail = {
        "from": "Äpp <app@x.test>",
        "to": ["bob@x.test"],
        "bcc": ["hidden@x.test"],
        "subject": "Grüße",
        "text": "Hällo",
        "html": "<p>Hällo</p>",
        "attachments": [
            {"filename": "a.txt", "content_type": "text/plain", "content": base64.b64encode(b"file").decode()}
        ],
    }
    id = client.post("/v1/messages", mail).json()["id"]
    message = client.get(f"/v1/messages/{id}").json()
    assert (message["subject"], message["text"].strip(), message["html"].strip()) == ("Grüße", "Hällo", "<p>Hällo</p>")
    assert message["rcpt_to"] == ["bob@x.test", "hidden@x.test"]
    assert b"hidden" not in client.get(f"/v1/messages/{id}/raw").body
    (attachment,) = message["attachments"]
    assert client.get(f"/v1/messages/{id}/attachments/{attachment['number']}").body == b"file"


@pytest.mark.parametrize(
    "mail",
    [
        {"form": "a@x.test"},
        {"to": "bob@x.test"},
        {"subject": "a\r\nBcc: b@x.test"},
        {"headers": [{"name": "X y", "value": ""}]},
        {"headers": [{"name": "X", "value": "a\nb: c"}]},
        {"headers": [{"name": "Subject", "value": "twice"}]},
        {"attachments": [{"content": "!"}]},
        {"attachments": [{"content": "", "content_type": "x"}]},
        {"from": "nobody"},
    ],
)
def test_what_no_mail_can_hold(client: Client, mail: dict[str, Any]) -> None:
    """422, and nothing is stored."""
    assert client.post("/v1/messages", mail).problem == "bad-body"
    assert client.get("/v1/messages").json()["total"] == 0


def test_bodies_of_the_wrong_kind(client: Client) -> None:
    """No body, no JSON, another type, an envelope in two places."""
    assert client.ask("POST", "/v1/messages").problem == "bad-body"
    assert client.ask("POST", "/v1/messages", b"{", {"Content-Type": "application/json"}).problem == "bad-body"
    assert client.ask("POST", "/v1/messages", b"x", {"Content-Type": "application/mbox"}).problem == "wrong-type"
    assert client.post("/v1/messages", {"subject": "x"}, mail_from="a@x.test").problem == "bad-parameter"


def test_a_message_that_is_too_large() -> None:
    """Neither raw nor composed nor imported."""
    with web(section=HttpSection(max_message_size=2000)) as door:
        raw = MAIL + b"x" * 2000
        assert door.client.post("/v1/messages", raw).problem == "too-large"
        assert door.client.post("/v1/messages", {"text": "x" * 2000}).problem == "too-large"
        assert door.client.post("/v1/import", raw).problem == "too-large"
        assert door.client.get("/v1/messages").json()["total"] == 0


def test_json_is_limited() -> None:
    """One megabyte, where a mail is not composed of it."""
    with web() as door:
        big = {"query": "x" * 1_100_000, "read": True}
        assert door.client.patch(big).problem == "too-large"


def test_export_and_import_give_the_same(door: Web) -> None:
    """Bytes, order, flags, tags, envelope and time, into an empty database; the Bin included."""
    raws = [
        MAIL,
        b"",
        b"From me\nFrom you\r\n",
        b"Subject: big\r\n\r\n" + b"x" * 200_000,
        b"Subject: no end",
        b"Subject: big\r\n\r\n" + b"y" * 200_000,
        b"Subject: after\r\n\r\n",
        b"\xff\x00\n\n",
    ]
    ids = [door.deliver(raw, to=[f"{n}@x.test", "bcc@x.test"], received_at=n * 1000) for n, raw in enumerate(raws)]
    door.client.patch({"ids": ids[:2], "read": True, "tags": {"add": ["one two"]}})
    door.client.patch({"ids": ids[1:3], "pinned": True})
    door.client.patch({"ids": ids[3:4], "bin": True})
    exported = door.client.get("/v1/export")
    assert exported.headers["content-type"] == "application/mbox"
    with web() as other:
        answer = other.client.ask("POST", "/v1/import", exported.body, {"Content-Type": "application/mbox"})
        assert answer.json()["imported"] == len(raws)
        assert other.client.get("/v1/export").body == exported.body
        page = other.client.get("/v1/messages", q="is:binned OR -is:binned", order="asc").json()["messages"]
        assert [other.client.get(f"/v1/messages/{one['id']}/raw").body for one in page] == raws
        assert [one["rcpt_to"] for one in page] == [[f"{n}@x.test", "bcc@x.test"] for n in range(len(raws))]


def test_an_export_of_some(door: Web, client: Client) -> None:
    """A query chooses."""
    door.deliver()
    door.deliver(b"Subject: other\r\n\r\n")
    assert client.get("/v1/export", q="subject:other").body.count(b"mailcatch:") == 1
    assert client.get("/v1/export", q="sbject:x").problem == "query-error"
    assert client.get("/v1/export", format="zip").problem == "bad-parameter"


def test_importing_one_raw_message(client: Client) -> None:
    """An .eml file is a mailbox of one; its origin is told."""
    assert client.post("/v1/import", MAIL).json()["imported"] == 1
    assert client.get("/v1/messages/latest").json()["origin"] == "import"
    assert client.ask("POST", "/v1/import").problem == "bad-body"
