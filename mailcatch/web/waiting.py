"""Endpoints that wait on the server: until mail has come, or is sure not to come, or the time is over.

A waiter holds a worker of the pool, which grows for it, and nothing else: the matcher's thread wakes it.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from mailcatch.errors import NotFound
from mailcatch.inbox.expecting import NONE, Count, Expectation, Pick, Verdict
from mailcatch.inbox.explaining import Explanation, explain
from mailcatch.inbox.waiting import Waiter
from mailcatch.search.query import Query
from mailcatch.web import expectations, present, shapes
from mailcatch.web.cursors import parse_since
from mailcatch.web.hub import Bell, Line
from mailcatch.web.messages import whole
from mailcatch.web.problems import Problem
from mailcatch.web.routes import Ask, NoParameters, Route
from mailcatch.web.selecting import zone
from mailcatch.web.site import Site
from mailcatch.web.times import duration

LONGEST = 60.0
"""Seconds of one call; who wants to wait longer goes on with the cursor of the answer."""

WITHIN = 10.0
"""Seconds, if nothing else is said."""


def wait(ask: Ask[NoParameters, expectations.Wait]) -> Struct:
    """Wait for mail: 200 with the messages, or 409 with an explanation."""
    expectation = expectation_of(ask.site, ask.body)
    gap = _gap(ask.site, ask.body, expectation)
    with _waiting(ask, [expectation]) as (waiters, vigil):
        (verdict,) = vigil.until_decided(waiters)
        cursor = ask.site.cursor(ask.site.store.cursor().seq)
        if verdict != "passed":
            raise _problem(ask.site, waiters[0], verdict, cursor)
        messages = [message for each in waiters[0].progress.picked() if (message := _whole(ask.site, each.id, cursor))]
    return expectations.Waited(messages, cursor, gap)


def assert_(ask: Ask[NoParameters, expectations.Assert]) -> Struct:
    """Judge expectations together: 200 if all are so, else 409, each with its explanation."""
    asked = [expectation_of(ask.site, each) for each in ask.body.expectations]
    with _waiting(ask, asked) as (waiters, vigil):
        verdicts = vigil.until_decided(waiters)
        cursor = ask.site.cursor(ask.site.store.cursor().seq)
        results = [
            _result(ask.site, each.name, waiter, verdict)
            for each, waiter, verdict in zip(ask.body.expectations, waiters, verdicts, strict=True)
        ]
    failed = [result for result in results if not result.passed]
    if failed:
        names = ", ".join(result.name or "unnamed" for result in failed)
        detail = f"{len(failed)} of {len(results)} expectations: {names}"
        raise Problem("not-matched", detail, results=results, cursor=cursor)
    return expectations.Asserted(passed=True, results=results, cursor=cursor)


def explain_(ask: Ask[NoParameters, expectations.Wait]) -> Struct:
    """Explain, without waiting, what is there and what is missing."""
    body = ask.body
    expectation = expectation_of(ask.site, body, within=0.0)
    with _waiting(ask, [expectation]) as (waiters, _):
        verdict, _ = waiters[0].verdict()
        explanation = _explained(ask.site, waiters[0])
    return expectations.Explained(passed=verdict == "passed", explanation=explanation, cursor=ask.cursor)


# From the body to an expectation


def expectation_of(site: Site, body: expectations.Wait, within: float | None = None) -> Expectation:
    """Return what a body asks for. Raises QueryError and Problem."""
    there, now = zone(body.tz), time.time_ns() // 1_000_000
    since = None if body.since is UNSET else str(body.since)
    pick: Pick = ("newest" if since is None else "oldest") if body.pick is UNSET else body.pick
    count = NONE if body.count == "none" else _count(body.count)
    return Expectation(
        query=_query(body.query, there, now),
        count=count,
        within=_seconds("within", body.within, WITHIN) if within is None else within,
        since=0 if since is None else parse_since(site.store, since),
        inbox=None if body.inbox is UNSET else str(body.inbox),
        until=None if body.until is UNSET else _query(body.until, there, now),
        strict=body.strict,
        pick=pick,
    )


def _query(value: object, there: tzinfo, now: int) -> Query:
    from mailcatch.search.spelling_json import from_json  # not needed to start

    return from_json(value, tz=there, now=now)


def _count(rule: expectations.CountRule) -> Count:
    given = [name for name in ("min", "max", "exactly") if getattr(rule, name) is not UNSET]
    if rule.exactly is not UNSET:
        if len(given) > 1:
            raise Problem("bad-body", "count: exactly goes without min and max.")
        settle = None if rule.settle is UNSET else _seconds("settle", rule.settle, 0.0)
        return Count(int(rule.exactly), int(rule.exactly), settle)
    if rule.settle is not UNSET:
        raise Problem("bad-body", "count: settle belongs to exactly.")
    least = int(rule.min) if rule.min is not UNSET else 0 if rule.max is not UNSET else 1
    most = None if rule.max is UNSET else int(rule.max)
    if most is not None and least > most:
        raise Problem("bad-body", "count: min is more than max.")
    return Count(least, most)


def _seconds(name: str, value: object, default: float) -> float:
    """Return seconds: a number, or a text with a unit. Raises Problem."""
    if isinstance(value, UnsetType):
        return default
    if isinstance(value, str):
        ms = duration(value) if not _is_number(value) else round(float(value) * 1000)
        if ms is None:
            raise Problem("bad-body", f"{name}: {value[:20]!r} is no duration, as 300ms or 10s are.")
        value = ms / 1000
    assert isinstance(value, int | float)  # noqa: S101 - for the type checker
    if value > LONGEST:
        raise Problem("bad-body", f"{name}: {LONGEST:.0f} s is the most; go on with the answer's cursor.")
    return float(value)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdecimal()


def _gap(site: Site, body: expectations.Wait, expectation: Expectation) -> bool:
    """Tell whether messages that the expectation is about may be gone: the log forgot them, or retention did."""
    if body.since is UNSET or body.since == "start":
        return False
    return site.store.events(expectation.since, 1).gap


# Waiting


@dataclass(frozen=True, slots=True)
class _Vigil:
    """What a request waits on: its waiters' bell, its client, the end of the server."""

    site: Site
    bell: Bell
    line: Line
    client: socket.socket

    def until_decided(self, waiters: Sequence[Waiter]) -> list[Verdict]:
        """Return each waiter's verdict as soon as there is one of all. Raises Problem `stopping`, ConnectionError."""
        decided: dict[Waiter, Verdict] = {}
        while True:
            self.bell.quiet()
            if self.site.hub.closed:
                raise Problem("stopping", "mailcatch is stopping.")
            wait_for = LONGEST
            for waiter in waiters:
                if waiter not in decided:
                    verdict, seconds = waiter.verdict()
                    if verdict == "pending":
                        wait_for = min(wait_for, seconds)
                    else:
                        decided[waiter] = verdict
            if len(decided) == len(waiters):
                return [decided[waiter] for waiter in waiters]
            if "client" in self.line.wait(wait_for):
                self._look_at_client()

    def _look_at_client(self) -> None:
        """Find out whether it has gone; what it sends ahead is the next request's business. Raises OSError."""
        self.client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            if not self.client.recv(1, socket.MSG_PEEK):
                raise ConnectionAbortedError("the client has gone")
            self.line.ignore_client()


