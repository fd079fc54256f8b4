"""mailcatch.web.live: following the log, by server-sent events and by websocket."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mailcatch.model import Envelope, Recipient
from mailcatch.web import live, websocket
from tests.support.web import MAIL, Client, Web
from tests.support.websocket import Closed, WebSocket


class Stream:
    """A client of /v1/events."""

    def __init__(self, client: Client, query: str = "", **headers: str) -> None:
        self.connection = http.client.HTTPConnection(*client.address, timeout=10)
        self.connection.request("GET", f"/v1/events{query}", headers=headers)
        self.response = self.connection.getresponse()

    def next(self) -> tuple[str, dict[str, Any]]:
        """Return the next event: its id, and its data."""
        block = []
        while (line := self.response.readline()) not in (b"\n", b""):
            block.append(line)
        assert block, "the stream has ended"
        if block[0].startswith(b":"):
            return self.next()
        fields = dict(line.decode().rstrip("\n").split(": ", 1) for line in block)
        return fields["id"], json.loads(fields["data"])

    def close(self) -> None:
        """Go away."""
        self.response.close()
        self.connection.close()


@contextmanager
def streaming(client: Client, query: str = "", **headers: str) -> Iterator[Stream]:
    """Follow for the length of a block."""
    stream = Stream(client, query, **headers)
    try:
        yield stream
    finally:
        stream.close()


def follower(client: Client, query: str = "") -> WebSocket:
    """Follow by websocket."""
    return WebSocket(client.address, f"/v1/live{query}")


def until(condition: Any) -> None:
    """Wait for a condition that another thread brings about."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


def test_events_come_as_they_happen(door: Web, client: Client) -> None:
    """First a hello with the place, then each event with its cursor; headers at once, unbuffered."""
    with streaming(client) as stream:
        assert stream.response.headers["Content-Type"].startswith("text/event-stream")
        assert stream.response.headers["X-Accel-Buffering"] == "no"
        place, hello = stream.next()
        assert (hello["kind"], hello["cursor"], hello["gap"]) == ("hello", place, False)
        id = door.deliver()
        cursor, event = stream.next()
        assert (event["kind"], event["id"], event["summary"]["subject"]) == ("added", id, "Hello")
        assert cursor == client.get("/v1/cursor").json()["cursor"]
        client.patch({"ids": [id], "read": True})
        assert stream.next()[1]["summary"]["read"] is True
        client.delete(f"/v1/messages/{id}")
        removed = stream.next()[1]
        assert (removed["kind"], removed["id"], removed["summary"]) == ("removed", id, None)


def test_a_stream_is_resumed_by_its_last_event(door: Web, client: Client) -> None:
    """What came meanwhile comes now; `Last-Event-ID` wins over `since`."""
    with streaming(client, "?since=start") as stream:
        stream.next()
        door.deliver()
        last, _ = stream.next()
    ids = [door.deliver() for _ in range(3)]
    with streaming(client, "?since=now", **{"Last-Event-ID": last}) as stream:
        assert stream.next()[0] == last
        assert [stream.next()[1]["id"] for _ in ids] == ids


def test_the_websocket_carries_the_same(door: Web, client: Client) -> None:
    """A hello, and events from a cursor on."""
    first = door.deliver()
    cursor = client.get("/v1/cursor").json()["cursor"]
    second = door.deliver()
    with follower(client, f"?since={cursor}") as connected:
        assert connected.frame() == {"kind": "hello", "cursor": cursor, "version": "0.0.0", "gap": False}
        assert connected.frame()["id"] == second
        third = door.deliver()
        assert connected.frame()["id"] == third
    with follower(client, "?since=start") as connected:
        assert [connected.frame().get("id") for _ in range(4)] == [None, first, second, third]


def test_nothing_is_lost_or_doubled_under_load(door: Web, client: Client) -> None:
    """Ten followers that join amid the arrivals, and come back now and then, see every message once and in order."""
    seen: list[list[int]] = [[] for _ in range(10)]
    start = client.get("/v1/cursor").json()["cursor"]
    total = 200

    def follow(mine: list[int]) -> None:
        cursor = start
        while len(mine) < total:
            with follower(client, f"?since={cursor}") as connected:
                assert connected.frame()["kind"] == "hello"
                for _ in range(30):
                    event = connected.frame()
                    mine.append(event["seq"])
                    cursor = f"{cursor.split('.')[0]}.{event['seq']}"
                    if len(mine) == total:
                        break

    threads = [threading.Thread(target=follow, args=(mine,)) for mine in seen]
    for thread in threads:
        thread.start()
    envelope = Envelope("a@x.test", (Recipient("b@x.test"),))
    for future in [door.inbox.accept(MAIL, envelope, origin="smtp") for _ in range(total)]:
        future.result(10)
    for thread in threads:
        thread.join(30)
    expected = [event.seq for event in door.store.events(0, 10_000).events]
    assert all(mine == expected for mine in seen)


