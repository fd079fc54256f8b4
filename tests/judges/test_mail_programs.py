"""Mail programs of Debian, as they are: mbsync, curl, fetchmail, getmail, offlineimap, mutt and neomutt."""

from __future__ import annotations

import fcntl
import imaplib
import mailbox
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import pytest

from tests.judges.conftest import USER
from tests.judges.programs import PATIENCE, at, bodies, run, wire, without_added
from tests.judges.script import mail
from tests.judges.servers import Ours
from tests.support.needs import program


def test_curl(served: Ours, mails: list[bytes], tmp_path: Path):
    """Curl lists and reads over both protocols, and appends."""
    curl = program("curl")
    auth = ("--silent", "--show-error", "--user", f"{USER}:x")
    for url in (f"imap://{at(served.imap)}/INBOX;MAILINDEX=15", f"pop3://{at(served.pop3)}/15"):
        run(curl, *auth, "--output", tmp_path / "got", url, home=tmp_path)
        assert (tmp_path / "got").read_bytes() == mails[14]
    assert f"{len(mails)} " in run(curl, *auth, f"pop3://{at(served.pop3)}/", home=tmp_path)
    assert "* SEARCH 15" in run(curl, *auth, f"imap://{at(served.imap)}/INBOX?SUBJECT%20plain", home=tmp_path)
    assert '"Sent"' in run(curl, *auth, f"imap://{at(served.imap)}/", home=tmp_path)
    (tmp_path / "mail").write_bytes(mails[0])
    run(curl, *auth, "--upload-file", tmp_path / "mail", f"imap://{at(served.imap)}/Drafts", home=tmp_path)
    run(curl, *auth, "--output", tmp_path / "got", f"imap://{at(served.imap)}/Drafts;UID=1", home=tmp_path)
    assert (tmp_path / "got").read_bytes() == mails[0]


MBSYNC = """
IMAPAccount sink
Host {host}
Port {port}
User {user}
Pass x
SSLType None
AuthMechs LOGIN

IMAPStore far
Account sink

MaildirStore near
Path {home}/mail/
Inbox {home}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
"""


def test_mbsync(served: Ours, mails: list[bytes], tmp_path: Path):
    """Pull all; push a mail, a flag and a removal; pull what came meanwhile."""
    mbsync, user = program("mbsync"), "mbsync@judge.test"
    mails = [raw for raw in mails if b"\r\n\r\n" in b"\r\n" + raw]  # mbsync passes over a header without its end
    for raw in mails:
        served.deliver(user, raw)
    host, port = served.imap
    (tmp_path / "rc").write_text(MBSYNC.format(host=host, port=port, user=user, home=tmp_path))
    (tmp_path / "mail").mkdir()
    run(mbsync, "-c", tmp_path / "rc", "all", home=tmp_path)
    inbox = tmp_path / "mail" / "INBOX"
    assert sorted(map(without_added, bodies(inbox))) == sorted(map(without_added, mails))
    kept = mailbox.Maildir(inbox, create=False)
    flagged, removed = sorted(kept.keys())[:2]
    changed = kept[flagged]
    changed.set_flags("FS")
    kept[flagged] = changed
    kept[removed].set_flags("T")
    kept.discard(removed)
    (inbox / "new" / "1700000000.1.judge").write_bytes(b"Subject: pushed\n\nfrom near\n")
    served.deliver(user, mail("plain.eml"))
    run(mbsync, "-c", tmp_path / "rc", "all", home=tmp_path)
    with imaplib.IMAP4(*served.imap, timeout=20) as client:
        client.login(user, "x")
        assert client.select("INBOX") == ("OK", [str(len(mails) + 1).encode()])
        assert len(client.search(None, "FLAGGED", "SEEN")[1][0].split()) == 1
        assert client.search(None, "SUBJECT", "pushed")[1][0] != b""
        client.store("1", "+FLAGS", "(\\Answered)")
    assert len(bodies(inbox)) == len(mails) + 1
    served.deliver(user, b"Subject: third\r\n\r\nfrom far\r\n")
    run(mbsync, "-c", tmp_path / "rc", "all", home=tmp_path)
    assert len(bodies(inbox)) == len(mails) + 2
    assert sum("R" in message.get_flags() for message in mailbox.Maildir(inbox, create=False)) == 1


