"""A relay on this machine's loopback, without root: a scripted DNS, a scripted MX, and the real mailcatch before them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.lab.dns import ScriptedDns
from tests.lab.mta import Mta, Script
from tests.support.events import PATIENCE, until
from tests.support.sink import Sink
from tests.support.wire import Wire

DOMAIN = "far.test"
ANN = f"ann@{DOMAIN}"
MX = "127.0.0.2"
MAIL = b"From: app@home.test\r\nTo: ann@far.test\r\nSubject: out\r\nMessage-ID: <one@home.test>\r\n\r\nhello\r\n"


@dataclass
class Stage:
    """What runs."""

    dns: ScriptedDns
    mta: Mta
    folder: Path
    sink: Sink = field(init=False)

    def settings(self, **relay: object) -> Path:
        """Write a configuration file: the relay is on, for this stage's domain and network."""
        values: dict[str, object] = {
            "enabled": True, "allow": [f"@{DOMAIN}"], "allow_networks": ["127.0.0.0/8"],
            "mx_port": self.mta.address[1], "helo": "us.test",
        }  # fmt: skip
        values |= {name: value for name, value in relay.items() if not isinstance(value, Mapping)}
        tables = {"dns": {"servers": [self.dns.address[0]], "port": self.dns.address[1]}}
        tables |= {name: value for name, value in relay.items() if isinstance(value, Mapping)}
        lines = ["[relay]", *_lines(values)]
        for name, table in tables.items():
            lines += [f"[relay.{name}]", *_lines(table)]
        path = self.folder / "relay.toml"
        path.write_text("\n".join(lines) + "\n")
        return path

    @contextmanager
    def running(self, *options: str, env: dict[str, str] | None = None, database: Path | str = ":temp:",
                **relay: object) -> Iterator[Sink]:  # fmt: skip
        """Run mailcatch with its relay on, unless something says otherwise."""
        with Sink("--config", str(self.settings(**relay)), *options, database=database, env=env) as self.sink:
            yield self.sink

    def send(self, *to: str, raw: bytes = MAIL) -> str:
        """Hand a mail to mailcatch; give its id."""
        with Wire(self.sink.smtp) as wire:
            return wire.send(raw, sender="app@home.test", to=to or (ANN,))

    def ask(self, method: str, path: str, body: object = None, **fields: str) -> Any:
        """Ask the API; give the status and the JSON."""
        data = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        with closing(HTTPConnection(*self.sink.http, timeout=PATIENCE)) as connection:
            connection.request(method, path, body=data, headers={**kind, **fields})
            answer = connection.getresponse()
            text = answer.read()
        return answer.status, json.loads(text) if "json" in (answer.getheader("Content-Type") or "") else text.decode()

    def get(self, path: str) -> Any:
        """Get JSON."""
        return self.ask("GET", path)[1]

    def release(self, id: str, *to: str) -> tuple[int, Any]:
        """Release a message."""
        return self.ask("POST", f"/v1/messages/{id}/release", {"to": list(to or (ANN,))})

    def states(self, job: str) -> dict[str, str]:
        """Give the states of a job's recipients."""
        return {each["address"]: each["state"] for each in self.get(f"/v1/relay/jobs/{job}")["recipients"]}

    def until(self, job: str, *states: str) -> dict[str, Any]:
        """Follow the log until every recipient of a job is in one of these states; give the job."""
        return self.follow(
            f"/v1/relay/jobs/{job}", lambda it: all(each["state"] in states for each in it["recipients"])
        )

    def follow(self, path: str, there: Callable[[Any], bool]) -> Any:
        """Look at something each time the log grows until it is as wanted."""
        return until(self.sink.http, path, there)


def _lines(values: Mapping[str, object]) -> Sequence[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in values.items()]


@contextmanager
def stage(folder: Path, script: Script | None = None) -> Iterator[Stage]:
    """Set the DNS and the MX up."""
    with ExitStack() as stack:
        dns = stack.enter_context(ScriptedDns(("127.0.0.1", 0)))
        mta = stack.enter_context(Mta(MX, script or Script(), port=0))
        dns.add(f"@ MX 10 mx\nmx A {MX}", DOMAIN)
        yield Stage(dns, mta, folder)
