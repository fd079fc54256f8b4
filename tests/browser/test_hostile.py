"""Mail that means harm: it runs nothing, fetches nothing, and what it wanted to fetch is listed."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import vectors
from tests.browser.inbox import Inbox, letter, mail_frame, row, until, violations

EVIL = "\"'><img src=x onerror=window.ran=1><script>window.ran=1</script>{{7*7}}"


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Lure:
    """A server that notes who comes, down to a mere connection: that tells a sender as much as a request.

    It has a second door for ourselves: whoever was under way to the first when we went there has been noted since.
    """

    def __init__(self) -> None:
        self._bait, self._door = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
        self._bait.setblocking(False)
        self._wake, self._stop = socket.socketpair()
        self.visits: list[bytes] = []
        self.url, self.door = (f"http://127.0.0.1:{each.getsockname()[1]}" for each in (self._bait, self._door))
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for each in (self._bait, self._door, self._wake):
                selector.register(each, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                self._note_visitors()
                if self._door in ready:
                    serve(self._door.accept()[0])
                if self._wake in ready:
                    return

    def _note_visitors(self) -> None:
        with suppress(BlockingIOError):
            while True:
                visitor, _ = self._bait.accept()
                self.visits.append(b"")
                self.visits[-1] = serve(visitor)

    @contextmanager
    def waiting(self) -> Iterator[Lure]:
        """Wait for visitors for the length of a block."""
        self._thread.start()
        try:
            yield self
        finally:
            self._stop.send(b"x")
            self._thread.join()
            for each in (self._bait, self._door, self._wake, self._stop):
                each.close()


def serve(visitor: socket.socket) -> bytes:
    """Answer one request, and give it; a visitor who says nothing does not hold up the others."""
    visitor.settimeout(0.3)
    with visitor, suppress(OSError):
        request = visitor.recv(4096)
        visitor.sendall(OK)
        return request
    return b""


@pytest.fixture
def lure() -> Iterator[Lure]:
    """Run a server that nobody should visit."""
    with Lure().waiting() as waiting:
        yield waiting


def test_remote_content_is_blocked_and_listed(inbox: Inbox, page: Page, context: BrowserContext, lure: Lure) -> None:
    """Every vector is dead, and the list shows exactly what the browser reports as refused."""
    answered: list[str] = []  # what the policy refuses is a request too to the driver, but one without an answer
    context.on("response", lambda response: answered.append(response.url))
    inbox.send(letter("Leaks", html=vectors.page(lure.url)))
    inbox.open(page)
    row(page, "Leaks").click()
    frame = mail_frame(page)
    reported = sorted({each["url"] for each in violations(frame) if "://" in each["url"]})
    assert len(reported) > 60, "the vectors do reach the policy"
    page.get_by_role("button", name=f"{len(reported)} remote addresses blocked").click()
    assert sorted(page.locator("#blocked-list code").all_text_contents()) == reported
    assert [url for url in answered if not url.startswith((inbox.url, "data:"))] == []
    assert lure.visits == []


@pytest.mark.long
@pytest.mark.parametrize("number", range(len(vectors.REMOTE)))
def test_each_vector_alone_fetches_nothing(number: int, lures: Lure, frames: Frames) -> None:
    """One vector by itself, where no other can break its context: no request, and no connection either."""
    before = len(lures.visits)
    frames.show(f"<!doctype html><body>{vectors.vector(number, f'{lures.url}/{number}')}</body>")
    frames.visit(lures)
    assert lures.visits[before:] == []


def test_loading_remote_content_is_asked_for(inbox: Inbox, page: Page, lure: Lure) -> None:
    """The button loads what the mail wants to show; scripts stay off, and the next mail is blocked again."""
    html = f"<p>Hi</p><img src='{lure.url}/a.gif'><script>window.ran=1</script>"
    inbox.send(letter("Other", html=html.replace("a.gif", "b.gif")))
    inbox.send(letter("Picture", html=html))
    inbox.open(page)
    row(page, "Picture").click()
    page.get_by_role("button", name="Load").click()
    expect(page.get_by_text("Remote content is loaded")).to_be_visible()
    frame = mail_frame(page)
    until(frame, "document.images[0].complete")
    assert any(b"/a.gif" in visit for visit in lure.visits)
    assert frame.evaluate("window.ran") is None
    row(page, "Other").click()
    expect(page.get_by_role("button", name="1 remote address blocked")).to_be_visible()
    assert not any(b"/b.gif" in visit for visit in lure.visits)


@pytest.mark.parametrize("script", vectors.SCRIPTS)
def test_no_script_of_a_mail_runs(script: str, frames: Frames) -> None:
    """Not in its frame, and not in ours."""
    frame = frames.show(f"<!doctype html><body>{script}</body>")
    assert frame.evaluate("window.ran") is None
    assert frames.page.evaluate("window.ran") is None


def test_markup_in_names_and_headers_is_text(inbox: Inbox, page: Page) -> None:
    """Subject, names, file names, header names and values, types: shown as they are, everywhere they are shown."""
    raw = (
        f'From: "{EVIL.replace(chr(34), "")}" <evil@x.example>\r\nTo: "<b>bob</b>" <bob@box.example>\r\n'
        f"Subject: {EVIL}\r\nX-<script>window.ran=1</script>: {EVIL}\r\nMessage-ID: <{EVIL}>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{EVIL}\r\n"
        '--b\r\nContent-Type: text/<img/src=x/onerror=window.ran=1>; name="x"\r\n'
        'Content-Disposition: attachment; filename="<img src=x onerror=window.ran=1>.html"\r\n\r\n'
        "<script>window.ran=1</script>\r\n--b--\r\n"
    ).encode()
    inbox.send(raw)
    inbox.open(page)
    row(page, "window.ran=1").click()
    expect(page.locator(".mail-subject")).to_have_text(EVIL)
    expect(page.locator(".attachment-name")).to_have_text("<img src=x onerror=window.ran=1>.html")
    for tab in ("Headers", "Source", "Text"):
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.get_by_role("tabpanel")).to_contain_text("window.ran=1")
    assert page.evaluate("window.ran") is None
    assert page.locator("main script, main img").count() == 0


def test_markup_in_a_search_is_text(inbox: Inbox, page: Page) -> None:
    """What is searched for is shown as text, also when it cannot be read."""
    page.goto(inbox.url + "/search?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.ran%3D1%3E%20nofield:x")
    expect(page.locator("#search-error")).to_be_visible()
    assert page.evaluate("window.ran") is None


def test_links_open_outside_and_only_where_links_may_lead(
    inbox: Inbox, page: Page, context: BrowserContext, lure: Lure
) -> None:
    """A click opens a new tab without an opener; javascript: and our own paths open nothing; keys work in the mail."""
    html = (
        f"<a href='{lure.url}/go' id=web>web</a> <a href='javascript:window.ran=1' id=js>js</a> "
        "<a href='/v1/messages' id=own>own</a><p id=text>text</p>"
    )
    inbox.send(letter("Below"))
    inbox.send(letter("Links", html=html))
    inbox.open(page)
    row(page, "Links").click()
    frame = mail_frame(page)
    frame.click("#js")
    frame.click("#own")
    with context.expect_page() as opened:
        frame.click("#web")
    assert opened.value.evaluate("window.opener") is None
    assert len(context.pages) == 2
    assert frame.evaluate("window.ran") is None
    frame.click("#text")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Below")).to_be_visible()


def test_words_from_the_frame_are_not_trusted(inbox: Inbox, page: Page) -> None:
    """Whatever a frame posts, nothing but what our bridge may say has an effect."""
    inbox.send(letter("Talks", html="<p>x</p>"))
    inbox.open(page)
    row(page, "Talks").click()
    frame = mail_frame(page)
    frame.evaluate(
        """for (const said of [null, 1, "x", {}, {mailcatch: 1, link: "javascript:window.ran=1"},
             {mailcatch: 1, refused: [{url: "https://x.example/<b>", what: "img-src"}, {url: {}}, null]},
             {mailcatch: 1, key: {key: {}}}]) parent.postMessage(said, "*")"""
    )
    page.get_by_role("button", name="1 remote address blocked").click()
    expect(page.locator("#blocked-list code")).to_have_text("https://x.example/<b>")
    page.evaluate("window.postMessage({mailcatch: 1, key: {key: '#'}}, '*')")
    expect(row(page, "Talks")).to_be_visible()


class Frames:
    """Shows one piece of HTML after another, each as a mail of its own."""

    def __init__(self, inbox: Inbox, page: Page) -> None:
        self._inbox = inbox
        self.page = page
        self._number = 0
        self._visitor = page.context.new_page()

    def show(self, html: str) -> object:
        """Send the HTML as a mail, open it, and wait until its frame has loaded."""
        self._number += 1
        id = self._inbox.send(letter(f"Vector {self._number}", html=html))
        self.page.goto(f"{self._inbox.url}/m/{id}")
        frame = mail_frame(self.page)
        # A turn of the event loop after two frames: what parsing or styling would have started has been started.
        frame.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
        )
        return frame

    def visit(self, lure: Lure) -> None:
        """Go to the lure's other door: what was on its way before us has arrived when we have."""
        self._visitor.goto(lure.door)


@pytest.fixture(scope="module")
def lures() -> Iterator[Lure]:
    """One lure for all vectors; each has its own path."""
    with Lure().waiting() as waiting:
        yield waiting


@pytest.fixture(scope="module")
def frames(browser: object, shared: Inbox) -> Iterator[Frames]:
    """One page for all vectors."""
    context = browser.new_context()  # type: ignore[attr-defined]
    page = context.new_page()
    yield Frames(shared, page)
    context.close()
