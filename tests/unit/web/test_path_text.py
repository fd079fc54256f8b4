"""A way as text."""

from __future__ import annotations

from msgspec.structs import replace

from mailcatch.journey import Traveller
from mailcatch.web.path_steps import Destination, Step, steps_of
from mailcatch.web.path_text import path_text
from tests.unit.web.test_path_steps import AT, journey, message, traveller


def test_states_in_words():
    """How often it was tried, when again, who said what, and whether it may come twice."""
    waiting = replace(
        traveller(state="deferred"), code=450, enhanced="4.2.0", text="later", attempts=2, next_at=AT, uncertain=True
    )
    queued = Traveller("a@b.test", "a@b.test", "queued", None, None, None, None, None, 0, None, False, None)
    goals = [Destination(each.address, "relay", None, each.state, "J1", each) for each in (waiting, queued)]
    lines = path_text(message(), goals, ()).splitlines()
    assert (
        "  bob@y.test  relay, deferred after 2 attempts, again at 2026-09-21T14:13:20.000Z, possible duplicate:"
        " 450 4.2.0 later (mx)"
    ) in lines
    assert "  a@b.test  relay, queued" in lines


def test_nothing_that_was_said_makes_a_line_of_its_own():
    """Control characters of servers, clients and headers are blanks."""
    hostile = Step(AT, "received", "by x\r\nSteps\x1b[2J")
    lines = path_text(message(), [Destination("a\n@b", "none", None, "stored")], (hostile,)).splitlines()
    assert lines.count("Steps") == 1
    assert all(line.isprintable() for line in lines)


def test_only_attempts_show_their_events():
    """The others' sentence says it."""
    text = path_text(message(), (), steps_of(message(), (), (journey(),), (), ()))
    assert "attempt 1 to y.test: sent" in text
    assert "route.decision" not in text
