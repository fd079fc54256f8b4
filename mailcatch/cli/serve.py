"""`mailcatch serve`: the server itself."""

from __future__ import annotations

import click

from mailcatch.cli.options import config_from, configurable, current_settings
from mailcatch.cli.terminal import say


@click.command("serve")
@configurable()
@click.pass_context
def command(ctx: click.Context, /, **values: object) -> int:
    """Catch mail and show it, until Ctrl-C.

    Every option has an environment variable (--max-age is MAILCATCH_MAX_AGE) and a key in mailcatch.toml (max-age).
    Sizes are written 50MiB, durations 300ms, 30s, 10m, 7d; a bare number is seconds.
    """
    note = current_settings(ctx).note
    if note is not None:
        say(f"mailcatch: {note}")
    from mailcatch.app import run
    from mailcatch.cli.announce import announced

    config = config_from(ctx)
    return run(config, lambda info: announced(info, config))
