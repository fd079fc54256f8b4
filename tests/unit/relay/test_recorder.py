"""Events in their order, with numbers and times."""

from __future__ import annotations

from mailcatch.relay.recorder import MOST_EVENTS, Recorder
from mailcatch.trace import TraceEvent


def test_events_have_numbers_and_times() -> None:
    """The first is number 1; times are milliseconds since the recorder was made; what is None is left out."""
    times = iter([10.0, 10.0, 10.25])
    recorder = Recorder(clock=lambda: next(times))
    recorder.note("smtp.c", line="QUIT", tls=None)
    recorder.note("verdict", text="sent")
    assert recorder.events == (
        TraceEvent(1, 0, "smtp.c", {"line": "QUIT"}),
        TraceEvent(2, 250, "verdict", {"text": "sent"}),
    )


def test_who_watches_sees_each_at_once() -> None:
    """The watcher is called within `note`."""
    seen: list[TraceEvent] = []
    recorder = Recorder(seen.append)
    recorder.note("verdict", text="sent")
    assert tuple(seen) == recorder.events


def test_there_is_an_end() -> None:
    """A server that talks without end leaves so many events and no more."""
    recorder = Recorder()
    for _ in range(MOST_EVENTS + 5):
        recorder.note("smtp.s", line="250-more")
    assert len(recorder.events) == MOST_EVENTS


def test_how_it_ended_is_noted_all_the_same() -> None:
    """However much a server has said before."""
    recorder = Recorder()
    for _ in range(MOST_EVENTS + 5):
        recorder.note("smtp.s", line="250-more")
    recorder.note("rcpt.result", address="a@x.test", state="deferred")
    recorder.note("verdict", text="1 deferred")
    assert [event.kind for event in recorder.events[MOST_EVENTS:]] == ["rcpt.result", "verdict"]
