"""Debian's Dovecot with a configuration of its own in a temporary directory: no system service, any user, root too.

Every user name is let in with every password and has INBOX, Sent, Drafts, Trash and Junk, as with us. Started by root,
it keeps its mail as an unprivileged user, for it refuses to keep any as root.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from tests.support.needs import missing

PATIENCE = 20.0
"""Seconds for Dovecot to answer after its start, and to end when told to."""

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 1000
default_process_limit = 1000
default_client_limit = 4000
imap_capability =
imap_hibernate_timeout = 0
maildir_very_dirty_syncs = no
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid={keeper} gid={keeper_group} home={folder}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox INBOX {{
    auto = subscribe
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = subscribe
  }}
  mailbox Junk {{
    special_use = \\Junk
    auto = subscribe
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-urlauth-login {{
  chroot =
}}
protocol imap {{
  mail_max_userip_connections = 1000
}}
"""


class Dovecot:
    """One running Dovecot: where its two doors are."""

    def __init__(self) -> None:
        self._program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") or missing(
            "dovecot is not installed"
        )
        self._folder = tempfile.TemporaryDirectory(prefix="mailcatch-dovecot-")
        self.folder = Path(self._folder.name)
        self.imap = ("127.0.0.1", free_port())
        self.pop3 = ("127.0.0.1", free_port())
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()
        self._folder.cleanup()

    def _start(self) -> None:
        path = self._configure()
        self._process = subprocess.Popen(
            [self._program, "-F", "-c", path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "stderr").open("wb"),
            env={**os.environ, "TZ": "UTC"},
            start_new_session=True,
        )
        for address in (self.imap, self.pop3):
            self._await(address)

    def _configure(self) -> Path:
        """Write the configuration, with users that this process may become."""
        me = pwd.getpwuid(os.geteuid())
        names = {"internal": me.pw_name, "login": me.pw_name, "group": grp.getgrgid(me.pw_gid).gr_name}
        keeper = me
        (self.folder / "mail").mkdir()
        if me.pw_uid == 0:
            keeper = pwd.getpwnam("mail")
            names = {"internal": "dovecot", "login": "dovenull", "group": "dovecot"}
            self.folder.chmod(0o755)
            os.chown(self.folder / "mail", keeper.pw_uid, keeper.pw_gid)
        path = self.folder / "dovecot.conf"
        text = CONFIGURATION.format(
            folder=self.folder,
            imap=self.imap[1],
            pop3=self.pop3[1],
            keeper=keeper.pw_uid,
            keeper_group=keeper.pw_gid,
            **names,
        )
        path.write_text(text, "utf-8")
        return path

    def _await(self, address: tuple[str, int]) -> None:
        """Wait until a door greets. Raises RuntimeError with the log when it never does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with socket.create_connection(address, timeout=PATIENCE) as probe:
                    if probe.recv(100):
                        return
            except OSError:
                os.sched_yield()
        raise RuntimeError(f"Dovecot does not answer:\n{self.log}")

    @property
    def log(self) -> str:
        """What it wrote so far."""
        paths = (self.folder / "stderr", self.folder / "log")
        return "".join(path.read_text("utf-8", "replace") for path in paths if path.exists())

    def stop(self) -> None:
        """End it with its children; what does not end is killed with its process group."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def memory(self) -> int:
        """Give the resident memory of all its processes in bytes."""
        pages = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text("latin-1").rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            if int(fields[3]) == self._process.pid:  # the session
                pages += int(fields[21])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def fill(self, user: str, mails: Iterable[bytes]) -> None:
        """Put mails into the INBOX of a user who has not logged in yet, as a delivery would."""
        inbox = self.folder / "mail" / user / "Maildir"
        for name in ("cur", "new", "tmp"):
            (inbox / name).mkdir(parents=True)
        for number, raw in enumerate(mails):
            (inbox / "cur" / f"1700000000.M{number:09}.judge,S={len(raw)}:2,").write_bytes(raw)
        owner = (self.folder / "mail").stat()
        for path in (inbox.parent, *inbox.parent.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)


def free_port() -> int:
    """Give a port that nobody has: Dovecot cannot say which one it got."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
