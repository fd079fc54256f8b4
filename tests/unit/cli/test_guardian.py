"""The guardian; what it does to processes, tests/e2e/test_run.py shows. Here: with a terminal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mailcatch.cli.guardian import has_terminal
from tests.support.needs import missing

SUPERVISE = "import sys, os; from mailcatch.cli.guardian import supervise; sys.exit(supervise({words!r}, os.environ))"


def supervised(*words: str) -> list[str]:
    return [sys.executable, "-c", SUPERVISE.format(words=list(words))]


def test_no_terminal_here():
    """Started with a session of its own, a process has none."""
    program = "from mailcatch.cli.guardian import has_terminal; print(has_terminal())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, start_new_session=True)
    assert done.stdout == "False\n"
    assert isinstance(has_terminal(), bool)


class Terminal:
    """A program at a terminal of its own."""

    def __init__(self, words: list[str]) -> None:
        import pty

        self.pid, self.master = pty.fork()
        if self.pid == 0:
            for number in (signal.SIGINT, signal.SIGQUIT):  # ignored where the tests run in the background
                signal.signal(number, signal.SIG_DFL)
            os.execvp(words[0], words)

    def until(self, wanted: str) -> str:
        """Read until something is written."""
        text = ""
        while wanted not in text:
            text += os.read(self.master, 1000).decode()
        return text

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def code(self) -> int:
        """Wait for its end."""
        try:
            while os.read(self.master, 1000):
                pass
        except OSError:
            pass  # Linux says EIO when nobody has the other end any more
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.master)
        return code


@pytest.fixture(autouse=True)
def _linux() -> None:
    if sys.platform != "linux":
        missing("terminals behave differently elsewhere")


def test_ctrl_c_reaches_the_command_once():
    """The terminal tells it already; we hand nothing on, and end as it does."""
    script = "trap 'n=$((n+1))' INT; echo ready; while [ -z $n ]; do sleep 0.05; done; sleep 0.3; echo got $n; exit 6"
    terminal = Terminal(supervised("sh", "-c", script))
    terminal.until("ready")
    terminal.type(b"\x03")
    assert "got 1" in terminal.until("got")
    assert terminal.code() == 6


def test_the_command_reads_the_keyboard():
    """It is in the foreground, with its own standard input."""
    terminal = Terminal(supervised("sh", "-c", "echo ready; read line; echo read $line; exit 3"))
    terminal.until("ready")
    terminal.type(b"hello\n")
    terminal.until("read hello")
    assert terminal.code() == 3


def test_it_can_be_stopped_and_goes_on():
    """Ctrl-Z stops both, fg continues both: the shell sees one job."""
    script = f"set -m; {' '.join(map(quoted, supervised('sh', '-c', 'echo ready; read line; echo read $line')))}; echo stopped; fg; echo over"
    terminal = Terminal(["bash", "-c", script])
    terminal.until("ready")
    terminal.type(b"\x1a")
    terminal.until("stopped")
    terminal.type(b"hello\n")
    terminal.until("read hello")
    terminal.until("over")
    assert terminal.code() == 0


def quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


@pytest.mark.parametrize("how", [signal.SIG_IGN, signal.SIG_DFL])
def test_the_command_sees_signals_as_we_were_given_them(how: signal.Handlers, tmp_path: Path):
    """What nohup has us ignore, it ignores; SIGPIPE, which Python ignores, it does not. None is held back."""
    look = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]
    program = f"import signal; signal.signal(signal.SIGHUP, signal.{how.name}); " + SUPERVISE.format(words=look)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, start_new_session=True)
    without = subprocess.run(look, capture_output=True, text=True, check=True)
    (blocked, ignored), (_, given) = (
        [int(line.split()[1], 16) for line in each.stdout.splitlines()] for each in (done, without)
    )
    assert blocked == 0
    hang_up = 1 << (signal.SIGHUP - 1)
    assert ignored == (given | hang_up if how == signal.SIG_IGN else given & ~hang_up)


def test_descriptors_of_ours_are_the_commands_too():
    """What a caller hands down on 3 arrives: whoever passes a job server or a lock counts on it."""
    read, write = os.pipe()
    os.set_inheritable(write, True)
    words = supervised("bash", "-c", f"echo hello >&{write}")
    subprocess.run(words, pass_fds=[write], check=True, start_new_session=True)
    os.close(write)
    assert os.read(read, 100) == b"hello\n"
    os.close(read)


ELSEWHERE = "import sys; sys.platform = 'darwin'; "
"""Has the guardian do without Linux's own calls, as on macOS: a group stands for the descendants."""


def test_elsewhere_the_group_is_ended_with_the_command():
    """Without /proc and subreapers: what the command left in its group is gone, its code is ours."""
    words = [sys.executable, "-c", ELSEWHERE + SUPERVISE.format(words=["sh", "-c", "sleep 999 & echo up; exit 4"])]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, start_new_session=True)
    assert (done.returncode, done.stdout) == (4, "up\n")  # stdout has ended: nobody holds it


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_elsewhere_signals_reach_the_group(number: signal.Signals):
    """Handed on, or our own death: the command and its children are gone."""
    script = "sleep 999 & echo up; wait"
    words = [sys.executable, "-c", ELSEWHERE + SUPERVISE.format(words=["sh", "-c", script])]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as front:
        assert front.stdout is not None
        assert front.stdout.readline() == "up\n"
        front.send_signal(number)
        assert front.stdout.read() == ""
        assert front.wait(20) == (143 if number == signal.SIGTERM else -signal.SIGKILL)