def test_a_long_log_comes_whole(door: Web, client: Client) -> None:
    """More than is read at one time."""
    cursor = client.get("/v1/cursor").json()["cursor"]
    envelope = Envelope("a@x.test", (Recipient("b@x.test"),))
    for future in [door.inbox.accept(MAIL, envelope, origin="smtp") for _ in range(450)]:
        future.result(10)
    expected = [event.seq for event in door.store.events(int(cursor.split(".")[1]), 1000).events]
    with follower(client, f"?since={cursor}") as connected:
        connected.frame()
        assert [connected.frame()["seq"] for _ in expected] == expected
    with streaming(client, f"?since={cursor}") as stream:
        stream.next()
        assert [stream.next()[1]["seq"] for _ in expected] == expected


@pytest.mark.parametrize("path", ["/v1/events", "/v1/live"])
def test_a_client_that_goes_frees_its_place(door: Web, client: Client, path: str) -> None:
    """At once, although nothing happens."""
    if path == "/v1/events":
        stream = Stream(client)
        stream.next()
        until(lambda: door.door.site.live.taken == 1)
        stream.close()
    else:
        with follower(client) as connected:
            connected.frame()
            until(lambda: door.door.site.live.taken == 1)
            connected.socket.shutdown(socket.SHUT_RDWR)
    until(lambda: door.door.site.live.taken == 0 and door.door.server.connections == 0)


def test_the_places_are_counted(door: Web, client: Client) -> None:
    """Websockets and streams share 64; one more is told to come again, and short requests go on."""
    streams = [Stream(client) for _ in range(32)]
    sockets = [follower(client) for _ in range(32)]
    refused = client.get("/v1/events")
    assert (refused.problem, refused.headers["retry-after"]) == ("busy", "1")
    assert client.ask("GET", "/v1/live", headers=HANDSHAKE).problem == "busy"
    assert client.get("/v1/messages").status == 200
    for stream in streams:
        stream.close()
    for connected in sockets:
        connected.socket.close()
    until(lambda: door.door.site.live.taken == 0)


HANDSHAKE = {
    "Connection": "keep-alive, Upgrade",
    "Upgrade": "WebSocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({}, "upgrade-required"),
        ({"Upgrade": "websocket"}, "upgrade-required"),
        ({**HANDSHAKE, "Sec-WebSocket-Version": "8"}, "upgrade-required"),
        ({**HANDSHAKE, "Sec-WebSocket-Key": "x"}, "bad-request"),
        ({**HANDSHAKE, "Origin": "http://evil.example"}, "foreign-origin"),
        ({**HANDSHAKE, "Host": "evil.example"}, "unknown-host"),
    ],
)
def test_a_handshake_that_is_none(client: Client, headers: dict[str, str], problem: str) -> None:
    """It is answered in HTTP."""
    assert client.ask("GET", "/v1/live", headers=headers).problem == problem


@pytest.mark.parametrize("since", ["x", "1", "yesterday", "2026-11-23T00:00:00", "a.b"])
def test_a_since_that_is_none(client: Client, since: str) -> None:
    """400; and 410 for the cursor of another log."""
    assert client.get("/v1/events", since=since).problem == "bad-parameter"
    assert client.get("/v1/events", since="0.1").problem == "cursor-expired"


def test_silence_is_broken(door: Web, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream says that it is there; a websocket asks, and drops who never answers."""
    monkeypatch.setattr(live, "KEEP_ALIVE", 0.05)
    monkeypatch.setattr(websocket, "PING_INTERVAL", 0.05)
    with streaming(client) as stream:
        stream.next()
        assert stream.response.readline() == b": keep-alive\n"
    with socket.create_connection(client.address, timeout=10) as mute:
        lines = [f"{name}: {value}" for name, value in {"Host": "x", **HANDSHAKE}.items()]
        mute.sendall(("GET /v1/live HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode())
        got = b""
        while data := mute.recv(1000):
            got += data
        assert got.startswith(b"HTTP/1.1 101")
        assert got.count(b"\x89\x00") == 1
        assert b"\x88\x13\x03\xf0Ping/Pong timeout" in got  # 1008
    until(lambda: door.door.site.live.taken == 0)


def test_stopping_says_good_bye(client: Client, door: Web) -> None:
    """Open websockets get 1001, streams end, and it takes no time."""
    sockets = [follower(client) for _ in range(5)]
    stream = Stream(client)
    stream.next()
    for connected in sockets:
        connected.frame()
    begun = time.monotonic()
    door.stop.set()
    for connected in sockets:
        with pytest.raises(Closed) as closed:
            connected.frame()
        assert closed.value.code == 1001
        connected.socket.close()
    assert stream.response.read() == b""
    assert time.monotonic() - begun < 1
