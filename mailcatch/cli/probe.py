"""`mailcatch probe`: what the server of an address says about it."""

from __future__ import annotations

import json

import click

from mailcatch.cli.relaying import PATIENCE, post, print_events, say_notice
from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import line, write


@click.command("probe")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="the API's own answer")
@finds_server
def command(place: Place, /, *, address: str, as_json: bool) -> None:
    """Ask the server of ADDRESS about it: TLS, MAIL, RCPT, then RSET and QUIT, and no message."""
    server = place.server(timeout=PATIENCE)
    if not as_json:
        say_notice(server)
    value = post(server, "/v1/relay/probe", {"address": address})
    if as_json:
        write(json.dumps(value, indent=2) + "\n")
        return
    print_events(value)
    write(line(value["verdict"]) + "\n")
