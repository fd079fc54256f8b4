"""`sendmail -bs`: what stands between standard input and the sink."""

import subprocess
import sys

import pytest

from mailcatch.app import Service
from mailcatch.cli.sendmail.dialogue import LineEnds
from tests.support.service import smtp_of


@pytest.mark.parametrize(
    "pieces",
    [[b"a\nb\r\nc\n"], [b"a", b"\nb\r", b"\nc\n"], [b"a\nb\r\n", b"c\n"], [bytes([each]) for each in b"a\nb\r\nc\n"]],
)
def test_every_line_ends_in_crlf(pieces: list[bytes]):
    """However the stream is cut."""
    lines = LineEnds()
    assert b"".join(map(lines.with_crlf, pieces)) == b"a\r\nb\r\nc\r\n"


def test_a_lone_cr_is_kept():
    """It is no line end."""
    lines = LineEnds()
    assert b"".join(map(lines.with_crlf, [b"a\r", b"b\r"])) == b"a\rb\r"


def test_a_whole_dialogue(service: Service):
    """Typed with LF, ended by QUIT; the program ends with it."""
    host, port = smtp_of(service)
    words = [sys.executable, "-m", "mailcatch.cli.sendmail.program", "-bs", "-S", f"{host}:{port}"]
    typed = b"HELO x\nMAIL FROM:<a@x.test>\nRCPT TO:<b@x.test>\nDATA\nSubject: typed\n\nhi\n.\nQUIT\n"
    done = subprocess.run(words, input=typed, capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [line[:3] for line in done.stdout.splitlines()] == [b"220", b"250", b"250", b"250", b"354", b"250", b"221"]


def test_input_that_ends_early(service: Service):
    """No QUIT: the server is told by the end of the stream, and nobody hangs."""
    host, port = smtp_of(service)
    words = [sys.executable, "-m", "mailcatch.cli.sendmail.program", "-bs", "-S", f"{host}:{port}"]
    done = subprocess.run(words, input=b"NOOP\n", capture_output=True, timeout=20, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(b"220 ")
