"""`mailcatch open`: the inbox, or one message, in the browser."""

from __future__ import annotations

from urllib.parse import quote

import click

from mailcatch.cli.errors import Missing
from mailcatch.cli.server import Place, finds_server
from mailcatch.cli.terminal import write


@click.command("open")
@click.argument("id", required=False)
@click.option("--print-url", is_flag=True, help="only print where it is")
@finds_server
def command(place: Place, /, *, id: str | None, print_url: bool) -> None:
    """Open the inbox in the browser, or the message ID (`latest` and `oldest` too), and print where it is."""
    server = place.server()
    if id is None:
        server.read(server.ask("GET", "/readyz"))  # before a browser says so less clearly
        url = f"{server.url}/"
    else:
        message = server.json("GET", f"/v1/messages/{quote(id, safe='')}")
        url = f"{server.url}/m/{message['id']}"
    write(f"{url}\n")
    if not print_url:
        _browse(url)


def _browse(url: str) -> None:
    import webbrowser

    if not webbrowser.open(url):
        raise Missing(f"there is no browser that could open {url}")
