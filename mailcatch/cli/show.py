"""`mailcatch show`: one message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import click

from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import block, is_terminal, line, write, write_bytes

_VIEWS = ("raw", "text", "html", "headers", "json")


@click.command("show")
@click.argument("id")
@click.option("--raw", "view", flag_value="raw", help="the exact bytes (in a pipe)")
@click.option("--text", "view", flag_value="text", help="the text alone")
@click.option("--html", "view", flag_value="html", help="the HTML, decoded")
@click.option("--headers", "view", flag_value="headers", help="the header fields, decoded")
@click.option("--json", "view", flag_value="json", help="the API's own answer")
@click.option("--query", "-q", metavar="QUERY", help="of which messages ID `latest` or `oldest` is meant")
@finds_server
def command(place: Place, id: str, view: str | None, query: str | None) -> None:
    """Show the message ID, or the `latest` or `oldest` one."""
    server = place.server()
    path = f"/v1/messages/{quote(id, safe='')}"
    params = [] if query is None else [("q", query)]
    if view == "raw":
        _raw(server.fetch("GET", f"{path}/raw", params))
    elif view in {"text", "html"}:
        text = server.fetch("GET", f"{path}/{view}", params).decode("utf-8", "replace")
        write(_ended(block(text)))
    else:
        message = server.json("GET", path, params)
        _print(message, view)


def _raw(data: bytes) -> None:
    """Write the exact bytes; a terminal gets them cleaned, for they could take it over."""
    if is_terminal():
        write(_ended(block(data.decode("utf-8", "replace"))))
    else:
        write_bytes(data)


def _print(message: Mapping[str, Any], view: str | None) -> None:
    if view == "json":
        write(json.dumps(message, indent=2) + "\n")
    elif view == "headers":
        write("".join(f"{line(each['name'])}: {line(each['value'])}\n" for each in message["headers"]))
    else:
        write("".join(f"{name + ':':10}{line(value)}\n" for name, value in _head(message) if value))
        write("\n" + _ended(block(message["text"] or "")))


def _head(message: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    envelope = message["envelope"]
    named = {each["address"].lower() for role in ("to", "cc") for each in message[role]}
    hidden = [each["address"] for each in envelope["rcpt_to"] if each["address"].lower() not in named]
    yield "From", _people(message["from"]) or envelope["mail_from"]
    yield "To", _people(message["to"])
    yield "Cc", _people(message["cc"])
    yield "Bcc", ", ".join(hidden)  # who got it without being named in it
    yield "Subject", message["subject"]
    yield "Received", message["received_at"]
    yield "Attached", ", ".join(f"{each['filename'] or each['content_type']}" for each in message["attachments"])
    yield "Broken", message["parse_error"] or ""


def _people(addresses: Iterable[Mapping[str, str]]) -> str:
    return ", ".join(f"{each['name']} <{each['address']}>" if each["name"] else each["address"] for each in addresses)


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else text + "\n"
