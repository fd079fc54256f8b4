"""What the browser's tests share: sending mail, and finding things on the page."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

from playwright.sync_api import Frame, Locator, Page, expect

from tests.support.sink import Sink
from tests.support.wire import Wire

RECORD = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__violations.push({ url: event.blockedURI, what: event.effectiveDirective });
});
"""
"""Runs in every frame before anything else: what the browser itself reports."""


def violations(frame: Frame) -> list[dict[str, str]]:
    """Return what the policy of a frame's document refused so far."""
    return list(frame.evaluate("window.__violations ?? []"))


def until(frame: Frame | Page, condition: str) -> None:
    """Wait for a condition in a document; Playwright's own waiting would need `eval`, which the policies forbid."""
    frame.evaluate(f"async () => {{ while (!({condition})) await new Promise((done) => requestAnimationFrame(done)) }}")


def letter(
    subject: str = "Hello",
    text: str = "Hi Bob.\n",
    *,
    html: str | None = None,
    sender: str = "Ada Lovelace <ada@engine.example>",
    to: str = "Bob <bob@box.example>",
    files: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """Write a mail."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


class Inbox:
    """A running mailcatch, by its doors."""

    def __init__(self, running: Sink) -> None:
        self.sink = running
        self.url = running.ready["http"][0]["url"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API and give its JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def clear(self) -> None:
        """Delete everything, the Bin too."""
        self.ask("DELETE", "/v1/messages?all=true")
        self.ask("DELETE", "/v1/messages?q=is:binned")

    def send(self, raw: bytes, to: Sequence[str] = ("bob@box.example",), sender: str = "ada@engine.example") -> str:
        """Send one mail over SMTP and give its id."""
        with Wire(self.sink.smtp) as wire:
            return wire.send(raw, sender=sender, to=to)

    def send_many(self, count: int, prefix: str = "Mail") -> list[str]:
        """Send numbered mails and give their ids, the oldest first."""
        with Wire(self.sink.smtp) as wire:
            return [wire.send(letter(f"{prefix} {number}"), to=("bob@box.example",)) for number in range(1, count + 1)]

    def message(self, id: str) -> Any:
        """Give one message as the API has it."""
        return self.ask("GET", f"/v1/messages/{id}")

    def open(self, page: Page, path: str = "/") -> Page:
        """Open a path of the application and wait until it follows the log."""
        page.goto(self.url + path)
        expect(page.get_by_role("status", name="Connection")).to_have_text("Live")
        return page


def rows(page: Page) -> Locator:
    """Return the rows of the list."""
    return page.locator(".grid [role=row]")


def row(page: Page, subject: str) -> Locator:
    """Return the row with this subject."""
    return page.locator(".grid [role=row]").filter(has=page.locator(".subject", has_text=subject))


def mail_frame(page: Page) -> Frame:
    """Return the frame that shows the mail, loaded."""
    element = page.wait_for_selector("iframe.html-frame.loaded")
    frame = element.content_frame() if element else None
    assert frame is not None
    frame.wait_for_url(re.compile("/frame/"))  # a new element has no document of its own yet
    return frame
