"""How a failure is told: a block on stderr, and on GitHub Actions an annotation, which its pages show at the top."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from mailcatch.cli.errors import code_of, sentence_of
from mailcatch.cli.terminal import block, line
from mailcatch.errors import MailcatchError


def tell(title: str, text: str, *, file: str | None = None) -> None:
    """Write a failure to stderr, clean whatever mail it quotes; `file` is where the expectation stands."""
    told = annotation(title, text, file) if on_github() else block(text).rstrip()
    with suppress(OSError, ValueError):
        sys.stderr.write(f"{told}\n")
        sys.stderr.flush()


def on_github() -> bool:
    """Whether a step of GitHub Actions runs us."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def annotation(title: str, text: str, file: str | None = None) -> str:
    """Return the workflow command for an error, on one line.

    The runner reads `%`, CR and LF escaped in the text, and `:` and `,` besides in properties. A text that begins with
    `::` cannot be taken for another command, for it does not begin the line.
    """
    properties = [f"title={_property(line(title))}", *([f"file={_property(line(file))}"] if file else [])]
    return f"::error {','.join(properties)}::{_data(block(text).rstrip())}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@contextmanager
def annotated(title: str) -> Iterator[None]:
    """Have what ends the command told as an annotation where there are such; elsewhere it goes on as it is."""
    try:
        yield
    except (click.ClickException, MailcatchError) as error:
        if not on_github():
            raise
        tell(title, sentence_of(error))
        raise click.exceptions.Exit(code_of(error)) from error
