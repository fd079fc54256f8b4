"""From the command to ready: the lines it writes, the file it leaves, and every way in which it says that it cannot."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.http import Http
from tests.support.needs import bound_by_modes, missing
from tests.support.sink import Sink, sink
from tests.support.wire import Wire

MAIL = b"Subject: x\r\n\r\nx\r\n"
MAILCATCH = [sys.executable, "-m", "mailcatch"]


def attempt(*options: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Start what cannot start, and wait for its end."""
    words = (
        [*MAILCATCH, "--smtp", "0", "--http", "0", "--database", ":temp:"] if not options else [*MAILCATCH, *options]
    )
    environ = {**os.environ, **(env or {})}
    return subprocess.run(words, capture_output=True, text=True, cwd=cwd, env=environ, timeout=10, check=False)


def one_line(result: subprocess.CompletedProcess[str], *expected: str) -> None:
    """Assert G18: exit 2, nothing on stdout, one line that names the option and a way out."""
    assert (result.returncode, result.stdout) == (2, ""), result.stderr
    assert result.stderr.startswith("mailcatch: ")
    assert result.stderr.count("\n") == 1, result.stderr
    for each in expected:
        assert each in result.stderr


def test_lines_for_people(tmp_path: Path):
    """One for each door and the database, with the real ports, when all is ready."""
    with for_people("--database", "mail.db", cwd=tmp_path) as process:
        assert process.stdout is not None
        smtp, web, pop3, imap, database = (process.stdout.readline() for _ in range(5))
        port = int(re.search(r"^SMTP +127\.0\.0\.1:(\d+)", smtp)[1])  # type: ignore[index]
        with Wire(("127.0.0.1", port)) as wire:
            wire.send(MAIL)
        assert re.match(r"Web +http://127\.0\.0\.1:\d+", web)
        assert re.match(r"POP3 +127\.0\.0\.1:\d+", pop3)
        assert re.match(r"IMAP +127\.0\.0\.1:\d+", imap)
        assert database == f"Database  {tmp_path / 'mail.db'}\n"
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=10)
        assert (process.returncode, out) == (0, "")


