"""A client that hands a message over by SMTP, as it is."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence

PATIENCE = 20.0


def hand_over(address: tuple[str, int], mail_from: str, recipients: Sequence[str], raw: bytes, *parameters: str) -> str:
    """Send a message with its bare CR and LF; give the last word of the reply, the queue's id."""
    with smtplib.SMTP(*address, timeout=PATIENCE) as client:
        client.ehlo("client.test")
        client.command_encoding = "utf-8"
        wide = [] if all(map(str.isascii, recipients)) else ["SMTPUTF8"]
        _expect(client.mail(mail_from, ["BODY=8BITMIME", *wide, *parameters]))
        for recipient in recipients:
            _expect(client.docmd("RCPT", f"TO:<{recipient}>"))
        _expect(client.docmd("DATA"), 354)
        client.send(_stuffed(raw) + b".\r\n")
        return _expect(client.getreply()).rpartition(" ")[2]


def _expect(reply: tuple[int, bytes], code: int = 250) -> str:
    assert reply[0] == code, reply
    return reply[1].decode()


def _stuffed(raw: bytes) -> bytes:
    """Double the dots that begin a line: one that CRLF ended, for no other is a line of SMTP."""
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in raw.split(b"\r\n"))


def letter(name: str) -> bytes:
    """Write a mail whose bytes nobody would write by hand; its lines are no longer than Postfix leaves them."""
    head = b"From: app@home.test\r\nTo: you\r\nSubject: hello\r\nMessage-ID: <%s@home.test>\r\n\r\n" % name.encode()
    return head + b"\tthe \xe4\r\n\r\n.dot  \r\n..\r\n--=_\r\n" + b"x" * 990 + b"\r\nend\r\n\r\n"
