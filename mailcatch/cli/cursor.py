"""`mailcatch cursor`: where the log is now."""

from __future__ import annotations

import click

from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import write


@click.command("cursor")
@finds_server
def command(place: Place) -> None:
    """Print where the log is now: mail that comes later is what --since finds.

    \b
    since=$(mailcatch cursor)
    ./sign-up bob@x.test
    mailcatch wait --to bob@x.test --since "$since" --print code
    """  # noqa: D301 - click's own sign: leave these lines as they are
    write(f"{place.server().json('GET', '/v1/cursor')['cursor']}\n")
