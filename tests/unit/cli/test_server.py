"""How client commands find the server and talk to it."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mailcatch.app import Service
from mailcatch.cli.errors import Missing, Refused, ServerFailed, Unreachable
from mailcatch.cli.server import Place, Server, url_of
from mailcatch.config import Bind, Config, HttpSection, ProcessSection
from tests.unit.cli.conftest import Command


@pytest.mark.parametrize(
    ("host", "listen", "webroot", "expected"),
    [
        ("localhost", Bind(None, 8025), "", "http://localhost:8025"),
        ("any", Bind(None, 8080), "/mail", "http://127.0.0.1:8080/mail"),
        ("localhost", Bind("0.0.0.0", 1), "", "http://127.0.0.1:1"),
        ("localhost", Bind("::", 1), "", "http://[::1]:1"),
        ("192.168.1.5", Bind(None, 8025), "", "http://192.168.1.5:8025"),
    ],
)
def test_the_configurations_own_listener(host: str, listen: Bind, webroot: str, expected: str):
    """What serve would open is what the commands ask, at an address that can be connected to."""
    config = Config(process=ProcessSection(host=host), http=HttpSection(listen=(listen,), webroot=webroot))
    assert expected == url_of(config)


def test_any_port_is_looked_up_in_the_ready_file(tmp_path: Path):
    """Port 0 is known to the running server only; it may have written it down."""
    path = tmp_path / "ready.json"
    config = Config(process=ProcessSection(ready_file=path), http=HttpSection(listen=(Bind(None, 0),)))
    with pytest.raises(Unreachable, match="names no running server"):
        url_of(config)
    path.write_text('{"http": [{"url": "http://127.0.0.1:4711"}]}')
    assert url_of(config) == "http://127.0.0.1:4711"
    with pytest.raises(Unreachable, match="--url must say which"):
        url_of(Config(http=HttpSection(listen=(Bind(None, 0),))))


def test_the_order_of_finding(here: Path, monkeypatch: pytest.MonkeyPatch, command: Command):
    """--url, MAILCATCH_URL, the configuration."""
    (here / "mailcatch.toml").write_text("http = 3")
    assert "http://localhost:3 " in command("ls").err
    monkeypatch.setenv("MAILCATCH_URL", "http://localhost:2/x")
    assert "http://localhost:2/x " in command("ls").err
    assert "http://localhost:1 " in command("ls", "--url", "http://localhost:1").err
    assert command("ls").code == 3


def test_an_unused_place_has_the_default(here: Path):
    """Nothing set: localhost:8025."""
    assert Place(None, None).server().url == "http://localhost:8025"


class Answering:
    """An HTTP server that answers one thing, and keeps what it was asked."""

    def __init__(self, status: int, body: bytes) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()
        self.netloc = f"127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def answering() -> Iterator[Callable[..., Answering]]:
    made: list[Answering] = []

    def make(status: int, body: bytes) -> Answering:
        made.append(Answering(status, body))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_user_password_and_prefix_of_the_url(answering: Callable[..., Answering]):
    """They become a header and the paths' beginning; error messages show neither."""
    other = answering(200, b"{}")
    server = Server(f"http://bob:p%40ss@{other.netloc}/mail/")
    server.json("GET", "/v1/info", [("q", "a b&ü")])
    path, headers = other.requests[0]
    assert path == "/mail/v1/info?q=a%20b%26%C3%BC"
    assert headers["authorization"] == "Basic Ym9iOnBAc3M="
    assert server.url == f"http://{other.netloc}/mail"


@pytest.mark.parametrize(
    ("status", "problem", "error", "text"),
    [
        (404, {"detail": "There is no message."}, Missing, "There is no message."),
        (400, {"detail": "No field.", "position": 3, "suggestion": "to"}, Refused, "No field. At character 4; did you"),
        (503, {"detail": "The disk is full."}, ServerFailed, "The disk is full."),
    ],
)
def test_a_problem_says_what_is_wrong(
    answering: Callable[..., Answering], status: int, problem: dict[str, object], error: type[Exception], text: str
):
    """The server's own sentence is what the user reads."""
    server = Server(f"http://{answering(status, json.dumps(problem).encode()).netloc}")
    with pytest.raises(error) as raised:
        server.json("GET", "/v1/messages")
    assert text in str(raised.value)


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (404, b"<html>nginx"), (200, b"[]")])
def test_another_program_is_recognised(answering: Callable[..., Answering], status: int, body: bytes):
    """What answers on the port may be something else."""
    server = Server(f"http://{answering(status, body).netloc}")
    with pytest.raises(ServerFailed, match="is no mailcatch"):
        server.json("GET", "/v1/messages")


def test_one_connection_serves_many_requests(service: Service):
    """The connection is kept."""
    server = Server(f"http://{service.info().http[0]}")
    assert [server.json("GET", "/v1/cursor")["cursor"] for _ in range(3)]