@contextmanager
def for_people(*options: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    """Start it as a person does, and leave nothing running."""
    words = [*MAILCATCH, "--smtp", "0", "--http", "0", *options]
    with subprocess.Popen(words, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_machines_line_and_the_ready_file(tmp_path: Path):
    """The same object; the file is gone after the end."""
    file = tmp_path / "ready.json"
    with sink("--ready-file", str(file)) as running:
        assert json.loads(file.read_text()) == running.ready
        assert running.ready["event"] == "ready"
        assert running.ready["pid"] == running.process.pid
        assert running.ready["database"] == ":temp:"
        for door in ("smtp", "pop3", "imap"):
            assert [(each["host"], each["tls"]) for each in running.ready[door]] == [
                ("127.0.0.1", "none"),
                ("::1", "none"),
            ]
        ports = {each["port"] for each in running.ready["smtp"]}
        assert len(ports) == 1
        assert {each["tls"] for each in running.ready["smtp"]} == {"none"}
        with Http(running.http) as http:
            info = http.get("/v1/info").json()
        assert [info[door] for door in ("smtp", "http")] == [running.ready[door] for door in ("smtp", "http")]
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_a_file_that_the_next_one_replaces(tmp_path: Path):
    """After SIGKILL the file is stale; the next start overwrites it whole."""
    file = tmp_path / "ready.json"
    with sink("--ready-file", str(file)) as running:
        running.process.kill()
        running.process.wait()
        assert file.exists()
        with sink("--ready-file", str(file)) as second:
            assert json.loads(file.read_text())["pid"] == second.process.pid


def test_what_killed_processes_left_goes_with_the_next_start(tmp_path: Path):
    """A temporary database should go with its process, and cannot after SIGKILL; who still runs keeps its own."""
    env = {"TMPDIR": str(tmp_path)}
    with Sink(env=env) as alive, Wire(alive.smtp) as wire:
        (own,) = tmp_path.iterdir()
        with Sink(env=env) as killed:
            killed.process.kill()
            killed.process.wait()
        assert len(list(tmp_path.iterdir())) == 2
        with Sink(env=env) as following:
            assert len(list(tmp_path.iterdir())) == 2
            following.stop()
        assert list(tmp_path.iterdir()) == [own]
        wire.send(MAIL)
    assert list(tmp_path.iterdir()) == []


def test_both_loopback_addresses(tmp_path: Path):
    """Node asks ::1 first: SMTP and web answer there too, on the same port."""
    with sink() as running:
        if len(running.ready["smtp"]) < 2:
            missing("no IPv6 here")
        with Wire(("::1", running.smtp[1])) as wire, Http(("::1", running.http[1])) as http:
            id = wire.send(MAIL)
            assert http.get(f"/v1/messages/{id}/raw").body == MAIL


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize("door", ["smtp", "http"])
def test_a_taken_port(tmp_path: Path, door: str):
    """It names the option, the address and a way out."""
    other = {"smtp": "http", "http": "smtp"}[door]
    with taken_port() as port:
        options = [f"--{door}", f"127.0.0.1:{port}", f"--{other}", "0", "--database", "x.db"]
        result = attempt(*options, cwd=tmp_path)
    one_line(result, f"--{door}", f"127.0.0.1:{port}", "taken", f"--{door} 0")
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_from_the_environment(tmp_path: Path):
    """The same, when nobody typed an option."""
    with taken_port() as port:
        env = {"MAILCATCH_SMTP": f"127.0.0.1:{port}", "MAILCATCH_HTTP": "0", "MAILCATCH_DATABASE": ":temp:"}
        one_line(attempt("serve", cwd=tmp_path, env=env), "--smtp", f"{port}")


def test_a_port_that_needs_rights_or_an_address_that_is_not_ours(tmp_path: Path):
    """An address of another machine cannot be bound: said in one line."""
    result = attempt("--smtp", "192.0.2.1:2525", "--http", "0", "--database", ":temp:", cwd=tmp_path)
    one_line(result, "--smtp", "192.0.2.1:2525")


def database_of(tmp_path: Path) -> Path:
    """Make a database with one mail."""
    path = tmp_path / "mail.db"
    with sink(database=path) as running, Wire(running.smtp) as wire:
        wire.send(MAIL)
    return path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return database_of(tmp_path_factory.mktemp("filled"))


def refused(path: Path, *expected: str) -> None:
    """Assert that a database is refused in one line within two seconds, untouched."""
    before = path.read_bytes() if path.is_file() else None
    result = attempt("--smtp", "0", "--http", "0", "--database", str(path), cwd=path.parent)
    one_line(result, str(path), "--database", *expected)
    assert before == (path.read_bytes() if path.is_file() else None)


def test_a_foreign_database(tmp_path: Path):
    """Another program's SQLite file is not ours to open."""
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE notes (text); INSERT INTO notes VALUES ('precious'); PRAGMA application_id=7"
    )
    connection.close()
    refused(path, "another program")


@pytest.mark.parametrize("content", [b"not a database at all\n" * 500, b"SQLite format 3\0" + b"\xff" * 4000, b"x"])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes):
    """Whatever it is, it stays as it is."""
    path = tmp_path / "file.db"
    path.write_bytes(content)
    refused(path)


