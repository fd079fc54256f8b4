"""One HTTP/1.1 connection: cheroot's request cycle, with stricter framing and answers of our own when it fails.

What is replaced, and why: the header reader (cheroot lets the last of two Content-Length win), the bodies (cheroot
reads a chunk whole, whatever size it announces), `100 Continue` (sent only when the body is wanted), the plain text
errors (they lacked the security headers), and the socket files (they knew no deadline).
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import time
from typing import TYPE_CHECKING, Any

from cheroot.server import HTTPConnection, HTTPRequest

from mailcatch.web.body import BadBody, Body, ChunkedBody, SizedBody
from mailcatch.web.headers import SECURITY_HEADERS
from mailcatch.web.problems import problem_for_status
from mailcatch.web.stream import Incoming, Reader, Writer

if TYPE_CHECKING:
    from mailcatch.web.server import Server

log = logging.getLogger(__name__)

HEAD_TIMEOUT = 10.0
"""Seconds a request's head may take from its first byte."""

PIECE_TIMEOUT = 20.0
"""Seconds each 64 KiB of a request's body may take."""

_DRAIN = 64 << 10  # what is left of an unwanted body is read away up to here, to keep the connection
_LINGER_SECONDS, _LINGER_BYTES = 2.0, 64 << 20

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ONCE = frozenset({b"Host", b"Content-Length", b"Transfer-Encoding", b"Origin", b"Content-Type", b"Sec-Fetch-Site"})


class Request(HTTPRequest):
    """A request and its answer."""

    body: Body

    def read_request_line(self) -> bool:
        """Read the first line; False when it was refused."""
        try:
            return bool(super().read_request_line())  # type: ignore[no-untyped-call]
        except ValueError:  # urlsplit refuses some targets, `//[` among them
            self.simple_response("400 Bad Request", "The request target cannot be read.")
            return False

    def read_request_headers(self) -> bool:
        """Read the header fields and settle the framing of the body (RFC 9112 §6); False when it was refused."""
        try:
            self.inheaders = read_headers(self.rfile)
            self._settle_framing()
        except BadHead as error:
            self.simple_response(error.status, str(error))
            return False
        return True

    def respond(self) -> None:
        """Hand the request to the application and send its answer."""
        started = time.monotonic()
        kind = ChunkedBody if self.chunked_read else SizedBody
        reader: Reader = self.conn.rfile
        arguments = (self._continue, lambda: reader.allow(PIECE_TIMEOUT))
        self.body = self.rfile = (
            kind(reader, *arguments) if kind is ChunkedBody else SizedBody(reader, self.content_length, *arguments)
        )
        try:
            self.server.gateway(self).respond()
            self.ensure_headers_sent()
            if self.chunked_write:
                self.conn.wfile.write(b"0\r\n\r\n")
        except BadBody as error:
            self.close_connection = True
            if not self.sent_headers:
                self.simple_response("400 Bad Request", f"The body cannot be read: {error}.")
        finally:
            self._log(time.monotonic() - started)

    def send_headers(self) -> None:
        """Send the head; a body that was not read to its end costs the connection."""
        if not self._read_away():
            self.close_connection = self.conn.unread = True
        super().send_headers()

    def simple_response(self, status: str, msg: str = "") -> None:
        """Answer without the application; the connection closes after it."""
        self.close_connection = self.sent_headers = self.conn.unread = True
        body = problem_for_status(int(status[:3]), msg)
        head = [f"HTTP/1.1 {status}", "Content-Type: application/problem+json", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in SECURITY_HEADERS]
        head += ["Connection: close", "", ""]
        with contextlib.suppress(OSError):
            self.conn.wfile.write("\r\n".join(head).encode("latin-1") + body)

    def _settle_framing(self) -> None:
        fields: dict[bytes, bytes] = self.inheaders
        coding, length = fields.get(b"Transfer-Encoding"), fields.get(b"Content-Length", b"0")
        if coding is not None and b"Content-Length" in fields:
            raise BadHead("A request cannot have both Content-Length and Transfer-Encoding.")
        if coding is not None and coding.lower() != b"chunked":
            raise BadHead("The only transfer coding is chunked.", "501 Not Implemented")
        if not length.isdigit() or len(length) > 15:
            raise BadHead("Content-Length is not a number.")
        self.content_length = int(length)
        self.chunked_read = coding is not None
        self._expects = fields.get(b"Expect", b"").lower() == b"100-continue"
        wishes = {wish.strip().lower() for wish in fields.get(b"Connection", b"").split(b",")}
        old = self.response_protocol != "HTTP/1.1"
        self.close_connection = b"keep-alive" not in wishes if old else b"close" in wishes

    def _continue(self) -> None:
        if self._expects and not self.sent_headers:
            self.conn.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _read_away(self) -> bool:
        if self.body.finished:
            return True
        try:
            return self.close_connection is False and not self._expects and self.body.drain(_DRAIN)
        except Exception:  # noqa: BLE001 - whatever is wrong with the rest, the answer is ready to be sent
            return False

    def _log(self, seconds: float) -> None:
        status: bytes = self.status or b"none"  # type: ignore[assignment] # bytes, once it is set
        method, code = self.method.decode("latin-1"), status[:4].decode("latin-1").strip()
        quiet = code < "400" and method in {"GET", "HEAD"}
        level = logging.DEBUG if quiet else logging.INFO
        if log.isEnabledFor(level):
            path = self.path[:200].decode("utf-8", "replace")
            facts = {"method": method, "path": path, "status": code, "ms": round(seconds * 1000, 1)}
            log.log(level, "request", extra={**facts, "peer": self.conn.remote_addr})


