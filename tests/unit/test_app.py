"""Assembly in this process: what opens together, what closes together, and that nothing is global."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailcatch.app import FAILED, Service, Stop, _fitted, _until, _warn_if_exposed, raise_file_limit, serving
from mailcatch.config import AuthSection, Bind, Config, HttpSection, ImapSection, Pop3Section, SmtpSection, StoreSection
from mailcatch.control import Info, Limits
from mailcatch.errors import ConfigError
from mailcatch.model import Listener
from tests.support.http import Http
from tests.support.service import config, http_of, running, smtp_of
from tests.support.wire import Wire

MAIL = b"From: a@x.test\r\nTo: b@x.test\r\nSubject: one\r\n\r\nbody\r\n"


def open_files() -> int:
    """How many descriptors this process has (0 where the system does not tell)."""
    own = Path("/proc/self/fd")
    return len(list(own.iterdir())) if own.is_dir() else 0


def subjects(service: Service) -> list[str]:
    with Http(http_of(service)) as http:
        return [message["subject"] for message in http.get("/v1/messages").json()["messages"]]


def test_two_servers_in_one_process_know_nothing_of_each_other():
    """No state is global: each has its own mail, ports and cursor."""
    with running(config()) as one, running(config()) as two:
        with Wire(smtp_of(one)) as wire:
            wire.send(MAIL)
        assert (subjects(one), subjects(two)) == (["one"], [])
        with Wire(smtp_of(two)) as wire:
            wire.send(MAIL.replace(b"one", b"two"))
        assert (subjects(one), subjects(two)) == (["one"], ["two"])


def test_port_0_is_the_same_on_both_loopback_addresses():
    """The real ports are told, one number for IPv4 and IPv6."""
    with running(config()) as service:
        for listeners in (service.info().smtp, service.info().http):
            assert len({each.port for each in listeners}) == 1
            assert listeners[0].host == "127.0.0.1"


def test_readiness_is_told_from_start_to_end():
    """Ready while it serves, stopping at the end."""
    with running(config()) as service:
        assert (service.info().ready, service.info().stopping) == (True, False)
    assert service.info().stopping


def test_mail_is_there_the_next_time(tmp_path: Path):
    """Closing loses nothing, and leaves one file: the log of SQLite is folded into it."""
    database = tmp_path / "mail.db"
    with running(config(database)) as service, Wire(smtp_of(service)) as wire:
        wire.send(MAIL)
    assert [database] == list(tmp_path.iterdir())
    with running(config(database)) as service:
        assert subjects(service) == ["one"]


def test_what_cannot_be_opened_leaves_nothing_behind(tmp_path: Path):
    """A taken port is said before the database is touched, and the other door's sockets are closed again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        wanted = replace(config(tmp_path / "mail.db"), http=HttpSection(listen=(Bind("127.0.0.1", port),)))
        before = open_files()
        with pytest.raises(ConfigError, match=rf"--http: 127\.0\.0\.1:{port} is taken"), running_here(wanted):
            pass
        assert open_files() == before
    assert list(tmp_path.iterdir()) == []


@contextlib.contextmanager
def running_here(wanted: Config) -> Iterator[None]:
    async def main() -> None:
        async with serving(wanted):
            pass

    asyncio.run(main())
    yield


def test_nothing_to_serve_is_said():
    """All doors off is a mistake."""
    nothing = replace(
        config(),
        smtp=SmtpSection(listen=()),
        http=HttpSection(listen=()),
        pop3=Pop3Section(listen=()),
        imap=ImapSection(listen=()),
    )
    with pytest.raises(ConfigError, match="nothing to serve"), running_here(nothing):
        pass


@pytest.mark.parametrize("door", ["smtp", "http"])
def test_each_door_serves_alone(door: str):
    """The other one is off and has no listener."""
    off = {"http": HttpSection(listen=())} if door == "smtp" else {"smtp": SmtpSection(listen=())}
    with running(replace(config(), **off)) as service:  # type: ignore[arg-type]
        info = service.info()
        assert (bool(info.smtp), bool(info.http)) == (door == "smtp", door == "http")


