"""Who may ask: Host, Origin and the type of a body, on every route there is, however its path is spelt."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from mailcatch.config import HttpSection
from mailcatch.web.application import API
from tests.support.web import Web, web
from tests.support.websocket import Refused, WebSocket

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
FOREIGN_HOSTS = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example:80",
    "a@b.example",
    "",
]
FOREIGN_ORIGINS = [
    "http://evil.example",
    "null",
    "https://localhost",
    "http://localhost:1",
    "http://localhost.evil.example",
    "file://",
    "chrome-extension://abc",
    "",
]


@pytest.fixture(scope="module")
def door() -> Iterator[Web]:
    with web(section=HttpSection(allow_hosts=("mail.dev.example", ".ci.example"))) as running:
        yield running


@pytest.fixture(scope="module")
def routes(door: Web) -> list[tuple[str, str]]:
    """Return method and path of everything that is answered."""
    id = door.deliver(b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>hi")
    session = door.client.post("/v1/messages", b"Subject: y\r\n\r\n").json()["session_id"]
    filled = {"<number>": "1"}
    found = []
    for route in API:
        path = route.path.replace("<id>", session if "sessions" in route.path else id)
        found.append((route.method, path.replace("<number>", filled["<number>"])))
    token = door.door.site.tokens.make(id)
    pages = ["/", "/m/x/html", "/assets/x.js", "/icon.svg", f"/frame/{token}/{id}", f"/frame/{token}/cid/1", "/nope"]
    return found + [("GET", path) for path in pages]


def spellings(path: str) -> list[str]:
    """Return a path, and other ways to write it."""
    written = [path, path.replace("1", "%31", 1), path.replace("m", "%6d", 1), f"{path};x", f"{path}/", f"{path}/../x"]
    return [one for one in written if not one.startswith("//")]  # that would name a host


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_gets_nothing(door: Web, routes: list[tuple[str, str]], host: str) -> None:
    """421 on every route and spelling, with a body that names the way out."""
    for method, path in routes:
        for spelt in spellings(path):
            answer = door.client.bare(method, spelt, headers={"Host": host})
            assert (answer.status, answer.problem) == (421, "unknown-host"), f"{method} {spelt}"
            assert b"--allow-host" in answer.body
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "mailcatch-cursor" not in answer.headers


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_page_gets_nothing(door: Web, routes: list[tuple[str, str]], origin: str) -> None:
    """403 on every route and spelling, reading too; but for inline pictures, which the token in their path guards."""
    for method, path in routes:
        for spelt in spellings(path):
            if origin == "null" and "/cid/" in path:  # how a frame of ours, whose origin is opaque, asks for them
                continue
            answer = door.client.bare(method, spelt, headers={"Origin": origin})
            assert (answer.status, answer.problem) == (403, "foreign-origin"), f"{method} {spelt}"


@pytest.mark.parametrize("host", FOREIGN_HOSTS[:4])
def test_the_websocket_looks_at_the_host(door: Web, host: str) -> None:
    """Before the upgrade."""
    with pytest.raises(Refused) as refused:
        WebSocket(door.client.address, "/v1/live", host=host)
    assert refused.value.status == 421


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_the_websocket_looks_at_the_origin(door: Web, origin: str) -> None:
    """Before the upgrade, on every spelling of its path; without one (a program) it is let in, and with our own."""
    for path in ("/v1/live", "/%761/live", "/v1/live?since=start"):
        with pytest.raises(Refused) as refused:
            WebSocket(door.client.address, path, headers=[(b"Origin", origin.encode())])
        assert refused.value.status == 403
    own = [(b"Origin", f"http://{door.client.host}".encode())]
    for headers in (own, []):
        with WebSocket(door.client.address, "/v1/live", headers=headers) as connected:
            assert connected.frame()["kind"] == "hello"


@pytest.mark.parametrize(
    "host",
    ["mailcatch", "mailcatch:8025", "172.18.0.3:8025", "[::1]:8025", "app.localhost", "host.docker.internal:8025",
     "MAIL.dev.example", "x.ci.example"],
)  # fmt: skip
def test_names_that_are_ours(door: Web, host: str) -> None:
    """A compose service, an IP literal, a subdomain of localhost, and what was allowed; their own pages too."""
    assert door.client.bare("GET", "/v1/cursor", headers={"Host": host}).status == 200
    assert door.client.bare("GET", "/v1/cursor", headers={"Host": host, "Origin": f"http://{host}"}).status == 200


def unsafe(routes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the routes that change something."""
    return [(method, path) for method, path in routes if method != "GET"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json"]
)
def test_a_form_changes_nothing(door: Web, routes: list[tuple[str, str]], kind: str) -> None:
    """What another site's page could send without asking is 415, whatever it says."""
    body = json.dumps({"all": True, "read": True}).encode()
    before = door.store.cursor()
    for method, path in unsafe(routes):
        answer = door.client.bare(method, path, body, {"Content-Type": kind} if kind else {})
        assert (answer.status, answer.problem) == (415, "wrong-type"), f"{method} {path}"
    assert door.store.cursor() == before


@pytest.mark.parametrize("site", ["cross-site", "same-site", "x"])
def test_a_browser_that_says_it_comes_from_elsewhere(door: Web, routes: list[tuple[str, str]], site: str) -> None:
    """Is refused, even without a body."""
    before = door.store.cursor()
    for method, path in unsafe(routes):
        answer = door.client.bare(method, path, headers={"Sec-Fetch-Site": site})
        assert (answer.status, answer.problem) == (403, "foreign-origin")
    assert door.store.cursor() == before


def test_a_link_from_elsewhere_may_be_followed(door: Web) -> None:
    """Someone clicked on it: reading is no harm, and the answer cannot be read by the other site."""
    answer = door.client.bare("GET", "/v1/messages", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status, answer.headers["cross-origin-resource-policy"]) == (200, "same-origin")
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_every_answer_carries_the_security_headers(door: Web, routes: list[tuple[str, str]]) -> None:
    """Whoever makes it: endpoints, problems, pages, frames."""
    for method, path in routes:
        if path in ("/v1/events", "/v1/live"):
            continue
        headers = door.client.bare(method, path).headers
        for name in ("x-content-type-options", "content-security-policy", "referrer-policy", "cache-control"):
            assert name in headers, f"{method} {path}: {name}"
        expected = "cross-origin" if "/cid/" in path and headers["content-type"].startswith("image/") else "same-origin"
        assert headers["cross-origin-resource-policy"] == expected
        assert headers["cross-origin-opener-policy"] == "same-origin"
