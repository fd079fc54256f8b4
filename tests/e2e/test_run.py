"""`mailcatch run`: the command's own code, signals as if nobody stood between, and nothing left behind."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.needs import missing

RUN = [sys.executable, "-m", "mailcatch", "run"]
TELL = "import os; print(os.environ['SMTP_PORT'], os.environ['MAILCATCH_URL'], flush=True); "
"""What a command says so that the test knows that it runs, and where its sink is."""

FAMILY = "sleep 999 & (setsid sleep 999 &) & sh -c 'trap \"\" TERM HUP INT; sleep 999 & wait; sleep 999' & "
"""Children of a command: one, a daemon with a session of its own, and one that is deaf to signals."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no process groups and no fork")


@dataclass
class Running:
    """A run under way: everything that it starts carries its mark in the environment."""

    process: subprocess.Popen[str]
    mark: str
    port: int
    web: int

    def all(self) -> list[str]:
        """Give the command lines of all processes with the mark."""
        return [words for pid, words in marked(self.mark) if pid != self.process.pid]

    def finish(self, timeout: float = 20) -> tuple[int, str, str]:
        """Wait for the end of the run, and of everyone who holds its stdout and stderr."""
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, out, err

    def assert_nothing_left(self) -> None:
        """Assert that no process with the mark is there, and nobody at the ports."""
        assert list(marked(self.mark)) == []
        for port in (self.port, self.web):
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)) != 0


def marked(mark: str) -> Iterator[tuple[int, str]]:
    """Give the processes whose environment has the mark; one that has ended has no environment."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                if mark.encode() in (folder / "environ").read_bytes():
                    yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                pass


@contextmanager
def running(script: str, *options: str, tmp: Path, prefix: tuple[str, ...] = ()) -> Iterator[Running]:
    """Run a shell script, and wait until it says where its sink is."""
    if sys.platform != "linux":
        missing("processes are counted by /proc")
    mark = f"MARK={secrets.token_hex(8)}"
    name, _, value = mark.partition("=")
    tell = 'echo "$SMTP_PORT $MAILCATCH_URL"; '
    process = subprocess.Popen(
        [*prefix, *RUN, *options, "--", "sh", "-c", tell + script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=tmp,
        env={**os.environ, name: value, "TMPDIR": str(tmp)},
    )
    assert process.stdout is not None
    port, url = process.stdout.readline().split()
    try:
        yield Running(process, mark, int(port), urlsplit(url).port or 0)
    finally:
        process.kill()
        for pid, _ in marked(mark):  # of a test that fails: whoever holds a pipe would keep us waiting
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


def attempt(*words: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run something to its end."""
    return subprocess.run(
        [*RUN, *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=30,
        check=False,
        env={**os.environ, **(env or {})},
    )


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
)
def test_the_commands_own_code(tmp_path: Path, script: str, code: int):
    """As the command ends, so does run: 128 and the signal's number for a signal."""
    assert attempt("--", "sh", "-c", script, cwd=tmp_path).returncode == code


def test_what_cannot_be_started(tmp_path: Path):
    """127 and 126, as with env(1), and one line that says why."""
    (tmp_path / "plain").write_text("x")
    there, unknown = attempt("--", "./plain", cwd=tmp_path), attempt("--", "no-such-command", cwd=tmp_path)
    assert (unknown.returncode, there.returncode) == (127, 126)
    assert unknown.stderr == "mailcatch: no-such-command: No such file or directory\n"
    assert there.stderr.startswith("mailcatch: ./plain: ")
    assert attempt(cwd=tmp_path).returncode == 2


def test_a_mail_is_caught_and_the_command_can_ask_for_it(tmp_path: Path):
    """The variables lead to one and the same sink, which the command's own clients find."""
    script = (
        "import smtplib, os, urllib.request, json\n"
        "with smtplib.SMTP(os.environ['SMTP_HOST'], int(os.environ['SMTP_PORT'])) as smtp:\n"
        "    smtp.sendmail('a@x.test', ['b@x.test'], 'Subject: caught\\r\\n\\r\\nx')\n"
        "page = json.load(urllib.request.urlopen(os.environ['MAILCATCH_URL'] + '/v1/messages'))\n"
        "print([each['subject'] for each in page['messages']])\n"
    )
    done = attempt("--", sys.executable, "-c", script, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "['caught']\n", "")


def test_a_preset_and_a_configuration_of_the_project(tmp_path: Path):
    """The framework's names are set, limits of ./mailcatch.toml hold, its ports and files do not."""
    (tmp_path / "mailcatch.toml").write_text('smtp = "1"\nready-file = "ready.json"\nwebroot = "/mail"\nclear = true')
    script = "test $EMAIL_HOST:$EMAIL_PORT = $SMTP_HOST:$SMTP_PORT && test -z $EMAIL_USE_TLS && echo $MAILCATCH_URL; ls"
    done = attempt("--preset", "django", "--", "sh", "-c", script, cwd=tmp_path, env={"MAILCATCH_HTTP": "2"})
    url, *files = done.stdout.split()
    assert urlsplit(url).path == "/mail"
    assert files == ["mailcatch.toml"]


