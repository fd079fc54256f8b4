"""Every screen, light and dark, wide and narrow: axe finds nothing."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.inbox import RECORD, Inbox, letter, row, until, violations
from tests.browser.relayed import CUT_OFF, DEFERRED, Event, path_of, queue
from tests.support.needs import missing

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
HTML = "<h1>Hi</h1><p>Text</p><img alt='' src='https://x.example/a.gif'>"


def fill(inbox: Inbox) -> None:
    """Have something of everything to show."""
    inbox.send(letter("Plain", "Hello\n> quoted\n>> twice\n"))
    inbox.send(letter("Rich", html=HTML, files=[("a.pdf", b"%PDF")]), to=("bob@box.example", "hidden@box.example"))
    pinned = inbox.send(letter("Pinned"))
    inbox.ask("PATCH", "/v1/messages", {"ids": [pinned], "pinned": True, "read": True, "tags": {"add": ["ci"]}})
    with smtplib.SMTP(*inbox.sink.smtp, local_hostname="app.example") as smtp:
        smtp.docmd("NONSENSE")


def welcome(inbox: Inbox, page: Page) -> None:
    """Show the empty inbox."""
    inbox.clear()
    page.goto(inbox.url)
    expect(page.get_by_role("heading", name="Waiting for the first mail")).to_be_visible()
    page.get_by_text("Nothing arrives?").click()


def the_list(inbox: Inbox, page: Page) -> None:
    """Show the list with a selection and a toast."""
    page.goto(inbox.url)
    row(page, "Rich").get_by_role("checkbox").click()
    page.keyboard.press("Shift+U")
    page.keyboard.press("s")
    expect(page.locator(".toast").first).to_be_visible()


def reader(tab: str) -> Callable[[Inbox, Page], None]:
    """Show a mail at a tab."""

    def show(inbox: Inbox, page: Page) -> None:
        page.goto(f"{inbox.url}/m/latest/{tab}?q=subject:Rich")
        expect(page.get_by_role("tabpanel")).to_be_visible()
        if tab == "html":
            page.get_by_role("button", name="1 remote address blocked").click()
        elif tab == "source":
            page.get_by_role("searchbox", name="Find in Source").fill("bob")

    return show


def at(path: str, text: str) -> Callable[[Inbox, Page], None]:
    """Show a path, when its text is there."""

    def show(inbox: Inbox, page: Page) -> None:
        page.goto(inbox.url + path)
        expect(page.get_by_text(text).first).to_be_visible()

    return show


def session(inbox: Inbox, page: Page) -> None:
    """Show the refused session."""
    page.goto(inbox.url + "/sessions?refused=true")
    page.locator(".session.refused").first.click()
    expect(page.locator(".spoken.bad")).to_be_visible()


def keys(inbox: Inbox, page: Page) -> None:
    """Show the help."""
    page.goto(inbox.url)
    expect(row(page, "Rich")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def compose(inbox: Inbox, page: Page) -> None:
    """Show a mail that is being written, with a file and a fault."""
    page.goto(inbox.url)
    expect(row(page, "Rich")).to_be_visible()
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New mail")
    dialog.get_by_role("button", name="Cc, Bcc").click()
    dialog.get_by_label("Cc", exact=True).fill("nobody")
    dialog.get_by_label("Files to attach").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_role("alert")).to_have_count(1)


def the_path(events: list[Event]) -> Callable[[Inbox, Page], None]:
    """Show the way of a mail with an attempt of the relay."""

    def show(inbox: Inbox, page: Page) -> None:
        page.route("**/v1/messages/*/path", lambda route: route.fulfill(json=path_of(events)))
        page.goto(f"{inbox.url}/m/latest/path?q=subject:Rich")
        expect(page.get_by_role("region", name="Every step")).to_be_visible()

    return show


def queued(inbox: Inbox, page: Page) -> None:
    """Show a queue with something in every state, and the banner."""
    queue(page)
    page.goto(inbox.url + "/queue")
    expect(page.get_by_role("region", name="Relay")).to_be_visible()
    expect(page.get_by_text("mailbox busy")).to_be_visible()


def released(inbox: Inbox, page: Page) -> None:
    """Show a release with one recipient that may get it, and one that may not."""
    queue(page).paused = True
    page.goto(inbox.url)
    row(page, "Rich").click()
    expect(page.get_by_role("region", name="Relay")).to_be_visible()
    page.keyboard.press("f")
    page.get_by_role("dialog").get_by_label("To", exact=True).fill("ann@y.test, bob@z.test")
    expect(page.get_by_text("not allowed")).to_be_visible()
    expect(page.get_by_text("10 mx1.y.test")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()


def relay_off(inbox: Inbox, page: Page) -> None:
    """Show what a release needs."""
    page.goto(inbox.url)
    row(page, "Rich").click()
    expect(page.get_by_role("tablist")).to_be_visible()
    page.keyboard.press("f")
    expect(page.get_by_text("The relay is off")).to_be_visible()


def inboxes(inbox: Inbox, page: Page) -> None:
    """Show the inboxes of many tests, and the mail of one."""
    numbers = inbox.ask("GET", "/v1/counts")
    numbers["inboxes"] += [{"name": f"test-{number}", "total": number, "unread": 0} for number in range(40)]
    page.route("**/v1/counts", lambda route: route.fulfill(json=numbers))
    page.goto(f"{inbox.url}/inbox/default")
    expect(page.get_by_role("searchbox", name="Find an inbox")).to_be_visible()


def hints(inbox: Inbox, page: Page) -> None:
    """Show what can be searched."""
    page.goto(inbox.url)
    expect(row(page, "Rich")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator(".hint").first).to_be_visible()


SCREENS: dict[str, Callable[[Inbox, Page], None]] = {
    "welcome": welcome,
    "list": the_list,
    "html": reader("html"),
    "text": reader("text"),
    "html source": reader("html-source"),
    "headers": reader("headers"),
    "source": reader("source"),
    "nothing matches": at("/search?q=zzzzz", "Nothing matches"),
    "query error": at("/search?q=subjct:x", "This search cannot be read"),
    "bin": at("/search?q=is:binned", "The Bin is empty"),
    "no message": at("/m/01K0000000000000000000000Z", "This message is not here"),
    "no page": at("/nowhere", "There is nothing at this address"),
    "sessions": at("/sessions", "Sessions"),
    "session": session,
    "keys": keys,
    "compose": compose,
    "queue": queued,
    "queue off": at("/queue", "The relay is off"),
    "release": released,
    "release off": relay_off,
    "path": the_path(DEFERRED),
    "path cut off": the_path(CUT_OFF),
    "path here": at("/m/latest/path?q=subject:Plain", "Every step"),
    "search hints": hints,
    "inboxes": inboxes,
}


@pytest.fixture(scope="module")
def filled(shared: Inbox) -> Inbox:
    """Fill the inbox with something of everything."""
    shared.clear()
    fill(shared)
    return shared


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One page for all screens, which counts what policies refuse."""
    context = browser.new_context(reduced_motion="reduce")
    context.add_init_script(RECORD)
    yield context.new_page()
    context.close()


COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that a colour scheme can break; all others look at what is the same in both."""


def run_axe(page: Page, options: Mapping[str, object] = MappingProxyType({})) -> list[tuple[str, list[str]]]:
    """Name each rule that is broken, with the elements."""
    result = page.evaluate(
        "options => axe.run(document, options)", {"iframes": False, "resultTypes": ["violations"], **options}
    )
    return [(each["id"], [node["html"][:150] for node in each["nodes"]][:4]) for each in result["violations"]]


def settled(page: Page, scheme: str, width: int) -> None:
    """Wait until the page has taken on a scheme and a width, and no colour is on its way to another."""
    until(page, f"matchMedia('(prefers-color-scheme: {scheme})').matches && innerWidth == {width}")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    until(page, "document.getAnimations().length == 0")


@pytest.mark.parametrize("screen", sorted(SCREENS, key=lambda name: name == "welcome"))  # which empties the inbox
def test_axe_finds_nothing(filled: Inbox, tab: Page, screen: str) -> None:
    """No violation, light or dark, wide or narrow, and none of the content security policy either."""
    if not AXE.is_file():
        missing("axe-core is not installed: cd web && npm ci")
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.unroute_all()
    SCREENS[screen](filled, tab)
    assert violations(tab.main_frame) == []
    tab.evaluate(AXE.read_text("utf-8"))
    for width in (1280, 390):
        tab.set_viewport_size({"width": width, "height": 800})
        for scheme, rules in (("light", {}), ("dark", COLOURS)):
            tab.emulate_media(color_scheme=scheme)
            settled(tab, scheme, width)
            assert run_axe(tab, rules) == [], (scheme, width)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, f"sticks out at {width}"
