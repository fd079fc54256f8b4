"""The command `mailcatch`. Imports are late: a client command must not wait for what only the server needs."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False  # typing's own, without its import: Ctrl-C is not caught before `run`
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

INTERRUPTED = 130
"""The exit code of whoever is ended by Ctrl-C: 128 and SIGINT's number, as shells count."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and end the process with its exit code."""
    code = run(arguments)
    _let_go()
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; whatever went wrong is one line on stderr (G18)."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # also amid an import
        return INTERRUPTED
    except BrokenPipeError:  # as in `mailcatch ls | head -1`: who reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(arguments: Sequence[str] | None) -> int:
    # Importing makes objects that stay; the collector would walk them again and again, a tenth of the time to ready.
    # serve enables it when it is ready; the other commands end soon.
    gc.disable()
    import click

    from mailcatch.cli.errors import code_of, sentence_of
    from mailcatch.cli.group import group
    from mailcatch.errors import MailcatchError

    try:
        result = group.main(arguments, prog_name="mailcatch", standalone_mode=False)
    except (click.ClickException, MailcatchError) as error:
        from mailcatch.cli.terminal import say

        say(f"mailcatch: {sentence_of(error)}")
        return code_of(error)
    except click.Abort:
        return INTERRUPTED
    return result if isinstance(result, int) else 0


def _let_go() -> None:
    """Drop what a terminal or pipe that is gone did not take: Python would try again, and end with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        except (AttributeError, ValueError):  # none, or closed
            pass
