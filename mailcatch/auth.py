"""Who may log in: the users of `--auth-file`, or everyone. One authority for SMTP, POP3 and IMAP.

The file is htpasswd's: `user:hash` a line, bcrypt (`htpasswd -B`) or argon2id, or `{PLAIN}password`. A hash is slow on
purpose, so it is computed in a thread; a password that was right once is known again by a digest with a key of this
process, for a client under test logs in for every mail.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import os
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mailcatch.config import AuthSection
from mailcatch.errors import ConfigError
from mailcatch.sasl import Credentials

log = logging.getLogger(__name__)

TRIES = 3
"""Failures after which a door closes the connection."""

_THREADS = 2  # that compute hashes; argon2 may take 64 MB each
_FIRST_DELAY, _LONGEST_DELAY = 0.1, 3.2  # seconds before the answer to a client that has failed; doubled each time
_FORGET = 60.0  # seconds after which a client's failures are forgotten
_CLIENTS = 1_024  # whose failures are remembered
_PLAIN = "{PLAIN}"
# Not compiled before they are needed: most starts have no file.
_BCRYPT = r"\$2[abxy]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}"
_ARGON2 = r"\$argon2id\$v=19\$m=\d{1,6},t=\d{1,3},p=\d{1,3}\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{6,}"
_BCRYPT_LIMIT = 72  # octets of a password that bcrypt looks at


@dataclass(frozen=True, slots=True)
class User:
    """One line of the file: what the password must agree with, and how that is found out."""

    secret: str
    agrees: Callable[[str, str], bool]  # (secret, password); slow


class Authority:
    """Decides on credentials, for all doors of one process. Raises ConfigError for a file that cannot be used."""

    def __init__(self, section: AuthSection) -> None:
        self.required = section.required
        self._file = section.file
        self._users: Mapping[str, User] = {} if self._file is None else read_users(self._file)
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()  # host → how many, when the last
        self._key, self._known = os.urandom(32), dict[str, bytes]()
        self._threads: ThreadPoolExecutor | None = None

    @property
    def anyone(self) -> bool:
        """Whether any user and any password will do: then there is nothing to wait for."""
        return self._file is None

    async def check(self, credentials: Credentials, host: str = "") -> bool:
        """Return whether the password is the user's. `host` is the client's address, whose failures make it wait."""
        if self.anyone:
            return True
        await asyncio.sleep(self._delay_of(host))
        right = self._is_known(credentials) or await self._compute(credentials)
        if right:
            self._failures.pop(host, None)
        else:
            self._failed(host)
        return right

    def reload(self) -> None:
        """Read the file again. Raises ConfigError; then the users stay as they were."""
        if self._file is not None:
            self._users = read_users(self._file)
            self._known.clear()

    def close(self) -> None:
        """End the threads."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    def _is_known(self, credentials: Credentials) -> bool:
        known = self._known.get(credentials.user)
        return known is not None and hmac.compare_digest(known, self._digest(credentials.password))

    async def _compute(self, credentials: Credentials) -> bool:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, "auth")
        users = self._users
        right = await asyncio.get_running_loop().run_in_executor(self._threads, agrees, users, credentials)
        if right and users is self._users:  # not read anew meanwhile
            self._known[credentials.user] = self._digest(credentials.password)
        return right

    def _digest(self, password: str) -> bytes:
        return hashlib.blake2b(_octets(password), key=self._key, digest_size=32).digest()

    def _delay_of(self, host: str) -> float:
        count, last = self._failures.get(host, (0, 0.0))
        if not count or time.monotonic() - last > _FORGET:
            return 0.0
        return min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** min(count - 1, 16))

    def _failed(self, host: str) -> None:
        delayed = self._delay_of(host) > 0
        count = self._failures.pop(host, (0, 0.0))[0] if delayed else 0
        self._failures[host] = (count + 1, time.monotonic())
        if len(self._failures) > _CLIENTS:
            self._failures.popitem(last=False)


def agrees(users: Mapping[str, User], credentials: Credentials) -> bool:
    """Compare a password with its user's; an unknown user takes as long as a known one."""
    user = users.get(credentials.user)
    if user is None:
        other = next((each for each in users.values() if each.agrees is not _plain_agrees), None)
        if other is not None:
            other.agrees(other.secret, credentials.password)
        return False
    return user.agrees(user.secret, credentials.password)


def read_users(path: Path) -> dict[str, User]:
    """Return the users of a file by their names. Raises ConfigError, which names the line but never its secret."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise ConfigError(f"--auth-file: {path} cannot be read: {reason}") from error
    users: dict[str, User] = {}
    for number, line in enumerate(text.split("\n"), 1):
        entry = line.strip(" \t\r")
        if not entry or entry.startswith("#"):
            continue
        name, colon, secret = entry.partition(":")
        if not colon or not name or not secret:
            raise ConfigError(f"--auth-file: {path}, line {number}: it must be user:hash, as htpasswd -B makes it")
        if name in users:
            raise ConfigError(f"--auth-file: {path}, line {number}: {name!r} is there twice")
        users[name] = _user(secret, f"--auth-file: {path}, line {number}")
    if not users:
        raise ConfigError(f"--auth-file: {path} names no user; htpasswd -B -c {path} USER makes one")
    return users


def _user(secret: str, place: str) -> User:
    if secret.startswith(_PLAIN):
        return User(secret.removeprefix(_PLAIN), _plain_agrees)
    if re.fullmatch(_BCRYPT, secret):
        return User(secret, _bcrypt_agrees)
    if re.fullmatch(_ARGON2, secret):
        return User(secret, _argon2_agrees)
    raise ConfigError(f"{place}: this hash is not known; give bcrypt (htpasswd -B), argon2id, or {_PLAIN}password")


def _plain_agrees(secret: str, password: str) -> bool:
    return hmac.compare_digest(_octets(secret), _octets(password))


def _bcrypt_agrees(secret: str, password: str) -> bool:
    import bcrypt

    try:
        return bcrypt.checkpw(_octets(password)[:_BCRYPT_LIMIT], secret.encode())
    except ValueError:  # NUL in the password: bcrypt cannot have hashed it
        return False


def _argon2_agrees(secret: str, password: str) -> bool:
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    try:
        Argon2id.verify_phc_encoded(_octets(password), secret)
    except (InvalidKey, ValueError):
        return False
    return True


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
