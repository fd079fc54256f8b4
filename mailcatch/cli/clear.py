"""`mailcatch clear`: every message goes."""

from __future__ import annotations

import click

from mailcatch.cli.rm import delete_all
from mailcatch.cli.server import Place, finds_server


@click.command("clear")
@click.option("--yes", "-y", is_flag=True, help="do not ask")
@click.option("--json", "as_json", is_flag=True, help="print the number as JSON")
@finds_server
def command(place: Place, /, *, yes: bool, as_json: bool) -> None:
    """Delete every message for ever; the same as `rm --all`."""
    delete_all(place, yes=yes, as_json=as_json)
