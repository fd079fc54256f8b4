"""mailcatch.web.messages: list, one, change, delete."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.web import Client, Web

HTML = (
    b"From: App <app@x.test>\r\nTo: =?utf-8?q?B=C3=B6b?= <bob@x.test>\r\nSubject: Both\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--b--\r\n"
)


def mail(subject: str) -> bytes:
    """Make a small mail."""
    return f"From: app@x.test\r\nTo: bob@x.test\r\nSubject: {subject}\r\n\r\ntext of {subject}\r\n".encode()


def subjects(client: Client, **params: Any) -> list[str]:
    """List the subjects of a page."""
    return [message["subject"] for message in client.get("/v1/messages", **params).json()["messages"]]


@pytest.fixture
def five(door: Web) -> list[str]:
    return [door.deliver(mail(f"mail{number}"), to=[f"u{number}@x.test"]) for number in range(5)]


def test_an_empty_list(client: Client) -> None:
    """No message is a page too."""
    page = client.get("/v1/messages").json()
    assert (page["messages"], page["total"], page["before"], page["after"]) == ([], 0, None, None)


def test_pages_follow_each_other(client: Client, five: list[str]) -> None:
    """`before` of a page asks on, until there is no more; `asc` goes the other way."""
    first = client.get("/v1/messages", limit=2).json()
    assert [message["id"] for message in first["messages"]] == [five[4], five[3]]
    assert first["total"] == first["unread"] == 5
    assert subjects(client, limit=2, before=first["before"]) == ["mail2", "mail1"]
    assert subjects(client, order="asc", limit=2) == ["mail0", "mail1"]


def test_a_page_by_its_place(client: Client, five: list[str]) -> None:
    """A virtual list jumps by index; an index says nothing beside a cursor."""
    assert subjects(client, offset=3, limit=5) == ["mail1", "mail0"]
    assert client.get("/v1/messages", offset=9).json()["messages"] == []
    assert client.get("/v1/messages", offset=1, order="asc").problem == "bad-parameter"


def test_search_by_text_and_by_fields(client: Client, five: list[str]) -> None:
    """The query and the fields narrow the list together."""
    assert subjects(client, q="mail3") == ["mail3"]
    assert subjects(client, q="subject:mail3") == subjects(client, subject="mail3") == ["mail3"]
    assert subjects(client, rcpt="u2@x.test") == ["mail2"]
    assert subjects(client, rcpt="u2@x.test", q="mail3") == []
    assert subjects(client, from_="app@x.test", is_="unread", limit=1) == ["mail4"]


def test_every_field_is_a_parameter(door: Web, client: Client, five: list[str]) -> None:
    """Those that are kept nowhere too, with operators and properties in brackets."""
    head = b"From: app@x.test\r\nSubject: Order 42\r\nX-Run: 42\r\nContent-Type: text/html\r\n\r\n"
    door.deliver(head + b"<p>Your code is 482910</p><a href='https://x.test/reset?token=abc'>Reset</a>")
    for name, value in [
        ("header[X-Run]", "42"), ("header", "X-Run=42"), ("header[X-Run][regex]", "^4"), ("subject[regex]", r"order \d+$"),
        ("subject[eq]", "order 42"), ("subject[glob]", "order*"), ("html", "<a href"), ("body_", "token=abc"), ("code", "482 910"),
        ("link", "/reset?"), ("link[text]", "reset"), ("has", "link"), ("has", "html"), ("header[X-Run][exists]", "true"),
    ]:  # fmt: skip
        assert subjects(client, **{name: value}) == ["Order 42"], (name, value)
    assert subjects(client, **{"header[X-Run]": "4"}) == []
    assert subjects(client, **{"header[X-Run]": "42", "rcpt": "u1@x.test"}) == []


@pytest.mark.parametrize(
    ("name", "value", "position", "suggestion"),
    [
        ("subject[regx]", "x", 8, "regex"),
        ("subject[regex]", "a(b", 0, r'"a\\(b"'),
        ("larger", "big", 0, "100k"),
        ("is", "unred", 0, "unread"),
        ("header[a b]", "x", 7, "X-Name"),
        ("newer", "2026-1-5", 0, "2026-01-05"),
    ],
)
def test_a_mistake_names_its_parameter(client: Client, name: str, value: str, position: int, suggestion: str) -> None:
    """The position counts in its value, or in its name if the mistake is there."""
    problem = client.get("/v1/messages", **{name: value}).json()
    assert (problem["parameter"], problem["position"], problem["suggestion"]) == (name, position, suggestion)


def test_a_pattern_that_cannot_be_used(client: Client, five: list[str]) -> None:
    """Is an error, also where it becomes one only when it is used; never an empty list."""
    assert client.get("/v1/messages", q=r"text[regex]:\pL{1000}").problem == "query-error"
    assert client.get("/v1/messages", q=r"header[Subject][regex]:(?=x)").problem == "query-error"


def test_a_mistake_in_a_query_says_where(client: Client) -> None:
    """The problem has the position, and never an empty list."""
    answer = client.get("/v1/messages", q="hello sbject:x")
    assert (answer.problem, answer.json()["position"]) == ("query-error", 6)


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "x"},
        {"lim": 5},
        {"order": "up"},
        {"fields": "id,nope"},
        {"tz": "Nowhere/Land"},
        {"tz": "../../etc/passwd"},
        {"before": "x"},
        {"q": ["a", "b"]},
        {"offset": -1},
        {"header[X]": ["1", "2"]},
        {"headr[X]": "1"},
        {"bracketed": "x"},
    ],
)
def test_wrong_parameters(client: Client, params: dict[str, Any]) -> None:
    """Unknown, repeated and impossible parameters are 400."""
    assert client.get("/v1/messages", **params).problem == "bad-parameter"


def test_a_cursor_of_another_log_is_expired(client: Client, five: list[str]) -> None:
    """Another database's, or one ahead of the log: 410, never silence."""
    epoch, seq = client.get("/v1/cursor").json()["cursor"].split(".")
    assert client.get("/v1/messages", before=f"0{epoch}.1").problem == "cursor-expired"
    assert client.get("/v1/messages", before=f"{epoch}.{int(seq) + 1}").status == 410


