"""Reading over HTTP leaves no trace: every GET there is, and the database is as it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from mailcatch.web.application import API
from tests.support.web import Web, web
from tests.support.websocket import WebSocket

MAIL = (
    b"From: a@x.test\r\nTo: b@x.test\r\nSubject: page\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>hi</p>\r\n"
    b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n--b--\r\n"
)


def contents(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ordinary = [name for name in names if name != "words"]
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in ordinary}


def paths(door: Web, id: str, session: str) -> list[str]:
    """Return every path that GET answers, filled in."""
    found = []
    for route in API:
        path = route.path.replace("<id>", session if "sessions" in route.path else id)
        if route.method == "GET" and route.path not in ("/v1/events", "/v1/live"):
            found.append(path.replace("<number>", "2") + ("?css=p" if path.endswith("/select") else ""))
    token = door.door.site.tokens.make(id)
    more = ["/v1/messages?q=page", "/v1/messages?offset=0", "/v1/messages/latest?q=page", "/v1/sessions?rejected=true"]
    return [*found, *more, "/", f"/m/{id}/html", f"/frame/{token}/{id}", f"/frame/{token}/cid/2", "/nope", "/v1/nope"]


def test_get_changes_nothing(tmp_path: Path) -> None:
    """GET and HEAD of every route, and both ways of following the log."""
    database = tmp_path / "mail.db"
    with web(database) as door:
        id = door.deliver(MAIL)
        session = door.client.post("/v1/messages", MAIL).json()["session_id"]
        door.client.get("/v1/messages?q=x")  # whoever looks first waits for what is derived from the mail to be written
        before, cursor = contents(database), door.store.cursor()
        assert len(before["messages"]) == 2
        for path in paths(door, id, session):
            for method in ("GET", "HEAD"):
                answer = door.client.bare(method, path)
                assert answer.status in {200, 404}, f"{method} {path}: {answer.status}"
        with WebSocket(door.client.address, "/v1/live?since=start") as connected:
            assert connected.frame()["kind"] == "hello"
        assert door.store.cursor() == cursor
        assert contents(database) == before


def test_every_read_is_idempotent(tmp_path: Path) -> None:
    """The same question gives the same answer, byte by byte."""
    with web(tmp_path / "mail.db") as door:
        id = door.deliver(MAIL)
        session = door.client.post("/v1/messages", MAIL).json()["session_id"]
        for path in paths(door, id, session):
            assert door.client.bare("GET", path).body == door.client.bare("GET", path).body, path
