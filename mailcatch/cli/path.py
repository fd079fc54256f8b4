"""`mailcatch path`: the way of a message."""

from __future__ import annotations

import json
from urllib.parse import quote

import click

from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import block, write


@click.command("path")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="the API's own answer")
@finds_server
def command(place: Place, /, *, id: str, as_json: bool) -> None:
    """Show the way of the message ID (or `latest`): in, on by relay, back, and into mail programs."""
    server, path = place.server(), f"/v1/messages/{quote(id, safe='')}/path"
    if as_json:
        write(json.dumps(server.json("GET", path), indent=2) + "\n")
    else:
        write(block(server.fetch("GET", path, headers={"Accept": "text/plain"}).decode("utf-8", "replace")))
