"""The Path tab: each stage in words, servers, dialogue, attempts, who took it; live, and as text."""

from __future__ import annotations

import poplib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.inbox import Inbox, letter
from tests.browser.relayed import CUT_OFF, DEFERRED, SENT
from tests.support import journeys
from tests.support.sink import sink


class Relayed:
    """A mailcatch whose database we write into, as a relay's worker would."""

    def __init__(self, inbox: Inbox, database: Path) -> None:
        self.inbox, self.database = inbox, database

    def set(self, **facts: object) -> None:
        """Change the recipient."""
        with sqlite3.connect(self.database) as connection:
            names = ", ".join(f"{name} = ?" for name in facts)
            connection.execute(f"UPDATE relay_recipients SET {names}", list(facts.values()))
        connection.close()


@pytest.fixture
def relayed(tmp_path: Path) -> Iterator[Relayed]:
    """Run a mailcatch with a database in a file."""
    with sink(database=tmp_path / "mail.db") as running:
        yield Relayed(Inbox(running), tmp_path / "mail.db")


def fetched(inbox: Inbox, user: str) -> None:
    """Take the first mail by POP3, which is a step of its way."""
    client = poplib.POP3(*inbox.sink.pop3, timeout=20)
    client.user(user)
    client.pass_("x")
    client.retr(1)
    client.quit()


def stage(page: Page, name: str) -> Locator:
    """Return a stage by its name."""
    return page.get_by_role("list", name="Stages").locator("li").filter(has=page.locator(".stage-name", has_text=name))


def test_mail_that_stays_here(inbox: Inbox, page: Page) -> None:
    """It is in the mailboxes here; a client that takes it is a step, and comes without any fetch of ours."""
    id = inbox.send(letter("Stays"))
    inbox.open(page, f"/m/{id}")
    page.keyboard.press("6")
    expect(page).to_have_url(f"{inbox.url}/m/{id}/path")
    expect(stage(page, "Result")).to_contain_text("in the mailboxes here")
    expect(stage(page, "DNS")).to_contain_text("not reached")
    expect(stage(page, "DNS")).to_have_attribute("title", "RFC 5321 §5.1, RFC 7505: MX, else the domain's own address")
    every = page.get_by_role("region", name="Every step")
    expect(every.locator("li")).to_have_count(2)
    fetched(inbox, "bob@box.example")
    expect(every.locator("li.fetched")).to_contain_text("by POP3 as bob@box.example")


def test_a_deferral_and_its_retry(relayed: Relayed, page: Page) -> None:
    """Where it broke off, when it is tried again, then the second attempt; the first can still be looked at."""
    inbox, database = relayed.inbox, relayed.database
    id = inbox.send(letter("Travels"), to=("bob@y.test",), sender="app@x.test")
    number = journeys.job(database, id, source="release")
    facts = {
        "code": 450,
        "enhanced": "4.2.1",
        "text": "mailbox busy",
        "mta": "mx2.y.test",
        "next_at": 4_000_000_000_000,
    }
    journeys.recipient(database, number, "bob@y.test", "deferred", **facts)
    journeys.attempt(database, number, "y.test", DEFERRED, "deferred: 450 4.2.1 mailbox busy")
    inbox.open(page, f"/m/{id}/path")
    for name, said in {"Decision": "released to bob@y.test", "DNS": "mx1.y.test, mx2.y.test", "MX": "mx2.y.test [2001:db8::2]",
                       "TLS": "it is for mx.other.test", "Envelope": "450 4.2.1", "Data": "not reached", "Result": "deferred"}.items():  # fmt: skip
        expect(stage(page, name)).to_contain_text(said)
    people = page.get_by_role("region", name="Recipients of the way")
    expect(people).to_contain_text("deferred after 1 attempt: 450 4.2.1 mailbox busy (mx2.y.test)")
    expect(people).to_contain_text("Tried again in ")
    servers = page.get_by_role("region", name="Servers").get_by_role("row")
    expect(servers).to_have_count(3)
    expect(servers.nth(1).get_by_role("cell").first).to_have_text("failed: timeout3.0 s")
    expect(servers.nth(2).get_by_role("cell")).to_have_text(
        ["good: open6 ms", "good: 2205 ms", "good: 2508 ms", "good: TLSv1.3", "with a remark: unverified", "good: 2504 ms", "with a remark: 4506 ms", "·not reached"]
    )  # fmt: skip
    expect(page.get_by_role("region", name="Dialogue")).to_contain_text("220 mx2.y.test ESMTP <b>bold</b>")
    journeys.attempt(database, number, "y.test", SENT, "sent")
    relayed.set(state="sent", attempts=2, next_at=None, code=250, enhanced="2.0.0", text="queued as 4711")
    fetched(inbox, "bob@y.test")
    expect(stage(page, "Result")).to_contain_text("sent")
    expect(stage(page, "Data")).to_contain_text("250 2.0.0 queued as 4711")
    attempts = page.get_by_role("region", name="Attempts").get_by_role("button")
    expect(attempts).to_have_count(2)
    attempts.first.click()
    expect(page.get_by_role("heading", name="Where it was at attempt 1")).to_be_visible()
    expect(stage(page, "Data")).to_contain_text("not reached")


