"""The list: what a row shows, what one can do with it, and the keys for it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.inbox import Inbox, letter, row, rows


def test_a_row_shows_people_subject_and_time(inbox: Inbox, page: Page) -> None:
    """From → To with hidden recipients marked, subject, snippet, and the time in the browser's zone with seconds."""
    id = inbox.send(letter("Reset your password", "Click here.\n"), to=("bob@box.example", "secret@box.example"))
    inbox.open(page)
    shown = row(page, "Reset your password")
    expect(shown.locator(".from")).to_have_text("Ada Lovelace")
    expect(shown.locator(".hidden-to")).to_contain_text("secret@box.example")
    expect(shown.locator(".hidden-to")).to_contain_text("only in the envelope")
    expect(shown.locator(".snippet")).to_have_text("Click here.")
    received = inbox.message(id)["received_at"]
    local = page.evaluate("at => new Date(at).toLocaleTimeString('en-GB', {timeZone: 'Europe/Berlin'})", received)
    expect(shown.locator("time")).to_have_text(local)
    assert re.fullmatch(r"\d\d:\d\d:\d\d", local)
    expect(shown.locator("time")).to_have_attribute("title", re.compile(r" \+0[12]:00$"))


def test_there_is_room_for_22_rows(inbox: Inbox, page: Page) -> None:
    """A laptop's window of 1280×800 shows 22 whole rows at least."""
    inbox.send_many(40)
    inbox.open(page)
    expect(rows(page).first).to_be_visible()
    box = page.locator(".grid").bounding_box()
    assert box is not None
    tops = rows(page).evaluate_all("rows => rows.map(row => row.getBoundingClientRect().bottom)")
    assert sum(bottom <= box["y"] + box["height"] for bottom in tops) >= 22


def test_the_grid_is_told_to_screen_readers(inbox: Inbox, page: Page) -> None:
    """Role, number of rows, index of each row, and exactly one row in the order of Tab."""
    inbox.send_many(30)
    inbox.open(page)
    expect(page.get_by_role("grid", name="Inbox")).to_have_attribute("aria-rowcount", "30")
    expect(row(page, "Mail 30")).to_have_attribute("aria-rowindex", "1")
    expect(page.locator(".grid [role=row][tabindex='0']")).to_have_count(1)


def test_opening_reads(inbox: Inbox, page: Page) -> None:
    """A click opens the mail beside the list and marks it read; the tab's title counts what is left."""
    ids = inbox.send_many(3)
    inbox.open(page)
    expect(page).to_have_title("(3) mailcatch")
    row(page, "Mail 2").locator(".subject").click()
    expect(page.get_by_role("heading", name="Mail 2")).to_be_visible()
    expect(page).to_have_title("(2) mailcatch")
    expect(row(page, "Mail 2")).not_to_have_class(re.compile(r"\bnew\b"))
    assert inbox.message(ids[1])["read"] is True


def test_delete_goes_to_the_bin_and_can_be_undone(inbox: Inbox, page: Page) -> None:
    """# moves the open mail to the Bin and opens the next; z brings it back, at its place."""
    ids = inbox.send_many(3)
    inbox.open(page)
    row(page, "Mail 2").click()
    expect(page.get_by_role("heading", name="Mail 2")).to_be_visible()
    page.keyboard.press("#")
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("heading", name="Mail 1")).to_be_visible()
    assert inbox.message(ids[1])["binned"] is True
    page.keyboard.press("z")
    expect(rows(page)).to_have_count(3)
    expect(row(page, "Mail 2")).to_have_attribute("aria-rowindex", "2")
    assert inbox.message(ids[1])["binned"] is False


def test_the_undo_button(inbox: Inbox, page: Page) -> None:
    """The toast offers the way back to the mouse, too."""
    inbox.send_many(2)
    inbox.open(page)
    row(page, "Mail 1").get_by_role("checkbox").click()
    page.get_by_role("button", name="Move to the Bin").click()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(2)


def test_deleting_in_the_bin_is_for_ever_and_asks(inbox: Inbox, page: Page) -> None:
    """The Bin lists what was deleted; deleting there asks, naming the count; "Empty the Bin" does the rest."""
    ids = inbox.send_many(4)
    inbox.ask("PATCH", "/v1/messages", {"ids": ids[:3], "bin": True})
    inbox.open(page, "/search?q=is:binned")
    expect(rows(page)).to_have_count(3)
    row(page, "Mail 3").get_by_role("checkbox").click()
    page.get_by_role("button", name="Delete for ever").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete 1 message for ever?")
    dialog.get_by_role("button", name="Delete for ever").click()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Empty the Bin").click()
    expect(dialog).to_contain_text("Delete 2 messages for ever?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Empty the Bin").click()
    dialog.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_text("The Bin is empty")).to_be_visible()
    assert inbox.ask("GET", "/v1/counts")["total"] == 1


def test_mark_all_read_and_undo(inbox: Inbox, page: Page) -> None:
    """Shift+a reads everything in the list; z takes it back."""
    inbox.send_many(5)
    inbox.open(page)
    page.keyboard.press("Shift+A")
    expect(page).to_have_title("mailcatch")
    expect(page.locator(".row.new")).to_have_count(0)
    page.keyboard.press("z")
    expect(page).to_have_title("(5) mailcatch")


def test_keys_move_open_select_and_pin(inbox: Inbox, page: Page) -> None:
    """The keys j k Enter u x s, with the focus on the row they act on."""
    ids = inbox.send_many(4)
    inbox.open(page)
    expect(rows(page)).to_have_count(4)
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(row(page, "Mail 3")).to_be_focused()
    page.keyboard.press("x")
    expect(row(page, "Mail 3")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("s")
    expect(row(page, "Mail 3").get_by_role("img", name="Pinned")).to_be_visible()
    assert inbox.message(ids[2])["pinned"] is True
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mail 3")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Mail 2")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="Mail 2")).to_have_count(0)
    expect(row(page, "Mail 2")).to_be_focused()


def test_select_by_range_and_all(inbox: Inbox, page: Page) -> None:
    """Shift with a click or J extends the selection; * a takes all; Esc lets go."""
    inbox.send_many(6)
    inbox.open(page)
    row(page, "Mail 6").get_by_role("checkbox").click()
    row(page, "Mail 3").get_by_role("checkbox").click(modifiers=["Shift"])
    expect(page.get_by_text("4 selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("selected")).to_have_count(0)
    page.keyboard.press("*")
    page.keyboard.press("a")
    expect(page.get_by_text("6 selected")).to_be_visible()
    page.get_by_role("button", name="Mark read").click()
    expect(page).to_have_title("mailcatch")


def test_keys_are_off_in_fields_and_help_lists_them(inbox: Inbox, page: Page) -> None:
    """Typing j in the search box types j; / goes there; ? lists every key."""
    inbox.send_many(2)
    inbox.open(page)
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search mail")
    expect(search).to_be_focused()
    page.keyboard.type("j?")
    expect(search).to_have_value("j?")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Move to the Bin")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_the_unread_list_keeps_what_was_read_until_it_is_left(inbox: Inbox, page: Page) -> None:
    """Reading in the list of unread mail does not pull the rows away under the hand."""
    inbox.send_many(4)
    inbox.open(page, "/search?q=is:unread")
    row(page, "Mail 3").click()
    expect(page.locator(".row.new")).to_have_count(3)
    expect(rows(page)).to_have_count(4)
    inbox.send(letter("Another"))
    expect(rows(page)).to_have_count(5)
    page.get_by_role("link", name="Inbox", exact=False).first.click()
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(rows(page)).to_have_count(4)
