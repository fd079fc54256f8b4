"""mailcatch.web.frames: a mail's HTML, isolated."""

from __future__ import annotations

import base64
import hashlib

import pytest

from mailcatch.web.frames import cid_source, frame_policy
from tests.support.web import Client, Web

PNG = bytes.fromhex("89504e470d0a1a0a")
PAGE = (
    b"Subject: page\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    b'--b\r\nContent-Type: text/html\r\n\r\n<!doctype html><body><script>x()</script><img src="cid:p@x">\r\n'
    b"--b\r\nContent-Type: image/png\r\nContent-ID: <p@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.b64encode(PNG)
    + b"\r\n--b\r\nContent-Type: image/svg+xml\r\nContent-ID: <s@x>\r\n\r\n<svg/>\r\n--b--\r\n"
)


@pytest.fixture
def path(door: Web, client: Client) -> str:
    """Return the path of a mail's frame."""
    return client.get(f"/v1/messages/{door.deliver(PAGE)}").json()["frame"]


def test_the_frame_isolates_itself(client: Client, path: str) -> None:
    """By its policy: sandboxed, no script but the bridge, no request but for its own inline parts."""
    answer = client.bare("GET", path)
    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert policy.startswith("sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "allow-same-origin" not in policy
    assert f"img-src data: http://{client.host}{path.rsplit('/', 1)[0]}/cid/;" in policy
    assert "http:" not in policy.replace(f"http://{client.host}", "")
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-dns-prefetch-control"] == "off"


def test_remote_content_on_request(client: Client, path: str) -> None:
    """It opens pictures, styles, fonts and media, and no script."""
    policy = client.bare("GET", f"{path}?remote=true").headers["content-security-policy"]
    sources = dict(directive.strip().split(" ", 1) for directive in policy.split(";") if " " in directive.strip())
    assert {name for name, value in sources.items() if "https:" in value} == {
        "img-src",
        "style-src",
        "font-src",
        "media-src",
    }


def test_inline_parts_come_by_the_token(client: Client, path: str) -> None:
    """To another origin, which the frame's is; nothing else of ours does."""
    folder = path.rsplit("/", 1)[0]
    page = client.bare("GET", path).body.decode()
    assert f"{folder}/cid/" in page
    answer = client.bare("GET", f"{folder}/cid/2")
    assert (answer.body, answer.headers["content-type"]) == (PNG, "image/png")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert client.bare("GET", path).headers["cross-origin-resource-policy"] == "same-origin"
    for number in ("1", "3", "9", "x"):
        assert client.bare("GET", f"{folder}/cid/{number}").status == 404


def test_a_token_is_for_one_message(door: Web, client: Client, path: str) -> None:
    """Of another message, or a little changed, it opens nothing."""
    _, _, token, id = path.split("/")
    other = door.deliver()
    assert client.bare("GET", f"/frame/{token}/{other}").status == 404
    assert client.bare("GET", f"/frame/{other}{token[26:]}/{other}").status == 404
    assert client.bare("GET", f"/frame/{token[:-1]}0{'' if token[-1] != '0' else '1'}/{id}").status == 404
    assert client.bare("GET", f"/frame/x/{id}").status == 404
    assert client.bare("GET", f"/frame/{door.door.site.tokens.make(other)}/{other}").status == 404  # it has no HTML


def test_the_policy_names_the_bridge_by_its_hash() -> None:
    """Exactly that script may run."""
    digest = base64.b64encode(hashlib.sha256(b"bridge()").digest()).decode()
    assert f"script-src 'sha256-{digest}';" in frame_policy("x", "bridge()", remote=False)
    assert "script-src 'none';" in frame_policy("x", None, remote=False)


def test_a_policy_cannot_name_ipv6() -> None:
    """There 'self' stands in."""
    assert cid_source("http", "[::1]:8025", "/frame/t/cid/") == "'self'"
    assert cid_source("http", "localhost:1", "/frame/t/cid/") == "http://localhost:1/frame/t/cid/"
