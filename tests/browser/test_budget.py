"""What a first visit costs."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.browser.conftest import BUILT
from tests.support.needs import missing

KILO = 1000


@pytest.fixture(scope="module")
def first_load() -> list[str]:
    """List the files that index.html asks for."""
    if not BUILT.is_file():
        missing("the web inbox is not built: cd web && npm ci && npm run build")
    return re.findall(r'(?:src|href)="/__webroot__/(assets/[^"]+)"', BUILT.read_text("utf-8"))


@pytest.mark.parametrize(("ending", "most"), [(".js", 60 * KILO), (".css", 15 * KILO)])
def test_the_first_load_is_small(first_load: list[str], ending: str, most: int) -> None:
    """At most 60 kB of JavaScript and 15 kB of CSS, compressed."""
    files = [BUILT.parent / name for name in first_load if name.endswith(ending)]
    assert files
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= most


def test_the_page_carries_no_script_of_its_own() -> None:
    """index.html has neither inline script nor inline style: its policy allows none."""
    html = BUILT.read_text("utf-8") if BUILT.is_file() else ""
    assert not re.search(r"<style|style=|<script(?![^>]* src=)|\son\w+=", html)


def test_the_bridge_is_about_a_kilobyte() -> None:
    """The one script inside mail is short enough to be read, and nothing in it ends its element."""
    script = (BUILT.parent / "frame-bridge.js").read_text("utf-8") if BUILT.is_file() else ""
    assert len(script) < 1500
    assert "</script" not in script
