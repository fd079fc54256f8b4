"""A web server that answers what it is told to, and remembers what it was asked: for clients that must go on or give up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROBLEMS = "https://mailcatch.example/problems/"


@dataclass
class Scripted:
    """The server: its URL, the answers to come (the last one again and again), and each request's path and body."""

    answers: list[tuple[int, Any]]
    url: str = ""
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def next(self, path: str, body: Any) -> tuple[int, Any]:
        """Note a request, and give its answer."""
        self.asked.append((path, body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def problem(name: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """Give a problem with status 409, or the one said."""
    status = more.pop("status", 409)
    return status, {"type": PROBLEMS + name, "title": name, "status": status, "detail": f"It is {name}.", **more}


@contextmanager
def scripted(*answers: tuple[int, Any]) -> Iterator[Scripted]:
    """Serve for the length of a block."""
    script = Scripted(list(answers))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            status, value = script.next(self.path, json.loads(raw) if raw else None)
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if status < 400 else "application/problem+json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 - the base class's names

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        script.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()


def message(**more: Any) -> dict[str, Any]:
    """Give a whole message as the API shows it, as far as clients look."""
    return {
        "id": "01M858KNCQCT2758HRKTF40EDM",
        "received_at": "2026-11-23T09:12:44.031Z",
        "from": [{"name": "App", "address": "app@x.test"}],
        "mail_from": "app@x.test",
        "rcpt_to": ["bob@x.test"],
        "subject": "Hello",
        "text": "Hi Bob.\n",
        "html": None,
        "links": [],
        "codes": [],
        **more,
    }


def links(*urls: str, kind: str = "action") -> Sequence[dict[str, str]]:
    """Give links of one kind."""
    return [{"url": url, "text": "", "source": "html", "host": "x.test", "kind": kind} for url in urls]


def codes(**confidence: float) -> Sequence[dict[str, Any]]:
    """Give codes with their confidences: `codes(c123456=0.9)`, without the c."""
    return [{"value": name[1:], "confidence": value, "why": [], "context": ""} for name, value in confidence.items()]
