"""TLS, the server's side: which certificate is shown, and how a connection is secured.

A door asks for `Tls.context` at each handshake, so a certificate that was read anew holds for the next connection and
leaves the others alone. Implicit TLS is STARTTLS without the word: the listener is plain, and the connection is secured
before the greeting. So both fail in the same words, and those go into the session.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Coroutine, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, cast

from mailcatch.config import TlsSection
from mailcatch.errors import ConfigError

log = logging.getLogger(__name__)

T = TypeVar("T")

HANDSHAKE_TIMEOUT = 15.0
"""Seconds that a client has for the handshake."""

SHUTDOWN_TIMEOUT = 2.0
"""Seconds that a client has to agree that TLS ends."""

_NAMES = ("localhost", "127.0.0.1", "::1", "host.docker.internal", "mailcatch")  # the last: the README's container


class HandshakeFailed(Exception):
    """No TLS came about; the text says why, as the outcome of a session."""


class Tls:
    """The certificate of this process. Raises ConfigError for one that cannot be used."""

    def __init__(self, section: TlsSection, names: Iterable[str] = ()) -> None:
        self._section = section
        self._names = (*_NAMES, socket.gethostname(), *certified(names))
        self.context = self._load()

    def reload(self) -> None:
        """Read the certificate again. Raises ConfigError; then the old one stays."""
        self.context = self._load()

    def _load(self) -> ssl.SSLContext:
        section = self._section
        if section.cert is not None:
            return own_context(section.cert, section.key)
        from mailcatch.ca import DevelopmentCa

        with DevelopmentCa(section.folder or default_folder()).server_file(self._names) as path:
            return _context(path, path)


def default_folder() -> Path:
    """Return where the platform keeps a user's data: the development CA lives there, whatever the database is."""
    from platformdirs import user_data_path

    return user_data_path("mailcatch", appauthor=False) / "tls"


def certified(names: Iterable[str]) -> Iterator[str]:
    """Yield the names as a certificate has them: `.example.test` is that name and every one right below it."""
    for name in names:
        yield name.removeprefix(".")
        if name.startswith("."):
            yield f"*{name}"


def own_context(cert: Path, key: Path | None) -> ssl.SSLContext:
    """Return the context of a certificate of the user's own. Raises ConfigError, which names the option."""
    for option, path in (("--tls-cert", cert), ("--tls-key", key)):
        if path is not None:
            _refuse_unreadable(option, path)
    _note_dates(cert)
    try:
        return _context(cert, key or cert)
    except _Encrypted as error:
        name = f"--tls-key: {key}" if key else f"--tls-cert: {cert}"
        raise ConfigError(f"{name} is protected by a passphrase; give a key without one") from error
    except ssl.SSLError as error:
        raise ConfigError(_misfit(error, cert, key)) from error


def _refuse_unreadable(option: str, path: Path) -> None:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{option}: {path} cannot be read: {error.strerror}") from error
    if b"-----BEGIN " not in content:
        raise ConfigError(f"{option}: {path} is no PEM file")


def _note_dates(cert: Path) -> None:
    """Warn of a certificate that clients will refuse for its dates. Raises ConfigError if there is none."""
    from cryptography import x509

    try:
        certificate = x509.load_pem_x509_certificate(cert.read_bytes())
    except ValueError as error:
        raise ConfigError(f"--tls-cert: {cert} has no certificate that can be read") from error
    now = datetime.now(UTC)
    if certificate.not_valid_after_utc < now:
        log.warning("--tls-cert: %s has expired on %s", cert, f"{certificate.not_valid_after_utc:%Y-%m-%d}")
    elif certificate.not_valid_before_utc > now:
        log.warning("--tls-cert: %s is not valid before %s", cert, f"{certificate.not_valid_before_utc:%Y-%m-%d}")


def _misfit(error: ssl.SSLError, cert: Path, key: Path | None) -> str:
    if error.reason in {"KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH"}:
        return f"--tls-key: {key or cert} is not the key of the certificate {cert}"
    if error.reason == "EE_KEY_TOO_SMALL":
        return f"--tls-cert: the key of {cert} is too short for today's clients"
    if key is None:
        return f"--tls-cert: {cert} has no private key that can be read; name its file with --tls-key"
    return f"--tls-key: {key} has no private key that can be read"


class _Encrypted(Exception):
    """The key wants a passphrase, and OpenSSL would ask the terminal for it."""


