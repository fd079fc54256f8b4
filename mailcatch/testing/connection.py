"""HTTP to a running mailcatch: one kept connection for each thread."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Mapping
from typing import Any  # the server's JSON
from urllib.parse import quote, unquote, urlencode, urlsplit

from mailcatch.testing.errors import RequestRefused, SinkFailed

GRACE = 30.0
"""Seconds that an answer may take beyond what it is meant to wait."""

_GONE = (ConnectionResetError, BrokenPipeError, ConnectionAbortedError, http.client.RemoteDisconnected)


class Connection:
    """Where the server is, with the password if it wants one. Threads may share it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == -1:
            raise ValueError(f"{url!r} is no URL of a mailcatch: give http://[user:password@]host:port[/prefix]")
        self.host = parts.hostname
        self.url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        self._root = parts.path.rstrip("/")
        self._port = port
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._headers = {"User-Agent": "mailcatch.testing", "Accept": "application/json"}
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        self._local = threading.local()

    def get(self, path: str, **params: str | int | None) -> dict[str, Any]:
        """Return the object at a path; parameters that are None are left out. Raises SinkFailed, RequestRefused."""
        return self._object(*self._checked(*self.ask("GET", _target(path, params))))

    def content(self, path: str) -> bytes:
        """Return the bytes at a path. Raises SinkFailed and RequestRefused."""
        return self._checked(*self.ask("GET", path))[1]

    def delete(self, path: str, **params: str | None) -> None:
        """Delete what is at a path. Raises SinkFailed and RequestRefused."""
        self._checked(*self.ask("DELETE", _target(path, params)))

    def post(self, path: str, body: Mapping[str, object], *, within: float = 0.0) -> tuple[bool, dict[str, Any]]:
        """Post an object; return whether it was answered with 2xx, not with 409, and the answer.

        Raises SinkFailed, and RequestRefused for any other problem.
        """
        status, data = self.ask("POST", path, json.dumps(body).encode(), within + GRACE)
        if status != 409:
            self._checked(status, data)
        return status != 409, self._object(status, data)

    def ask(self, method: str, target: str, body: bytes | None = None, patience: float = GRACE) -> tuple[int, bytes]:
        """Return status and body of an answer. Raises SinkFailed.

        A kept connection that the server has closed meanwhile is made anew, once; nothing that we ask is harmed by
        being asked twice.
        """
        kept = getattr(self._local, "connection", None)
        try:
            return self._once(method, target, body, patience)
        except _GONE as error:
            if kept is None:
                raise SinkFailed(self._unreachable(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise SinkFailed(self._unreachable(error)) from error
        try:
            return self._once(method, target, body, patience)
        except (OSError, http.client.HTTPException) as error:
            raise SinkFailed(self._unreachable(error)) from error

    def _once(self, method: str, target: str, body: bytes | None, patience: float) -> tuple[int, bytes]:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._kind(self.host, self._port, timeout=patience)
        connection.timeout = patience
        if connection.sock is not None:
            connection.sock.settimeout(patience)
        headers = {**self._headers, **({} if body is None else {"Content-Type": "application/json"})}
        try:
            connection.request(method, self._root + target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except BaseException:  # also Ctrl-C: half an answer must not be the next one's beginning
            self.close()
            raise

    def close(self) -> None:
        """Close this thread's connection."""
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.close()

    def _unreachable(self, error: Exception) -> str:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"no mailcatch answers at {self.url} ({reason}); is it running there?"

    def _checked(self, status: int, data: bytes) -> tuple[int, bytes]:
        if status < 300:
            return status, data
        try:
            problem = json.loads(data)
            detail, kind = str(problem["detail"]), str(problem["type"]).rpartition("/")[2]
        except (ValueError, LookupError, TypeError):
            raise SinkFailed(f"what answers at {self.url} is no mailcatch (status {status})") from None
        if status >= 500:
            raise SinkFailed(f"{self.url}: {detail}")
        if problem.get("suggestion"):
            detail += f" Did you mean {problem['suggestion']}?"
        raise RequestRefused(detail, kind)

    def _object(self, status: int, data: bytes) -> dict[str, Any]:
        try:
            value = json.loads(data)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise SinkFailed(f"what answers at {self.url} is no mailcatch (status {status})")
        return value


def _target(path: str, params: Mapping[str, str | int | None]) -> str:
    given = [(name, value) for name, value in params.items() if value is not None]
    return path + ("?" + urlencode(given, quote_via=quote) if given else "")
