"""`mailcatch run`: a command with a sink of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from mailcatch.cli.presets import PRESETS, environment
from mailcatch.cli.private import PrivateServer
from mailcatch.cli.terminal import say


@click.command("run", context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False})
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="set the names that this framework's apps read, too")
@click.option("--artifacts", metavar="DIR", help="when the command fails, leave its mails and transcripts here")
@click.argument("words", metavar="-- COMMAND [ARGUMENT]...", nargs=-1, required=True, type=click.UNPROCESSED)
def command(preset: str | None, artifacts: str | None, words: tuple[str, ...]) -> int:
    """Run a command with a mailcatch of its own, on free ports, and end with the command's exit code.

    The command finds it by SMTP_HOST, SMTP_PORT, SMTP_URL and MAILCATCH_URL, and by the names of --preset. Nothing of
    either is left afterwards, not even when this process is killed.
    """
    folder = None if artifacts is None else Path(artifacts)
    if folder is not None:
        from mailcatch.cli.artifacts import prepare

        prepare(folder)
    with PrivateServer() as server:
        code = _run(words, {**os.environ, **environment(server.address, preset)})
        if not server.is_running:
            say("mailcatch: the server ended before the command did; mails may be missing")
        elif code != 0:
            _report(server.address.url, folder)
    return code


def _run(words: tuple[str, ...], variables: dict[str, str]) -> int:
    if sys.platform == "win32":
        import subprocess

        return subprocess.call(words, env=variables)  # noqa: S603 - it is what we are for
    from mailcatch.cli.guardian import supervise

    return supervise(words, variables)


def _report(url: str, folder: Path | None) -> None:
    """Say what mail the failed command has sent, and leave it in the folder; whatever goes wrong is said only."""
    from mailcatch.cli.server import Server
    from mailcatch.errors import MailcatchError

    server = Server(url)
    try:
        if folder is None:
            total = server.json("GET", "/v1/counts")["total"]
            if total:
                say(f"mailcatch: the command failed after {_many(total, 'mail')}; --artifacts DIR keeps them")
            return
        from mailcatch.cli.artifacts import gather

        mails, sessions = gather(server, folder)
        say(f"mailcatch: {_many(mails, 'mail')} and {_many(sessions, 'transcript')} are in {folder}")
    except (OSError, click.ClickException, MailcatchError) as error:
        say(f"mailcatch: --artifacts: {error}")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
