"""`mailcatch doctor`: whether every door of the server works, and how clients are set up for them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from mailcatch.cli.server import Place, Server, finds_server
from mailcatch.cli.terminal import line, write

if TYPE_CHECKING:
    from mailcatch.cli.checkup import Checkup, Door, Login

NOT_WELL = 1


@click.command("doctor")
@click.option("--user", metavar="NAME", help="log in with this name, where --auth-file is used")
@click.option("--password", metavar="WORD", envvar="MAILCATCH_PASSWORD", help="and this password")
@click.option("--json", "as_json", is_flag=True, help="print the findings as JSON")
@finds_server
def command(place: Place, /, *, user: str | None, password: str | None, as_json: bool) -> int:
    """Send a mail through every listener of the running server, and fetch it by web, POP3 and IMAP.

    One line for each says what works, then come the settings for clients; the mails are deleted again. The exit code
    is 1 if something does not work.
    """
    server = place.server()
    checkup = _checkup(place, server, user, password)
    doors = checkup.doors()
    findings = []
    for finding in checkup.findings(doors):
        findings.append(finding)
        if not as_json:
            write(f"{'ok' if finding.works else 'FAILED':8}{line(finding.door)}: {line(finding.text)}\n")
    works = all(each.works for each in findings)
    if as_json:
        write(json.dumps({"works": works, "findings": [asdict(each) for each in findings]}, indent=2) + "\n")
    else:
        write("".join(f"{each}\n" for each in settings(server, doors)))
    return 0 if works else NOT_WELL


def _checkup(place: Place, server: Server, user: str | None, password: str | None) -> Checkup:
    from mailcatch.cli.checkup import Checkup, Login

    login: Login | None = None if user is None else Login(user, password or "")
    ca = place.config().tls.folder
    if ca is None:
        from platformdirs import user_data_path

        ca = user_data_path("mailcatch", appauthor=False) / "tls"
    return Checkup(server, secrets.token_hex(6), login, ca / "ca.pem")


def settings(server: Server, doors: Sequence[Door]) -> Iterator[str]:
    """Yield what to enter in an app, in a mail program and in a container."""
    yield ""
    for protocol, whose in (("SMTP", "For your app"), ("IMAP", "For mail programs"), ("POP3", "For mail programs")):
        for door in _once(each for each in doors if each.protocol == protocol):
            yield f"{whose + ':':20}{protocol} server {door.host}, port {door.port}, {_PROTECTION[door.tls]}"
    if any(each.protocol in {"IMAP", "POP3"} for each in doors):
        yield f"{'':20}user: a recipient's address, @domain, an inbox, or all; any password without --auth-file"
    yield f"{'Inbox:':20}{server.url}/"
    ports = [each.port for each in doors if each.protocol == "SMTP"][:1]
    if ports and all(_is_loopback(each.host) for each in doors):
        yield (
            f"{'From a container:':20}it cannot be reached there: it listens on this machine's loopback alone; "
            f"start it with --host any, and say host.docker.internal:{ports[0]}"
        )


def _once(doors: Iterable[Door]) -> Iterable[Door]:
    """Return one of each port: 127.0.0.1 and ::1 are one setting."""
    found: dict[tuple[int, str], Door] = {}
    for each in doors:
        found.setdefault((each.port, each.tls), each)
    return found.values()


_PROTECTION = {"none": "no encryption", "starttls": "STARTTLS", "implicit": "TLS"}


def _is_loopback(host: str) -> bool:
    return host == "::1" or host.startswith("127.") or host == "localhost"
