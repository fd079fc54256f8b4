"""HTTP to the server: kept connections, passwords, and what its answers mean."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mailcatch.testing.connection import Connection
from mailcatch.testing.errors import RequestRefused, SinkFailed
from tests.support.scripted import problem, scripted

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def closing_after_each() -> Iterator[tuple[str, list[bytes]]]:
    """Serve one answer to each connection, then close it without having said so: what a restart looks like."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(65536))
                    connection.sendall(OK)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://bob:p%40ss@127.0.0.1:{listener.getsockname()[1]}/mail/", heard
        thread.join(10)


def test_a_kept_connection_that_was_closed_is_made_anew() -> None:
    """The second question is answered too, with the password and under the prefix."""
    with closing_after_each() as (url, heard):
        connection = Connection(url)
        assert [connection.get("/v1/info"), connection.get("/v1/info")] == [{}, {}]
    assert [request.split(b"\r\n")[0] for request in heard] == [b"GET /mail/v1/info HTTP/1.1"] * 2
    assert b"Authorization: Basic " + base64.b64encode(b"bob:p@ss") in heard[1]
    assert "p%40ss" not in connection.url


def test_nobody_there_is_told_with_the_url() -> None:
    """The message can be acted on, and holds no password."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SinkFailed, match=f"no mailcatch answers at http://127.0.0.1:{port} "):
        Connection(f"http://u:secret@127.0.0.1:{port}").get("/v1/info")


def test_a_refused_query_names_the_suggestion() -> None:
    """A 4xx is the test's mistake, and a ValueError."""
    answer = problem("query-error", status=400, position=0, suggestion="subject:")
    with scripted(answer) as server, pytest.raises(RequestRefused, match="Did you mean subject:") as caught:
        Connection(server.url).get("/v1/messages", q="subjct:x")
    assert caught.value.kind == "query-error"


@pytest.mark.parametrize("answer", [(200, b"<html>"), (404, b"<html>"), (200, [])], ids=["page", "missing", "list"])
def test_what_is_no_mailcatch_is_told(answer: tuple[int, object]) -> None:
    """Another program on the port is named as such."""
    with scripted(answer) as server, pytest.raises(SinkFailed, match="is no mailcatch"):
        Connection(server.url).get("/v1/info")


@pytest.mark.parametrize("url", ["localhost:8025", "ftp://x", "http://", "http://x:port"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """It says what one looks like."""
    with pytest.raises(ValueError, match="is no URL of a mailcatch"):
        Connection(url)
