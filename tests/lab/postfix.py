"""Debian's Postfix with directories and a configuration of its own: a receiver of five hosts, and a sender as oracle.

`inet_interfaces` stays 127.0.0.1 and the doors are named in master.cf: Postfix dies without a word when it shall listen
on an address of 127.0.0.0/8 that no interface has by name.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.lab.handing import hand_over
from tests.support.needs import missing

PATIENCE = 20.0
SENDER = "127.25.2.1"
RECEIVER_CERTIFICATES = ("good", "self-signed", "expired", "other")
"""What the hosts from the second on show; the first has no TLS."""

RECEIVERS = tuple(f"127.25.1.{number}" for number in range(1, 6))

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {sbin}
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = all
mydestination =
local_transport = error:nobody lives here
alias_maps =
smtputf8_enable = yes
smtputf8_autodetect_classes = all
smtpd_peername_lookup = no
smtpd_client_restrictions =
smtpd_tls_loglevel = 1
"""

MASTER = """
{doors}
pickup     unix  n - n 60  1 pickup
cleanup    unix  n - n -   0 cleanup
qmgr       unix  n - n 300 1 qmgr
tlsmgr     unix  - - n 1000? 1 tlsmgr
rewrite    unix  - - n -   - trivial-rewrite
bounce     unix  - - n -   0 bounce
defer      unix  - - n -   0 bounce
trace      unix  - - n -   0 bounce
verify     unix  - - n -   1 verify
flush      unix  n - n 1000? 0 flush
proxymap   unix  - - n -   - proxymap
proxywrite unix  - - n -   1 proxymap
smtp       unix  - - n -   - smtp
relay      unix  - - n -   - smtp
showq      unix  n - n -   - showq
error      unix  - - n -   - error
retry      unix  - - n -   - error
discard    unix  - - n -   - discard
virtual    unix  - n n -   - virtual
anvil      unix  - - n -   1 anvil
scache     unix  - - n -   1 scache
postlog    unix-dgram n - n - 1 postlogd
"""

PRIVATE = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")
LINE_END = re.compile(rb"\r\n|\r|\n")
OUTCOME = re.compile(
    r" postfix/\w+\[\d+\]: (?P<id>\w+): to=<(?P<to>[^>]*)>,(?: orig_to=<[^>]*>,)?"
    r" relay=(?P<relay>[^,]+),.* dsn=(?P<dsn>[\d.]+), status=(?P<status>\w+) \((?P<text>.*)\)$"
)


@dataclass(frozen=True)
class Delivered:
    """What Postfix says became of one recipient in one attempt."""

    to: str
    status: str
    """sent, bounced, deferred or expired."""

    enhanced: str
    host: str
    """The address of the server that decided; empty if none was reached."""

    text: str


