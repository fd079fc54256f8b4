"""`mailcatch send`: a sample, or files, over SMTP, byte for byte."""

from __future__ import annotations

import json
import smtplib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from pathlib import Path

import click

from mailcatch.cli.errors import Missing, ServerFailed, Unreachable
from mailcatch.cli.server import Place, Server, connectable, finds_server, url_of
from mailcatch.cli.terminal import say, write
from mailcatch.config import Bind
from mailcatch.kinds import read_bind

SENDER = "sample@mailcatch.example"
RECIPIENT = "you@mailcatch.example"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to send: its bytes and its envelope."""

    raw: bytes
    sender: str
    recipients: tuple[str, ...]


@click.command("send")
@click.argument("files", metavar="[FILE.eml]...", nargs=-1)
@click.option("--to", "recipients", metavar="ADDRESS", multiple=True, help="envelope recipient, repeatable")
@click.option("--from", "sender", metavar="ADDRESS", help="envelope sender; <> is the null one")
@click.option("--smtp", metavar="[HOST:]PORT", help="where to send to  [default: where the server takes mail]")
@click.option("--json", "as_json", is_flag=True, help="print the ids as JSON")
@finds_server
def command(
    place: Place,
    /,
    *,
    files: tuple[str, ...],
    recipients: tuple[str, ...],
    sender: str | None,
    smtp: str | None,
    as_json: bool,
) -> None:
    """Send a built-in sample, or each FILE as it is (- is stdin), and print the ids.

    Without --from and --to, a file's envelope is taken from its header.
    """
    mails = [_mail_of(name, sender, recipients) for name in files] or [_sample(sender, recipients)]
    host, port = target(place, smtp)
    ids = _send(host, port, mails)
    if as_json:
        write(json.dumps({"ids": ids}) + "\n")
    else:
        write("".join(f"{each}\n" for each in ids))
        say(f"sent to {Bind(host, port)}")


def _sample(sender: str | None, recipients: Sequence[str]) -> Mail:
    from mailcatch.cli.sample import sample

    envelope_from = SENDER if sender is None else sender.strip("<>")
    return Mail(
        sample(envelope_from, list(recipients) or [RECIPIENT]), envelope_from, tuple(recipients) or (RECIPIENT,)
    )


def _mail_of(name: str, sender: str | None, recipients: Sequence[str]) -> Mail:
    """Read a file. Raises UsageError when nothing says who gets it."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}", click.get_current_context()) from error
    header = BytesHeaderParser(policy=compat32).parsebytes(raw)

    def addresses(*fields: str) -> tuple[str, ...]:
        values = [str(value) for field in fields for value in header.get_all(field, [])]
        return tuple(dict.fromkeys(address for _, address in getaddresses(values) if address))

    to = tuple(recipients) or addresses("To", "Cc", "Bcc")
    if not to:
        raise click.UsageError(f"{name} names no recipient: say --to ADDRESS", click.get_current_context())
    said = sender.strip("<>") if sender is not None else next(iter(addresses("Sender", "From")), "")
    return Mail(raw, said, to)


def target(place: Place, smtp: str | None) -> tuple[str, int]:
    """Return where mail is taken: as said, as the server tells, or as it is configured."""
    if smtp is not None:
        try:
            bind = read_bind(smtp)
        except ValueError as error:
            raise click.UsageError(f"--smtp: {smtp!r} is not possible: {error}", click.get_current_context()) from error
        return bind.host or "localhost", bind.port
    config = None if place.url else place.config()
    if config is not None and not config.http.listen:
        if not config.smtp.listen or config.smtp.listen[0].port == 0:
            raise Unreachable("--http is off, and --smtp is no port: say where to send to with --smtp HOST:PORT")
        bind = config.smtp.listen[0]
        return connectable(bind.host or config.process.host), bind.port
    return _told(Server(place.url or url_of(config))) if config else _told(place.server())


def _told(server: Server) -> tuple[str, int]:
    """Return the first SMTP listener as the server tells it; one that listens anywhere is where its web is."""
    listeners = server.json("GET", "/v1/info")["smtp"]
    if not listeners:
        raise Unreachable(f"the server at {server.url} takes no SMTP (--smtp off)")
    host = str(listeners[0]["host"])
    anywhere = host in {"0.0.0.0", "::"}  # noqa: S104 - where the server listens
    return (server.host if anywhere else host), int(listeners[0]["port"])


def _send(host: str, port: int, mails: Sequence[Mail]) -> list[str]:
    try:
        with smtplib.SMTP(host, port, local_hostname="localhost", timeout=60) as smtp:
            smtp.ehlo_or_helo_if_needed()
            return [_send_one(smtp, mail) for mail in mails]
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except ValueError as error:  # smtplib's guard against line ends in an address
        raise click.UsageError("an address has a line end in it", click.get_current_context()) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(f"no SMTP at {Bind(host, port)}: {getattr(error, 'strerror', None) or error}") from error


def _send_one(smtp: smtplib.SMTP, mail: Mail) -> str:
    """Send one mail as its bytes are, and return the id it was queued as."""
    smtp.command_encoding = "utf-8"  # smtplib's own switch for RFC 6531
    ascii_only = (mail.sender + "".join(mail.recipients)).isascii()
    # Not smtp.mail() and smtp.rcpt(): they rewrite addresses that they find odd.
    _expect(250, smtp.docmd("MAIL", f"FROM:<{mail.sender}> BODY=8BITMIME{'' if ascii_only else ' SMTPUTF8'}"))
    for recipient in mail.recipients:
        _expect(250, smtp.docmd("RCPT", f"TO:<{recipient}>"))
    _expect(354, smtp.docmd("DATA"))
    smtp.send(_stuffed(mail.raw) + b".\r\n")
    return _expect(250, smtp.getreply()).rsplit(" ", 1)[-1]


def _stuffed(raw: bytes) -> bytes:
    """Double each dot at a line's start (RFC 5321 §4.5.2): smtplib's way also changes lines that end in a bare LF."""
    whole = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    return (b"." if whole.startswith(b".") else b"") + whole.replace(b"\r\n.", b"\r\n..")


def _expect(code: int, reply: tuple[int, bytes]) -> str:
    if reply[0] != code:
        raise _refused(*reply)
    return reply[1].decode("utf-8", "replace")


def _refused(code: int, text: bytes | str) -> click.ClickException:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    sentence = f"the server refused it: {code} {words}"
    return ServerFailed(sentence) if 400 <= code < 500 else Missing(sentence)
