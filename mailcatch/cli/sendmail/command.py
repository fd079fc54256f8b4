"""`mailcatch sendmail`: the same as the program mailcatch-sendmail."""

from __future__ import annotations

import click

from mailcatch.cli.sendmail.program import run


@click.command(
    "sendmail",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    add_help_option=False,
)
@click.argument(
    "words", metavar="[-t] [-i] [-f ADDRESS] [-S HOST:PORT] [RECIPIENT]...", nargs=-1, type=click.UNPROCESSED
)
def command(words: tuple[str, ...]) -> int:
    """Be sendmail(8): send the message on standard input. The exit codes are those of sysexits.h.

    Also installed as a program of its own, mailcatch-sendmail, which starts faster: PHP's sendmail_path =
    "mailcatch-sendmail -t -i".
    """
    return run(words)
