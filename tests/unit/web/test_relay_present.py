"""From the relay's values to its shapes."""

from __future__ import annotations

from mailcatch import trace
from mailcatch.store.relay_api import AttemptHead, WholeAttempt
from mailcatch.web import relay_present as present

EVENT = trace.TraceEvent(1, 2, "idna", {"domain": "x.test"})
DECISION = trace.Decision("a@x.test", "a@x.test", "relay", "relay.allow @x.test")


def test_a_route_and_a_probe():
    """Hosts with their addresses, the guard's word, and what the server said."""
    host = trace.RouteHost(10, "mx.x.test", (trace.RouteAddress("127.0.0.1", 25, "loopback"),), ("mx.cname",))
    route = present.route(trace.Route(DECISION, "x.test", (host,), "guarded", 550, "5.7.1", (EVENT,)))
    assert (route.decision.way, route.hosts[0].name, route.hosts[0].addresses[0].guarded) == (
        "relay", "mx.x.test", "loopback"
    )  # fmt: skip
    assert (route.problem, route.code, route.events[0].kind) == ("guarded", 550, "idna")
    result = trace.RecipientResult(1, "a@x.test", "queued", 250, "2.1.5", "ok", "rcpt", "mx.x.test")
    found = present.probe(trace.ProbeResult(trace.Route(DECISION, "x.test"), result, "would take it", (EVENT,)))
    assert found.result is not None
    assert (found.result.state, found.result.mta, found.verdict) == ("queued", "mx.x.test", "would take it")
    assert present.probe(trace.ProbeResult(trace.Route(DECISION, "x.test"), None, "not asked")).result is None


def test_an_attempt_as_text():
    """Its head, its trace and its verdict; one under way says so."""
    head = AttemptHead(2, "x.test", 1_000, 3_500, "end", "1 sent")
    text = present.attempt_text(WholeAttempt("JOB", "MESSAGE", head, (EVENT,)))
    assert text.splitlines()[0] == "Job JOB, attempt 2: x.test, 1970-01-01T00:00:01.000Z, 2.5 s"
    assert text.splitlines()[-1] == "1 sent"
    open_ = AttemptHead(1, "x.test", 1_000, None, "start", None)
    assert present.attempt_text(WholeAttempt("JOB", None, open_, ())).endswith("under way\n")
