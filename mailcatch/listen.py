"""Sockets to listen on: bound before anything is announced, never probed first."""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from mailcatch.config import Bind
from mailcatch.errors import ConfigError
from mailcatch.model import Listener, Protection

log = logging.getLogger(__name__)

BACKLOG = 1024
"""Connections that may wait to be accepted."""

_TRIES = 10
_LOOPBACK = ("127.0.0.1", "::1")
_ANY = ("0.0.0.0", "::")  # noqa: S104 - what `--host any` means


@dataclass(frozen=True, slots=True)
class Bound:
    """A listening socket, and how the connections it accepts are protected."""

    socket: socket.socket
    tls: Protection = "none"

    @property
    def listener(self) -> Listener:
        """The address as it is told, with the real port."""
        host, port = self.socket.getsockname()[:2]
        return Listener(host, port, self.tls)


def addresses_of(host: str) -> tuple[str, ...]:
    """Return the addresses that a host option means: `localhost` and `any` are two each."""
    if host == "localhost":
        return _LOOPBACK
    if host == "any":
        return _ANY
    return (host.strip("[]"),)


def bind(binds: Sequence[Bind], default_host: str, option: str = "--smtp") -> list[socket.socket]:
    """Return listening sockets for `binds`; port 0 is any free port, the same on each address of one bind.

    An address family that this machine lacks is left out. Raises ConfigError, which names `option`.
    """
    sockets: list[socket.socket] = []
    try:
        for wanted in binds:
            sockets += _bind_one(addresses_of(wanted.host or default_host), wanted.port, option)
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _bind_one(addresses: tuple[str, ...], port: int, option: str) -> list[socket.socket]:
    for attempt in range(_TRIES):
        sockets: list[socket.socket] = []
        number = port
        try:
            for address in addresses:
                sock = _listen(address, number, required=not sockets)
                if sock is not None:
                    sockets.append(sock)
                    number = sock.getsockname()[1]
            return sockets
        except (OSError, UnicodeError) as error:  # UnicodeError: a name that no host can have
            for sock in sockets:
                sock.close()
            # A free port of one address may be taken on the other: then another number is tried.
            if port == 0 and sockets and _number(error) == errno.EADDRINUSE and attempt < _TRIES - 1:
                continue
            raise _explained(error, addresses[len(sockets)], port, option) from error
    raise AssertionError("unreachable")


def _listen(address: str, port: int, *, required: bool) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        # TCP by name: asyncio switches Nagle's wait off only for sockets that say so, and accepted ones inherit it.
        sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError:
        if required:
            raise
        log.debug("no IPv6 here: not listening on %s", address)
        return None
    try:
        if os.name == "posix":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address, port))
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except (OSError, UnicodeError) as error:
        sock.close()
        if not required and _number(error) in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            log.debug("no IPv6 here: not listening on %s", address)
            return None
        raise
    return sock


def _explained(error: OSError | UnicodeError, address: str, port: int, option: str) -> ConfigError:
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    if _number(error) == errno.EADDRINUSE:
        return ConfigError(f"{option}: {where} is taken by another program; name another port, such as {option} 0")
    if _number(error) == errno.EACCES:
        return ConfigError(f"{option}: {where} needs more rights; name a port above 1023")
    if _number(error) == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror | UnicodeError):
        return ConfigError(f"{option}: cannot listen on {where}: no address of this machine; any = all of them")
    return ConfigError(f"{option}: cannot listen on {where}: {error}")


def _number(error: OSError | UnicodeError) -> int | None:
    return error.errno if isinstance(error, OSError) else None
