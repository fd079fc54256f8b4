"""Websockets by flask-sock: the handshake checked before it, and what it leaves to its user set up once.

flask-sock, by simple-websocket, speaks the protocol (RFC 6455). A thread of its own receives: it answers pings and
closes, asks a silent client whether it is there, and ends when the connection does. Here a client has nothing to say,
so what it does say is dropped; the one who sends is woken when the connection has ended.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import errno
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from flask import Flask, Response, request

from mailcatch.errors import MailcatchError
from mailcatch.web.lending import LentSocket
from mailcatch.web.problems import Problem

log = logging.getLogger(__name__)

MAX_MESSAGE = 64 << 10
"""Bytes of a client's message; beyond it the connection is closed with 1009."""

PING_INTERVAL = 15.0
"""Seconds between the questions whether a client is there; who has not answered by the next one is dropped."""

_GOOD_BYE = 0.5  # seconds a client gets to answer our Close
_LAST_JOIN = 1.0

_NEEDED = frozenset({"HTTP_HOST", "HTTP_CONNECTION", "HTTP_UPGRADE"})
_NEEDED_PREFIX = "HTTP_SEC_WEBSOCKET_"
_EXTENSIONS = "HTTP_SEC_WEBSOCKET_EXTENSIONS"  # compression: on a loopback it costs memory and gives nothing


def check_handshake(environ: Mapping[str, Any]) -> None:
    """Check a client's handshake (RFC 6455 §4.2.1), while it can still be answered in HTTP. Raises Problem."""
    wishes = {wish.strip() for wish in environ.get("HTTP_CONNECTION", "").lower().split(",")}
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket" or "upgrade" not in wishes:
        raise Problem("upgrade-required", "Connect with a websocket.", headers=(("Upgrade", "websocket"),))
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        wanted = (("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"))
        raise Problem("upgrade-required", "The websocket's version must be 13.", headers=wanted)
    if not _is_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")) or not _is_plain_get(environ):
        raise Problem("bad-request", "The websocket's handshake cannot be read.")


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text.encode("latin-1"), validate=True)) == 16
    except binascii.Error:
        return False


def _is_plain_get(environ: Mapping[str, Any]) -> bool:
    """Tell whether nothing but the handshake has come: a client must wait for the answer (RFC 6455 §4.1)."""
    begins = environ["REQUEST_METHOD"] == "GET" and environ["SERVER_PROTOCOL"] == "HTTP/1.1"
    return begins and environ["wsgi.input"].finished and not environ["mailcatch.connection"].rfile.has_data()


class Channel:
    """An open websocket, for the one thread that sends on it."""

    def __init__(self, server: Any, sock: LentSocket) -> None:  # noqa: ANN401 - simple-websocket's, untyped
        self._server = server
        self._sock = sock
        self._news = threading.Event()
        self.ring = self._news.set
        """Wakes the one who sends; any thread may call it. It is called when the connection has ended, too."""
        server.input_buffer = deque(maxlen=0)  # or what the client says would pile up, as nobody receives it
        sock.on_close = self.ring

    def attend(self) -> bool:
        """Tell whether the client is still there. Call it before reading the log: what rings after it wakes again."""
        self._news.clear()
        return bool(self._server.connected) and not self._sock.closed.is_set()

    def send(self, texts: Iterable[bytes]) -> None:
        """Send text messages. Raises OSError: the client is gone, is just going, or is stalled."""
        for text in texts:
            try:
                self._server.send(text.decode())
            except OSError:
                raise
            except Exception as error:  # the protocol's: a Close was received or sent
                raise ConnectionAbortedError(errno.ECONNABORTED, str(error)) from error

    def wait(self, pace: float) -> None:
        """Wait for news or the end, but for `pace` seconds at least, unless the end comes before."""
        if pace:
            self._sock.closed.wait(pace)
        self._news.wait()

    def close(self, code: int, reason: str) -> None:
        """Say good-bye; a client that is gone need not hear it."""
        with contextlib.suppress(Exception):
            self._server.close(code, reason)

    def end(self) -> None:
        """Wait for the receiving thread to answer the client's Close, or to hear the answer to ours; then end it.

        It must be gone before the socket is closed: the number of its descriptor may be another's at once.
        """
        self._server.thread.join(_GOOD_BYE)
        if self._server.thread.is_alive():
            self._sock.abort()
            self._server.thread.join(_LAST_JOIN)


Talk = Callable[[Channel], None]
"""Says what is to be said on a websocket; it may raise what Channel.send raises."""


class Carrier:
    """The websocket at one path, served by flask-sock.

    It is an application of its own, made with the first websocket: flask-sock and what it stands on take 30 ms to
    import, and Flask takes no new routes after its first request.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def carry(self, environ: Mapping[str, Any], talk: Talk) -> Response:
        """Take a connection over whose handshake is good, and return when all is said. WSGI sends nothing then."""
        kept = {name: value for name, value in environ.items() if not name.startswith("HTTP_") or _is_needed(name)}
        kept |= {"PATH_INFO": self._path, "mailcatch.talk": talk}
        with self._app.request_context(kept):
            return self._app.full_dispatch_request()

    @cached_property
    def _app(self) -> Flask:
        from flask_sock import Sock

        app = Flask("mailcatch.live", static_folder=None, template_folder=None, root_path="/")
        app.config["SOCK_SERVER_OPTIONS"] = {
            "max_message_size": MAX_MESSAGE,
            "ping_interval": PING_INTERVAL,
            "thread_class": _Receiver,
        }
        sock = Sock(app)  # type: ignore[no-untyped-call]
        sock.route(self._path)(_converse)  # type: ignore[no-untyped-call]
        return app


class _Receiver(threading.Thread):
    """simple-websocket's receiving thread; however it ends, the one who sends is told."""

    def __init__(self, target: Callable[[], None]) -> None:
        super().__init__(target=target, name="http-websocket", daemon=True)
        self._sock: LentSocket = request.environ["gunicorn.socket"]

    def run(self) -> None:
        """Receive until the connection ends."""
        try:
            super().run()
        except Exception as error:  # noqa: BLE001 - it lets some errors of the protocol through
            log.debug("a websocket's client was dropped: %r", error)
        finally:
            self._sock.close()


def _is_needed(name: str) -> bool:
    return name in _NEEDED or (name.startswith(_NEEDED_PREFIX) and name != _EXTENSIONS)


def _converse(server: Any) -> None:  # noqa: ANN401
    """Say what is to be said, and end well, whatever happens: from here on there is no answering in HTTP."""
    channel = Channel(server, request.environ["gunicorn.socket"])
    try:
        request.environ["mailcatch.talk"](channel)
    except OSError as error:
        log.debug("a websocket's client is gone: %r", error)
    except MailcatchError as error:
        log.info("a websocket broke off: %s", error)
        channel.close(1011, "the log cannot be read")
    except Exception:
        log.exception("a websocket failed")
        channel.close(1011, "something failed here")
    finally:
        channel.end()
