"""The inboxes in the sidebar: one after the other, found among many, live."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.inbox import Inbox, letter, row, rows
from tests.support.sink import sink


@pytest.fixture
def workers() -> Iterator[Inbox]:
    """One mailcatch of one's own, for inboxes stay."""
    with sink() as running:
        yield Inbox(running)


def deliver(inbox: Inbox, user: str, subject: str) -> None:
    """Send a mail as a worker of tests does: its user is its inbox."""
    with smtplib.SMTP(*inbox.sink.smtp, timeout=10) as client:
        client.login(user, "x")
        client.sendmail("app@x.example", ["bob@box.example"], letter(subject))


def side(page: Page) -> Locator:
    """Return the part of the sidebar with the inboxes."""
    return page.get_by_role("region", name="Inboxes")


def test_an_inbox_shows_its_own_mail(workers: Inbox, page: Page) -> None:
    """Its list has an address that can be passed on, and is no mere search."""
    deliver(workers, "gw0", "Mine")
    workers.send(letter("Anybody's"))
    workers.open(page)
    expect(rows(page)).to_have_count(2)
    side(page).get_by_role("link", name="gw0").click()
    expect(page).to_have_url(f"{workers.url}/inbox/gw0")
    expect(rows(page)).to_have_count(1)
    expect(row(page, "Mine")).to_be_visible()
    expect(page).to_have_title("(2) mailcatch · gw0")
    page.reload()
    expect(side(page).locator("[aria-current=page]")).to_contain_text("gw0")
    expect(rows(page)).to_have_count(1)


def test_inboxes_come_and_go_live(workers: Inbox, page: Page) -> None:
    """An inbox stands there with its first mail, counts, and goes when it is deleted; its mail stays."""
    workers.open(page)
    expect(side(page)).to_have_count(0)
    deliver(workers, "gw1", "First")
    link = side(page).get_by_role("link", name="gw1")
    expect(link).to_contain_text("1")
    link.click()
    deliver(workers, "gw1", "Second")
    deliver(workers, "gw2", "Elsewhere")
    expect(link).to_contain_text("2")
    expect(rows(page)).to_have_count(2)
    workers.ask("DELETE", "/v1/inboxes/gw1")
    expect(link).to_have_count(0)
    page.goto(workers.url + "/inbox/default")
    expect(row(page, "First")).to_be_visible()


def test_one_of_many_is_found_by_name(workers: Inbox, page: Page) -> None:
    """The sidebar stays short whatever a run of tests leaves behind."""
    for number in range(40):
        workers.ask("POST", "/v1/inboxes", {"name": f"test-{number}"})
    workers.open(page, "/inbox/test-3")
    links = side(page).get_by_role("link")
    expect(links).to_have_count(12)
    expect(links.first).to_contain_text("default")
    expect(links.last).to_contain_text("test-3")
    expect(side(page)).to_contain_text("and 29 more")
    page.get_by_role("searchbox", name="Find an inbox").fill("t-17")
    expect(links).to_have_count(1)
    expect(links).to_contain_text("test-17")
    page.get_by_role("searchbox", name="Find an inbox").fill("nobody")
    expect(side(page)).to_contain_text("No inbox has that name")