def test_a_newer_database(tmp_path: Path, filled: Path):
    """Made by a version to come: untouched, and the sentence says so."""
    path = tmp_path / "newer.db"
    shutil.copy(filled, path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=999")
    connection.close()
    refused(path, "newer")


@pytest.mark.parametrize("where", [0.0, 0.05, 0.5])
def test_a_damaged_database(tmp_path: Path, filled: Path, where: float):
    """A page overwritten: it is refused, or what is whole can be read; never a stack trace."""
    path = tmp_path / "damaged.db"
    data = bytearray(filled.read_bytes())
    start = max(100, int(len(data) * where) // 8192 * 8192)
    data[start : start + 8192] = b"\xa5" * (min(start + 8192, len(data)) - start)
    path.write_bytes(data)
    if where == 0.0:
        refused(path)
    else:
        result = attempt_or_ready(path)
        assert "Traceback" not in result


def attempt_or_ready(path: Path) -> str:
    """Start on a database; return what was logged until it refused, or until it had listed its mail."""
    try:
        with sink(database=path) as running, Http(running.http) as http:
            http.get("/v1/messages")
            return running.log
    except RuntimeError as error:
        told = str(error)
    assert "(exit 2)" in told
    return told


def test_a_truncated_database(tmp_path: Path, filled: Path):
    """Half a file is no database."""
    path = tmp_path / "half.db"
    path.write_bytes(filled.read_bytes()[: filled.stat().st_size // 2])
    assert "Traceback" not in attempt_or_ready(path)


def test_a_database_that_cannot_be_written(tmp_path: Path, filled: Path):
    """A folder in its place, a folder that cannot be made, and (without root) a read-only file."""
    folder = tmp_path / "folder.db"
    folder.mkdir()
    refused(folder, "folder")
    (tmp_path / "file").write_text("x")
    result = attempt("--smtp", "0", "--http", "0", "--database", str(tmp_path / "file" / "x.db"), cwd=tmp_path)
    one_line(result, "--database")


def test_a_read_only_database(tmp_path: Path, filled: Path):
    """Neither the file nor its folder may be written."""
    path = tmp_path / "mail.db"
    shutil.copy(filled, path)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    words = bound_by_modes([*MAILCATCH, "--smtp", "0", "--http", "0", "--database", str(path)])
    try:
        result = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False, cwd="/")
    finally:
        tmp_path.chmod(0o755)
    one_line(result, str(path), "--database")


def test_a_locked_database(tmp_path: Path, filled: Path):
    """Another program has it under an exclusive lock: refused within seconds."""
    path = tmp_path / "mail.db"
    shutil.copy(filled, path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        one_line(attempt("--smtp", "0", "--http", "0", "--database", str(path), cwd=tmp_path), str(path), "--database")
    finally:
        other.close()


def test_a_second_instance_on_the_same_database(tmp_path: Path):
    """It is told which file, and what to do; the first one does not notice."""
    path = tmp_path / "mail.db"
    with sink(database=path) as running, Wire(running.smtp) as wire:
        result = attempt("--smtp", "0", "--http", "0", "--database", str(path), cwd=tmp_path)
        one_line(result, str(path), "in use", "--database ./x.db")
        wire.send(MAIL)
        with Http(running.http) as http:
            assert http.get("/v1/messages").json()["total"] == 1


def test_clear_empties_the_database(tmp_path: Path):
    """--clear begins anew, with a new epoch."""
    path = database_of(tmp_path)
    with sink("--clear", database=path) as running, Http(running.http) as http:
        assert http.get("/v1/messages").json()["total"] == 0


def test_a_ready_file_that_cannot_be_written(tmp_path: Path):
    """Said before anything is announced, and everything is closed again."""
    options = ["--smtp", "0", "--http", "0", "--database", ":temp:", "--ready-file", "none/ready.json"]
    one_line(attempt(*options, cwd=tmp_path), "--ready-file")


def test_exposed_listeners_are_warned_about_once(tmp_path: Path):
    """Beyond loopback anyone may read: one warning, and none on loopback."""
    with sink("--host", "any") as running, Http(running.http) as http:
        assert http.get("/livez").status == 200
        assert running.log.count("there is no login") == 1
    with sink() as running:
        assert "there is no login" not in running.log


def test_other_users_cannot_read_the_mail(tmp_path: Path):
    """Folder 0700 and files 0600, whatever the umask."""
    path = tmp_path / "new" / "mail.db"
    with sink(database=path) as running, Wire(running.smtp) as wire:
        wire.send(MAIL)
        modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {mode & 0o077 for mode in modes.values()} == {0}, modes


def test_the_default_database_is_in_the_platforms_data_directory(tmp_path: Path):
    """Without --database the mail is there the next time."""
    env = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "MAILCATCH_DATABASE": ""}
    words = [*MAILCATCH, "--json", "--smtp", "0", "--http", "0"]
    process = subprocess.Popen(words, cwd=tmp_path, text=True, stdout=subprocess.PIPE, env={**os.environ, **env})
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert Path(ready["database"]) == tmp_path / "data" / "mailcatch" / "mailcatch.db"
    assert Path(ready["database"]).is_file()


def test_nobody_reading_stdout_is_no_reason_to_stop():
    """The ready line goes to a pipe that is closed."""
    running = Sink()
    with running:
        assert running.process.stdout is not None
        running.process.stdout.close()
        with Http(running.http) as http:
            assert http.get("/readyz").status == 200
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(10) == 0
        running.process.stdout = None