def test_some_fields_only(client: Client, five: list[str]) -> None:
    """`fields` makes a page small."""
    page = client.get("/v1/messages", fields="id,from", limit=1).json()
    assert page["messages"] == [{"id": five[4], "from": [{"name": "", "address": "app@x.test"}]}]


def test_one_message_whole(door: Web, client: Client) -> None:
    """Summary, envelope, headers, text, HTML, parts, and the path of its frame."""
    id = door.deliver(HTML, to=["bob@x.test", "hidden@x.test"])
    message = client.get(f"/v1/messages/{id}").json()
    assert [recipient["address"] for recipient in message["envelope"]["rcpt_to"]] == ["bob@x.test", "hidden@x.test"]
    assert message["to"] == [{"name": "Böb", "address": "bob@x.test"}]
    assert (message["text"].strip(), message["html"].strip()) == ("plain", "<p>rich</p>")
    assert [part["content_type"] for part in message["parts"]] == ["multipart/alternative", "text/plain", "text/html"]
    assert message["headers"][2]["name"] == "Subject"
    assert message["frame"].endswith(f"/{id}")
    assert (message["origin"], message["attachments"], message["size"]) == ("smtp", [], len(HTML))


def test_latest_and_oldest(door: Web, client: Client, five: list[str]) -> None:
    """Of all, or of those that match."""
    assert client.get("/v1/messages/latest").json()["id"] == five[4]
    assert client.get("/v1/messages/oldest").json()["id"] == five[0]
    assert client.get("/v1/messages/latest", q="mail2").json()["id"] == five[2]
    assert client.get("/v1/messages/latest", q="nothing").problem == "not-found"
    assert client.get(f"/v1/messages/{five[0]}", q="mail2").problem == "bad-parameter"


@pytest.mark.parametrize("id", ["x", "01K" + "0" * 23, "..%2f..", "%00", "01k" + "0" * 23, "latest%20"])
def test_no_such_message(client: Client, id: str) -> None:
    """Whatever stands for an id."""
    assert client.get(f"/v1/messages/{id}").problem == "not-found"


