"""`mailcatch release`: a message goes on to people who are named."""

from __future__ import annotations

from urllib.parse import quote

import click

from mailcatch.cli.relaying import post, print_job, say_notice
from mailcatch.cli.server import Place, finds_server


@click.command("release")
@click.argument("id")
@click.option("--to", "-t", multiple=True, required=True, metavar="ADDRESS", help="who shall get it; repeatable")
@click.option("--json", "as_json", is_flag=True, help="the API's own answer")
@finds_server
def command(place: Place, /, *, id: str, to: tuple[str, ...], as_json: bool) -> None:
    """Send the message ID (or `latest`) on to each --to, by the relay of the server.

    What its rules do not allow is refused, with the rule's name.
    """
    server = place.server()
    if not as_json:
        say_notice(server)
    job = post(server, f"/v1/messages/{quote(id, safe='')}/release", {"to": list(to)})
    print_job(job, as_json=as_json)