def test_a_part_that_dies_is_told():
    """`failed` raises with the part's own error; until then it waits."""

    async def main() -> None:
        async with serving(config()) as service:
            dead: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            service.watch("the test", lambda: asyncio.shield(dead))
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(service.failed())
                await asyncio.sleep(0)
                assert not watching.done()
                dead.set_exception(OSError("boom"))

    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(main())
    assert raised.group_contains(OSError, match="boom")


def test_a_part_that_dies_ends_the_process_with_an_error(caplog: pytest.LogCaptureFixture):
    """The exit code says so, and the log why; a stop that was asked for is exit code 0."""

    async def end(*, dying: bool) -> int:
        stop = Stop()
        async with serving(config()) as service:
            if dying:
                service.watch("the test", lambda: asyncio.sleep(0))
            else:
                asyncio.get_running_loop().call_soon(stop.ask)
            return await _until(stop, service)

    assert asyncio.run(end(dying=True)) == FAILED
    assert "mailcatch ends: the test ended" in caplog.text
    assert asyncio.run(end(dying=False)) == 0


def test_the_cancelled_watch_harms_no_door():
    """Whoever stops watching leaves the web as it was: it still ends in order."""

    async def main() -> None:
        async with serving(config()) as service, asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(service.failed())
            await asyncio.sleep(0)
            watching.cancel()

    asyncio.run(main())


def test_the_limits_that_clients_meet_are_told():
    """Info carries the configured limits."""
    wanted = replace(config(), store=StoreSection(max_messages=5, max_age=60.0, max_bytes=None))
    with running(wanted) as service:
        limits = service.info().limits
    assert (limits.max_messages, limits.max_age, limits.max_bytes) == (5, 60.0, None)
    assert limits.max_message_size == wanted.smtp.max_message_size


def test_retention_is_at_work():
    """Mail beyond --max-messages goes, the oldest first."""
    wanted = replace(config(), store=StoreSection(max_messages=3))
    with running(wanted) as service:
        with Wire(smtp_of(service)) as wire:
            for number in range(10):
                wire.send(MAIL.replace(b"one", str(number).encode()))
        with Http(http_of(service)) as http:
            pruned = threading.Event()
            while len(found := subjects(service)) > 3 and not pruned.wait(0.02):
                assert http.get("/livez").status == 200
    assert found == ["9", "8", "7"]


def test_the_file_limit_is_raised_and_caps_fit_it():
    """As many files as the system allows; with few, the doors take fewer connections."""
    files = raise_file_limit()
    assert files is None or files >= 256
    assert _fitted(config(), None) == config()
    small = _fitted(config(), 256)
    assert small.smtp.max_connections + small.http.max_connections <= 256 - 128


def test_what_is_open_to_others_is_warned_of(caplog: pytest.LogCaptureFixture):
    """POP3 and IMAP are guarded by a file of users, the web by nothing yet."""
    everywhere = (Listener("0.0.0.0", 1),)
    info = Info("1", ":temp:", Limits(1, 1), http=(Listener("127.0.0.1", 2),), imap=everywhere)
    _warn_if_exposed(info, login=True)
    assert caplog.text == ""
    _warn_if_exposed(info, login=False)
    assert "0.0.0.0:1 can be reached from other machines" in caplog.text


def test_reading_again_keeps_what_was_in_use(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """A broken file of users is said and changes nothing."""
    users = tmp_path / "users"
    users.write_text("bob:{PLAIN}x")
    with running(replace(config(), auth=AuthSection(file=users))) as service:
        users.write_text("broken")
        service.reload()
        assert "--auth-file" in caplog.text and "what was in use stays" in caplog.text
        users.write_text("ann:{PLAIN}y")
        service.reload()
