"""A network in which nothing but this process and its children exists, and from which nothing can leave.

The process itself goes there: every address of 127.0.0.0/8 is a host of its own with port 25 and 53 free, a route that
swallows packets stands for a network that drops them, and the resolver of the C library asks the scripted DNS.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.needs import missing

DNS = "127.53.0.1"
SWALLOWED = "198.51.100.0/24"
"""A connection to these hosts is never answered: as a network that drops port 25."""

FORBIDDEN = ("10.0.0.25", "169.254.169.254")
"""Hosts that are there and would answer, where mail must never go."""

PUBLIC = "11.25.0.1"
"""A host with an address of the open internet, as far as anyone here can tell."""

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18


@dataclass(frozen=True)
class Entered:
    """How this process came there."""

    as_root: bool
    """Whether other users exist: Postfix needs some."""


def enter() -> Entered:
    """Put this process, and all that it starts from now on, into the network; skip where the system forbids it."""
    ip = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or missing(
        "iproute2 is not installed"
    )
    if not hasattr(os, "geteuid"):
        missing("this system has no network namespaces")
    user, group = os.geteuid(), os.getegid()
    as_root = user == 0 and _has_other_users()
    libc = ctypes.CDLL(None, use_errno=True)
    flags = CLONE_NEWNET | CLONE_NEWNS | (CLONE_NEWUSER if user else 0)
    if libc.unshare(flags):
        missing(f"no private network: unshare says {errno.errorcode[ctypes.get_errno()]}")
    if user:
        _become_root(user, group)
    _mount(libc, b"none", b"/", MS_REC | MS_PRIVATE)
    _resolve_by_the_scripted_dns(libc)
    _lay_cables(ip)
    _assert_closed()
    return Entered(as_root)


def _has_other_users() -> bool:
    """Tell whether root is the system's, or one of a user namespace with nobody else in it."""
    return int(Path("/proc/self/uid_map").read_text("ascii").split()[2]) > 1


def _become_root(user: int, group: int) -> None:
    """Be root in a user namespace: of this network, and of nothing else."""
    me = Path("/proc/self")
    (me / "setgroups").write_text("deny", "ascii")
    (me / "uid_map").write_text(f"0 {user} 1", "ascii")
    (me / "gid_map").write_text(f"0 {group} 1", "ascii")


def _mount(libc: ctypes.CDLL, source: bytes, target: bytes, flags: int) -> None:
    if libc.mount(source, target, None, ctypes.c_ulong(flags), None):
        raise OSError(ctypes.get_errno(), "mount", target.decode())


def _resolve_by_the_scripted_dns(libc: ctypes.CDLL) -> None:
    """Have the C library ask the scripted DNS, once and with little patience."""
    with tempfile.NamedTemporaryFile("w", prefix="mailcatch-lab-resolv-", delete=False) as file:
        file.write(f"nameserver {DNS}\noptions timeout:1 attempts:1\n")
    path = Path(file.name)
    path.chmod(0o644)
    _mount(libc, os.fsencode(path), b"/etc/resolv.conf", MS_BIND)
    path.unlink()  # the mount keeps it


def _lay_cables(ip: str) -> None:
    """Bring up the loopback with the hosts that are not of 127.0.0.0/8."""
    script = [
        "link set lo up",
        f"route add {SWALLOWED} dev lo",
        *(f"address add {address}/32 dev lo" for address in (*FORBIDDEN, PUBLIC)),
    ]
    subprocess.run([ip, "-batch", "-"], input="\n".join(script) + "\n", text=True, check=True)


def _assert_closed() -> None:
    """Prove that the world is out of reach before anything is sent."""
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family) as probe:
            probe.settimeout(1)
            code = probe.connect_ex((address, 25))
        assert code in {errno.ENETUNREACH, errno.EADDRNOTAVAIL}, f"{address} answers {errno.errorcode.get(code)}"
