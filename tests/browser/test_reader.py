"""One message: its frame, its tabs, its envelope, its address."""

from __future__ import annotations

import base64
import imaplib
import re
import threading
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.inbox import Inbox, letter, mail_frame, row, rows, until
from tests.support.needs import missing
from tests.support.sink import Sink

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def with_picture() -> bytes:
    """Write a mail whose HTML shows a part of it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@x.example", "bob@box.example", "Picture"
    mail.set_content("See HTML.")
    mail.add_alternative("<p>Look: <img id=pic src='cid:pic@x'></p>", subtype="html")
    html = mail.get_payload()[1]
    html.add_related(PIXEL, "image", "png", cid="<pic@x>")
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def test_an_inline_image_is_visible(inbox: Inbox, page: Page) -> None:
    """A cid: image shows in the isolated frame."""
    inbox.send(with_picture())
    inbox.open(page)
    row(page, "Picture").click()
    frame = mail_frame(page)
    until(frame, "document.images[0].naturalWidth > 0")
    expect(page.get_by_text("Isolated: no scripts, nothing loaded from elsewhere")).to_be_visible()


@pytest.mark.parametrize(("options", "listener"), [(["--webroot", "/mail"], 0), ([], 1)], ids=["webroot", "IPv6"])
def test_other_addresses_of_the_page(page: Page, options: list[str], listener: int) -> None:
    """Under a prefix and by an IPv6 address, too, the page lives, the picture shows and addresses lead back."""
    with Sink(*options) as running:
        if len(running.ready["http"]) <= listener:
            missing("this machine has no IPv6")
        inbox = Inbox(running)
        inbox.send(with_picture())
        inbox.url = running.ready["http"][listener]["url"]
        inbox.open(page)
        row(page, "Picture").click()
        frame = mail_frame(page)
        until(frame, "document.images[0].naturalWidth > 0")
        page.reload()
        expect(page.get_by_role("heading", name="Picture")).to_be_visible()
        page.keyboard.press("u")
        expect(page).to_have_url(inbox.url + "/")


def test_the_frame_is_another_origin(inbox: Inbox, page: Page) -> None:
    """The mail's document has an opaque origin and cannot reach ours; the page's title and storage are not its."""
    inbox.send(letter("Framed", html="<p>x</p>"))
    inbox.open(page)
    row(page, "Framed").click()
    frame = mail_frame(page)
    assert frame.evaluate("origin") == "null"
    assert frame.evaluate("(() => { try { return parent.document.title } catch { return null } })()") is None
    assert "allow-same-origin" not in (page.locator("iframe.html-frame").get_attribute("sandbox") or "")


def test_the_tabs(inbox: Inbox, page: Page) -> None:
    """HTML, text, HTML source, headers and source, by click and by number; the choice stays for the next mail."""
    inbox.send(letter("Second", "Plain two\n", html="<p>Rich <b>two</b></p>"))
    inbox.send(letter("First", "Plain one\n> quoted https://x.example/a.\n", html="<p>Rich <b>one</b></p>"))
    inbox.open(page)
    row(page, "First").click()
    expect(mail_frame(page).locator("b")).to_have_text("one")
    page.keyboard.press("2")
    panel = page.get_by_role("tabpanel")
    expect(panel).to_contain_text("Plain one")
    expect(panel.get_by_role("link", name="https://x.example/a", exact=True)).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    page.keyboard.press("3")
    expect(panel).to_contain_text("<p>Rich <b>one</b></p>")
    page.keyboard.press("4")
    expect(panel.locator("dt", has_text="Subject")).to_be_visible()
    panel.get_by_role("searchbox").fill("subject")
    expect(panel.locator(".header-line")).to_have_count(1)
    panel.get_by_role("checkbox", name="as sent").check()
    expect(panel.locator("dd")).to_have_text(" First")
    page.get_by_role("tab", name="Source", exact=True).click()
    expect(panel).to_contain_text("Content-Type: multipart/alternative")
    expect(page).to_have_url(re.compile(r"/m/\w+/source$"))
    row(page, "Second").click()
    expect(page.get_by_role("tab", name="Source", exact=True)).to_have_attribute("aria-selected", "true")


def test_find_in_the_source(inbox: Inbox, page: Page) -> None:
    """A source of many lines shows few of them at a time, and Find goes to the others."""
    inbox.send(letter("Long", "".join(f"line {number}\n" for number in range(20_000)) + "needle\n"))
    inbox.open(page)
    row(page, "Long").click()
    expect(page.get_by_role("heading", name="Long", exact=True)).to_be_visible()
    page.keyboard.press("5")
    expect(page.locator(".code-line").first).to_be_visible()
    assert page.locator(".code-line").count() < 80
    page.get_by_role("searchbox", name="Find in Source").fill("needle")
    expect(page.locator(".code-line.hit")).to_contain_text("needle")


def test_who_really_gets_it(inbox: Inbox, page: Page) -> None:
    """Recipients that no header names, and named ones the mail did not go to, are told apart; so is the return path."""
    raw = letter("Who", to="Bob <bob@box.example>, Eve <eve@box.example>")
    inbox.send(raw, to=("bob@box.example", "hidden@box.example"), sender="bounce@x.example")
    inbox.open(page)
    row(page, "Who").click()
    fields = page.locator(".fields")
    expect(fields).to_contain_text("hidden@box.example only in the envelope")
    expect(fields).to_contain_text("eve@box.example named in the header, not in the envelope")
    expect(fields).to_contain_text("bounce@x.example")
    fields.get_by_role("link", name="SMTP session").click()
    expect(page.locator(".transcript")).to_contain_text("RCPT TO:<hidden@box.example>")


def test_attachments(inbox: Inbox, page: Page) -> None:
    """An attachment is downloaded under its name, byte for byte."""
    inbox.send(letter("Files", files=[("Größe 1.bin", b"\x00\x01binary")]))
    inbox.open(page)
    expect(row(page, "Files").get_by_role("img", name="1 attachment")).to_be_visible()
    row(page, "Files").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Größe 1.bin").click()
    assert started.value.suggested_filename == "Größe 1.bin"
    assert started.value.path().read_bytes() == b"\x00\x01binary"


def test_addresses_lead_back(inbox: Inbox, page: Page) -> None:
    """A mail's address opens it and marks its row, far down too; Back and Forward walk through what was seen."""
    ids = inbox.send_many(300)
    inbox.open(page, f"/m/{ids[49]}/text")
    expect(page.get_by_role("heading", name="Mail 50", exact=True)).to_be_visible()
    expect(page.locator(f"[data-id='{ids[49]}']")).to_be_in_viewport()
    expect(page.get_by_role("tab", name="Text")).to_have_attribute("aria-selected", "true")
    page.get_by_role("link", name="Unread").click()
    expect(page).to_have_url(re.compile(r"/search\?q=is%3Aunread$"))
    page.go_back()
    expect(page.get_by_role("heading", name="Mail 50", exact=True)).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="Unread")).to_be_visible()