def _no_passphrase() -> str:
    raise _Encrypted


def _context(cert: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key, _no_passphrase)
    return context


async def secure(
    transport: asyncio.Transport,
    protocol: asyncio.BaseProtocol,
    context: ssl.SSLContext,
    patience: float = HANDSHAKE_TIMEOUT,
    *,
    begun: bytes = b"",
) -> asyncio.Transport:
    """Do the handshake; return the transport that takes the old one's place. Raises HandshakeFailed.

    `begun` is what the client has sent of its handshake already: with implicit TLS it need not wait for us, and uvloop
    reads before a new connection can say that it must not.

    Call `transport.pause_reading()` at the very line that asks for TLS, and drop there whatever was sent with it (RFC
    3207 §6, RFC 2595 §2.1): what `protocol` gets from then on came over TLS, and may come before this returns, for a
    client may speak in the packet that ends its handshake. After a failure `connection_lost` may come or not.
    """
    loop = asyncio.get_running_loop()
    starting = loop.start_tls(
        transport,
        protocol,
        context,
        server_side=True,
        ssl_handshake_timeout=patience,
        ssl_shutdown_timeout=SHUTDOWN_TIMEOUT,
    )
    try:
        secured = await (_fed(loop, transport, begun, starting) if begun else starting)
    except (OSError, ssl.CertificateError) as error:
        raise HandshakeFailed(failure(error)) from error
    if secured is None:  # the transport was aborted meanwhile
        raise HandshakeFailed(_GONE)
    return secured


async def _fed(
    loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, begun: bytes, starting: Coroutine[None, None, T]
) -> T:
    """Start TLS, and give its protocol what came too early: after it has begun, and before anything else is read."""

    def feed() -> None:
        layer, rest = cast(asyncio.BufferedProtocol, transport.get_protocol()), begun
        while rest:
            buffer = memoryview(layer.get_buffer(len(rest)))
            count = min(len(buffer), len(rest))
            buffer[:count] = rest[:count]
            layer.buffer_updated(count)
            rest = rest[count:]

    task = loop.create_task(starting)
    try:
        await asyncio.sleep(0)  # start_tls has its two calls waiting now: the layer's beginning, and reading
        loop.call_soon(feed)
        return await task
    except asyncio.CancelledError:
        task.cancel()
        raise


def spoken(transport: asyncio.BaseTransport) -> str | None:
    """Return version and cipher, as in "TLSv1.3 TLS_AES_256_GCM_SHA384"; None without TLS."""
    connection = transport.get_extra_info("ssl_object")
    if connection is None:
        return None
    cipher = connection.cipher()
    return f"{connection.version()} {cipher[0]}" if cipher else connection.version()


_GONE = "the client closed the connection in the TLS handshake"
_DISTRUST = "the client does not trust the certificate"
_FAILURES = {
    "TLSV1_ALERT_UNKNOWN_CA": f"{_DISTRUST}: unknown ca",
    "SSLV3_ALERT_BAD_CERTIFICATE": f"{_DISTRUST}: bad certificate",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": f"{_DISTRUST}: certificate unknown",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": f"{_DISTRUST}: certificate expired",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": f"{_DISTRUST}: unsupported certificate",
    "TLSV1_ALERT_ACCESS_DENIED": f"{_DISTRUST}: access denied",
    "TLSV1_ALERT_DECRYPT_ERROR": f"{_DISTRUST}: decrypt error",
    "WRONG_VERSION_NUMBER": "the client spoke no TLS",
    "HTTP_REQUEST": "the client spoke HTTP, not TLS",
    "HTTPS_PROXY_REQUEST": "the client spoke HTTP, not TLS",
    "UNKNOWN_PROTOCOL": "the client spoke no TLS",
    "UNSUPPORTED_PROTOCOL": "the client offers only TLS versions before 1.2",
    "VERSION_TOO_LOW": "the client offers only TLS versions before 1.2",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the client wants another TLS version",
    "NO_SHARED_CIPHER": "the client offers no cipher that is safe today",
}


def failure(error: BaseException) -> str:
    """Return why TLS failed, in the words of a session's outcome."""
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "").upper()
        return _FAILURES.get(reason) or f"the TLS handshake failed: {reason.replace('_', ' ').lower() or error}"
    if isinstance(error, ConnectionAbortedError):
        return "the client did not finish the TLS handshake in time"
    return _GONE
