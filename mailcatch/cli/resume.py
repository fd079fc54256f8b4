"""`mailcatch resume`: the relay's going on."""

from __future__ import annotations

import click

from mailcatch.cli.relaying import post
from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import say


@click.command("resume")
@finds_server
def command(place: Place, /) -> None:
    """Let the relay go on after a pause."""
    state = post(place.server(), "/v1/relay", {"paused": False}, "PUT")
    waiting = state["counts"]["queued"] + state["counts"]["deferred"]
    say(f"the relay is {'paused' if state['paused'] else 'on its way'}; {waiting:,} recipients wait")
