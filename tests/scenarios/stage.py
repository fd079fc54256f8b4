"""A whole server, and what a scenario does with it: mail over real SMTP, questions over real HTTP."""

from __future__ import annotations

import http.client
import json
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from mailcatch.app import Service
from mailcatch.config import Config
from mailcatch.model import Listener
from tests.support.service import running

_QUEUED = re.compile(rb"queued as (\w{26})")


@dataclass(frozen=True, slots=True)
class Stage:
    """The server of one scenario."""

    service: Service

    def mail(
        self,
        subject: str = "Reset your password",
        *,
        to: str = "bob@shop.test",
        rcpt: Sequence[str] = (),
        head: str = "",
        text: str = "Hello.",
        user: str | None = None,
    ) -> str:
        """Send a mail, to its header's address unless `rcpt` says otherwise; return its id."""
        raw = f"From: app@shop.test\r\nTo: {to}\r\nSubject: {subject}\r\n{head}\r\n{text}\r\n"
        with self.smtp() as smtp:
            smtp.ehlo()
            if user is not None:
                smtp.login(user, "secret")
            assert smtp.mail("app@shop.test")[0] == 250
            for each in rcpt or [to]:
                assert smtp.rcpt(each)[0] == 250
            code, reply = smtp.data(raw.encode())
        assert code == 250
        queued = _QUEUED.search(reply)
        assert queued is not None
        return queued[1].decode()

    @contextmanager
    def smtp(self, listener: Listener | None = None) -> Iterator[smtplib.SMTP]:
        """Connect to the SMTP door; a server that closed first is no failure of the scenario."""
        where = listener or self.service.info().smtp[0]
        smtp = smtplib.SMTP(where.host, where.port, local_hostname="app.shop.test", timeout=20)
        try:
            yield smtp
        finally:
            with suppress(smtplib.SMTPServerDisconnected):
                smtp.quit()

    def refused(self, *commands: str, starttls: bool = False) -> None:
        """Hold a dialogue whose last command is refused."""
        listeners = [each for each in self.service.info().smtp if not starttls or each.tls == "starttls"]
        with self.smtp(listeners[0]) as smtp:
            smtp.ehlo()
            for command in commands:
                code, _ = smtp.docmd(command)
            assert code >= 400

    def broken_tls(self) -> None:
        """Begin STARTTLS as a client does that does not trust the certificate."""
        (listener,) = [each for each in self.service.info().smtp if each.tls == "starttls" and ":" not in each.host]
        with suppress(ssl.SSLError, OSError), self.smtp(listener) as smtp:
            smtp.starttls(context=ssl.create_default_context())
        self.until("session")

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Ask the API; return status and JSON."""
        where = self.service.info().http[0]
        connection = http.client.HTTPConnection(where.host, where.port, timeout=20)
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Content-Type": "application/json"} if sent else {})
        answer = connection.getresponse()
        found = answer.status, json.loads(answer.read() or b"null")
        connection.close()
        return found

    def until(self, kind: str) -> None:
        """Return when an event of this kind is in the log."""
        where = self.service.info().http[0]
        connection = http.client.HTTPConnection(where.host, where.port, timeout=20)
        connection.request("GET", "/v1/events?since=start")
        with connection.getresponse() as stream:
            while f'"kind":"{kind}"' not in (line := stream.readline().decode()):
                assert line
        connection.close()

    def cursor(self) -> str:
        """Return where the log is."""
        return str(self.ask("GET", "/v1/cursor")[1]["cursor"])

    def change(self, id: str, **what: object) -> None:
        """Change a message."""
        assert self.ask("PATCH", "/v1/messages", {"ids": [id], **what})[1]["changed"] == 1


@contextmanager
def staged(config: Config) -> Iterator[Stage]:
    """Run a server for the length of a block."""
    with running(config) as service:
        yield Stage(service)


_CHANGING = (
    (re.compile(r"\b01[0-9A-HJKMNP-TV-Z]{24}\b"), "<id>"),
    (re.compile(r"\b127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"\[?::1\]?:\d+"), "[::1]:<port>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"since [0-9a-z]{8}\.\d+"), "since <cursor>"),
    (re.compile(r"[+-]\d+\.\d+ s"), "<n> s"),
    (re.compile(r"\b\d+\.\d s\b"), "<n> s"),
)


def steadied(text: str) -> str:
    """Return an explanation without what a clock or the system gives."""
    for pattern, name in _CHANGING:
        text = pattern.sub(name, text)
    return text
