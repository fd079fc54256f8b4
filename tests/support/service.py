"""The whole server in this process, on free ports: for tests of what is around it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailcatch.app import Service, serving
from mailcatch.config import (
    Bind,
    Config,
    HttpSection,
    ImapSection,
    Pop3Section,
    ProcessSection,
    SmtpSection,
    StoreSection,
)

FREE = (Bind(None, 0),)


def config(database: Path | None = None, *, webroot: str = "") -> Config:
    """Return a configuration on free ports, by default with a database that goes with it."""
    return Config(
        process=ProcessSection(),
        store=StoreSection(database=database),
        smtp=SmtpSection(listen=FREE),
        http=HttpSection(listen=FREE, webroot=webroot),
        pop3=Pop3Section(listen=FREE),
        imap=ImapSection(listen=FREE),
    )


@contextmanager
def running(wanted: Config) -> Iterator[Service]:
    """Serve in a thread of this process for the length of a block."""
    started = threading.Event()
    made: list[tuple[Service, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        stop = asyncio.Event()
        async with serving(wanted) as service:
            made.append((service, asyncio.get_running_loop(), stop))
            started.set()
            await stop.wait()

    def serve() -> None:
        try:
            asyncio.run(main())
        finally:
            started.set()

    thread = threading.Thread(target=serve, name="server")
    thread.start()
    assert started.wait(20)
    assert made, "the server did not start"
    service, loop, stop = made[0]
    try:
        yield service
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        assert not thread.is_alive()


def smtp_of(service: Service) -> tuple[str, int]:
    """Return host and port of the first SMTP listener."""
    listener = service.info().smtp[0]
    return listener.host, listener.port


def http_of(service: Service) -> tuple[str, int]:
    """Return host and port of the first web listener."""
    listener = service.info().http[0]
    return listener.host, listener.port
