"""Who is let in, how many, and how all are let go."""

from __future__ import annotations

import asyncio
import gc
import socket
import struct
import threading
import time
from pathlib import Path

from mailcatch.config import Pop3Section
from mailcatch.connection.connection import Connection
from mailcatch.connection.door import GRACE
from tests.support.talk import Talking, talking


async def waiting(connection: Connection) -> None:
    """Greet, and read until the client goes."""
    connection.write(b"hello\r\n")
    while await connection.read():
        connection.record.spoken = True


def heard(sock: socket.socket) -> bytes:
    """Read until the server ends."""
    with sock, sock.makefile("rb") as stream:
        return stream.read()


def test_there_is_room_for_so_many():
    """One more is told why; who goes makes room."""
    with talking(waiting, Pop3Section(max_connections=2)) as door:
        first, second = door.connect(), door.connect()
        assert first.recv(100) == second.recv(100) == b"hello\r\n"
        assert heard(door.connect()) == b"BYE too many connections\r\n"
        assert door.ended().outcome == "refused: too many connections"
        with first:
            first.sendall(b"x")
            first.shutdown(socket.SHUT_WR)
            assert first.recv(100) == b""
        door.ended()
        with door.connect() as third, second:
            assert third.recv(100) == b"hello\r\n"


def test_there_is_room_for_so_many_of_one_client():
    """Where that is capped."""
    with talking(waiting, Pop3Section(max_connections_per_client=1)) as door, door.connect() as first:
        assert first.recv(100) == b"hello\r\n"
        assert heard(door.connect()) == b"BYE too many connections from you\r\n"


def test_an_unforeseen_error_ends_one_dialogue(caplog):
    """It is logged, the client hears of it, and the next one is served."""

    async def broken(connection: Connection) -> None:
        raise ZeroDivisionError

    with talking(broken) as door:
        for _ in range(2):
            assert heard(door.connect()) == b"BYE mailcatch failed at this; the log says how\r\n"
    assert "a dialogue failed" in caplog.text


def test_a_thousand_clients_that_vanish_leave_nothing():
    """No task, no descriptor, no place taken: a hundred at a time, with a reset."""
    with talking(waiting) as door:
        tasks, files = counted(door)
        for _ in range(10):
            clients = [door.connect() for _ in range(100)]
            for client in clients:
                client.sendall(b"x")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
        deadline = time.monotonic() + 10
        while counted(door) != (tasks, files) and time.monotonic() < deadline:
            continue  # each question goes through the loop
        assert counted(door) == (tasks, files)
        assert door.door.connections == 0


def counted(door: Talking) -> tuple[int, int]:
    """Count the loop's tasks and the process's descriptors."""

    async def count() -> int:
        return len(asyncio.all_tasks())

    gc.collect()
    tasks = asyncio.run_coroutine_threadsafe(count(), door.loop).result(10)
    return tasks, sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_command_that_never_ends_is_cut_off():
    """A stop takes GRACE and a little, whatever a session does; its outcome is kept."""
    began = threading.Event()

    async def stubborn(connection: Connection) -> None:
        connection.record.spoken = True
        began.set()
        await asyncio.sleep(3600)

    with talking(stubborn) as door, door.connect():
        assert began.wait(10)
        started = time.monotonic()
        door.stop()
        assert GRACE <= time.monotonic() - started < GRACE + 2
        assert door.ended().outcome == "mailcatch stopped"


def test_a_command_under_way_is_finished():
    """Within its time: then the client hears that mailcatch stops."""
    began = threading.Event()

    async def busy(connection: Connection) -> None:
        await connection.read()
        began.set()
        await asyncio.sleep(0.1)
        connection.write(b"done\r\n")
        await connection.read()

    with talking(busy) as door, door.connect() as sock:
        sock.sendall(b"x")
        assert began.wait(10)
        threading.Thread(target=door.stop).start()
        assert heard(sock) == b"done\r\nBYE mailcatch is stopping\r\n"
