"""The two who are judged, with the same three things to do to them: deliver a mail, connect to IMAP, to POP3."""

from __future__ import annotations

import imaplib
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tests.support.dovecot import Dovecot
from tests.support.sink import Sink, sink

Address = tuple[str, int]


class Server(Protocol):
    """One server."""

    @property
    def imap(self) -> Address:
        """Where it speaks IMAP."""

    @property
    def pop3(self) -> Address:
        """Where it speaks POP3."""

    def deliver(self, user: str, raw: bytes) -> None:
        """Put a mail into a user's INBOX; it is there when this returns."""


class Theirs:
    """Dovecot. Delivery is APPEND on a connection of its own."""

    def __init__(self, dovecot: Dovecot) -> None:
        self.imap = dovecot.imap
        self.pop3 = dovecot.pop3

    def deliver(self, user: str, raw: bytes) -> None:
        """Append to INBOX."""
        with imaplib.IMAP4(*self.imap) as client:
            client.login(user, "secret")
            answer = client.append("INBOX", "", "", raw)
            assert answer[0] == "OK", answer


class Ours:
    """mailcatch. Delivery is SMTP, as ever."""

    def __init__(self, running: Sink) -> None:
        self.running = running
        self.imap = running.imap
        self.pop3 = running.pop3

    def deliver(self, user: str, raw: bytes) -> None:
        """Send it."""
        with smtplib.SMTP(*self.running.smtp, local_hostname="localhost") as client:
            client.sendmail("judge@judge.test", [user], raw)


@contextmanager
def theirs() -> Iterator[Theirs]:
    """Run Dovecot for the length of a block."""
    with Dovecot() as dovecot:
        yield Theirs(dovecot)


@contextmanager
def ours() -> Iterator[Ours]:
    """Run mailcatch for the length of a block."""
    with sink() as running:
        yield Ours(running)
