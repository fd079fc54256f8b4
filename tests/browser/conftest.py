"""Chromium, a running mailcatch, and a page that must not break its own policy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.inbox import RECORD, Inbox, violations
from tests.support.needs import missing
from tests.support.sink import sink

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
BUILT = Path(__file__).parents[2] / "mailcatch" / "static" / "dist" / "index.html"


def chromium() -> str | None:
    """Find the browser: $CHROMIUM, else the system's."""
    chosen = os.environ.get("CHROMIUM")
    return chosen or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One browser for all tests here; not for longer, as an event loop runs in this thread until its driver ends."""
    path = chromium()
    if path is None:
        missing("no Chromium: install it, or name it in $CHROMIUM")
    if not BUILT.is_file():
        missing("the web inbox is not built: cd web && npm ci && npm run build")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def shared() -> Iterator[Inbox]:
    """One mailcatch for all tests that do not stop it."""
    with sink() as running:
        yield Inbox(running)


@pytest.fixture
def inbox(shared: Inbox) -> Inbox:
    """Empty the inbox."""
    shared.clear()
    return shared


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Make a browser context, in a zone that is not UTC, that counts what policies refuse."""
    made = browser.new_context(
        viewport={"width": 1280, "height": 800}, timezone_id="Europe/Berlin", locale="en-GB", reduced_motion="reduce"
    )
    made.add_init_script(RECORD)
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Make a page; at its end it must have neither broken its policy nor thrown."""
    errors: list[str] = []
    made = context.new_page()
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    assert violations(made.main_frame) == []
    assert errors == []
