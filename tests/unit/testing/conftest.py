"""A server that tests start once, and mail for it."""

from __future__ import annotations

import os
import smtplib
from collections.abc import Callable, Iterator

import pytest

from mailcatch.testing import MailCatch

Send = Callable[..., None]

PAGE = (
    '<p>Your code is <b>482913</b></p><p><a href="https://x.test/confirm?t=1">Confirm</a> '
    '<a href="https://x.test/help">Help</a></p>'
)


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of whoever runs the tests has a say."""
    for name in list(os.environ):
        if name.startswith("MAILCATCH_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def server() -> Iterator[MailCatch]:
    """Start one server for all tests of the client."""
    with MailCatch(smtp_port=0, timeout=5) as started:
        yield started


@pytest.fixture
def sink(server: MailCatch) -> Iterator[MailCatch]:
    """Give what comes from now on."""
    with server.isolated() as view:
        yield view


@pytest.fixture
def send(server: MailCatch) -> Send:
    """Send a mail by SMTP."""

    def call(subject: str = "Hello", to: str = "bob@x.test", body: str = "Hi Bob.", kind: str = "text/plain") -> None:
        mail = (
            f"From: App <app@x.test>\r\nTo: Bob <{to}>\r\nSubject: {subject}\r\nContent-Type: {kind}\r\n\r\n{body}\r\n"
        )
        with smtplib.SMTP(server.smtp_host, server.smtp_port) as client:
            client.sendmail("app@x.test", [to], mail.encode())

    return call
