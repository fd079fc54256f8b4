"""aiosmtpd with a handler that throws every mail away: what ingest is measured against.

`python -m tests.bench.null_sink` says its port and serves until its standard input closes.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 64 << 20


class Discard:
    """Takes every mail, keeps none."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its hook
        """Acknowledge."""
        return "250 2.0.0 OK"


async def serve() -> None:
    """Serve on a free port; `hostname` spares it the look-up of its own name for each connection."""
    loop = asyncio.get_running_loop()
    made = lambda: SMTP(Discard(), hostname="null", data_size_limit=LARGEST)  # noqa: E731 - a factory
    server = await loop.create_server(made, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - told to whoever started it
    await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def null_sink() -> Iterator[tuple[str, int]]:
    """Run it in a process of its own for the length of a block; give its address."""
    command = [sys.executable, "-m", "tests.bench.null_sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield "127.0.0.1", int(process.stdout.readline())
        process.stdin.close()


if __name__ == "__main__":
    asyncio.run(serve())
