"""Where the server is, and how client commands talk to it: HTTP by the standard library, on one kept connection."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlencode, urlsplit

import click

from mailcatch.cli.errors import Busy, Missing, Refused, ServerFailed, Unreachable
from mailcatch.cli.options import config_from
from mailcatch.config import Bind, Config

F = TypeVar("F", bound=Callable[..., Any])
Params = Sequence[tuple[str, str]]

TIMEOUT = 60.0
"""Seconds that an answer may take to go on."""

_ANYWHERE = {"any": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to connect, not to listen


@dataclass(frozen=True, slots=True)
class Place:
    """How a client command was told where the server is: by `--url`, or by a configuration."""

    url: str | None
    config_file: str | None

    def config(self) -> Config:
        """Return the configuration that a server started here would have."""
        from mailcatch.cli.serve import command

        arguments = [] if self.config_file is None else ["--config", self.config_file]
        # click keeps a command's help option as it is first asked for: with the names that the group gives it
        return config_from(command.make_context("serve", arguments, help_option_names=["-h", "--help"]))

    def server(self, *, timeout: float | None = None) -> Server:
        """Return the server; `timeout` in seconds. Raises Unreachable when the configuration has no web."""
        return Server(self.url or url_of(self.config()), timeout=TIMEOUT if timeout is None else timeout)


def finds_server(command: F) -> F:
    """Give a command the options by which it finds the server; its first argument is the Place."""
    config = click.option("--config", "config_file", envvar="MAILCATCH_CONFIG", metavar="FILE", help="serve's own")
    url = click.option(
        "--url",
        envvar="MAILCATCH_URL",
        metavar="URL",
        help="where the server is: http://[user:password@]host:port[/prefix]  [default: where serve would listen]",
    )

    def placed(url: str | None, config_file: str | None, **values: Any) -> Any:  # noqa: ANN401 - click's own
        return command(Place(url, config_file), **values)

    placed.__doc__ = command.__doc__
    placed.__name__ = command.__name__
    placed.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    return config(url(placed))  # type: ignore[return-value] # click keeps no signature


def url_of(config: Config) -> str:
    """Return where the web of a configuration is. Raises Unreachable."""
    if not config.http.listen:
        raise Unreachable("--http is off: there is no web to ask; --url names another server")
    bind = config.http.listen[0]
    if bind.port == 0:
        return _url_of_ready_file(config.process.ready_file)
    return f"http://{Bind(connectable(bind.host or config.process.host), bind.port)}{config.http.webroot}"


def _url_of_ready_file(path: Path | None) -> str:
    try:
        url = json.loads(path.read_text("utf-8"))["http"][0]["url"] if path else None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise Unreachable(f"--ready-file {path} names no running server; is it started?") from error
    if not isinstance(url, str):
        raise Unreachable("--http 0 takes any port: --url must say which, or --ready-file where it is written")
    return url


def connectable(host: str) -> str:
    """Return the address to connect to for one that is listened on."""
    return _ANYWHERE.get(host, host)


class Server:
    """A running mailcatch, over HTTP."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == -1:
            raise click.UsageError(f"--url: {url!r} is not possible: give http://host:port")
        self.url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        self.host = parts.hostname
        self._root = parts.path.rstrip("/")
        self._headers = {"User-Agent": "mailcatch"}
        if parts.username is not None:
            pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, port, timeout=timeout)

    def ask(
        self,
        method: str,
        path: str,
        params: Params = (),
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        """Ask, and return the answer, its body unread. Raises Unreachable."""
        target = self._root + path + ("?" + urlencode(params, quote_via=quote) if params else "")
        given = {**self._headers, **(headers or {})}
        try:
            self._connection.request(method, target, body=body, headers=given)
            return self._connection.getresponse()
        except BrokenPipeError:
            return self._early_answer()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Unreachable(self._unreachable(error)) from error

    def _early_answer(self) -> http.client.HTTPResponse:
        """Return what a server said that would not read our body to its end."""
        try:
            return self._connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(self._unreachable(error)) from error

    def _unreachable(self, error: Exception) -> str:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"no mailcatch answers at {self.url} ({reason}); is it running there? --url or MAILCATCH_URL says where"

    def fetch(self, method: str, path: str, params: Params = (), body: bytes | Iterable[bytes] | None = None,
              headers: Mapping[str, str] | None = None) -> bytes:  # fmt: skip
        """Ask, and return the body. Raises Unreachable, Refused (the request was wrong) or ServerFailed."""
        answer = self.ask(method, path, params, body, headers)
        return self.read(answer)

    def read(self, answer: http.client.HTTPResponse, *, besides: int | None = None) -> bytes:
        """Return an answer's body, unless it says that something is wrong with another status than `besides`."""
        try:
            data = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise ServerFailed(f"the answer of {self.url} broke off") from error
        if answer.status != besides:
            check(answer, data, self.url)
        return data

    def json(self, method: str, path: str, params: Params = ()) -> dict[str, Any]:
        """Ask, and return the JSON object. Raises as `fetch` does."""
        return self._object(self.read(self.ask(method, path, params)))

    def exchange(
        self, method: str, path: str, body: Mapping[str, object], *, patience: float = TIMEOUT
    ) -> tuple[int, dict[str, Any]]:
        """Send a JSON object, and return the status and the object that is answered: 200, or a 409 with its reasons.

        `patience` is how many seconds the answer may take. Raises as `fetch` does for every other status.
        """
        self._connection.timeout = patience
        if self._connection.sock is not None:
            self._connection.sock.settimeout(patience)
        data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        answer = self.ask(method, path, body=data, headers={"Content-Type": "application/json"})
        return answer.status, self._object(self.read(answer, besides=409))

    def _object(self, data: bytes) -> dict[str, Any]:
        try:
            value = json.loads(data)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise ServerFailed(f"what answers at {self.url} is no mailcatch")
        return value


def check(answer: http.client.HTTPResponse, data: bytes, url: str) -> None:
    """Raise what an answer's status means."""
    if answer.status < 300:
        return
    try:
        problem = json.loads(data)
        detail = str(problem["detail"])
    except (ValueError, LookupError, TypeError):
        raise ServerFailed(f"what answers at {url} is no mailcatch: {answer.status} {answer.reason}") from None
    if answer.status == 503 and str(problem.get("type", "")).endswith("/busy"):
        raise Busy(detail, _seconds(answer.getheader("Retry-After")))
    if answer.status >= 500:
        raise ServerFailed(detail)
    raise (Missing if answer.status in {404, 409, 410} else Refused)(detail + _hint(problem))


def _seconds(retry_after: str | None) -> float:
    """Return how long a busy server wants to be left alone (RFC 9110 §10.2.3), a second if it does not say."""
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else 1.0


def _hint(problem: Mapping[str, Any]) -> str:
    """Return where a query is wrong, and what would be right."""
    if not isinstance(problem.get("position"), int):
        return ""
    suggestion = f"; did you mean {problem['suggestion']}?" if problem.get("suggestion") else ""
    return f" At character {problem['position'] + 1}{suggestion}"
