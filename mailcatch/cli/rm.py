"""`mailcatch rm`: deleting for ever, and only what was said."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence

import click

from mailcatch.cli.server import Params, Place, Server, finds_server
from mailcatch.cli.terminal import say, write

_AT_ONCE = 200  # ids in one request: they travel in the URL


@click.command("rm")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--query", "-q", metavar="QUERY", help="delete what QUERY finds")
@click.option("--all", "everything", is_flag=True, help="delete every message")
@click.option("--yes", "-y", is_flag=True, help="do not ask, with --all and --query")
@click.option("--json", "as_json", is_flag=True, help="print the number as JSON")
@finds_server
def command(
    place: Place, /, *, ids: tuple[str, ...], query: str | None, everything: bool, yes: bool, as_json: bool
) -> None:
    """Delete messages for ever: by ID (or `latest`), by --query, or --all. A message that is gone counts as deleted."""
    _check(ids, query, everything)
    if everything:
        delete_all(place, yes=yes, as_json=as_json)
        return
    server = place.server()
    deleted = sum(
        int(server.json("DELETE", "/v1/messages", each)["deleted"]) for each in _selectors(server, ids, query)
    )
    _told(deleted, as_json)


def delete_all(place: Place, *, yes: bool, as_json: bool) -> None:
    """Delete every message, after asking. Raises UsageError where nobody can be asked."""
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("every message would go, for ever: say --yes too", click.get_current_context())
        click.confirm("Delete every message for ever?", abort=True, err=True)
    _told(int(place.server().json("DELETE", "/v1/messages", [("all", "true")])["deleted"]), as_json)


def _told(deleted: int, as_json: bool) -> None:
    if as_json:
        write(json.dumps({"deleted": deleted}) + "\n")
    else:
        say(f"{deleted:,} message{'' if deleted == 1 else 's'} deleted")


def _check(ids: Sequence[str], query: str | None, everything: bool) -> None:
    """Refuse what says nothing, or two things."""
    given = bool(ids) + (query is not None) + everything
    if given != 1:
        raise click.UsageError("say which messages: IDs, or --query QUERY, or --all", click.get_current_context())
    if query is not None and not query.strip():
        raise click.UsageError("--query is empty; for every message say --all", click.get_current_context())
    if ids and "" in ids:
        raise click.UsageError("an ID is empty", click.get_current_context())


def _selectors(server: Server, ids: Sequence[str], query: str | None) -> Iterator[Params]:
    """Yield the parameters of each request."""
    if query is not None:
        yield [("q", query)]
    meant = [_id_of(server, each) for each in ids]
    for start in range(0, len(meant), _AT_ONCE):
        yield [("id", each) for each in meant[start : start + _AT_ONCE]]


def _id_of(server: Server, name: str) -> str:
    if name not in {"latest", "oldest"}:
        return name
    return str(server.json("GET", f"/v1/messages/{name}")["id"])
