"""`mailcatch ready`: whether mail is taken now; a container's health check."""

from __future__ import annotations

import contextlib
import socket
import time

import click

from mailcatch.cli.errors import ServerFailed, Unreachable
from mailcatch.cli.options import Value
from mailcatch.cli.server import Place, Server, connectable, finds_server, url_of
from mailcatch.cli.terminal import say
from mailcatch.config import Config
from mailcatch.kinds import Kind, read_duration

_AGAIN = 0.05  # seconds; there is nobody to wake us before a server is there
_PATIENCE = 5.0  # seconds that one try may take

WAIT = Kind("DURATION", read_duration)


@click.command("ready")
@click.option("--wait", "seconds", type=Value(WAIT), default=0.0, metavar="DURATION", help="try for so long, as in 10s")
@finds_server
def command(place: Place, seconds: float) -> None:
    """Exit with 0 when mail is taken now, with 3 when not.

    It asks /readyz; where the web is off (--http off), it waits for SMTP's greeting instead.
    """
    deadline = time.monotonic() + seconds
    config = None if place.url else place.config()
    while True:
        try:
            say(f"ready: {_try(place.url, config, max(deadline - time.monotonic(), _PATIENCE))}")
        except (Unreachable, ServerFailed) as error:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Unreachable(f"not ready: {error.message}") from error
            _pause(min(_AGAIN, left))
        else:
            return


def _pause(seconds: float) -> None:
    time.sleep(seconds)  # noqa: TID251 - another process cannot wake us


def _try(url: str | None, config: Config | None, patience: float) -> str:
    """Return where a ready server is. Raises Unreachable or ServerFailed."""
    if config is not None and not config.http.listen:
        return _greeted(config, min(patience, _PATIENCE))
    server = Server(url or url_of(config or Config()), timeout=min(patience, _PATIENCE))
    with contextlib.closing(server.ask("GET", "/readyz")) as answer:
        server.read(answer)
    return server.url


def _greeted(config: Config, patience: float) -> str:
    if not config.smtp.listen:
        raise Unreachable("--http and --smtp are off: there is nothing to ask")
    bind = config.smtp.listen[0]
    host = connectable(bind.host or config.process.host)
    if bind.port == 0:
        raise Unreachable("--smtp 0 takes any port, and with --http off nothing can say which")
    try:
        with socket.create_connection((host, bind.port), patience) as connection:
            greeting = connection.makefile("rb").readline(1000)
    except OSError as error:
        raise Unreachable(f"no SMTP at {host}:{bind.port}: {error.strerror or error}") from error
    if not greeting.startswith(b"220"):
        raise Unreachable(f"no SMTP at {host}:{bind.port}: it says {greeting[:80].decode('latin-1')!r}")
    return f"smtp://{host}:{bind.port}"