FETCHMAIL = """
poll {host} service {port} protocol {protocol} user "{user}" password "x" sslproto "" fetchall keep no rewrite mda "{home}/take"
set invisible
"""


@pytest.mark.parametrize("protocol", ["POP3", "IMAP"])
def test_fetchmail(served: Ours, mails: list[bytes], tmp_path: Path, protocol: str):
    """Fetchmail takes every mail."""
    fetchmail, user = program("fetchmail"), f"fetchmail-{protocol.lower()}@judge.test"
    for raw in mails:
        served.deliver(user, raw)
    host, port = served.pop3 if protocol == "POP3" else served.imap
    taken = tmp_path / "taken"
    taken.mkdir()
    take = tmp_path / "take"
    take.write_text(f"#!/bin/sh\nexec cat >$(mktemp -p {taken})\n")
    take.chmod(0o755)
    rc = tmp_path / "rc"
    rc.write_text(FETCHMAIL.format(host=host, port=port, protocol=protocol, user=user, home=tmp_path))
    rc.chmod(0o700)
    run(fetchmail, "-f", rc, "--nodetach", "--nosyslog", "--idfile", tmp_path / "ids", home=tmp_path)
    found = sorted(without_added(wire(path.read_bytes())) for path in taken.iterdir())
    whole = [raw for raw in mails if not raw.startswith(b"\r\n")]  # fetchmail writes a header where there is none
    assert [raw for raw in found if b"FETCHMAIL-DAEMON" not in raw] == sorted(map(without_added, whole))
    assert len(found) == len(mails)


NOBODY = "nobody" if os.geteuid() == 0 else None
"""Who runs what refuses to run as root."""


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """Give a folder for NOBODY."""
    with tempfile.TemporaryDirectory(prefix="mailcatch-nobody-") as folder:
        yield Path(folder)


def given_away(folder: Path) -> None:
    """Make NOBODY the owner of a folder and all in it."""
    for path in [folder, *folder.rglob("*")] if NOBODY else ():
        shutil.chown(path, NOBODY)


GETMAIL = """
[retriever]
type = Simple{protocol}Retriever
server = {host}
port = {port}
username = {user}
password = x
[destination]
type = Maildir
path = {home}/mail/
[options]
read_all = false
delete = {delete}
delivered_to = false
received = false
"""


@pytest.mark.parametrize("protocol", ["POP3", "IMAP"])
def test_getmail(served: Ours, mails: list[bytes], nobodys: Path, protocol: str):
    """Getmail takes every mail once, and those that came since at its second run; with delete they are gone."""
    getmail, user = program("getmail"), f"getmail-{protocol.lower()}@judge.test"
    for raw in mails:
        served.deliver(user, raw)
    host, port = served.pop3 if protocol == "POP3" else served.imap
    for name in ("cur", "new", "tmp"):
        (nobodys / "mail" / name).mkdir(parents=True)
    given_away(nobodys)
    expected = list(mails)
    for delete in ("false", "true"):
        (nobodys / "getmailrc").write_text(
            GETMAIL.format(protocol=protocol, host=host, port=port, user=user, home=nobodys, delete=delete)
        )
        run(getmail, "--getmaildir", nobodys, "--rcfile", "getmailrc", home=nobodys, user=NOBODY)
        found = bodies(nobodys / "mail")
        assert len(found) == len(expected)
        assert as_getmail_writes(found) == as_getmail_writes(expected)
        served.deliver(user, mail("plain.eml"))
        expected.append(mail("plain.eml"))
    assert len(messages(served, user)) == 1  # all but the one that came last


def as_getmail_writes(mails: Sequence[bytes]) -> list[bytes]:
    """Give what getmail keeps of mails: it sets blanks anew, and puts multiparts together anew."""
    return sorted(b"".join(without_added(raw).split()) for raw in mails if b"multipart/" not in raw)


OFFLINEIMAP = """
[general]
accounts = all
maxsyncaccounts = 1
ui = basic
metadata = {home}/state
[Account all]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = {home}/mail
[Repository far]
type = IMAP
remotehost = {host}
remoteport = {port}
remoteuser = {user}
remotepass = x
ssl = no
starttls = no
"""


