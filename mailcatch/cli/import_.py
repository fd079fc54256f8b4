"""`mailcatch import`: mbox files, single mails, and directories of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click

from mailcatch.cli.export import INDEX
from mailcatch.cli.server import Place, Server, finds_server
from mailcatch.cli.terminal import say, write

_PIECE = 1 << 16
_MBOX, _MAIL = "application/mbox", "message/rfc822"


@click.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="print the number as JSON")
@finds_server
def command(place: Place, paths: tuple[str, ...], as_json: bool) -> None:
    """Store messages from mbox files, .eml files and directories of these; - is stdin.

    What an export of mailcatch's own kept of them (envelope, flags, tags, time) is stored too; of other mails the
    envelope is taken from the header.
    """
    server = place.server()
    stored = 0
    for path in paths:
        try:
            stored += sum(_import(server, path))
        except OSError as error:
            raise click.UsageError(f"{path} cannot be read: {error.strerror} ({stored} stored before)") from error
    if as_json:
        write(json.dumps({"imported": stored}) + "\n")
    else:
        say(f"{stored:,} message{'' if stored == 1 else 's'} imported")


def _import(server: Server, name: str) -> Iterator[int]:
    """Store what a path holds, and yield numbers of messages."""
    if name == "-":
        yield _send_file(server, sys.stdin.buffer)
        return
    path = Path(name)
    if (path / INDEX).is_file():
        yield _send(server, _MBOX, _indexed(path))
        return
    files = sorted(each for each in path.rglob("*") if each.is_file() and each.suffix.lower() in {".eml", ".mbox"})
    for each in files if path.is_dir() else [path]:
        with each.open("rb") as file:
            yield _send_file(server, file)


def _send_file(server: Server, file: BinaryIO) -> int:
    """Store an mbox, which begins with a `From ` line, or else one mail."""
    start = file.read(5)
    if not start:
        return 0
    return _send(server, _MBOX if start == b"From " else _MAIL, _pieces(start, file))


def _pieces(start: bytes, file: BinaryIO) -> Iterator[bytes]:
    yield start
    while piece := file.read(_PIECE):
        yield piece


def _indexed(folder: Path) -> Iterator[bytes]:
    """Yield an exported directory as the mbox it was made of."""
    import msgspec

    from mailcatch.web.mbox import Kept, write

    with (folder / INDEX).open(encoding="utf-8") as index:
        for number, text in enumerate(index, 1):
            try:
                entry: dict[str, Any] = json.loads(text)
                kept, name = msgspec.convert(entry["kept"], Kept), Path(entry["file"]).name
            except (ValueError, LookupError, TypeError, msgspec.ValidationError) as error:
                raise click.UsageError(f"{folder / INDEX}, line {number}, is not as export writes it") from error
            raw = (folder / name).read_bytes()
            if len(raw) != kept.size:
                kept = msgspec.structs.replace(kept, size=len(raw))  # somebody edited the file: take it as it is now
            yield write(raw, kept)


def _send(server: Server, content_type: str, pieces: Iterable[bytes]) -> int:
    answer = server.fetch("POST", "/v1/import", (), pieces, {"Content-Type": content_type})
    return int(json.loads(answer)["imported"])
