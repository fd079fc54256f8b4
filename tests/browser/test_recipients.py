"""What the page shows of recipients: where their mail goes, and why one was refused."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.inbox import Inbox, letter, row
from tests.support.sink import sink


@pytest.fixture(scope="module")
def strict() -> Iterator[Inbox]:
    """One mailcatch that knows its users."""
    with sink("--users", "bob@shop.example") as running:
        yield Inbox(running)


def test_the_reader_shows_where_mail_goes(strict: Inbox, page: Page) -> None:
    """The route of a recipient, with the rule that gave it."""
    strict.send(letter("Routed"), to=("bob@shop.example",))
    strict.open(page)
    row(page, "Routed").click()
    field = page.locator(".fields .field").filter(has_text="Route")
    expect(field).to_contain_text("bob@shop.example local: local domain shop.example")


def test_a_refused_recipient_is_explained(strict: Inbox, page: Page) -> None:
    """On the page of sessions, with the server's own words, although no mail came of it."""
    with (
        smtplib.SMTP(*strict.sink.smtp, local_hostname="client.test", timeout=10) as client,
        pytest.raises(smtplib.SMTPRecipientsRefused),
    ):
        client.sendmail("app@x.example", ["joe@shop.example"], letter())
    strict.open(page, "/sessions")
    line = page.locator(".session.refused").first
    expect(line).to_contain_text("client.test")
    line.click()
    expect(page.get_by_text("550 5.1.1 <joe@shop.example>: no such user here (--users)").first).to_be_visible()
