"""The program as PHP and cron call it."""

import subprocess
import sys

import pytest

from mailcatch.app import Service
from tests.support.needs import program
from tests.support.service import smtp_of
from tests.unit.cli.conftest import Command

WORDS = [sys.executable, "-m", "mailcatch.cli.sendmail.program"]


def sendmail(service: Service, *options: str, stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    host, port = smtp_of(service)
    words = [*WORDS, "-S", f"{host}:{port}", *options]
    return subprocess.run(words, input=stdin, capture_output=True, timeout=20, check=False)


def test_a_mail_with_a_hidden_recipient(service: Service, command: Command, url: str):
    """All three get it, nobody reads of the third, and what was missing is there."""
    mail = b"To: a@x.test\nCc: b@x.test\nBcc: c@x.test,\n d@x.test\nSubject: =?utf-8?q?x?=\n\n.\nGr\xfc\xdfe\n"
    done = sendmail(service, "-t", "-i", "-f", "app@x.test", stdin=mail)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    found = command("show", "latest", "--json").out
    assert '"c@x.test"' in found and '"d@x.test"' in found
    shown = command("show", "latest", "--headers").out
    assert "Bcc" not in shown and "c@x.test" not in shown
    assert "From: app@x.test" in shown and "Message-ID: <" in shown and "Date: " in shown


def test_a_dot_ends_it_without_i(service: Service, command: Command, url: str):
    """What stands after it is not sent."""
    assert sendmail(service, "a@x.test", stdin=b"Subject: x\n\nfirst\n.\nsecond\n").returncode == 0
    assert command("show", "latest", "--text").out == "first\n"


@pytest.mark.parametrize(
    ("options", "stdin", "code", "said"),
    [
        (["-t"], b"Subject: x\n\n", 64, b"name a recipient"),
        ([], b"Subject: x\n\n", 64, b"-t takes the header's"),
        (["-Y"], b"", 64, b"usage:"),
        (["-F", "a\nb", "a@x.test"], b"", 65, b"line end"),
    ],
)
def test_what_is_wrong_is_one_line(service: Service, options: list[str], stdin: bytes, code: int, said: bytes):
    """On stderr, with sysexits' code; nothing is sent."""
    done = sendmail(service, *options, stdin=stdin)
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr and done.stderr.count(b"\n") == 1


def test_nobody_there():
    """EX_TEMPFAIL."""
    done = subprocess.run([*WORDS, "-S", "127.0.0.1:9", "a@x.test"], input=b"x", capture_output=True, check=False)
    assert done.returncode == 75


@pytest.mark.parametrize(("option", "out"), [("-bp", b"Mail queue is empty\n"), ("-bi", b""), ("--help", b"usage: ")])
def test_what_needs_no_server(option: str, out: bytes):
    """The queue, the aliases, the help."""
    done = subprocess.run([*WORDS, option], capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(out)


def test_php(service: Service, command: Command, url: str):
    """mail() with its own idea of line ends, as sendmail_path."""
    host, port = smtp_of(service)
    code = (
        'exit(mail("bob@x.test, \\"Ann, L\\" <ann@x.test>", "Grüße", "one\\n.\\n.two\\nGrüße", '
        '"From: App <app@x.test>\\r\\nBcc: eve@x.test\\r\\nX-A: b") ? 0 : 1);'
    )
    setting = f"sendmail_path={' '.join(WORDS)} -t -i -S {host}:{port}"
    subprocess.run([program("php"), "-d", setting, "-r", code], check=True, timeout=20)
    shown = command("show", "latest").out
    assert "Bcc:      eve@x.test" in shown
    assert shown.endswith("one\n.\n.two\nGrüße\n")
    assert "\r" not in command("show", "latest", "--raw").out.replace("\r\n", "")


def test_it_imports_nothing_that_one_mail_does_not_need(service: Service):
    """Neither click nor an HTTP client, nor smtplib, email, ssl or asyncio: it starts as fast as Python does."""
    heavy = ("click", "http.client", "smtplib", "email", "ssl", "asyncio", "sqlite3", "flask", "aiosmtpd", "msgspec")
    host, port = smtp_of(service)
    words = ["-i", "-S", f"{host}:{port}", "a@x.test"]
    script = (
        "import sys; from mailcatch.cli.sendmail.program import run; "
        f"code = run({words!r}); print(code, [name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], input="Subject: x\n\nx", capture_output=True, text=True)
    assert done.stdout == "0 []\n", done.stderr
