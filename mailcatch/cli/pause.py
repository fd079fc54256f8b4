"""`mailcatch pause`: the relay's pause."""

from __future__ import annotations

import click

from mailcatch.cli.relaying import post
from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import say


@click.command("pause")
@finds_server
def command(place: Place, /) -> None:
    """Stop sending, until `mailcatch resume`; kept over restarts."""
    state = post(place.server(), "/v1/relay", {"paused": True}, "PUT")
    waiting = state["counts"]["queued"] + state["counts"]["deferred"]
    say(f"the relay is {'paused' if state['paused'] else 'on its way'}; {waiting:,} recipients wait")