def test_copied_as_text(relayed: Relayed, page: Page) -> None:
    """The whole way as the server writes it, or one attempt."""
    inbox = relayed.inbox
    id = inbox.send(letter("Travels"), to=("bob@y.test",))
    number = journeys.job(relayed.database, id)
    journeys.recipient(relayed.database, number, "bob@y.test", "sent")
    journeys.attempt(relayed.database, number, "y.test", SENT, "sent")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    inbox.open(page, f"/m/{id}/path")
    page.get_by_role("button", name="Copy as text").click()
    expect(page.get_by_role("region", name="Notices")).to_contain_text("The way copied as text")
    text = page.evaluate("navigator.clipboard.readText()")
    assert f"Message {id}" in text
    assert "-> RCPT TO:<bob@y.test>" in text
    page.evaluate("navigator.clipboard.writeText('')")
    page.get_by_role("button", name="Copy this attempt").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_attached()
    assert "<- 250 2.0.0 queued as 4711" in page.evaluate("navigator.clipboard.readText()")


def test_a_network_that_blocks_the_port(relayed: Relayed, page: Page) -> None:
    """It is called what it is, and no server's fault."""
    inbox = relayed.inbox
    id = inbox.send(letter("Stuck"), to=("bob@y.test",))
    number = journeys.job(relayed.database, id)
    journeys.recipient(relayed.database, number, "bob@y.test", "deferred")
    journeys.attempt(relayed.database, number, "y.test", CUT_OFF, "no server on port 25 could be reached")
    inbox.open(page, f"/m/{id}/path")
    expect(page.get_by_text("Your network blocks port 25.")).to_be_visible()


def test_a_bounce_is_read(relayed: Relayed, page: Page) -> None:
    """From the recipient that it is about, and from its step."""
    inbox = relayed.inbox
    report = inbox.send(letter("Undelivered", "bob@y.test is unknown there"), to=("app@x.test",), sender="")
    id = inbox.send(letter("Refused"), to=("bob@y.test",))
    number = journeys.job(relayed.database, id)
    journeys.recipient(relayed.database, number, "bob@y.test", "failed", code=550, text="no such user")
    made = (9, "dsn.made", {"message": report, "addresses": ["bob@y.test"]})
    journeys.attempt(relayed.database, number, "y.test", [*DEFERRED, made], "failed: 550 no such user")
    inbox.open(page, f"/m/{id}/path")
    expect(stage(page, "Result")).to_contain_text("failed")
    page.get_by_role("region", name="Every step").get_by_role("link", name="Read the bounce").click()
    expect(page.get_by_role("heading", name="Undelivered")).to_be_visible()
