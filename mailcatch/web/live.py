"""The live endpoints: the event log as server-sent events and as a websocket, both from a cursor on.

Each connection reads the log itself, from its own position, whenever its bell rings; so nothing is lost, doubled or
kept in memory for a slow reader, and coming back after a break is the same code as following.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Annotated

import msgspec
from flask import Response
from msgspec import Meta, Struct

from mailcatch.web import present, shapes
from mailcatch.web.cursors import parse_since
from mailcatch.web.hub import Bell, Line
from mailcatch.web.routes import Ask, Route
from mailcatch.web.site import Site
from mailcatch.web.times import rfc3339
from mailcatch.web.websocket import Channel, check_handshake

KEEP_ALIVE = 15.0
"""Seconds of silence after which a stream says that it is still there."""

PACE = 0.05
"""Seconds between two readings of the log while mail pours in: the first event goes out at once."""

_BATCH = 200


class LiveParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to begin: a cursor, `now`, `start`, a duration back (`30s`), or an RFC 3339 time."""

    since: Annotated[str, Meta(max_length=100, examples=["now", "9f3a11c2.1204", "30s"])] = "now"


class Feed:
    """The log from a position on, as JSON."""

    def __init__(self, site: Site, seq: int) -> None:
        log = site.store.events(seq, 1)
        self._site = site
        self._gap = log.gap
        self.seq = log.seq if log.gap else seq

    def hello(self) -> bytes:
        """Return the first frame."""
        version = self._site.info().version
        return msgspec.json.encode(shapes.Hello(self._site.cursor(self.seq), version, self._gap))

    def read(self) -> list[tuple[int, bytes]]:
        """Return the next events, (seq, JSON) each, and go on behind them.

        A reader so slow that the log has lost what comes next is told to fetch anew, as after a bulk change.
        """
        log = self._site.store.events(self.seq, _BATCH)
        if log.gap:
            self.seq = log.seq
            lost = shapes.Event(seq=log.seq, kind="reset", id=None, at=rfc3339(time.time_ns() // 1_000_000))
            return [(log.seq, msgspec.json.encode(lost))]
        if log.events:
            self.seq = log.events[-1].seq
        return [(event.seq, msgspec.json.encode(present.event(event))) for event in log.events]


def events(ask: Ask[LiveParameters, None]) -> Response:
    """Answer with a stream of server-sent events; `Last-Event-ID` resumes it."""
    last = ask.environ.get("HTTP_LAST_EVENT_ID")
    feed = Feed(ask.site, parse_since(ask.site.store, last or ask.params.since))
    answer = Response(_stream(ask, feed), mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    answer.call_on_close(ask.site.live.take())
    return answer


def live(ask: Ask[LiveParameters, None]) -> Response:
    """Answer with a websocket that carries the same events."""
    check_handshake(ask.environ)
    feed = Feed(ask.site, parse_since(ask.site.store, ask.params.since))
    give_back = ask.site.live.take()
    try:
        return ask.site.websocket.carry(ask.environ, lambda channel: _speak(ask.site, feed, channel))
    finally:
        give_back()


def _stream(ask: Ask[LiveParameters, None], feed: Feed) -> Iterator[bytes]:
    site = ask.site
    with _line(ask) as (bell, line):
        yield _sse(site.cursor(feed.seq), feed.hello())
        while True:
            bell.quiet()
            if site.hub.closed:
                return
            frames = feed.read()
            if frames:
                yield b"".join([_sse(site.cursor(seq), data) for seq, data in frames])
            happened = _wait(line, bool(frames), len(frames) == _BATCH)
            if "client" in happened:
                return
            if happened == {"silence"}:
                yield b": keep-alive\n\n"


def _speak(site: Site, feed: Feed, channel: Channel) -> None:
    """Send what the log has and gets, until either side has enough."""
    with site.hub.rings(channel.ring):
        channel.send([feed.hello()])
        while channel.attend() and not site.hub.closed:
            frames = feed.read()
            channel.send(data for _, data in frames)
            if len(frames) < _BATCH:
                channel.wait(PACE if frames else 0)
    if site.hub.closed:
        channel.close(1001, "mailcatch is stopping")


@contextlib.contextmanager
def _line(ask: Ask[LiveParameters, None]) -> Iterator[tuple[Bell, Line]]:
    bell = Bell()
    line = Line(bell, ask.environ["mailcatch.connection"].socket)
    try:
        with ask.site.hub.rings(bell.ring):
            yield bell, line
    finally:
        line.close()
        bell.close()


def _wait(line: Line, busy: bool, more: bool) -> frozenset[str]:
    """Return what happened of `news`, `client`, `silence`; after news it takes a breath before more is read."""
    if busy:
        happened = line.wait(PACE, news=False)
        if happened or more:
            return happened
    return line.wait(KEEP_ALIVE) or frozenset({"silence"})


def _sse(cursor: str, data: bytes) -> bytes:
    return b"id: %s\ndata: %s\n\n" % (cursor.encode(), data)


ROUTES = (
    Route(
        "GET", "/v1/events", events, "The event log as server-sent events", "text/event-stream", LiveParameters,
        problems=("cursor-expired", "busy"),
    ),
    Route(
        "GET", "/v1/live", live, "The event log as a websocket", "websocket", LiveParameters, status=101,
        problems=("cursor-expired", "busy", "upgrade-required"),
    ),
)  # fmt: skip
