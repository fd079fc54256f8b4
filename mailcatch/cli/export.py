"""`mailcatch export`: messages as one mbox, or as files in a directory, with what `import` needs to make them equal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import click

from mailcatch.cli.errors import ServerFailed
from mailcatch.cli.server import Params, Place, Server, finds_server
from mailcatch.cli.terminal import say, write_bytes

INDEX = "mailcatch.jsonl"
"""The file beside exported mails: one line each, in order, with the envelope, flags and time that no mail carries."""

_PIECE = 1 << 16
_ANY_SIZE = 1 << 40


@click.command("export")
@click.argument("query", nargs=-1)
@click.option("-o", "--output", metavar="PATH", help="write here: a file, or with --eml a directory  [default: stdout]")
@click.option("--eml", is_flag=True, help="one .eml file a message, and an index of what import needs")
@finds_server
def command(place: Place, query: tuple[str, ...], output: str | None, eml: bool) -> None:
    """Write messages, oldest first: all with those in the Bin, or those that a QUERY finds.

    The format is mboxrd; mailcatch's own import reads back equal bytes, envelopes, flags, tags and times from it.
    """
    if eml and output is None:
        raise click.UsageError("--eml needs a directory: --output DIR", click.get_current_context())
    params = [("q", " ".join(query))] if query else []
    if eml:
        say(f"{_write_files(place.server(), params, Path(str(output)))} messages written to {output}")
    elif output is not None and output != "-":
        _write_mbox(place.server(), params, Path(output))
    elif sys.stdout.isatty():
        raise click.UsageError(
            "mails are not for a terminal: say --output FILE, or > FILE", click.get_current_context()
        )
    else:
        for piece in _pieces(place.server(), params):
            write_bytes(piece)


def _pieces(server: Server, params: Params) -> Iterator[bytes]:
    """Yield the mbox as it comes. Raises ServerFailed when it ends early."""
    answer = server.ask("GET", "/v1/export", params)
    if answer.status != 200:
        server.read(answer)
    yield from _rest(answer, server.url)


def _rest(answer: HTTPResponse, url: str) -> Iterator[bytes]:
    from http.client import HTTPException

    try:
        while piece := answer.read(_PIECE):
            yield piece
    except (OSError, HTTPException) as error:
        raise ServerFailed(f"the answer of {url} broke off: the export is not whole") from error


def _write_mbox(server: Server, params: Params, path: Path) -> None:
    """Write a file; it has its name only when it is whole."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            for piece in _pieces(server, params):
                file.write(piece)
        part.replace(path)
    except OSError as error:
        raise click.UsageError(f"--output: {path} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    say(f"written to {path}")


def _write_files(server: Server, params: Params, folder: Path) -> int:
    import msgspec

    from mailcatch.web.mbox import read

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise click.UsageError(f"--output: {folder} is not empty")
        count = 0
        with (folder / INDEX).open("w", encoding="utf-8") as index:
            for item in read(_pieces(server, params), _ANY_SIZE):
                count += 1
                name = f"{count:08d}.eml"  # nothing from a mail is ever part of a path
                (folder / name).write_bytes(item.raw)
                index.write(json.dumps({"file": name, "kept": msgspec.to_builtins(item.kept)}) + "\n")
    except OSError as error:
        raise click.UsageError(f"--output: {folder} cannot be written: {error.strerror}") from error
    return count