def test_a_list_that_comes_after_its_mail_still_marks_the_row(inbox: Inbox, page: Page) -> None:
    """The mail of an address may be there first; its row is brought into view when the list is."""
    ids = inbox.send_many(200)
    held: list[Route] = []
    shown = threading.Event()
    page.route(re.compile(r"/v1/messages\?"), lambda route: route.continue_() if shown.is_set() else held.append(route))
    page.goto(f"{inbox.url}/m/{ids[20]}")
    expect(page.get_by_role("heading", name="Mail 21", exact=True)).to_be_visible()
    shown.set()
    for route in held:
        route.continue_()
    expect(page.locator(f"[data-id='{ids[20]}']")).to_be_in_viewport()


def test_the_latest_by_name(inbox: Inbox, page: Page) -> None:
    """`/m/latest?q=` is the newest that matches."""
    inbox.send(letter("One"), to=("ann@box.example",))
    inbox.send(letter("Two"))
    page.goto(inbox.url + "/m/latest?q=rcpt:ann@box.example")
    expect(page.get_by_role("heading", name="One")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/m/\w{26}\?q="))


def test_a_message_that_is_not_here(inbox: Inbox, page: Page) -> None:
    """An address of a deleted mail says so, and one deleted while it is open stays readable."""
    id = inbox.send(letter("Short life"))
    inbox.open(page, "/m/01K0000000000000000000000Z")
    expect(page.get_by_text("This message is not here")).to_be_visible()
    row(page, "Short life").click()
    expect(page.get_by_role("heading", name="Short life")).to_be_visible()
    inbox.ask("DELETE", f"/v1/messages/{id}")
    expect(page.get_by_text("This message was deleted meanwhile")).to_be_visible()


def test_one_pane_at_a_time_on_a_telephone(inbox: Inbox, page: Page) -> None:
    """390 pixels: list, then mail, then back by the browser's own button; nothing sticks out."""
    page.set_viewport_size({"width": 390, "height": 800})
    inbox.send(letter("Narrow", html="<p>x</p>"))
    page.goto(inbox.url)
    row(page, "Narrow").click()
    expect(page.get_by_role("heading", name="Narrow")).to_be_visible()
    expect(page.locator(".list")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.go_back()
    expect(row(page, "Narrow")).to_be_visible()
    page.get_by_role("button", name="Mailboxes").click()
    page.get_by_role("dialog").get_by_role("link", name="Unread").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(rows(page)).to_have_count(0)


def test_the_splitter_moves_by_keys(inbox: Inbox, page: Page) -> None:
    """The width of the list is set with the arrow keys, and remembered."""
    inbox.send(letter("Wide"))
    inbox.open(page)
    row(page, "Wide").click()
    splitter = page.get_by_role("separator", name="Width of the list")
    before = int(splitter.get_attribute("aria-valuenow") or 0)
    splitter.focus()
    page.keyboard.press("ArrowRight")
    expect(splitter).to_have_attribute("aria-valuenow", str(before + 24))
    page.reload()
    expect(splitter).to_have_attribute("aria-valuenow", str(before + 24))


def test_a_mail_client_shows_in_the_reader(inbox: Inbox, page: Page) -> None:
    """Who fetched the open mail, as it happens; what the client marks as read is read here, and the other way round."""
    inbox.send(letter("Fetched"))
    inbox.open(page)
    row(page, "Fetched").click()
    expect(page.get_by_role("heading", name="Fetched")).to_be_visible()
    with imaplib.IMAP4("127.0.0.1", inbox.sink.ready["imap"][0]["port"]) as client:
        client.login("all", "x")
        client.xatom("ID", '("name" "Probe" "version" "7")')
        client.select()
        client.fetch("1", "(BODY.PEEK[])")
        expect(page.get_by_text("fetched by IMAP as all (Probe 7)")).to_be_visible()
        client.store("1", "+FLAGS", r"(\Flagged)")
        expect(page.get_by_role("button", name="Unpin")).to_be_visible()
        page.get_by_role("button", name="Mark unread").click()
        expect(page.get_by_role("button", name="Mark read")).to_be_visible()
        client.noop()
        flags = client.fetch("1", "(FLAGS)")[1][-1]
        assert rb"\Seen" not in flags
        assert rb"\Flagged" in flags


def test_what_the_mail_is_for(inbox: Inbox, page: Page) -> None:
    """Its code and its main link stand above it; a click or a key copies the code."""
    html = '<p>Your verification code: <b>482 913</b></p><a href="https://shop.example/confirm/91ab22cd33ef44aa">Confirm</a>'
    inbox.send(letter("Confirm your address", html=html))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    inbox.open(page)
    row(page, "Confirm your address").click()
    strip = page.get_by_role("group", name="What this mail is for")
    expect(strip.get_by_text("482913")).to_be_visible()
    expect(strip.get_by_role("link", name="Confirm")).to_have_attribute(
        "href", "https://shop.example/confirm/91ab22cd33ef44aa"
    )
    strip.get_by_role("button", name="Copy the code 482913").click()
    assert page.evaluate("navigator.clipboard.readText()") == "482913"
    page.evaluate("navigator.clipboard.writeText('')")
    page.keyboard.press("Shift+Y")
    expect(page.get_by_role("region", name="Notices").get_by_text("Code 482913 copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "482913"
