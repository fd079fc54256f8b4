"""The queue under hard treatment: killed in the middle of 200 jobs, and a thousand jobs to one domain."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.relaying import DOMAIN, MX, Stage, stage
from tests.support.wire import Wire

pytestmark = pytest.mark.long

DOMAINS = (DOMAIN, "away.test", "off.test", "out.test")
MANY = {"per_hour": 10_000, "per_day": 10_000}
GROWTH = 30_000_000


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Stage]:
    """Set a server up that takes everything, for four domains."""
    with stage(tmp_path) as made:
        for domain in DOMAINS[1:]:
            made.dns.add(f"@ MX 10 mx\nmx A {MX}", domain)
        yield made


def send(far: Stage, *recipients: str) -> None:
    """Hand over a mail for each recipient, on one connection."""
    with Wire(far.sink.smtp) as wire:
        for to in recipients:
            wire.send(f"Subject: to {to}\r\n\r\nhello\r\n".encode(), sender="app@home.test", to=(to,))


def everybody(far: Stage) -> dict[str, dict[str, object]]:
    """Give each recipient of the queue."""
    jobs = far.get("/v1/relay/jobs?limit=1000")["jobs"]
    return {each["address"]: each for job in jobs for each in job["recipients"]}


@pytest.mark.parametrize("after", [20, 60, 120])
def test_killed_in_the_middle_of_200_jobs(far: Stage, after: int) -> None:
    """No recipient is lost; who got it twice is one whose job says that this may be."""
    recipients = [f"u{number}@{DOMAINS[number % 4]}" for number in range(200)]
    options = {"mode": "auto", "allow": ["*.test"], "limits": MANY, "database": far.folder / "kept.db"}
    with far.running(**options) as sink:
        send(far, *recipients)
        far.mta.await_mails(after)
        sink.process.send_signal(signal.SIGKILL)
        sink.process.wait()
    with far.running(**options):
        far.follow("/v1/relay", lambda it: it["counts"]["sent"] == len(recipients))
        people = everybody(far)
    assert set(people) == set(recipients)
    came = Counter(to for mail in far.mta.mails for to in mail.recipients)
    assert set(came) == set(recipients)
    twice = {to for to, count in came.items() if count > 1}
    assert twice <= {to for to, each in people.items() if each["uncertain"]}
    assert all(count <= 2 for count in came.values())
    assert len(twice) <= 4  # no more than were under way at one time


def test_a_thousand_jobs_to_one_domain(far: Stage) -> None:
    """One at a time, in the order of their time; what is beyond the limits is held; memory does not grow with them."""
    limits = {"per_hour": 1000, "per_day": 10_000}
    with far.running(mode="auto", limits=limits) as sink:
        send(far, f"first@{DOMAIN}")
        far.mta.await_mails(1)
        before = sink.memory()
        recipients = [f"u{number}@{DOMAIN}" for number in range(1000)]
        send(far, *recipients)
        far.follow("/v1/relay", lambda it: it["counts"]["sent"] == 1000 and it["counts"]["held"] == 1)
        assert sink.memory() - before < GROWTH
        (held,) = far.get("/v1/relay/jobs?state=held")["jobs"]
        assert held["recipients"][0]["text"] == "relay.limits per_hour (1000) is reached"
    assert [mail.recipients[0] for mail in far.mta.mails[1:]] == recipients[:999]
    open_at_once = [talk for talk in far.mta.talks if not talk.said("QUIT")]
    assert open_at_once == []
