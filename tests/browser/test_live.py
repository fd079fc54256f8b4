"""Following the log: what arrives appears, whatever happens to the connection."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.inbox import Inbox, letter, row, rows, until
from tests.support.sink import Sink


def state(page: Page) -> object:
    """Return an expectation of the live state in words."""
    return expect(page.get_by_role("status", name="Connection"))


def test_mail_arrives_through_the_socket_alone(inbox: Inbox, page: Page) -> None:
    """With every fetch of the page blocked, new mail still appears, is counted, and the empty page gives way."""
    inbox.open(page)
    expect(page.get_by_text("Waiting for the first mail")).to_be_visible()
    page.route("**/v1/**", lambda route: route.abort())
    inbox.send(letter("First of all"))
    expect(row(page, "First of all")).to_be_visible()
    expect(page).to_have_title("(1) mailcatch")
    inbox.send_many(3)
    expect(rows(page)).to_have_count(4)
    expect(page).to_have_title("(4) mailcatch")


def test_nothing_is_lost_or_doubled_while_the_list_is_fetched(inbox: Inbox, page: Page) -> None:
    """Mail that arrives while the answer of the list is under way is there once."""
    inbox.send_many(3, "Before")

    def late(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        inbox.send_many(2, "Meanwhile")
        route.fulfill(response=answer)  # type: ignore[attr-defined]

    page.route(re.compile(r"/v1/messages\?"), late, times=1)
    inbox.open(page)
    expect(rows(page)).to_have_count(5)
    subjects = page.locator(".subject").all_text_contents()
    assert sorted(subjects) == ["Before 1", "Before 2", "Before 3", "Meanwhile 1", "Meanwhile 2"]


def test_a_changed_row_is_patched_in_place(inbox: Inbox, page: Page) -> None:
    """What another tab or program does to mail shows without fetching."""
    ids = inbox.send_many(3)
    inbox.open(page)
    page.route(re.compile(r"/v1/messages\?"), lambda route: route.abort())
    inbox.ask("PATCH", "/v1/messages", {"ids": [ids[1]], "read": True, "pinned": True})
    expect(row(page, "Mail 2").get_by_role("img", name="Pinned")).to_be_visible()
    inbox.ask("DELETE", f"/v1/messages/{ids[0]}")
    expect(rows(page)).to_have_count(2)


def test_a_search_stays_live(inbox: Inbox, page: Page) -> None:
    """Matching mail appears in a search, other mail does not."""
    inbox.send(letter("Invoice 1"))
    inbox.open(page, "/search?q=invoice")
    expect(rows(page)).to_have_count(1)
    inbox.send(letter("Something else"))
    inbox.send(letter("Invoice 2"))
    expect(row(page, "Invoice 2")).to_be_visible()
    expect(rows(page)).to_have_count(2)


def test_a_bulk_change_refetches(inbox: Inbox, page: Page) -> None:
    """More than 200 changes are one event; the list then fetches itself anew."""
    inbox.send_many(230)
    inbox.open(page)
    expect(page.locator(".row.new").first).to_be_visible()
    inbox.ask("PATCH", "/v1/messages", {"all": True, "read": True})
    expect(page.locator(".row.new")).to_have_count(0)
    expect(page).to_have_title("mailcatch")


def test_scrolled_down_the_list_stays_put(inbox: Inbox, page: Page) -> None:
    """What comes or goes above moves nothing under the eyes of someone who reads further down; new mail is counted."""
    ids = inbox.send_many(120)
    inbox.open(page)
    page.locator(".grid").evaluate("grid => (grid.scrollTop = 30 * 40)")
    seen = row(page, "Mail 70")
    before = seen.bounding_box()
    inbox.send_many(3, "New")
    assert before is not None
    its = f"document.querySelector('[data-id=\"{seen.get_attribute('data-id')}\"]')"
    place = f"{its} && Math.abs({its}.getBoundingClientRect().y - {before['y']}) < 1"
    expect(page.get_by_role("button", name="3 new")).to_be_visible()
    until(page.main_frame, place)
    inbox.ask("DELETE", f"/v1/messages/{ids[110]}")
    expect(page.locator(".toolbar-count")).to_contain_text("122")
    until(page.main_frame, place)
    page.get_by_role("button", name="3 new").click()
    expect(row(page, "New 3")).to_be_visible()


def test_opening_the_newest_automatically(inbox: Inbox, page: Page) -> None:
    """With "Open newest" on, each mail opens as it arrives."""
    inbox.send(letter("Old"))
    inbox.open(page)
    page.get_by_role("checkbox", name="Open newest").check()
    inbox.send(letter("Fresh"))
    expect(page.get_by_role("heading", name="Fresh")).to_be_visible()


def test_the_state_is_told_and_nothing_is_missed_over_a_restart(page: Page, tmp_path: Path) -> None:
    """The server goes and comes back on the same database: offline is said, and what came meanwhile appears."""
    database = tmp_path / "x.db"
    with Sink(database=database) as first:
        inbox = Inbox(first)
        inbox.send(letter("Before"))
        inbox.open(page)
        http, smtp = first.http[1], first.smtp[1]
    state(page).to_have_text(re.compile(r"Reconnecting…|Offline since \d\d:\d\d"))
    state(page).to_have_text(re.compile(r"Offline since \d\d:\d\d"))
    with Sink("--http", str(http), "--smtp", str(smtp), database=database) as second:
        Inbox(second).send(letter("After"))
        state(page).to_have_text("Live", timeout=20_000)
        expect(row(page, "After")).to_be_visible()
        expect(rows(page)).to_have_count(2)


def test_another_database_is_noticed(page: Page) -> None:
    """A server that comes back with an empty database is not taken for the one before."""
    with Sink() as first:
        inbox = Inbox(first)
        inbox.send(letter("Gone with the process"))
        inbox.open(page)
        http = first.http[1]
    with Sink("--http", str(http)) as second:
        state(page).to_have_text("Server restarted", timeout=20_000)
        expect(page.get_by_text("Waiting for the first mail")).to_be_visible()
        Inbox(second).send(letter("Hello again"))
        expect(row(page, "Hello again")).to_be_visible()


def test_without_websockets_events_come_by_sse(inbox: Inbox, page: Page) -> None:
    """After three upgrades that failed the page follows by server-sent events, and says so."""
    page.add_init_script("window.WebSocket = class { constructor() { setTimeout(() => this.onclose?.()) } close() {} }")
    page.goto(inbox.url)
    state(page).to_have_text("Live (SSE)", timeout=20_000)
    inbox.send(letter("By another way"))
    expect(row(page, "By another way")).to_be_visible()
