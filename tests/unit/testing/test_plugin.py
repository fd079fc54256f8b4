"""The plugin, in pytest processes of their own: as it is installed, and as it is found by its entry point."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailcatch.testing import MailCatch
from mailcatch.testing.plugin import captured
from tests.support.scripted import message, problem, scripted

pytest_plugins = ["pytester"]

SENDING = """
import smtplib, pytest

def send(sink, subject, to="bob@x.test", user=None):
    mail = f"From: app@x.test\\r\\nTo: {to}\\r\\nSubject: {subject}\\r\\n\\r\\nDear \\x1b[31mBob\\r\\n"
    with smtplib.SMTP(sink.smtp_host, sink.smtp_port) as client:
        client.sendmail("app@x.test", [to], mail.encode())
"""

PASSING = f"""{SENDING}
@pytest.mark.parametrize("number", range(6))
def test_sees_its_own(mailcatch, number):
    bob = mailcatch.address("bob")
    with mailcatch.expect(to=bob) as mail:
        send(mailcatch, f"Mail {{number}}", bob)
    assert [each.subject for each in mailcatch.messages()] == [mail.subject] == [f"Mail {{number}}"]
"""

FAILING = f"""{SENDING}
def test_waits_for_another(mailcatch):
    send(mailcatch, "Reset your pasword")
    mailcatch.wait_for(subject="Reset your password", timeout=0)
"""


@pytest.fixture(autouse=True)
def _as_users_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what our own run has set."""
    for name in ("MAILCATCH_URL", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shared() -> Iterator[MailCatch]:
    """Start a server that the tests within share."""
    with MailCatch(smtp_port=0) as server:
        yield server


def test_each_test_sees_its_own_mail(pytester: pytest.Pytester) -> None:
    """Queries begin at the test's start."""
    pytester.makepyfile(PASSING)
    pytester.runpytest_subprocess().assert_outcomes(passed=6)


def test_each_worker_has_a_server(pytester: pytest.Pytester) -> None:
    """Two workers do not see each other's mail."""
    pytester.makepyfile(PASSING)
    pytester.runpytest_subprocess("-n2").assert_outcomes(passed=6)


def test_a_failure_shows_the_near_miss_and_the_captured_mail(pytester: pytest.Pytester) -> None:
    """The report says what was sent instead, and cannot command the terminal."""
    pytester.makepyfile(FAILING)
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*MailNotFound: No mail matched*",
            "*1 character differs*",
            "*- captured mail -*",
            "To: bob@x.test",
            "Subject: Reset your pasword",
            "    Dear \ufffd[[]31mBob",
        ]
    )


def test_a_shared_server_that_is_away_is_told(pytester: pytest.Pytester) -> None:
    """No test waits for its timeout."""
    pytester.makepyfile(PASSING)
    result = pytester.runpytest_subprocess("--mailcatch-url", "http://u:secret@127.0.0.1:1")
    result.assert_outcomes(errors=6)
    result.stdout.fnmatch_lines(["*SinkFailed: no mailcatch answers at http://127.0.0.1:1 *"])


def test_workers_share_a_server_by_inboxes(pytester: pytest.Pytester, shared: MailCatch) -> None:
    """Each test has an inbox of its own, which is gone afterwards; its mail stays."""
    pytester.makepyfile(PASSING)
    pytester.runpytest_subprocess("-n2", "--mailcatch-url", shared.url).assert_outcomes(passed=6)
    assert len(shared.messages()) == 6


def test_an_unknown_framework_is_told(pytester: pytest.Pytester) -> None:
    """The mistake in the ini file is named."""
    pytester.makeini("[pytest]\nmailcatch_wire = djingo")
    pytester.makepyfile("def test_it(mailcatch): pass")
    pytester.runpytest_subprocess().stdout.fnmatch_lines(["*there is no 'djingo'; there is django*"])


def test_a_run_without_mail_starts_nothing(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin of an installed mailcatch costs other tests nothing: even a wrong URL is never looked at."""
    monkeypatch.setenv("MAILCATCH_URL", "nonsense")
    pytester.makepyfile("def test_it(): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_the_captured_mail_of_a_test_without_any() -> None:
    """It says so; a server that fails then does not hide the test's own failure."""
    with scripted((200, {"messages": []})) as server:
        assert captured(MailCatch(server.url)) == "no mail"
    with scripted(problem("internal", status=500)) as server:
        assert captured(MailCatch(server.url)).startswith("cannot be read: ")


def test_a_long_mail_is_cut() -> None:
    """A report stays readable."""
    long = message(text="x" * 5000, headers=[], seq=1)
    with scripted((200, {"messages": [long]})) as server:
        assert captured(MailCatch(server.url)).endswith("    … 3000 characters more")
