"""The search box."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.inbox import Inbox, letter, row, rows


def test_searching_as_one_types(inbox: Inbox, page: Page) -> None:
    """Words and fields narrow the list; the address carries the search; emptying the box leads back."""
    inbox.send(letter("Invoice for May"), to=("ann@box.example",))
    inbox.send(letter("Invoice for June"))
    inbox.send(letter("Lunch"))
    inbox.open(page)
    page.keyboard.press("/")
    page.keyboard.type("invoice")
    expect(rows(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/search\?q=invoice$"))
    page.keyboard.type(" rcpt:ann@box.example")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("j")
    expect(row(page, "Invoice for May")).to_be_focused()
    page.go_back()
    expect(rows(page)).to_have_count(3)


def test_a_mistake_is_shown_where_it_is(inbox: Inbox, page: Page) -> None:
    """The error stands under the place it is about and offers the way out; it is never an empty list."""
    inbox.send(letter("Lunch"))
    inbox.open(page)
    box = page.get_by_role("searchbox", name="Search mail")
    box.fill("lunch subjct:x")
    error = page.locator("#search-error")
    expect(error).to_be_visible()
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_attribute("aria-describedby", "search-error")
    echo = page.locator(".search-echo").inner_text().split("\n")
    assert echo[0] == "lunch subjct:x"
    assert echo[1].index("▲") == "lunch subjct:x".index("subjct")
    caret, text = page.locator(".caret").bounding_box(), box.bounding_box()
    assert caret is not None
    assert text is not None
    assert caret["y"] > text["y"]
    expect(page.get_by_text("Nothing matches")).to_have_count(0)
    box.fill("lunch")
    expect(error).to_have_count(0)
    expect(rows(page)).to_have_count(1)


def test_nothing_found_says_so(inbox: Inbox, page: Page) -> None:
    """An empty result is named, after the answer and not before."""
    inbox.send(letter("Lunch"))
    inbox.open(page, "/search?q=supercalifragilistic")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def test_recipients_in_the_sidebar(inbox: Inbox, page: Page) -> None:
    """Each recipient is a list of its own, which stays live."""
    inbox.send(letter("For Ann"), to=("ann@box.example",))
    inbox.send(letter("For Bob"))
    inbox.open(page)
    page.get_by_role("link", name="ann@box.example").click()
    expect(rows(page)).to_have_count(1)
    inbox.send(letter("For Ann again"), to=("ann@box.example",))
    expect(row(page, "For Ann again")).to_be_visible()
