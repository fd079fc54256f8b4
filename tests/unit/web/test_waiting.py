"""mailcatch.web.waiting: /v1/wait, /v1/assert and /v1/explain over real sockets; each answer is held to the document."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from mailcatch.model import Listener
from mailcatch.web import budgets
from tests.support.web import Answer, Web, web

TO_BOB = {"to": "bob@x.test"}


def letter(subject: str, to: str = "bob@x.test") -> bytes:
    return f"From: app@x.test\r\nTo: {to}\r\nSubject: {subject}\r\n\r\nHi.\r\n".encode()


def later(door: Web, *raws: bytes, to: str = "bob@x.test") -> Callable[[], None]:
    """Return what delivers mail as soon as somebody waits."""

    def deliver() -> None:
        while not door.door.site.waiters.taken:
            pass
        for raw in raws:
            door.deliver(raw, to=(to,))

    return deliver


def waited(door: Web, deliver: Callable[[], None], **body: Any) -> Answer:
    thread = threading.Thread(target=deliver)
    thread.start()
    answer = door.client.post("/v1/wait", body)
    thread.join()
    return answer


def subjects(answer: Answer) -> list[str]:
    return [message["subject"] for message in answer.json()["messages"]]


def test_mail_that_is_there_is_given_at_once(door: Web) -> None:
    """The newest of it, whole; `within: 0` never misses what was acknowledged."""
    for number in range(3):
        door.deliver(letter(f"mail {number}"))
    answer = door.client.post("/v1/wait", {"query": TO_BOB, "within": 0})
    assert answer.status == 200
    assert subjects(answer) == ["mail 2"]
    assert answer.json()["messages"][0]["text"] == "Hi.\n"
    assert answer.json()["gap"] is False


def test_mail_that_comes_is_given_as_it_comes(door: Web) -> None:
    """Long before the window is over."""
    begun = time.monotonic()
    assert subjects(waited(door, later(door, letter("now")), query=TO_BOB, within=20)) == ["now"]
    assert time.monotonic() - begun < 10


def test_since_leaves_out_what_was_before(door: Web) -> None:
    """And the oldest of what is left is given, unless the newest is picked."""
    door.deliver(letter("old"))
    cursor = door.client.get("/v1/cursor").json()["cursor"]
    for subject in ("first", "second"):
        door.deliver(letter(subject))
    assert subjects(door.client.post("/v1/wait", {"query": TO_BOB, "since": cursor})) == ["first"]
    assert subjects(door.client.post("/v1/wait", {"query": TO_BOB, "since": cursor, "pick": "newest"})) == ["second"]
    assert door.client.post("/v1/wait", {"query": "subject:old", "since": cursor, "within": 0}).problem == "not-matched"
    assert door.client.post("/v1/wait", {"query": "", "since": "other.1"}).problem == "cursor-expired"


@pytest.mark.parametrize(
    ("count", "status"),
    [
        ({"min": 2}, 200), ({"min": 3}, 409), ({"exactly": 2}, 200), ({"exactly": 1}, 409), ({"max": 2}, 200),
        ({"max": 1}, 409), ({"exactly": 2, "settle": "50ms"}, 200), ("none", 409), ({"min": 1, "max": 3}, 200),
    ],
)  # fmt: skip
def test_counts(door: Web, count: Any, status: int) -> None:
    """Judged at the end of the window, or at once where that is sure."""
    for subject in ("first", "second"):
        door.deliver(letter(subject))
    assert door.client.post("/v1/wait", {"query": TO_BOB, "count": count, "within": "100ms"}).status == status


def test_none_until_a_sentinel(door: Web) -> None:
    """No fixed sleep is needed to know that nothing comes."""
    begun = time.monotonic()
    answer = waited(
        door, later(door, letter("done")), query="subject:never", count="none", until="subject:done", within=30
    )
    assert (answer.status, answer.json()["messages"]) == (200, [])
    assert time.monotonic() - begun < 15


def test_strict_fails_on_two(door: Web) -> None:
    """Ambiguous, and both are named."""
    for subject in ("first", "second"):
        door.deliver(letter(subject))
    answer = door.client.post("/v1/wait", {"query": TO_BOB, "strict": True})
    assert (answer.status, answer.problem) == (409, "ambiguous")
    assert "'first'" in answer.json()["explanation"]["text"]


def test_a_failure_explains_itself(door: Web) -> None:
    """The nearest message first, leaf by leaf."""
    door.deliver(letter("Reset your pasword"))
    answer = door.client.post("/v1/wait", {"query": {**TO_BOB, "subject": "Reset your password"}, "within": 0})
    assert (answer.status, answer.problem) == (409, "not-matched")
    (near,) = answer.json()["explanation"]["nearest"]
    assert [(leaf["field"], leaf["passed"]) for leaf in near["leaves"]] == [("to", True), ("subject", False)]
    assert near["leaves"][1]["why"] == "1 character differs"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"query": "tto:x"}, "query-error"),
        ({"query": {"size": "big"}}, "query-error"),
        ({"query": {"header": {"X-Run": {"regex": "a("}}}}, "query-error"),
        ({"query": "", "within": 61}, "bad-body"),
        ({"query": "", "within": "soon"}, "bad-body"),
        ({"query": "", "count": {"exactly": 1, "min": 1}}, "bad-body"),
        ({"query": "", "count": {"min": 2, "max": 1}}, "bad-body"),
        ({"query": "", "count": {"min": 1, "settle": 1}}, "bad-body"),
        ({"query": "", "count": "some"}, "bad-body"),
        ({"query": "", "since": "yesterday"}, "bad-parameter"),
        ({"query": "", "inbox": "nowhere"}, "not-found"),
        ({"query": "", "tz": "Mars/Base"}, "bad-parameter"),
        ({"query": "", "wihtin": 1}, "bad-body"),
    ],
)
def test_mistakes(door: Web, body: Any, problem: str) -> None:
    """Each at once, with its own type."""
    assert door.client.post("/v1/wait", body).problem == problem
    assert not door.door.site.waiters.taken


def test_expectations_are_judged_together(door: Web) -> None:
    """All in one window: what passes passes, what fails explains itself."""
    door.deliver(letter("Confirm"))
    good = {"name": "confirmation", "query": TO_BOB, "within": 0}
    bad = {"name": "invoice", "query": {"subject": "Invoice"}, "within": 0}
    answer = door.client.post("/v1/assert", {"expectations": [good]})
    assert (answer.status, answer.json()["passed"]) == (200, True)
    answer = door.client.post("/v1/assert", {"expectations": [good, bad]})
    assert (answer.status, answer.problem) == (409, "not-matched")
    results = answer.json()["results"]
    assert [(each["name"], each["passed"]) for each in results] == [("confirmation", True), ("invoice", False)]
    assert results[0]["explanation"] is None
    assert "'invoice'" in results[1]["explanation"]["text"]


def test_explaining_waits_for_nothing(door: Web) -> None:
    """And says whether there is anything to explain."""
    begun = time.monotonic()
    answer = door.client.post("/v1/explain", {"query": TO_BOB, "within": 30})
    assert answer.json()["passed"] is False
    door.deliver(letter("here"))
    assert door.client.post("/v1/explain", {"query": TO_BOB}).json()["passed"] is True
    assert time.monotonic() - begun < 10


def test_no_connection_at_all_names_the_listeners() -> None:
    """And the page that helps."""
    with web(smtp=(Listener("127.0.0.1", 1025),)) as door:
        text = door.client.post("/v1/explain", {"query": ""}).json()["explanation"]["text"]
    assert "0 connections. mailcatch listens on 127.0.0.1:1025" in text
    assert "Nothing arrives" in text


def test_places_are_bounded_and_given_back(door: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds none is told when to come again; a client that goes gives its place back at once."""
    budget = door.door.site.waiters
    monkeypatch.setattr(budget, "_places", 2)
    gone = [asking(door) for _ in range(2)]
    while budget.taken < 2:
        pass
    answer = door.client.post("/v1/wait", {"query": "", "within": 0})
    assert (answer.problem, answer.headers["retry-after"]) == ("busy", "1")
    for connection in gone:
        connection.close()
    while budget.taken:
        pass
    assert door.client.post("/v1/wait", {"query": "", "within": 0}).problem == "not-matched"


def test_two_hundred_wait_and_short_requests_go_on(door: Web) -> None:
    """A list is answered meanwhile; one mail decides all."""
    budget = door.door.site.waiters
    waiters = [asking(door) for _ in range(budgets.WAITERS)]
    while budget.taken < budgets.WAITERS:
        pass
    assert door.client.get("/v1/messages").status == 200
    door.deliver(letter("for all"))
    for connection in waiters:
        answer = connection.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["messages"][0]["subject"] == "for all"
        connection.close()


def test_the_end_of_the_server_ends_the_wait() -> None:
    """With 503, at once."""
    with web() as door:
        connection = asking(door)
        while not door.door.site.waiters.taken:
            pass
        door.stop.set()
        answer = connection.getresponse()
        assert answer.status == 503
        assert json.loads(answer.read())["type"].endswith("/stopping")
        connection.close()


def asking(door: Web) -> http.client.HTTPConnection:
    """Ask for any mail, within a minute; the answer is still to be read."""
    connection = http.client.HTTPConnection(*door.client.address, timeout=30)
    connection.request(
        "POST", "/v1/wait", json.dumps({"query": "", "within": 60}), {"Content-Type": "application/json"}
    )
    return connection