def test_a_failed_command_leaves_its_mail_and_transcripts(tmp_path: Path):
    """Exact bytes, and each dialogue; nothing of an earlier run stays."""
    send = f"{sys.executable} -m mailcatch send --to bob@x.test >/dev/null; "
    old = tmp_path / "kept" / "mails" / "0001-01M858KNCQCT2758HRKTF40EDM.eml"
    for code in ("exit 1", "exit 0"):
        old.parent.mkdir(parents=True, exist_ok=True)
        old.write_text("of yesterday")
        done = attempt("--artifacts", "kept", "--", "sh", "-c", send + code, cwd=tmp_path)
        mails = list((tmp_path / "kept" / "mails").iterdir())
        sessions = list((tmp_path / "kept" / "sessions").iterdir())
        if code == "exit 0":
            assert (mails, sessions) == ([], [])
        else:
            assert [b"bob@x.test" in each.read_bytes() for each in mails] == [True]
            assert ["RCPT TO:<bob@x.test>" in each.read_text() for each in sessions] == [True]
            assert "1 mail and 1 transcript are in kept" in done.stderr


def test_artifacts_that_cannot_be_written_are_said_before_the_command_runs(tmp_path: Path):
    """A file in the folder's place: exit 2, and the command has not run."""
    (tmp_path / "file").write_text("x")
    done = attempt("--artifacts", "file", "--", "touch", "ran", cwd=tmp_path)
    assert done.returncode == 2
    assert "--artifacts: file" in done.stderr
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGUSR1])
def test_a_signal_reaches_the_command_once(tmp_path: Path, number: signal.Signals):
    """Whoever stops us stops the command; it ends in its own way, and its code is ours."""
    name = number.name.removeprefix("SIG")
    script = f"trap 'n=$((n+1)); echo got {name}' {name}; echo ready; while [ -z $n ]; do sleep 0.05; done; sleep 0.2; exit 9"
    with running(script, tmp=tmp_path) as run:
        assert run.process.stdout is not None
        assert run.process.stdout.readline() == "ready\n"
        run.process.send_signal(number)
        code, out, _ = run.finish()
        assert (code, out) == (9, f"got {name}\n")
        run.assert_nothing_left()


def test_a_signal_that_the_command_dies_of(tmp_path: Path):
    """SIGTERM to us, and the command has no other plan: 143."""
    with running("sleep 999", tmp=tmp_path) as run:
        run.process.terminate()
        assert run.finish()[0] == 143
        run.assert_nothing_left()


def test_background_processes_end_with_their_command(tmp_path: Path):
    """A test server that nobody stopped is told to end, or made to; its daemon, with a session of its own, is not ours."""
    with running("trap '' TERM; sleep 999 & (trap - TERM; sleep 998) & exit 5", tmp=tmp_path) as run:
        assert run.finish()[0] == 5
        run.assert_nothing_left()


def left_behind(run: Running) -> None:
    """Kill the front with SIGKILL, and see that all others go."""
    assert run.process.stdout is not None
    while run.process.stdout.readline() != "up\n":
        pass
    assert any("serve" in each for each in run.all())
    run.process.kill()
    run.finish()  # the end of stdout and stderr: whoever has them is gone
    run.assert_nothing_left()


def test_nothing_outlives_sigkill(tmp_path: Path):
    """We are killed: the command, its children, its daemon, the server, its ports and its folder are gone."""
    with running(FAMILY + "echo up; wait; sleep 999", tmp=tmp_path) as run:
        left_behind(run)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_group_takes_all_with_it(tmp_path: Path):
    """Our whole process group is killed, as by an impatient shell."""
    with running("sleep 999 & echo up; wait", tmp=tmp_path) as run:
        assert run.process.stdout is not None
        assert run.process.stdout.readline() == "up\n"
        os.killpg(run.process.pid, signal.SIGKILL)
        run.finish()
        run.assert_nothing_left()


def test_a_killed_guardian_takes_the_command_with_it(tmp_path: Path):
    """The process between is killed: the command goes at once, and run says 137."""
    with running("exec sleep 999", tmp=tmp_path) as run:
        (guardian,) = (pid for pid, words in marked(run.mark) if "mailcatch run" in words and pid != run.process.pid)
        os.kill(guardian, signal.SIGKILL)
        assert run.finish()[0] == 137
        run.assert_nothing_left()


def held_by(pid: int) -> list[Path]:
    """Give what a process has open."""
    found = []
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed while we look
            found.append(each.readlink())
    return found


def test_the_server_does_not_wait_for_the_guardian(tmp_path: Path):
    """The guardian is a fork of the front, and yet holds no end of the pipe that keeps the server alive."""
    with running("exec sleep 999", tmp=tmp_path) as run:
        found = {pid: words for pid, words in marked(run.mark) if pid != run.process.pid}
        (guardian,) = (pid for pid, words in found.items() if "mailcatch run" in words)
        (server,) = (pid for pid, words in found.items() if "mailcatch serve" in words)
        pipe = Path(f"/proc/{server}/fd/0").readlink()
        assert pipe.name.startswith("pipe:")
        deadline = time.monotonic() + 10
        while pipe in held_by(guardian):  # for a moment after the fork it has all that we have
            assert time.monotonic() < deadline
        assert pipe in held_by(run.process.pid)


def rounds(tmp_path: Path, number: int, every: int) -> None:
    """Run so often; each `every`th front is killed."""
    for index in range(number):
        if index % every == every - 1:
            with running(FAMILY + "echo up; wait; sleep 999", tmp=tmp_path) as run:
                left_behind(run)
        else:
            with running(f"sleep 999 & exit {index % 100}", tmp=tmp_path) as run:
                assert run.finish()[0] == index % 100
                run.assert_nothing_left()
    assert list(tmp_path.iterdir()) == []


def test_four_runs_leave_nothing(tmp_path: Path):
    """Two of them killed."""
    rounds(tmp_path, 4, 2)


@pytest.mark.long
def test_two_hundred_runs_leave_nothing(tmp_path: Path):
    """Twenty of them killed: no process and no port is left, and no file."""
    rounds(tmp_path, 200, 10)
