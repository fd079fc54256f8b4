"""mailcatch.web.static: the front end's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from mailcatch.web.problems import Problem
from mailcatch.web.static import Static, app_policy


@pytest.fixture
def built(tmp_path: Path) -> Static:
    """Return a front end, as a build leaves it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "main-1a2b.js").write_text("export {}")
    (tmp_path / "icon.svg").write_text("<svg/>")
    (tmp_path / "frame-bridge.js").write_text("bridge()\n")
    (tmp_path / "index.html").write_text('<script src="/__webroot__/assets/main-1a2b.js"></script>')
    return Static("/mail", tmp_path)


def ask(static: Static, path: str, **environ: Any) -> Any:
    """Ask for a path."""
    base = {"HTTP_HOST": "localhost:8025", "REQUEST_METHOD": "GET"}
    with Flask("test").test_request_context():
        return static.answer(path, {**base, **environ})


@pytest.mark.parametrize("path", ["", "m/01K/html", "search", "sessions/01K"])
def test_the_page_is_at_every_path_of_the_application(built: Static, path: str) -> None:
    """With the webroot written in, a strict policy, and never from a cache unasked."""
    answer = ask(built, path)
    assert answer.get_data() == b'<script src="/mail/assets/main-1a2b.js"></script>'
    assert "trusted-types 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-cache"


def test_assets_are_kept_for_ever(built: Static) -> None:
    """Their names change with their content; the rest is asked for again, by its tag."""
    answer = ask(built, "assets/main-1a2b.js")
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    icon = ask(built, "icon.svg")
    assert icon.headers["Cache-Control"] == "no-cache"
    assert ask(built, "icon.svg", HTTP_IF_NONE_MATCH=icon.headers["ETag"]).status_code == 304


@pytest.mark.parametrize(
    "path", ["assets/nope.js", "v1/nope", "v1", "frame/x", "assets/../index.html", "../secret", "assets/"]
)
def test_nothing_else_is_served(built: Static, path: str) -> None:
    """A path is a key; none leads out of the folder, and the API's paths are never the application's."""
    with pytest.raises(Problem):
        ask(built, path, HTTP_ACCEPT="*/*")


def test_the_bridge_is_for_frames_only(built: Static) -> None:
    """It is known, but not served."""
    assert built.bridge == "bridge()"
    with pytest.raises(Problem):
        ask(built, "frame-bridge.js", HTTP_ACCEPT="*/*")


def test_without_a_build_the_page_says_how(tmp_path: Path) -> None:
    """And where the API is."""
    static = Static("/mail", tmp_path / "none")
    assert b"npm run build" in ask(static, "").get_data()
    assert b"/mail/v1/messages" in ask(static, "").get_data()
    assert static.bridge is None


def test_the_policy_names_the_sockets() -> None:
    """For browsers whose 'self' leaves them out; not where a policy cannot name them."""
    assert "connect-src 'self' ws://localhost:8025 wss://localhost:8025;" in app_policy("localhost:8025")
    assert "connect-src 'self';" in app_policy("[::1]:8025")
    assert "connect-src 'self';" in app_policy("x; script-src *")