class Postfix:
    """One running Postfix."""

    def __init__(self, settings: Mapping[str, str], doors: Mapping[str, Mapping[str, str]]) -> None:
        path = f"{os.environ['PATH']}:/usr/sbin:/usr/lib/postfix/sbin"
        self._postqueue = Path(shutil.which("postqueue", path=path) or missing("postfix is not installed"))
        self._master = Path(shutil.which("master", path=path) or missing("postfix is not installed"))
        self._settings, self._doors = settings, doors
        self._folder = tempfile.TemporaryDirectory(prefix="mailcatch-postfix-", dir="/tmp")
        self.folder = Path(self._folder.name)
        self._process: subprocess.Popen[bytes]
        self._lines: list[str] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        try:
            self._lay_out()
            self._configure()
            self._start()
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._folder.cleanup()

    def _lay_out(self) -> None:
        """Make the directories as `postfix check` would, with their owners."""
        owner, group = pwd.getpwnam("postfix"), grp.getgrnam("postdrop").gr_gid
        self.folder.chmod(0o755)
        (self.folder / "queue" / "pid").mkdir(parents=True)
        wanted = [(f"queue/{name}", 0o700, owner.pw_gid) for name in PRIVATE]
        wanted += [("queue/public", 0o710, group), ("queue/maildrop", 0o730, group)]
        wanted += [("data", 0o700, owner.pw_gid), ("mail", 0o755, owner.pw_gid)]
        for name, mode, gid in wanted:
            path = self.folder / name
            path.mkdir()
            path.chmod(mode)
            os.chown(path, owner.pw_uid, gid)

    def _configure(self) -> None:
        folder = self.folder / "etc"
        folder.mkdir()
        places = {
            "folder": self.folder,
            "sbin": self._postqueue.parent,
            "daemons": self._master.parent,
            "user": pwd.getpwnam("postfix").pw_uid,
            "group": pwd.getpwnam("postfix").pw_gid,
        }
        extra = "".join(f"{name} = {value}\n" for name, value in self._settings.items())
        (folder / "main.cf").write_text((MAIN + extra).format(**places), "utf-8")
        doors = "\n".join(
            f"{address}:25 inet n - n - - smtpd"
            + "".join(f"\n  -o {{ {key} = {value} }}" for key, value in own.items())
            for address, own in self._doors.items()
        )
        (folder / "master.cf").write_text(MASTER.format(doors=doors), "utf-8")

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [self._master, "-c", self.folder / "etc", "-s"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "MAIL_CONFIG": str(self.folder / "etc"), "TZ": "UTC"},
            start_new_session=True,
        )
        threading.Thread(target=self._follow, name="postfix-log", daemon=True).start()
        for address in self._doors:
            self._await(address)

    def _follow(self) -> None:
        """Take in the log as it is written."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line.decode("utf-8", "replace"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _await(self, address: str) -> None:
        """Wait until a door greets. Raises RuntimeError with the log when it never does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with socket.create_connection((address, 25), timeout=PATIENCE) as probe:
                    if probe.recv(100):
                        return
            except OSError:
                os.sched_yield()
        raise RuntimeError(f"Postfix does not answer on {address}:\n{self.log}")

    @property
    def log(self) -> str:
        """What it wrote so far."""
        with self._changed:
            return "".join(self._lines)

    def send(self, mail_from: str, recipients: Sequence[str], raw: bytes) -> str:
        """Hand it a message at its first door; give the queue's id.

        All lines end by CRLF: its own door takes LF.LF for the end of a message, and is not what is looked at.
        """
        return hand_over((next(iter(self._doors)), 25), mail_from, recipients, LINE_END.sub(b"\r\n", raw))

    def outcomes(self, queue_id: str, recipients: Sequence[str], attempt: int = 1) -> dict[str, Delivered]:
        """Wait until an attempt has decided on all recipients; give what it said of each.

        A recipient that was decided for good by an earlier attempt keeps what that one said.
        """
        end = time.monotonic() + PATIENCE
        with self._changed:
            while True:
                found = self._said(queue_id)
                if all(to in found and _decided(found[to], attempt) for to in recipients):
                    return {to: found[to][:attempt][-1] for to in recipients}
                if not self._changed.wait(end - time.monotonic()):
                    raise AssertionError(f"{queue_id} was not decided for all of {recipients}:\n{''.join(self._lines)}")

    def _said(self, queue_id: str) -> dict[str, list[Delivered]]:
        """Give what was logged of a message by recipient, in its order."""
        found: dict[str, list[Delivered]] = {}
        for line in self._lines:
            if queue_id in line and (each := OUTCOME.search(line)):
                found.setdefault(each["to"], []).append(_delivered(each))
        return found

    def again(self, queue_id: str) -> None:
        """Try a message that was deferred at once."""
        subprocess.run([self._postqueue, "-c", self.folder / "etc", "-i", queue_id], check=True, timeout=PATIENCE)

    def await_mails(self, user: str, domain: str, count: int = 1) -> list[bytes]:
        """Wait until so many messages are in a mailbox; give the files: with LF, and Postfix's own header first."""
        folder = self.folder / "mail" / domain / user / "new"
        end = time.monotonic() + PATIENCE
        with self._changed:  # each delivery is a line of the log
            while len(paths := sorted(folder.glob("*"))) < count:
                assert self._changed.wait(end - time.monotonic()), f"{folder} has {len(paths)}:\n{''.join(self._lines)}"
        return [path.read_bytes() for path in paths]


def _delivered(line: re.Match[str]) -> Delivered:
    """Read what a line of the log says: `relay=mx.test[127.25.66.1]:25`."""
    host = re.search(r"\[([^\]]+)\]", line["relay"])
    return Delivered(line["to"], line["status"], line["dsn"], host[1] if host else "", line["text"])


def _decided(said: list[Delivered], attempt: int) -> bool:
    """Tell whether so many attempts were made, or there will be no other."""
    return len(said) >= attempt or said[-1].status != "deferred"


def sender(names: Sequence[str]) -> Postfix:
    """Give a Postfix that sends by MX with the patience of the lab; `names` are addresses that it takes for its own."""
    settings = {
        "myhostname": "sender.test",
        "proxy_interfaces": ", ".join(names),
        "smtp_bind_address": SENDER,
        "smtp_tls_security_level": "may",
        "smtp_tls_loglevel": "1",
        "smtp_connect_timeout": "1s",
        "smtp_helo_timeout": "2s",
        "smtp_data_done_timeout": "6s",
        "mynetworks": "127.0.0.0/8",
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
        "transport_maps": "inline:{{ home.test=discard: }}",
        "smtp_mx_address_limit": "5",
        "smtp_mx_session_limit": "2",
    }
    return Postfix(settings, {SENDER: {}})


def receiver(domains: Sequence[str], aliases: Mapping[str, str], chains: Mapping[str, Path]) -> Postfix:
    """Give a Postfix of five hosts that keeps mail for ann and bob of some domains; `chains` are certificates by host."""
    users = " ".join(f"{user}@{domain}={domain}/{user}/" for domain in domains for user in ("ann", "bob"))
    settings = {
        "myhostname": "receiver.test",
        "virtual_mailbox_domains": ", ".join(domains),
        "virtual_mailbox_base": "{folder}/mail",
        "virtual_mailbox_maps": "inline:{{ " + users.replace(" ", ", ") + " }}",
        "virtual_alias_maps": "inline:{{ " + ", ".join(f"{{{{ {a} = {b} }}}}" for a, b in aliases.items()) + " }}",
        "virtual_uid_maps": "static:{user}",
        "virtual_gid_maps": "static:{group}",
        "virtual_minimum_uid": "1",
        "smtpd_relay_restrictions": "reject_unauth_destination",
        "mynetworks": "127.0.0.1/32",
        "smtp_bind_address": RECEIVERS[0],
    }
    tls = {
        host: {"smtpd_tls_security_level": "may", "smtpd_tls_chain_files": str(chain)} for host, chain in chains.items()
    }
    return Postfix(settings, {host: tls.get(host, {}) for host in RECEIVERS})
