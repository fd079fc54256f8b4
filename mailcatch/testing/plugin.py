"""The pytest plugin: fixtures, options, and the captured mail in the report of a failed test.

With `--mailcatch-url` or MAILCATCH_URL all workers share that server, and each test has an inbox of its own. Else each
worker of pytest-xdist starts a server when a test first wants one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack

import pytest

from mailcatch.testing import wiring
from mailcatch.testing.client import MailCatch
from mailcatch.testing.errors import RequestRefused, SinkFailed
from mailcatch.testing.message import Message

SECTION = "captured mail"
MOST = 10
"""Mails that a report shows."""

LONGEST = 2000
"""Characters of a mail's text that a report shows."""

_SINK = pytest.StashKey[MailCatch]()
WIRED = {"django": wiring.django}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("mailcatch", "mail caught by mailcatch")
    group.addoption(
        "--mailcatch-url",
        metavar="URL",
        help="a server that runs, http://[user:password@]host:port[/prefix], which tests share [MAILCATCH_URL]",
    )
    parser.addini("mailcatch_wire", "whose mail goes to mailcatch in each test that uses it: django", "args", [])


@pytest.fixture(scope="session")
def mailcatch_server(pytestconfig: pytest.Config) -> Iterator[MailCatch]:
    """Give the server of the whole run: all of its mail, whichever test it is of."""
    with MailCatch(pytestconfig.getoption("--mailcatch-url")) as server:
        yield server


@pytest.fixture
def mailcatch(request: pytest.FixtureRequest, mailcatch_server: MailCatch) -> Iterator[MailCatch]:
    """Give the mail of this test: from its start on, or on a shared server in an inbox of its own."""
    with ExitStack() as stack:
        sink = stack.enter_context(mailcatch_server.isolated(request.node.nodeid))
        for name in request.config.getini("mailcatch_wire"):
            if name not in WIRED:
                raise pytest.UsageError(f"mailcatch_wire: there is no {name!r}; there is {', '.join(WIRED)}")
            stack.enter_context(WIRED[name](sink))
        request.node.stash[_SINK] = sink
        yield sink


@pytest.fixture
def mailcatch_django(mailcatch: MailCatch) -> Iterator[MailCatch]:
    """Have Django send to the mail of this test, and give that."""
    with wiring.django(mailcatch):
        yield mailcatch


@pytest.fixture
def mailcatch_flask_mail(mailcatch: MailCatch) -> Iterator[Callable[[wiring.FlaskApp], MailCatch]]:
    """Give a function that has an application's Flask-Mail send to the mail of this test."""
    with ExitStack() as stack:

        def wire(app: wiring.FlaskApp) -> MailCatch:
            stack.enter_context(wiring.flask_mail(mailcatch, app))
            return mailcatch

        yield wire


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the mail of a test that failed."""
    report = yield
    sink = item.stash.get(_SINK, None)
    if sink is not None and report.failed and report.when == "call":
        report.sections.append((SECTION, captured(sink)))
    return report


def captured(sink: MailCatch) -> str:
    """Return the newest mail that a client sees, in words."""
    try:
        found = sink.messages(limit=MOST)
        return "\n\n".join(_shown(each) for each in found) or "no mail"
    except (SinkFailed, RequestRefused) as error:
        return f"cannot be read: {error}"


def _shown(mail: Message) -> str:
    text = mail.text.strip()
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n… {len(text) - LONGEST} characters more"
    head = f"From: {', '.join(mail.from_)}\nTo: {', '.join(mail.rcpt)}\nSubject: {mail.subject}"
    body = "\n".join(f"    {_clean(line)}" for line in text.splitlines())
    return f"{_clean(head)}\n{body}".rstrip()


def _clean(text: str) -> str:
    """Return text that cannot command a terminal."""
    return "".join(each if each.isprintable() or each == "\n" else "�" for each in text)
