"""Expectations: the query made of options, and windows that are longer than one call."""

from collections.abc import Sequence

import click
import pytest

from mailcatch.cli import expecting
from mailcatch.cli.errors import Busy, Refused, ServerFailed
from mailcatch.cli.expecting import Asked, Expectation, Outcome, ask, expect, query_of
from mailcatch.cli.server import Server
from tests.support.scripted import Scripted, problem, scripted


@pytest.mark.parametrize(
    ("words", "fields", "expected"),
    [
        ([], {"to": ["bob@x.test"]}, 'to:"bob@x.test"'),
        (["is:unread", "a"], {}, "is:unread a"),
        (["a OR b"], {"subject": ['say "hi" \\ (x)']}, '(a OR b) subject:"say \\"hi\\" \\\\ (x)"'),
        ([], {"to": ["a@x"], "header": ["X-Run=4 2", "X-Y"]}, 'to:"a@x" header:X-Run="4 2" header:"X-Y"'),
    ],
)
def test_the_query(words: Sequence[str], fields: dict[str, Sequence[str]], expected: str):
    """Values are quoted, so that nothing in them is an operator; words are the query's own."""
    assert query_of(words, fields) == expected


def test_nothing_asked_for():
    """Every mail is not what anyone means."""
    with pytest.raises(click.UsageError), click.Context(click.Command("wait")):
        query_of(["  "], {"to": []})


def clocked(steps: Sequence[float]):
    """Give a clock that shows these times, one at each look, then the last."""
    times = list(steps)
    return lambda: times.pop(0) if len(times) > 1 else times[0]


def windows(script: Scripted) -> list[float]:
    return [body["within"] for path, body in script.asked if path == "/v1/wait"]


FOUND = (200, {"messages": [], "cursor": "a.1"})
NOT = problem("not-matched")


def test_the_body():
    """Only what was said; seconds as a number."""
    wanted = Expectation(Asked("a", "gw0", "x.1"), {"min": 2}, 3, "oldest", True)
    assert wanted.body(2.5) == {
        "query": "a", "count": {"min": 2}, "within": 2.5, "since": "x.1", "inbox": "gw0", "pick": "oldest", "strict": True,
    }  # fmt: skip
    assert Expectation(Asked("a"), "none", 0).body(0) == {"query": "a", "count": "none", "within": 0}


def test_a_long_window_goes_on_from_the_same_beginning():
    """Three calls for 150 s; a mail that comes in the third counts."""
    with scripted(NOT, NOT, FOUND) as script:
        wanted = Expectation(Asked("a", since="x.1"), {"min": 1}, 150)
        outcome = expect(Server(script.url), wanted, clock=clocked([0, 0, 60, 60, 120, 120]))
        assert outcome.matched
        assert windows(script) == [60, 60, 30]
        assert {body["since"] for _, body in script.asked} == {"x.1"}


def test_what_fails_before_its_piece_is_over_has_failed():
    """More came than may: nobody waits for the rest."""
    with scripted(NOT) as script:
        wanted = Expectation(Asked("a"), {"exactly": 1}, 600)
        assert not expect(Server(script.url), wanted, clock=clocked([0, 0, 3])).matched
        assert windows(script) == [60]


@pytest.mark.parametrize("count", ["none", {"exactly": 1}, {"max": 2}])
def test_what_holds_only_at_the_end_is_asked_until_then(count: object):
    """The first piece passed: that is not yet the window."""
    with scripted(FOUND) as script:
        outcome = expect(Server(script.url), Expectation(Asked("a"), count, 70), clock=clocked([0, 0, 60]))
        assert (outcome.matched, windows(script)) == (True, [60, 10])


@pytest.mark.parametrize("count", [{"min": 2}, {"exactly": 1, "settle": 0.3}])
def test_what_holds_early_ends_at_once(count: object):
    """And so does `none` with a sign."""
    with scripted(FOUND) as script:
        assert expect(Server(script.url), Expectation(Asked("a"), count, 600)).matched
        assert expect(Server(script.url), Expectation(Asked("a"), "none", 600, until="b")).matched
        assert windows(script) == [60, 60]


def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch):
    """As long as the window has room for what it wants; then its word is the last."""
    pauses: list[float] = []
    monkeypatch.setattr(expecting, "pause", pauses.append)
    busy = problem("busy", status=503)
    with scripted(busy, busy, FOUND) as script:
        assert expect(Server(script.url), Expectation(Asked("a"), {"min": 1}, 10)).matched
        assert pauses == [1.0, 1.0]
    with scripted(busy) as script, pytest.raises(Busy):
        expect(Server(script.url), Expectation(Asked("a"), {"min": 1}, 0))


def test_now_stays_where_it_was():
    """The cursor is fetched once, for a window of several calls; durations become a time."""
    with scripted((200, {"cursor": "x.7"}), FOUND) as script:
        expect(Server(script.url), Expectation(Asked("a", since="now"), {"min": 1}, 100))
        assert [path for path, _ in script.asked] == ["/v1/cursor", "/v1/wait"]
        assert script.asked[1][1]["since"] == "x.7"
    with scripted((200, {"status": "ok"}), FOUND) as script:
        expect(Server(script.url), Expectation(Asked("a", since="30s"), {"min": 1}, 100))
        assert script.asked[1][1]["since"].startswith("20")
    with scripted(FOUND) as script:
        expect(Server(script.url), Expectation(Asked("a", since="now"), {"min": 1}, 60))
        assert script.asked[0][1]["since"] == "now"


def test_other_answers():
    """A wrong query is ours to put right; a server that fails, or is none, is said."""
    with scripted(problem("query-error", status=400, position=0)) as script, pytest.raises(Refused):
        ask(Server(script.url), {}, 0)
    with scripted(problem("busy", status=503)) as script, pytest.raises(ServerFailed):
        ask(Server(script.url), {}, 0)
    with scripted((409, b"<html>")) as script, pytest.raises(ServerFailed):
        ask(Server(script.url), {}, 0)


def test_what_an_outcome_says():
    """The explanation's text, else the problem's own sentence."""
    assert Outcome(False, NOT[1]).explanation == "It is not-matched."
    assert Outcome(False, {"explanation": {"text": "why"}}).explanation == "why"
    assert Outcome(False, problem("ambiguous")[1]).ambiguous
    assert not Outcome(False, NOT[1]).ambiguous