def test_offlineimap(served: Ours, mails: list[bytes], tmp_path: Path):
    """Offlineimap takes every mail and folder, brings back a new one, and a removal."""
    offlineimap, user = program("offlineimap"), "offlineimap@judge.test"
    for raw in mails:
        served.deliver(user, raw)
    host, port = served.imap
    (tmp_path / "rc").write_text(OFFLINEIMAP.format(host=host, port=port, user=user, home=tmp_path))
    run(offlineimap, "-1", "-o", "-c", tmp_path / "rc", home=tmp_path)
    inbox = tmp_path / "mail" / "INBOX"
    assert len(bodies(inbox)) == len(mails)
    assert (tmp_path / "mail" / "Sent").is_dir()
    min((inbox / "new").iterdir()).unlink()
    (inbox / "new" / "1700000000.1.judge").write_bytes(b"Subject: brought\n\nfrom near\n")
    run(offlineimap, "-1", "-o", "-c", tmp_path / "rc", home=tmp_path)
    found = messages(served, user)
    assert len(found) == len(mails)
    assert any(b"Subject: brought" in raw for raw in found)


MUTT = """
set imap_idle=yes imap_check_subscribed=no ssl_starttls=no ssl_force_tls=no
set mail_check=3 timeout=1 sleep_time=0 move=no confirmappend=no
set folder="imap://{host}:{port}/" spoolfile="imap://{host}:{port}/INBOX"
set imap_user="{user}" imap_pass="x" header_cache="" record="" tmpdir="{home}"
set imap_authenticators="{ways}"
"""


@pytest.mark.parametrize("name", ["mutt", "neomutt"])
def test_mutt(served: Ours, tmp_path: Path, name: str):
    """The mailbox is shown; a mail that comes meanwhile appears by itself; deleting one at the end removes it."""
    mutt, user = program(name), f"{name}@judge.test"
    served.deliver(user, mail("plain.eml"))
    host, port = served.imap
    ways = "plain" if name == "mutt" else "plain:login"
    (tmp_path / "rc").write_text(MUTT.format(host=host, port=port, user=user, home=tmp_path, ways=ways))
    with Screen(mutt, "-n", "-F", str(tmp_path / "rc"), home=tmp_path) as screen:
        screen.until("A plain letter")
        served.deliver(user, b"Subject: pushed by idle\r\n\r\nx\r\n")
        screen.until("pushed by idle")
        screen.type("1\nd")
        screen.type("q")
        screen.until("urge")  # Purge 1 deleted message?
        screen.type("y")
        screen.ended()
    (left,) = messages(served, user)
    assert b"pushed by idle" in left


def messages(served: Ours, user: str) -> list[bytes]:
    """Give the mails of an INBOX."""
    with imaplib.IMAP4(*served.imap, timeout=20) as client:
        client.login(user, "x")
        client.select("INBOX", readonly=True)
        _, data = client.fetch("1:*", "(BODY.PEEK[])")
        return [each[1] for each in data if isinstance(each, tuple)]


class Screen:
    """A program on a terminal of its own, 80 by 24."""

    def __init__(self, *words: str, home: Path) -> None:
        self._shown = b""
        self._master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            words,
            cwd=home,
            env={**os.environ, "HOME": str(home), "TERM": "vt100", "LC_ALL": "C.UTF-8"},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def until(self, text: str) -> None:
        """Read until it shows a text."""
        deadline = time.monotonic() + PATIENCE
        while text not in plain(self._shown):
            assert self._read(deadline), f"{text!r} was not shown:\n{plain(self._shown)[-2000:]}"
        self._shown = b""

    def ended(self) -> None:
        """Wait until the program has ended."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        assert self._process.wait(PATIENCE) == 0

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(deadline - time.monotonic(), 0))
        try:
            data = os.read(self._master, 65536) if ready else b""
        except OSError:  # the terminal's other end was closed
            data = b""
        self._shown += data
        return bool(data)


def plain(shown: bytes) -> str:
    """Give what is shown without the terminal's own words; a jump of the cursor is a blank."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]", "", shown.decode("utf-8", "replace"))
