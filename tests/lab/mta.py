"""Servers that take mail as a script wants: each fault that a sender must stand, and what was said, kept.

One host is one address with port 25. What refuses a connection is an address where nothing listens; what swallows it is
one of `namespace.SWALLOWED`.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Self

PATIENCE = 30.0
EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 10485760")


@dataclass(frozen=True)
class Script:
    """What a server says. A reply that is empty is never given: the client is left waiting."""

    banner: str = "220 mx.test ESMTP"
    extensions: tuple[str, ...] = EXTENSIONS
    ehlo: str = "250"
    """The code of the reply to EHLO; with 250 the extensions follow."""

    mail: str = "250 2.1.0 Ok"
    rcpt: Mapping[str, str] = field(default_factory=dict)
    """Replies by local part; the others are welcome."""

    data: str = "354 Go on"
    dot: str = "250 2.0.0 Ok: kept"
    limit: int = 1000
    """Recipients of one transaction; more are 452."""

    greylist: int = 0
    """So many times each recipient is 450 before it is welcome."""

    slow: float = 0.0
    """Seconds between the dot and its reply."""

    drop: str = ""
    """Go away without a word: `data`, in the middle of the content, or `dot`, after its end."""

    certificate: str = ""
    """Offer STARTTLS with this one of the lab's certificates: good, self-signed, expired, other."""

    garbage: bool = False
    """Offer STARTTLS, and answer the handshake with what is none."""


@dataclass(frozen=True)
class Mail:
    """One message that came in, whether or not the client was told."""

    mail_from: str
    parameters: str
    recipients: tuple[str, ...]
    raw: bytes
    """The content as it came, its dots unstuffed."""

    helo: str
    protected: bool


@dataclass
class Talk:
    """One connection: who came, and each line that the client said."""

    peer: str
    lines: list[str] = field(default_factory=list)
    helo: str = ""
    protected: bool = False

    def said(self, verb: str) -> list[str]:
        """Give the lines that begin with a word."""
        return [line for line in self.lines if line.upper().startswith(verb)]


class Mta:
    """One server; `talks` and `mails` are what came."""

    def __init__(self, address: str, script: Script, tls: ssl.SSLContext | None = None, *, port: int = 25) -> None:
        self.script, self.tls = script, tls
        self.talks: list[Talk] = []
        self.mails: list[Mail] = []
        self._seen: Counter[str] = Counter()
        self._listener = socket.create_server((address, port), backlog=200)
        self.address = self._listener.getsockname()[:2]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._came = threading.Condition()

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, name="mta", daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                sock, peer = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a reply waits for no other
                talk = Talk(peer[0])
                self.talks.append(talk)
                threading.Thread(target=self._serve, args=(sock, talk), name="mta", daemon=True).start()

    def _serve(self, sock: socket.socket, talk: Talk) -> None:
        with self._lock:
            self._open.add(sock)
        conversation = _Conversation(self, sock, talk)
        try:
            with contextlib.suppress(OSError, _Gone):
                conversation.run()
        finally:
            with self._lock:
                self._open.discard(sock)
            conversation.close()

    def keep(self, mail: Mail) -> None:
        """Take a message in."""
        with self._came:
            self.mails.append(mail)
            self._came.notify_all()

    def await_mails(self, count: int = 1) -> list[Mail]:
        """Wait until so many messages have come in; give them."""
        with self._came:
            assert self._came.wait_for(lambda: len(self.mails) >= count, PATIENCE), f"only {len(self.mails)} came"
            return list(self.mails)

    def greylisted(self, recipient: str) -> bool:
        """Count a visit; say whether it is one too early."""
        with self._lock:
            self._seen[recipient] += 1
            return self._seen[recipient] <= self.script.greylist


class _Gone(Exception):
    """The conversation is over."""


