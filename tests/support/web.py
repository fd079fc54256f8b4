"""The web alone, in this process, on a real store and a real socket; and a client that checks every answer."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from socket import create_server, socket
from typing import Any
from urllib.parse import quote, urlencode

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from mailcatch.bus import Bus
from mailcatch.config import HttpSection
from mailcatch.control import Info, Limits, RelayControl
from mailcatch.inbox import Inbox
from mailcatch.model import Envelope, Listener, Recipient, Session
from mailcatch.store.api import Store
from mailcatch.store.sqlite import open_store
from mailcatch.web.door import Door, serve
from tests.support.relay import relay_off

MAIL = b"From: App <app@x.test>\r\nTo: bob@x.test\r\nSubject: Hello\r\n\r\nHi Bob.\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The last part of a problem's type; "" of anything else."""
        return self.json()["type"].rsplit("/", 1)[-1] if "problem+json" in self.headers["content-type"] else ""


class Contract:
    """The served OpenAPI document, as what answers are held against."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._registry = Registry().with_resource("urn:api", Resource(document, DRAFT202012))
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))), path)
            for path in document["paths"]
        ]

    def check(self, method: str, path: str, answer: Answer) -> None:
        """Assert that an answer is one of those the document promises."""
        template = self._template(path)
        if template is None or method.lower() not in self.document["paths"][template]:
            assert answer.status in {400, 403, 404, 405, 415, 421}, f"{method} {path} is not in the document"
            return
        responses = self.document["paths"][template][method.lower()]["responses"]
        assert str(answer.status) in responses, f"{method} {path} answered {answer.status}: {answer.body[:300]!r}"
        response = responses[str(answer.status)]
        for name in response.get("headers", {}) if answer.status not in {403, 415, 421} else ():
            assert name.lower() in answer.headers, f"{method} {path}: no {name}"
        self._check_body(response.get("content", {}), answer)

    def _template(self, path: str) -> str | None:
        bare = path.split("?")[0]
        fixed = [template for pattern, template in self._paths if pattern.fullmatch(bare)]
        return min(fixed, key=lambda template: template.count("{")) if fixed else None

    def _check_body(self, content: dict[str, Any], answer: Answer) -> None:
        given = answer.headers.get("content-type", "").split(";")[0]
        assert "*/*" in content or given in content, f"{given} is not one of {list(content)}"
        schema = content.get(given, {}).get("schema")
        if schema is not None:
            pointed = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
            validator = Draft202012Validator(pointed, registry=self._registry, format_checker=FormatChecker())
            validator.validate(answer.json())


@cache
def contract_of(document: bytes) -> Contract:
    """Read a document, once for all clients that are served the same."""
    return Contract(json.loads(document))


class Client:
    """Asks on a new connection each time, unless told otherwise, and holds every answer against the document."""

    def __init__(self, address: tuple[str, int], webroot: str = "") -> None:
        self.address = address
        self.host = f"{address[0]}:{address[1]}"
        self.webroot = webroot

    @cached_property
    def contract(self) -> Contract:
        """The served document."""
        return contract_of(self.bare("GET", "/v1/openapi.json").body)

    def bare(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask, without checking the answer."""
        connection = http.client.HTTPConnection(*self.address, timeout=20)
        try:
            connection.request(method, self.webroot + path, body=body, headers=dict(headers or {}))
            response = connection.getresponse()
            given = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, given, response.read())
        finally:
            connection.close()

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None, **params: Any
    ) -> Answer:
        """Ask, and check. A body that is not bytes is sent as JSON; parameters go into the query string."""
        query = urlencode({name.rstrip("_"): value for name, value in params.items()}, doseq=True, quote_via=quote)
        target = path + ("?" + query if query else "")
        given = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            given.setdefault("Content-Type", "application/json")
        answer = self.bare(method, target, body, given)
        if method != "HEAD":
            self.contract.check(method, path, answer)
        return answer

    def get(self, path: str, **params: Any) -> Answer:
        """GET."""
        return self.ask("GET", path, **params)

    def post(self, path: str, body: Any, **params: Any) -> Answer:
        """POST JSON, or a raw message."""
        headers = {"Content-Type": "message/rfc822"} if isinstance(body, bytes) else {}
        return self.ask("POST", path, body, headers, **params)

    def patch(self, body: Any) -> Answer:
        """PATCH messages."""
        return self.ask("PATCH", "/v1/messages", body)

    def delete(self, path: str, **params: Any) -> Answer:
        """DELETE."""
        return self.ask("DELETE", path, **params)


@dataclass(slots=True)
class Web:
    """A running door with what it stands on."""

    store: Store
    inbox: Inbox
    bus: Bus
    door: Door
    client: Client
    stop: threading.Event = field(default_factory=threading.Event)

    def deliver(
        self, raw: bytes = MAIL, *, to: Sequence[str] = ("bob@x.test",), session: Session | None = None, **more: Any
    ) -> str:
        """Put a message in as SMTP would, and return its id."""
        envelope = Envelope("app@x.test", tuple(Recipient(address) for address in to), peer="127.0.0.1:40000")
        return self.inbox.accept(raw, envelope, origin="smtp", session=session, **more).result(10).id


@contextmanager
def web(
    database: Path | None = None,
    section: HttpSection | None = None,
    sockets: Sequence[socket] = (),
    relay: Callable[[Store], RelayControl] = relay_off,
    **info: Any,
) -> Iterator[Web]:
    """Run the door for the length of a block."""
    section = section or HttpSection()
    bus = Bus()
    store = open_store(database, bus)
    inbox = Inbox(store)
    listening = list(sockets) or [create_server(("127.0.0.1", 0))]
    listeners = tuple(Listener(*sock.getsockname()[:2]) for sock in listening)
    told = Info("0.0.0", ":temp:", Limits(section.max_message_size, 1000), http=listeners, ready=True)
    told = replace(told, **info)
    started, running = threading.Event(), {}

    async def main() -> None:
        async with AsyncExitStack() as stack:
            serving = serve(store, inbox, bus, lambda: told, listening, section, relay(store))
            running["door"] = await stack.enter_async_context(serving)
            started.set()
            await asyncio.to_thread(running["stop"].wait)

    running["stop"] = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(main()), name="door")
    thread.start()
    assert started.wait(10)
    client = Client(listening[0].getsockname()[:2], section.webroot)
    try:
        yield Web(store, inbox, bus, running["door"], client, running["stop"])
    finally:
        running["stop"].set()
        thread.join(10)
        bus.close()
        inbox.close()
        store.close()
