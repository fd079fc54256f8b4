"""Trying every door of a running server as a client would: a mail goes in by each listener, and is read by each."""

from __future__ import annotations

import contextlib
import imaplib
import poplib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailcatch.cli.server import Server

RECIPIENT_DOMAIN = "mailcatch.example"
MARK = "X-Mailcatch-Doctor"
"""The header field by which the mails of one checkup are known."""

PATIENCE = 10.0
"""Seconds that a door may take for each answer."""

_NEWEST = 50  # messages of a POP3 mailbox that are looked at


@dataclass(frozen=True, slots=True)
class Door:
    """One listener, as a client reaches it."""

    protocol: str
    host: str
    port: int
    tls: str  # none, starttls, implicit

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (
            f"{self.protocol} {host}:{self.port}" + {"none": "", "starttls": " STARTTLS", "implicit": " TLS"}[self.tls]
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one try, in words."""

    door: str
    works: bool
    text: str


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password, where the server wants real ones."""

    user: str
    password: str


class Trouble(Exception):
    """A door did not do what it should; the text says what."""


class Checkup:
    """One round: its token marks its mails, `ca` is a certificate to trust besides the system's."""

    def __init__(self, server: Server, token: str, login: Login | None, ca: Path | None) -> None:
        self._server = server
        self._token = token
        self._login = login
        self._ca = ca
        self._note = ""
        self.recipient = f"doctor-{token}@{RECIPIENT_DOMAIN}"

    def doors(self) -> list[Door]:
        """Return every listener that the server tells; one that listens on all addresses is where its web is."""
        info = self._server.json("GET", "/v1/info")
        return [
            Door(name.upper(), self._reachable(str(each["host"])), int(each["port"]), str(each["tls"]))
            for name in ("smtp", "pop3", "imap")
            for each in info[name]
        ]

    def _reachable(self, host: str) -> str:
        return self._server.host if host in {"0.0.0.0", "::"} else host  # noqa: S104 - where it listens

    def findings(self, doors: Sequence[Door]) -> Iterator[Finding]:
        """Try one door after the other, SMTP first; what was sent is deleted at the end."""
        sent = 0
        try:
            for door in doors:
                if door.protocol == "SMTP":
                    finding = self._try(door, self._smtp)
                    sent += finding.works
                    yield finding
            yield self._web(sent)
            readers: Mapping[str, Callable[[Door], str]] = {"POP3": self._pop3, "IMAP": self._imap}
            for door in doors:
                if door.protocol in readers and sent:
                    yield self._try(door, readers[door.protocol])
        finally:
            self._delete()

    def _try(self, door: Door, act: Callable[[Door], str]) -> Finding:
        self._note = ""
        try:
            text = act(door)
        except Trouble as error:
            return Finding(str(door), False, str(error))
        except (OSError, smtplib.SMTPException, poplib.error_proto, imaplib.IMAP4.error, EOFError, ValueError) as error:
            return Finding(str(door), False, _words(error))
        return Finding(str(door), True, text + self._note)

    def _smtp(self, door: Door) -> str:
        def talk(context: ssl.SSLContext) -> None:
            if door.tls == "implicit":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    door.host, door.port, local_hostname="localhost", timeout=PATIENCE, context=context
                )
            else:
                smtp = smtplib.SMTP(door.host, door.port, local_hostname="localhost", timeout=PATIENCE)
            with smtp:
                if door.tls == "starttls":
                    smtp.starttls(context=context)
                if self._login is not None:
                    smtp.login(self._login.user, self._login.password)
                smtp.sendmail(f"doctor@{RECIPIENT_DOMAIN}", [self.recipient], self._mail(door))

        self._trusting(door, talk)
        return "took a mail"

    def _mail(self, door: Door) -> bytes:
        lines = (
            f"From: doctor@{RECIPIENT_DOMAIN}",
            f"To: {self.recipient}",
            f"Subject: mailcatch doctor: {door}",
            f"{MARK}: {self._token}",
            "",
            f"Sent to {door} by mailcatch doctor.",
        )
        return "".join(f"{line}\r\n" for line in lines).encode()

    def _web(self, sent: int) -> Finding:
        found = len(self._ids())
        text = f"shows {found} of {sent}" if sent else "answers; there is nothing to look for"
        return Finding(f"HTTP {self._server.url}", found == sent, text)

    def _ids(self) -> list[str]:
        page = self._server.json("GET", "/v1/messages", [("rcpt", self.recipient), ("limit", "1000")])
        return [str(each["id"]) for each in page["messages"]]

    def _delete(self) -> None:
        if ids := self._ids():
            self._server.json("DELETE", "/v1/messages", [("id", each) for each in ids])

    def _pop3(self, door: Door) -> str:
        def talk(context: ssl.SSLContext) -> int:
            if door.tls == "implicit":
                pop3: poplib.POP3 = poplib.POP3_SSL(door.host, door.port, timeout=PATIENCE, context=context)
            else:
                pop3 = poplib.POP3(door.host, door.port, timeout=PATIENCE)
            try:
                if door.tls == "starttls":
                    pop3.stls(context=context)
                pop3.user(self._user)
                pop3.pass_(self._password)
                count = pop3.stat()[0]
                wanted = f"{MARK}: {self._token}".encode()
                return sum(wanted in pop3.top(n, 0)[1] for n in range(max(1, count - _NEWEST + 1), count + 1))
            finally:
                with contextlib.suppress(OSError):  # of a handshake that failed: that is the error to tell
                    pop3.close()

        return _shown(self._trusting(door, talk))

    def _imap(self, door: Door) -> str:
        def talk(context: ssl.SSLContext) -> int:
            if door.tls == "implicit":
                imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(door.host, door.port, ssl_context=context, timeout=PATIENCE)
            else:
                imap = imaplib.IMAP4(door.host, door.port, timeout=PATIENCE)
            try:
                if door.tls == "starttls":
                    imap.starttls(context)
                imap.login(_quoted(self._user), self._password)  # which the library quotes, the user not
                imap.select(readonly=True)
                _, found = imap.search(None, "HEADER", MARK, self._token)
                return len(found[0].split())
            finally:
                with contextlib.suppress(OSError):
                    imap.shutdown()

        return _shown(self._trusting(door, talk))

    @property
    def _user(self) -> str:
        return self.recipient if self._login is None else self._login.user

    @property
    def _password(self) -> str:
        return "any" if self._login is None else self._login.password

    def _trusting(self, door: Door, talk: Callable[[ssl.SSLContext], Any]) -> Any:  # noqa: ANN401 - what `talk` gives
        """Talk with a certificate that this machine trusts, else with any, and note that."""
        context = ssl.create_default_context()
        if self._ca is not None and self._ca.is_file():
            context.load_verify_locations(self._ca)
        try:
            return talk(context)
        except ssl.SSLCertVerificationError as error:
            self._note = f"; but its certificate is not trusted here ({error.verify_message}): see mailcatch ca"
        careless = ssl.create_default_context()
        careless.check_hostname = False
        careless.verify_mode = ssl.CERT_NONE
        return talk(careless)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shown(found: int) -> str:
    if not found:
        raise Trouble("lets us in, but does not show the mail that SMTP took")
    return f"shows {found}"


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _refused(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(error.smtp_code, error.smtp_error)
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return f"cannot be reached: {error.strerror or error}"
    return " ".join(each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in error.args)


def _refused(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    hint = "; --user and --password say who you are" if code in {530, 535} else ""
    return f"refused: {code} {words}{hint}"
