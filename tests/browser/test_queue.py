"""The queue and a release in the browser: who gets mail is said before it leaves, and can be stopped after."""

from __future__ import annotations

import poplib

from playwright.sync_api import Locator, Page, expect

from tests.browser.inbox import Inbox, letter
from tests.browser.relayed import Pretended, queue


def person(page: Page, address: str) -> Locator:
    """Return the line of a recipient."""
    return page.locator(".job .path-people > li").filter(has_text=address)


def test_off_means_no_queue_and_no_banner(inbox: Inbox, page: Page) -> None:
    """Nothing of the relay is on the page; a release says which settings are missing."""
    id = inbox.send(letter("Stays"))
    inbox.open(page, f"/m/{id}")
    expect(page.get_by_role("navigation", name="Mailboxes").get_by_role("link", name="Queue")).to_have_count(0)
    expect(page.get_by_role("region", name="Relay")).to_have_count(0)
    page.get_by_role("button", name="Release: send it on").click()
    dialog = page.get_by_role("dialog")
    for spelling in ("--relay", "MAILCATCH_RELAY=on", "enabled = true", "--relay-allow @example.com"):
        expect(dialog.get_by_text(spelling, exact=True)).to_be_visible()


def test_a_release_is_explicit(inbox: Inbox, page: Page) -> None:
    """Nobody is filled in; each recipient has a preview; what the server forbids stands at the field; then the path."""
    id = inbox.send(letter("Goes out"), to=("ann@y.test", "bob@z.test"))
    relay = Pretended(page)
    inbox.open(page, f"/m/{id}")
    expect(page.get_by_role("region", name="Relay")).to_be_visible()
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog")
    to = dialog.get_by_label("To", exact=True)
    expect(to).to_have_value("")
    expect(to).to_be_focused()
    page.keyboard.press("Enter")
    expect(to).to_have_accessible_description("Say who is to get it.")
    assert relay.asked == []
    dialog.get_by_role("button", name="+ ann@y.test").click()
    dialog.get_by_role("button", name="+ bob@z.test").click()
    where = dialog.get_by_role("list", name="Where it would go").get_by_role("listitem")
    expect(where.nth(0)).to_contain_text("allowed by allow @y.test")
    expect(where.nth(0)).to_contain_text("10 mx1.y.test · 192.0.2.1, 10.0.0.1 (guarded: a private address)")
    expect(where.nth(1)).to_contain_text("not allowed: no rule of --relay-allow names it")
    dialog.get_by_role("button", name="Release").click()
    expect(to).to_have_accessible_description("bob@z.test may not get mail: no rule of --relay-allow names it.")
    to.fill("ann@y.test")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(f"{inbox.url}/m/{id}/path")
    assert relay.asked[-1] == ("POST", "release", {"to": ["ann@y.test"]})


def test_an_empty_allow_list_is_named(inbox: Inbox, page: Page) -> None:
    """On, but nobody may get mail: the setting is named before anybody is asked."""
    id = inbox.send(letter("Goes out"))
    Pretended(page).allow = []
    inbox.open(page, f"/m/{id}")
    expect(page.get_by_role("region", name="Relay")).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_role("dialog").get_by_text("--relay-allow is missing")).to_be_visible()


def test_what_can_be_done_with_recipients(inbox: Inbox, page: Page) -> None:
    """Each has the actions of its state, alone or with the others of its job; the list can be cut to a state."""
    relay = queue(page)
    inbox.open(page, "/queue")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    expect(person(page, "bob@y.test")).to_contain_text("deferred after 2 attempts: 450 4.2.1 mailbox busy (mx2.y.test)")
    expect(person(page, "bob@y.test")).to_contain_text("Tried again in ")
    expect(person(page, "ann@y.test").get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name="Cancel: bob@y.test").click()
    expect(person(page, "bob@y.test").locator(".state")).to_have_text("cancelled")
    assert relay.asked[-1] == ("POST", "/jobs/J1/cancel", {"to": ["bob@y.test"]})
    page.get_by_role("button", name="Send again: eve@y.test").click()
    expect(person(page, "eve@y.test").locator(".state")).to_have_text("queued")
    page.get_by_role("link", name="held 1").click()
    expect(page).to_have_url(f"{inbox.url}/queue?state=held")
    expect(page.locator(".job")).to_have_count(1)
    page.get_by_role("button", name="Cancel: all 3").click()
    expect(page.get_by_text("Nobody is held")).to_be_visible()


def test_pause_and_banner(inbox: Inbox, page: Page) -> None:
    """On every page; paused and resumed from there, in words."""
    relay = queue(page)
    inbox.open(page)
    banner = page.get_by_role("region", name="Relay")
    expect(banner).to_contain_text(
        "The relay is on: what you release leaves this machine, to the servers of its recipients. 4 in the queue."
    )
    banner.get_by_role("button", name="Pause").click()
    expect(banner).to_contain_text("The relay is paused: nothing leaves.")
    assert relay.asked == [("PUT", "", {"paused": True})]
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    banner.get_by_role("button", name="Resume").click()
    expect(banner).to_contain_text("The relay is on")


def test_the_queue_is_live(inbox: Inbox, page: Page) -> None:
    """A step of any mail's way in the log makes the queue look again; nothing is asked without one."""
    relay = queue(page)
    inbox.send(letter("Any"))
    inbox.open(page, "/queue")
    expect(person(page, "now@y.test").locator(".state")).to_have_text("active")
    relay.jobs[0]["recipients"][2].update(state="sent", code=250, text="ok")
    client = poplib.POP3(*inbox.sink.pop3, timeout=20)
    client.user("bob@box.example")
    client.pass_("x")
    client.retr(1)
    client.quit()
    expect(person(page, "now@y.test").locator(".state")).to_have_text("sent")
    expect(page.get_by_role("navigation", name="States").get_by_role("link", name="sent 2")).to_be_visible()
