"""The real mailcatch as a server of the lab: it takes mail on port 25, and relays by MX."""

from __future__ import annotations

import http.client
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.lab.handing import hand_over
from tests.lab.namespace import DNS
from tests.lab.scenarios import US
from tests.support.sink import Sink

PATIENCE = 30.0
Json = dict[str, Any]

RELAY: Mapping[str, object] = {
    "enabled": True,
    "mode": "auto",
    "allow": ["*.test"],
    "helo": "us.mailcatch.test",
    "bind": US,
    "profile": "dev",
    "allow_networks": ["127.25.0.0/16", "198.51.100.0/24", "2001:db8::/32"],
}
UNDECIDED = {"stored", "queued", "active"}
"""Stored: mail that auto mode has not come to yet; it follows the log."""


def configuration(relay: Mapping[str, object], sections: Mapping[str, Mapping[str, object]]) -> str:
    """Write the tables of a configuration file."""
    tables = {"relay": relay, **{f"relay.{name}": section for name, section in sections.items()}}
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
        for name, table in tables.items()
    )


class Relaying:
    """One mailcatch that relays; `settings` change the lab's own."""

    def __init__(
        self,
        *options: str,
        address: str = US,
        database: Path | str = ":temp:",
        tables: Mapping[str, Mapping[str, object]] | None = None,
        **settings: object,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mailcatch-lab-")
        path = Path(self._folder.name, "relay.toml")
        sections = {
            "dns": {"servers": [DNS]},
            "limits": {"per_hour": 100_000, "per_day": 100_000, "rcpts": 100},
            **(tables or {}),
        }
        chosen = {name: value for name, value in {**RELAY, **settings}.items() if value is not None}
        path.write_text(configuration(chosen, sections), "utf-8")
        self._options = ("--config", str(path), "--smtp", f"{address}:25", "--log-level", "debug", *options)
        self._address, self._database = address, database
        self.sink: Sink

    def __enter__(self) -> Self:
        self.sink = Sink(*self._options, database=self._database).__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.sink.__exit__(*raised)
        self._folder.cleanup()

    def ask(self, method: str, path: str, body: object = None, *, accept: str = "application/json") -> tuple[int, Any]:
        """Ask the API; give status and JSON, or text where that was asked for."""
        connection = http.client.HTTPConnection(*self.sink.http, timeout=PATIENCE)
        try:
            content = None if body is None else json.dumps(body).encode()
            connection.request(method, path, content, {"Content-Type": "application/json", "Accept": accept})
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if accept != "application/json":
            return response.status, answer.decode()
        return response.status, json.loads(answer) if answer else None

    def get(self, path: str) -> Any:
        """GET what must be there."""
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer

    def post(self, path: str, body: object) -> Any:
        """POST what must be taken."""
        status, answer = self.ask("POST", path, body)
        assert status in {200, 201, 202, 204}, answer
        return answer

    def raw(self, id: str) -> bytes:
        """Give the bytes of a message."""
        connection = http.client.HTTPConnection(*self.sink.http, timeout=PATIENCE)
        try:
            connection.request("GET", f"/v1/messages/{id}/raw")
            return connection.getresponse().read()
        finally:
            connection.close()

    def send(self, mail_from: str, recipients: Sequence[str], raw: bytes, *parameters: str) -> str:
        """Hand it a message at its door; give its id."""
        return hand_over((self._address, 25), mail_from, recipients, raw, *parameters)

    def path(self, id: str) -> Json:
        """Give the whole way of a message."""
        answer: Json = self.get(f"/v1/messages/{id}/path")
        return answer

    def text(self, id: str) -> str:
        """Give the whole way of a message as text."""
        status, text = self.ask("GET", f"/v1/messages/{id}/path", accept="text/plain")
        assert status == 200, text
        return str(text)

    def until(self, look: Callable[[], Any]) -> Any:
        """Look again after each event of the log until there is something to see; give it."""
        connection = http.client.HTTPConnection(*self.sink.http, timeout=PATIENCE)
        deadline = time.monotonic() + PATIENCE
        try:
            connection.request("GET", "/v1/events?since=now")
            events = connection.getresponse()
            while not (seen := look()):
                assert time.monotonic() < deadline, f"it never came:\n{self.sink.log}"
                while not events.readline().startswith(b"data:"):
                    assert time.monotonic() < deadline, f"it never came:\n{self.sink.log}"
        finally:
            connection.close()
        return seen

    def decided(self, id: str, attempt: int = 1) -> Json:
        """Wait until an attempt has decided on every recipient of a message; give its path."""

        def look() -> Json | None:
            path = self.path(id)
            there = path["recipients"] and all(
                each["state"] not in UNDECIDED and (each["state"] != "deferred" or each["attempts"] >= attempt)
                for each in path["recipients"]
            )
            return path if there else None

        found: Json = self.until(look)
        return found

    def job(self, id: str) -> Json:
        """Give the job of a message."""
        jobs: list[Json] = self.get("/v1/relay/jobs")["jobs"]
        return next(job for job in jobs if job["message"] == id)

    def act(self, id: str, action: str) -> Any:
        """Do something with the job of a message."""
        return self.post(f"/v1/relay/jobs/{self.job(id)['id']}/{action}", {})

    def received(self, to: str, count: int = 1) -> list[str]:
        """Wait until so many messages for an address have come in; give their ids, the newest first."""

        def look() -> list[str] | None:
            ids = [each["id"] for each in self.get(f"/v1/messages?to={to}")["messages"]]
            return ids if len(ids) >= count else None

        found: list[str] = self.until(look)
        return found


def trace(path: Json) -> list[Json]:
    """Give the trace events of all attempts of a message, in their order."""
    return [event for step in path["steps"] if step["kind"] in {"decision", "attempt"} for event in step["events"]]


def said(path: Json, hosts: Mapping[str, str]) -> dict[str, str]:
    """Give the outcome of each recipient by its local part, in the words of the scenarios."""
    opened = [hosts.get(event["data"]["address"], "?") for event in trace(path) if event["kind"] == "tcp.open"]
    return {
        each["address"].rpartition("@")[0]: f"sent {opened[-1]}"
        if each["state"] == "sent"
        else f"{each['state']} {each['enhanced']}"
        for each in path["recipients"]
    }
