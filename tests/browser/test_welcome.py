"""The empty inbox."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.inbox import Inbox, mail_frame, row, until


def test_live_address_and_settings(inbox: Inbox, page: Page, context: BrowserContext) -> None:
    """The real port is in the address and in every recipe, and can be copied."""
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    inbox.open(page)
    port = inbox.sink.smtp[1]
    expect(page.locator(".welcome-address")).to_contain_text(f"localhost:{port}")
    for name in ("Django", "Rails", "Laravel", "Nodemailer", "Spring Boot", "Docker Compose"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(".recipe pre").first).to_contain_text(str(port))
    page.get_by_role("button", name="Django", exact=True).click()
    page.get_by_role("button", name="Copy the settings for Django").click()
    assert f"EMAIL_PORT = {port}" in page.evaluate("navigator.clipboard.readText()")


def test_send_me_a_sample(inbox: Inbox, page: Page) -> None:
    """One click and there is a mail to look at, with its picture, its file and its hidden recipient."""
    inbox.open(page)
    page.get_by_role("button", name="Send me a sample").click()
    row(page, "Your code is").click()
    frame = mail_frame(page)
    until(frame, "document.images[0].naturalWidth == 16")
    expect(page.locator(".fields")).to_contain_text("archive@example.com only in the envelope")
    expect(page.get_by_role("button", name="1 remote address blocked")).to_be_visible()
    expect(page.locator(".attachment")).to_have_count(2)


def test_nothing_arrives(inbox: Inbox, page: Page) -> None:
    """The usual reasons are one click away."""
    inbox.open(page)
    page.get_by_text("Nothing arrives?").click()
    expect(page.get_by_text("host.docker.internal")).to_be_visible()


def test_settings_for_a_mail_program(inbox: Inbox, page: Page) -> None:
    """The ports of IMAP, live, and who one is."""
    inbox.open(page)
    page.get_by_text("Read it with a mail program").click()
    settings = page.get_by_label("Settings for Thunderbird", exact=True)
    expect(settings).to_contain_text(f"port {inbox.sink.ready['imap'][0]['port']}")
    page.get_by_role("button", name="imaplib").click()
    expect(page.get_by_label("Settings for imaplib", exact=True)).to_contain_text("import imaplib")