@contextlib.contextmanager
def _waiting(ask: Ask[NoParameters, Any], asked: Sequence[Expectation]) -> Iterator[tuple[list[Waiter], _Vigil]]:
    site = ask.site
    client = ask.environ["mailcatch.connection"].socket
    with contextlib.ExitStack() as stack:
        stack.callback(site.waiters.take())
        bell = Bell()
        stack.callback(bell.close)
        line = Line(bell, client)
        stack.callback(line.close)
        stack.enter_context(site.hub.rings_at_end(bell.ring))
        waiters = [stack.enter_context(site.waiting.waiting(each, bell.ring)) for each in asked]
        yield waiters, _Vigil(site, bell, line, client)


# Answers


def _whole(site: Site, id: str, cursor: str) -> shapes.Message | None:
    with contextlib.suppress(NotFound):  # removed since it matched
        return whole(site, id, cursor)
    return None


def _result(site: Site, name: str, waiter: Waiter, verdict: Verdict) -> expectations.Result:
    messages = [present.summary(summary) for summary in waiter.progress.picked()]
    passed = verdict == "passed"
    return expectations.Result(name, passed, messages, None if passed else _explained(site, waiter))


def _problem(site: Site, waiter: Waiter, verdict: Verdict, cursor: str) -> Problem:
    kind = {"ambiguous": "ambiguous", "inbox-deleted": "inbox-deleted"}.get(verdict, "not-matched")
    explanation = _explained(site, waiter)
    detail = explanation.text.partition("\n")[0] + "."
    return Problem(kind, detail, explanation=explanation, cursor=cursor)


def _explained(site: Site, waiter: Waiter) -> expectations.Explanation:
    listeners = [f"{each.host}:{each.port}" for each in site.info().smtp]
    return _shaped(explain(site.store, waiter.progress, listeners))


def _shaped(found: Explanation) -> expectations.Explanation:
    return expectations.Explanation(
        text=found.text,
        criteria=list(found.criteria),
        nearest=[present.near(each) for each in found.nearest],
        smtp=present.smtp_seen(found.smtp),
    )


_PROBLEMS = ("query-error", "bad-parameter", "cursor-expired", "not-found", "busy")

ROUTES = (
    Route(
        "POST", "/v1/wait", wait, "Wait for mail", expectations.Waited, body=expectations.Wait,
        problems=(*_PROBLEMS, "not-matched", "ambiguous", "inbox-deleted"),
    ),
    Route(
        "POST", "/v1/assert", assert_, "Judge expectations together", expectations.Asserted, body=expectations.Assert,
        problems=(*_PROBLEMS, "not-matched"),
    ),
    Route(
        "POST", "/v1/explain", explain_, "Explain why mail does not match", expectations.Explained,
        body=expectations.Wait, problems=_PROBLEMS,
    ),
)  # fmt: skip