class _Conversation:
    """One client being served, line by line."""

    def __init__(self, mta: Mta, sock: socket.socket, talk: Talk) -> None:
        self._mta, self._script, self._talk = mta, mta.script, talk
        self._sock = sock
        self._file: BinaryIO = sock.makefile("rb")
        self._mail_from: str | None = None
        self._parameters = ""
        self._recipients: list[str] = []

    def close(self) -> None:
        self._file.close()
        self._sock.close()

    def run(self) -> None:
        self._say(self._script.banner)
        while line := self._file.readline():
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            self._talk.lines.append(text)
            verb = text.partition(" ")[0].upper()
            handler = getattr(self, f"_on_{verb.lower()}", None)
            if handler is None:
                self._say("500 5.5.2 What?")
            else:
                handler(text)

    def _say(self, *lines: str) -> None:
        """Give a reply; an empty one leaves the client waiting until it goes."""
        if not lines[0]:
            while self._file.readline():
                pass
            raise _Gone
        code = lines[0][:3]
        texts = [lines[0][4:], *lines[1:]]
        reply = [f"{code}-{text}" for text in texts[:-1]] + [f"{code} {texts[-1]}"]
        self._sock.sendall("".join(f"{each}\r\n" for each in reply).encode())
        if code == "421":
            raise _Gone

    def _on_ehlo(self, text: str) -> None:
        self._talk.helo = text.partition(" ")[2]
        if not self._script.ehlo.startswith("250"):
            self._say(self._script.ehlo)
            return
        offered = (self._mta.tls or self._script.garbage) and not self._talk.protected
        self._say("250 mx.test", *self._script.extensions, *(["STARTTLS"] if offered else []))

    def _on_helo(self, text: str) -> None:
        self._talk.helo = text.partition(" ")[2]
        self._say("250 mx.test")

    def _on_starttls(self, _: str) -> None:
        self._say("220 2.0.0 Ready")
        if self._script.garbage:
            self._sock.sendall(b"no handshake, but words\r\n" * 8)
            raise _Gone
        assert self._mta.tls is not None
        self._file.close()
        self._sock = self._mta.tls.wrap_socket(self._sock, server_side=True)
        self._file = self._sock.makefile("rb")
        self._talk.protected = True

    def _on_mail(self, text: str) -> None:
        if self._script.mail.startswith("2"):
            address, _, self._parameters = text.partition(":")[2].strip().partition(" ")
            self._mail_from, self._recipients = address.strip("<>"), []
        self._say(self._script.mail)

    def _on_rcpt(self, text: str) -> None:
        recipient = text.partition(":")[2].strip().partition(" ")[0].strip("<>")
        self._say(self._judge(recipient))

    def _judge(self, recipient: str) -> str:
        """Decide on a recipient."""
        if self._mail_from is None:
            return "503 5.5.1 MAIL first"
        said = self._script.rcpt.get(recipient.rpartition("@")[0], "250 2.1.5 Ok")
        if said.startswith("2") and len(self._recipients) >= self._script.limit:
            return "452 4.5.3 Too many recipients"
        if said.startswith("2") and self._mta.greylisted(recipient):
            return "450 4.2.0 Greylisted, come again"
        if said.startswith("2"):
            self._recipients.append(recipient)
        return said

    def _on_data(self, _: str) -> None:
        if not self._recipients:
            self._say("554 5.5.1 No valid recipients")
            return
        self._say(self._script.data)
        if not self._script.data.startswith("354"):
            return
        if self._script.drop == "data":
            self._file.readline()
            self._cut()
        self._keep(b"".join(self._content()))
        if self._script.drop == "dot":
            self._cut()
        threading.Event().wait(self._script.slow)
        self._say(self._script.dot)

    def _content(self) -> list[bytes]:
        """Read up to the dot."""
        lines = []
        while (line := self._file.readline()) != b".\r\n":
            if not line:
                raise _Gone
            lines.append(line[1:] if line.startswith(b".") else line)
        return lines

    def _keep(self, raw: bytes) -> None:
        """Keep a message; an address may be the next one's."""
        assert self._mail_from is not None
        recipients, helo, protected = tuple(self._recipients), self._talk.helo, self._talk.protected
        self._mta.keep(Mail(self._mail_from, self._parameters, recipients, raw, helo, protected))
        self._mail_from, self._recipients = None, []

    def _cut(self) -> None:
        """Reset the connection, so that the client learns it at once."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        raise _Gone

    def _on_rset(self, _: str) -> None:
        self._mail_from, self._recipients = None, []
        self._say("250 2.0.0 Ok")

    def _on_noop(self, _: str) -> None:
        self._say("250 2.0.0 Ok")

    def _on_quit(self, _: str) -> None:
        self._say("221 2.0.0 Bye")
        raise _Gone