def test_changes_by_ids(client: Client, five: list[str]) -> None:
    """Read, pinned, Bin and tags; the answer counts what was changed."""
    answer = client.patch({"ids": five[:2], "read": True, "pinned": True, "tags": {"add": ["a"]}})
    assert answer.json()["changed"] == 2
    message = client.get(f"/v1/messages/{five[0]}").json()
    assert (message["read"], message["pinned"], message["tags"]) == (True, True, ["a"])
    client.patch({"ids": five[:1], "bin": True, "tags": {"remove": ["a"]}})
    assert subjects(client) == ["mail4", "mail3", "mail2", "mail1"]
    assert subjects(client, q="is:binned") == ["mail0"]
    assert client.get(f"/v1/messages/{five[0]}").json()["tags"] == []


def test_changes_by_query_stop_at_the_cursor(door: Web, client: Client, five: list[str]) -> None:
    """Mail that came after the cursor is not caught."""
    until = client.get("/v1/cursor").json()["cursor"]
    door.deliver(mail("late"))
    assert client.patch({"query": "is:unread", "until": until, "read": True}).json()["changed"] == 5
    assert subjects(client, q="is:unread") == ["late"]
    assert client.patch({"query": {"subject": {"eq": "mail2"}}, "pinned": True}).json()["changed"] == 1
    assert subjects(client, is_="pinned") == ["mail2"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"read": True}, "selector-missing"),
        ({"ids": [], "read": True}, "selector-missing"),
        ({"query": "", "read": True}, "selector-missing"),
        ({"query": "  ", "read": True}, "selector-missing"),
        ({"query": {}, "read": True}, "selector-missing"),
        ({"query": {"subject": {"lt": 1}}, "read": True}, "query-error"),
        ({"query": "sbject:x", "read": True}, "query-error"),
        ({"ids": ["x"], "read": True}, "bad-parameter"),
        ({"ids": ["01K" + "0" * 23], "query": "x", "read": True}, "bad-parameter"),
        ({"all": True}, "bad-body"),
        ({"all": True, "reed": True}, "bad-body"),
        ({"all": 1, "read": True}, "bad-body"),
        ({"all": True, "read": "yes"}, "bad-body"),
        ({"all": True, "tags": {"add": [""]}}, "bad-body"),
        ({"all": True, "read": True, "until": "x"}, "bad-parameter"),
        ({"query": "x", "read": True, "tz": "Nowhere"}, "bad-parameter"),
        ([], "bad-body"),
    ],
)
def test_a_change_that_says_too_little_or_too_much(client: Client, five: list[str], body: Any, problem: str) -> None:
    """It changes nothing (G13)."""
    before = client.get("/v1/cursor").json()
    assert client.patch(body).problem == problem
    assert client.get("/v1/cursor").json() == before


def test_deleting(client: Client, five: list[str]) -> None:
    """By id (again and again), by ids, by query, and all of them when it is said in words."""
    assert client.delete(f"/v1/messages/{five[0]}").json()["deleted"] == 1
    assert client.delete(f"/v1/messages/{five[0]}").json()["deleted"] == 0
    assert client.delete("/v1/messages", id=five[:2]).json()["deleted"] == 1
    assert client.delete("/v1/messages", q="mail2").json()["deleted"] == 1
    assert client.delete("/v1/messages", all="true").json()["deleted"] == 2
    assert client.get("/v1/messages").json()["total"] == 0


@pytest.mark.parametrize("params", [{}, {"q": ""}, {"q": " "}, {"all": "false"}, {"until": "CURSOR"}])
def test_deleting_without_a_selector(client: Client, five: list[str], params: dict[str, str]) -> None:
    """It deletes nothing (G13)."""
    if "until" in params:
        params = {"until": client.get("/v1/cursor").json()["cursor"]}
    assert client.delete("/v1/messages", **params).problem == "selector-missing"
    assert client.get("/v1/messages").json()["total"] == 5


def test_the_cursor_of_an_answer_is_not_ahead_of_it(door: Web, client: Client, five: list[str]) -> None:
    """Every answer has one; that of a write is the write's own."""
    answer = client.patch({"ids": five[:1], "read": True})
    assert answer.headers["mailcatch-cursor"] == answer.json()["cursor"]
    assert client.get("/v1/messages").headers["mailcatch-cursor"] == answer.json()["cursor"]
    assert "mailcatch-cursor" in client.get("/v1/messages/x").headers
