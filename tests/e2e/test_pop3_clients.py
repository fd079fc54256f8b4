"""Other people's POP3 clients, as they are: what they fetch is what was sent."""

from __future__ import annotations

import poplib
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.needs import program
from tests.support.sink import Sink, sink
from tests.support.wire import Wire

LETTERS = [
    b"From: app@x.test\r\nTo: %s\r\nSubject: %d\r\n\r\n.dot\r\n..two\r\nbody %d\r\n\r\n" % (b"%s", number, number)
    for number in range(3)
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    """Run one mailcatch with TLS for the module."""
    with sink("--tls", "--tls-dir", str(tmp_path_factory.mktemp("tls")), *FREE) as made:
        yield made


FREE = [word for name in ("--pop3s", "--imaps", "--smtps", "--smtp-starttls") for word in (name, "0")]


def delivered(running: Sink, to: str) -> list[bytes]:
    """Send three mails to somebody of its own; give their bytes."""
    letters = [letter.replace(b"%s", to.encode()) for letter in LETTERS]
    with Wire(running.smtp) as wire:
        for letter in letters:
            wire.send(letter, to=[to])
    return letters


def run(words: Sequence[str], **more: object) -> subprocess.CompletedProcess[bytes]:
    """Run a client to its end."""
    return subprocess.run(words, capture_output=True, timeout=60, check=False, **more)  # type: ignore[call-overload, no-any-return] # its options


def address(running: Sink, protection: str = "starttls") -> tuple[str, int]:
    """Find a listener by how it is protected."""
    found = next(each for each in running.ready["pop3"] if each["tls"] == protection and each["host"] == "127.0.0.1")
    return found["host"], found["port"]


def unverified() -> ssl.SSLContext:
    """Trust everyone: the certificate is tested elsewhere."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.mark.parametrize("protection", ["none", "stls", "implicit"])
def test_poplib(running: Sink, protection: str):
    """In the clear, with STLS, and over TLS from the first byte."""
    letters = delivered(running, f"poplib-{protection}@x.test")
    if protection == "implicit":
        client: poplib.POP3 = poplib.POP3_SSL(*address(running, "implicit"), context=unverified(), timeout=10)
    else:
        client = poplib.POP3(*address(running), timeout=10)
    if protection == "stls":
        assert "STLS" in client.capa()
        client.stls(context=unverified())
    client.user(f"poplib-{protection}@x.test")
    client.pass_("any")
    assert client.stat() == (3, sum(map(len, letters)))
    assert [b"\r\n".join([*client.retr(number)[1], b""]) for number in (1, 2, 3)] == letters
    assert client.top(1, 0)[1] == [*letters[0].split(b"\r\n\r\n")[0].split(b"\r\n"), b""]
    assert len({line.split()[1] for line in client.uidl()[1]}) == 3
    client.dele(2)
    client.quit()


def test_curl(running: Sink):
    """It reads one message, a list, and a message over STLS and over TLS, with AUTH PLAIN."""
    curl = program("curl")
    letters = delivered(running, "curl@x.test")
    host, port = address(running)
    words = [curl, "--silent", "--show-error", "--insecure", "--user", "curl@x.test:secret"]
    assert run([*words, f"pop3://{host}:{port}/1"]).stdout == letters[0]
    assert run([*words, "--ssl-reqd", f"pop3://{host}:{port}/2"]).stdout == letters[1]
    assert run([*words, "--login-options", "AUTH=PLAIN", f"pop3://{host}:{port}/"]).stdout.count(b"\r\n") == 3
    host, port = address(running, "implicit")
    assert run([*words, f"pop3s://{host}:{port}/3"]).stdout == letters[2]
    answer = run([*words, "--request", "UIDL", f"pop3s://{host}:{port}/"])
    assert [line.split()[0] for line in answer.stdout.splitlines()] == [b"1", b"2", b"3"]
    assert "secret" not in running.log


def test_fetchmail(running: Sink, tmp_path: Path):
    """It takes everything and deletes it; a second run finds nothing, and the evidence is still there."""
    fetchmail = program("fetchmail")
    letters = delivered(running, "fetchmail@x.test")
    host, port = address(running)
    control = tmp_path / "fetchmailrc"
    control.write_text(
        f'set invisible\npoll {host} port {port} protocol pop3 user "fetchmail@x.test" password "any" is root here'
        f' sslproto "" nokeep fetchall mda "cat >> {tmp_path}/mail"\n'
    )
    control.chmod(0o600)
    words = [fetchmail, "--fetchmailrc", str(control), "--pidfile", str(tmp_path / "pid"), "--nosyslog"]
    environment = {"HOME": str(tmp_path), "FETCHMAILHOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    first, second = run(words, env=environment), run(words, env=environment)
    assert (first.returncode, second.returncode) == (0, 1), first.stderr + first.stdout  # 1: there was no mail
    assert (tmp_path / "mail").read_bytes() == b"".join(letters).replace(b"\r\n", b"\n")
    with_all = poplib.POP3(host, port, timeout=10)
    with_all.user("all")
    with_all.pass_("any")
    assert with_all.stat()[0] >= 3
    with_all.quit()


def test_getmail(running: Sink, tmp_path: Path):
    """It fetches each message once: it knows the unique ids again."""
    getmail = program("getmail")
    letters = delivered(running, "getmail@x.test")
    host, port = address(running)
    control = tmp_path / "getmailrc"
    control.write_text(
        f"[retriever]\ntype = SimplePOP3Retriever\nserver = {host}\nport = {port}\nusername = getmail@x.test\n"
        f"password = any\n[destination]\ntype = MDA_external\npath = {program('tee')}\n"
        f'arguments = ("-a", "{tmp_path}/mail")\nallow_root_commands = true\n'
        "[options]\ndelivered_to = false\nreceived = false\nread_all = false\ndelete = false\n"
    )
    words = [getmail, "--getmaildir", str(tmp_path), "--rcfile", str(control)]
    for _ in range(2):
        answer = run(words, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
        assert answer.returncode == 0, answer.stdout + answer.stderr
    taken = (tmp_path / "mail").read_bytes()
    for letter in letters:
        assert taken.count(letter.split(b"\r\n\r\n", 1)[1].replace(b"\r\n", b"\n")) == 1
