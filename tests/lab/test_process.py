"""The scenarios once more, by the whole program: auto mode, the queue, its retries, and the path that tells it."""

from __future__ import annotations

import email
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.certificates import Certificates
from tests.lab.dns import ScriptedDns
from tests.lab.mta import Mta, Script
from tests.lab.relaying import Relaying, said, trace
from tests.lab.scenarios import ALL, PLAIN, Scenario, Staging

HOST, SECOND = "127.25.69.1", "127.25.69.2"
OTHER = "127.25.0.2"
"""Where a second mailcatch listens."""


@pytest.fixture(scope="module")
def relaying(dns: ScriptedDns, certificates: Certificates) -> Iterator[Relaying]:
    """Run one mailcatch for all scenarios."""
    with Relaying(tables={"tls": {"ca_file": str(certificates.authority)}}) as running:
        yield running
        assert "Traceback" not in running.sink.log, running.sink.log


@pytest.mark.parametrize("scenario", ALL, ids=lambda each: each.name)
def test_scenario(scenario: Scenario, relaying: Relaying, staging: Staging, request: pytest.FixtureRequest) -> None:
    """A mail that arrives is relayed as the table says, and its path shows why."""
    if " p" in scenario.zone:
        request.getfixturevalue("receiving")
    outcomes: dict[str, list[str]] = {}
    with staging.staged(scenario) as stage:
        id = relaying.send(scenario.mail_from, stage.recipients, scenario.raw)
        path = relaying.decided(id)
        for attempt in range(1, scenario.attempts + 1):
            if attempt > 1:
                relaying.act(id, "retry")
                path = relaying.decided(id, attempt)
            for user, outcome in said(path, stage.hosts).items():
                outcomes.setdefault(user, []).append(outcome)
        if any(each["state"] == "deferred" for each in path["recipients"]):
            relaying.act(id, "cancel")
        touched = [name for name in scenario.untouched if name in stage.mtas and stage.mtas[name].talks]
    events = trace(path)
    assert {user: ", ".join(each) for user, each in outcomes.items()} == scenario.expect, events
    assert touched == []
    shown = " ".join(event["kind"] for event in events) + relaying.text(id)
    assert [each for each in scenario.shows if each not in shown] == [], shown


def test_a_lost_reply_is_tried_again_as_the_same_mail(relaying: Relaying, dns: ScriptedDns) -> None:
    """The first server took it and went away: uncertain, nothing for the second, and later the same message again."""
    dns.add(f"@ MX 10 a\n@ MX 20 b\na A {HOST}\nb A {SECOND}", "uncertain.test")
    with Mta(SECOND, Script()) as second:
        with Mta(HOST, Script(drop="dot")) as mta:
            id = relaying.send("app@home.test", ["ann@uncertain.test"], PLAIN)
            (recipient,) = relaying.decided(id)["recipients"]
            (first_copy,) = mta.mails
        assert (recipient["state"], recipient["uncertain"], second.mails) == ("deferred", True, [])
        with Mta(HOST, Script()) as mta:
            relaying.act(id, "retry")
            (recipient,) = relaying.decided(id, 2)["recipients"]
            (second_copy,) = mta.mails
    assert recipient["state"] == "sent"
    assert "possible duplicate" in relaying.text(id)
    assert {email.message_from_bytes(each.raw)["Message-ID"] for each in (first_copy, second_copy)} == {
        "<one@home.test>"
    }


def test_killed_between_the_dot_and_its_reply(dns: ScriptedDns, tmp_path: Path) -> None:
    """What may have been taken is uncertain after the restart, and comes once more with the same Message-ID."""
    dns.add(f"@ MX 10 mx\nmx A {HOST}", "killed.test")
    database = tmp_path / "killed.db"
    with Mta(HOST, Script(slow=30.0)) as mta, Relaying(address=OTHER, database=database) as running:
        id = running.send("app@home.test", ["ann@killed.test"], PLAIN)
        (first,) = mta.await_mails()
        os.kill(running.sink.process.pid, signal.SIGKILL)
        running.sink.process.wait()
    with Mta(HOST, Script()) as mta, Relaying(address=OTHER, database=database) as running:
        (second,) = mta.await_mails()
        (recipient,) = running.decided(id, 2)["recipients"]
        assert "possible duplicate" in running.text(id)
    assert recipient["state"] == "sent"
    assert {email.message_from_bytes(each.raw)["Message-ID"] for each in (first, second)} == {"<one@home.test>"}
