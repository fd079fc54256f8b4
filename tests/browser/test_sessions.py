"""Every SMTP dialogue, with what was refused standing out."""

from __future__ import annotations

import smtplib

from playwright.sync_api import Page, expect

from tests.browser.inbox import Inbox, letter


def refuse(inbox: Inbox) -> None:
    """Have a command refused."""
    host, port = inbox.sink.smtp
    with smtplib.SMTP(host, port, local_hostname="broken-app.example") as smtp:
        smtp.ehlo()
        assert smtp.docmd("RCPT", "TO:<bob@box.example>")[0] == 503


def test_refused_ones_stand_out(inbox: Inbox, page: Page) -> None:
    """The list names what was refused, live; the filter shows only those; the transcript marks the reply."""
    inbox.send(letter("Fine"))
    inbox.open(page, "/sessions")
    expect(page.locator(".session").first).to_contain_text("1 message accepted")
    refuse(inbox)
    refused = page.locator(".session.refused").first
    expect(refused).to_contain_text("broken-app.example")
    page.get_by_role("checkbox", name="refused only").check()
    expect(page.locator(".session:not(.refused)")).to_have_count(0)
    refused.click()
    expect(page.locator(".transcript")).to_contain_text("ehlo broken-app.example")
    expect(page.locator(".spoken.bad")).to_contain_text("503")


def test_a_session_leads_to_its_mail(inbox: Inbox, page: Page) -> None:
    """From the dialogue to the message that came of it."""
    inbox.send(letter("Came of it"))
    inbox.open(page, "/sessions")
    page.locator(".session", has_text="1 message accepted").first.click()
    page.get_by_role("link", name="Message 1").click()
    expect(page.get_by_role("heading", name="Came of it")).to_be_visible()


def test_the_empty_inbox_shows_the_last_refusals(inbox: Inbox, page: Page) -> None:
    """Where no mail arrives, what was refused is the first thing to know."""
    inbox.open(page)
    refuse(inbox)
    expect(page.get_by_role("heading", name="Refused lately")).to_be_visible()
    refused = page.locator(".session.refused").first
    expect(refused).to_contain_text("broken-app.example")
    expect(refused).to_contain_text("503 5.5.1")
    expect(refused).to_contain_text("after RCPT TO:<bob@box.example>")