class BadHead(Exception):
    """The head of a request is not what HTTP allows."""

    def __init__(self, text: str, status: str = "400 Bad Request") -> None:
        super().__init__(text)
        self.status = status


def read_headers(source: Any) -> dict[bytes, bytes]:  # noqa: ANN401 - cheroot's SizeCheckWrapper, untyped
    """Read header fields up to the empty line (RFC 9112 §5), names in Title-Case. Raises BadHead.

    Repeated fields are joined as a list; those that may be there once only are refused, for whoever stands between
    might have read the other one. Names with an underscore are dropped: WSGI cannot tell them from a dash.
    """
    fields: dict[bytes, bytes] = {}
    while (line := source.readline()) != b"\r\n":
        name, colon, value = line[:-2].partition(b":")
        if not line.endswith(b"\r\n") or not colon or not _NAME.match(name) or _CONTROL.search(value):
            raise BadHead("A header line cannot be read.")
        name, value = name.title(), value.strip()
        if b"_" in name:
            continue
        if name in fields:
            if name in _ONCE:
                raise BadHead(f"{name.decode()} is there twice.")
            value = fields[name] + (b"; " if name == b"Cookie" else b", ") + value
        fields[name] = value
    return fields


class Connection(HTTPConnection):
    """A client's connection. Between requests it belongs to the server's loop, in one to a worker."""

    RequestHandlerClass = Request
    ssl_env = None

    def __init__(self, server: Server, sock: socket.socket, peer: tuple[Any, ...]) -> None:
        self.server = server
        self.socket = sock
        self.rfile = Reader(Incoming(sock))
        self.wfile = Writer(sock)
        self.requests_seen = 0
        self.remote_addr, self.remote_port = peer[:2]
        self.last_used = time.monotonic()
        self.seen = False
        self.unread = False  # the request was answered before it was read to its end
        self._closed = False

    def turn(self) -> None:
        """Serve one request, in a worker; then wait for the next, or close."""
        self.rfile.allow(HEAD_TIMEOUT)
        keep = False
        try:
            keep = bool(self.communicate())  # type: ignore[no-untyped-call]
        except OSError:  # gone while it was told of an error
            pass
        finally:
            if keep:
                self.server.keep(self)
            else:
                self.close()

    def abort(self) -> None:
        """Cut the connection off; a worker that serves it gets an error and closes it."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close for good; a client that still sends may read our answer first (RFC 9112 §9.6)."""
        if self._closed:
            return
        self._closed = True
        self.server.forget(self)
        with contextlib.suppress(OSError, ValueError):
            if self.unread:
                self.socket.shutdown(socket.SHUT_WR)
                self._linger()
        with contextlib.suppress(OSError):
            self.rfile.close()
        self.abort()
        self.socket.close()

    def _linger(self) -> None:
        """Read away what still comes: closing on unread bytes would reset the connection and lose the answer."""
        deadline, left = time.monotonic() + _LINGER_SECONDS, _LINGER_BYTES
        while left > 0 and (seconds := deadline - time.monotonic()) > 0:
            self.socket.settimeout(seconds)
            data = self.socket.recv(64 << 10)
            if not data:
                return
            left -= len(data)
