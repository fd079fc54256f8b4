"""`python -m tests.picture`: takes docs/inbox.png from the real page, with a morning's mail of a small shop."""

from __future__ import annotations

import json
import os
import shutil
import sys
from email.message import EmailMessage
from pathlib import Path
from urllib.request import Request, urlopen

from playwright.sync_api import sync_playwright

from tests.support.sink import Sink, sink
from tests.support.wire import Wire

PICTURE = Path(__file__).parents[2] / "docs" / "inbox.png"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SHOP = "Lantern & Co. <hello@lantern.example>"

MAILS = (
    ("Sam Okafor <sam@lantern.example>", "Team <team@lantern.example>", "Standup moved to 10:30", "Only today."),
    (SHOP, "Maya Lindqvist <maya@post.example>", "Confirm your address", "https://lantern.example/c/81f2"),
    ("CI <ci@lantern.example>", "dev@lantern.example", "main is green again", "412 passed in 71 s."),
    (SHOP, "José Álvarez <jose@post.example>", "Tu pedido está en camino", "Llega el martes."),
    (SHOP, "Eleni Vlachou <eleni@post.example>", "Σας ευχαριστούμε!", "Σε δύο μέρες είναι εκεί."),
    ("Stockroom <stock@lantern.example>", "Team <team@lantern.example>", "Low on brass lamps", "Four are left."),
    (SHOP, "Ben Adler <ben@post.example>", "Reset your password", "https://lantern.example/r/5d0c"),
    (SHOP, "Maya Lindqvist <maya@post.example>", "Your sign-in code", "Your code is 482 913."),
    ("Nightly <cron@lantern.example>", "dev@lantern.example", "Backup finished", "3.1 GB in 4 minutes."),
    ("Accounts <accounts@lantern.example>", "Ada Byron <ada@post.example>", "Invoice 2026-118", "Due in 30 days."),
    (SHOP, "Ben Adler <ben@post.example>", "Welcome aboard, Ben", "Good to have you."),
    (SHOP, "Chioma Eze <chioma@post.example>", "Your return has arrived", "€ 42.00 are on their way back."),
)
READ = 5
"""How many of them, the first ones, were read before the picture is taken."""

RECEIPT = Path(__file__).with_name("receipt.html").read_text("utf-8")


def letter(sender: str, to: str, subject: str, text: str, html: str | None = None) -> bytes:
    """Write one mail as an app would."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Mon, 23 Nov 2026 09:12:44 +0000"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    if "Invoice" in subject:
        message.add_attachment(b"%PDF-1.7\n", maintype="application", subtype="pdf", filename="invoice-2026-118.pdf")
    return message.as_bytes().replace(b"\n", b"\r\n")


def fill(running: Sink) -> str:
    """Send the morning's mail, read some of it; give the id of the receipt, which comes last."""
    with Wire(running.smtp) as wire:
        sent = [
            wire.send(letter(sender, to, subject, text), to=[to.rpartition("<")[2].rstrip(">")])
            for sender, to, subject, text in MAILS
        ]
        change(running, {"ids": sent[:READ], "read": True})
        change(running, {"ids": sent[1:2], "pinned": True})
        receipt = letter(SHOP, "Ada Byron <ada@post.example>", "Your order 20418", "Thank you, Ada!", RECEIPT)
        return wire.send(receipt, sender="hello@lantern.example", to=["ada@post.example", "archive@lantern.example"])


def change(running: Sink, body: dict[str, object]) -> None:
    """Mark messages as a person would."""
    headers = {"Content-Type": "application/json"}
    request = Request(f"{running.url}/v1/messages", json.dumps(body).encode(), headers, method="PATCH")
    with urlopen(request) as answer:
        assert answer.status == 200


def main() -> int:
    """Take the picture; no Chromium is exit 2."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium here; name one in $CHROMIUM", file=sys.stderr)
        return 2
    with sink() as running, sync_playwright() as playwright:
        receipt = fill(running)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1200, "height": 720}, color_scheme="light", timezone_id="UTC")
        page.goto(f"{running.url}/m/{receipt}/html")
        page.frame_locator("iframe").get_by_text("Thank you, Ada!").wait_for()
        page.get_by_text("Live", exact=False).first.wait_for()
        page.wait_for_function("unread => document.title.includes(`(${unread})`)", arg=len(MAILS) - READ)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
