"""`mailcatch ls`: the list, newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import is_terminal, line, table, write

HEAD = ("ID", "RECEIVED", "FROM", "TO", "SUBJECT")


@click.command("ls")
@click.argument("query", nargs=-1)
@click.option("-n", "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="at most so many")
@click.option("--json", "as_json", is_flag=True, help="print the API's own answer")
@finds_server
def command(place: Place, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List messages, newest first: all, or those that a QUERY finds, as in `subject:invoice is:unread`.

    A QUERY is what the search box takes: words, fields as `to:bob@x.test` or `header:X-Run=42`, operators as
    `subject[regex]:"^Order [0-9]+"`, AND, OR, -, brackets. docs/search.md has all of it.

    A table on a terminal; in a pipe one line each, its cells separated by tabs.
    """
    params = [("limit", str(limit)), *([("q", " ".join(query))] if query else [])]
    page = place.server().json("GET", "/v1/messages", params)
    if as_json:
        write(json.dumps(page, indent=2) + "\n")
        return
    rows = [row(message) for message in page["messages"]]
    if not is_terminal():
        write("".join("\t".join(cells) + "\n" for cells in rows))
        return
    write(table(HEAD, rows, stretch=4) if rows else "")
    write(f"{len(rows)} of {page['total']:,} messages, {page['unread']:,} unread\n")


def row(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a message's cells, clean whatever the mail contains."""
    received = datetime.fromisoformat(message["received_at"]).astimezone()
    sender = next((each["address"] for each in message["from"]), message["mail_from"])
    cells = (
        message["id"],
        received.isoformat(" ", "seconds")[:19],
        sender,
        ", ".join(message["rcpt_to"]),
        message["subject"],
    )
    return tuple(line(cell) for cell in cells)
