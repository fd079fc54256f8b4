"""The whole way with a real relay: written, released, deferred, tried again, cancelled, bounced, all in the browser.

A scripted DNS and a scripted server stand for the world, on loopback addresses and high ports.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.inbox import Inbox
from tests.lab.dns import ScriptedDns
from tests.lab.mta import Mta, Script
from tests.support.sink import sink

WORLD = "127.0.0.2"
RULES = {"nobody": "550 5.1.1 no such user", "busy": "450 4.2.1 mailbox busy"}


class World:
    """A mailcatch that may relay to `@y.test`, and the one server that takes mail there."""

    def __init__(self, inbox: Inbox, mta: Mta) -> None:
        self.inbox, self.mta = inbox, mta


@pytest.fixture
def world(shared: Inbox, tmp_path: Path) -> Iterator[World]:
    """Run all three. The server puts everybody off once."""
    if "/v1/relay" not in shared.ask("GET", "/v1/openapi.json")["paths"]:
        pytest.skip("this server has no relay: /v1/relay is not there")
    script = Script(rcpt=RULES, greylist=1)
    with ScriptedDns(("127.0.0.1", 0)) as dns, Mta(WORLD, script, port=0) as mta:
        dns.add(f"@ MX 10 mx\nmx A {WORLD}", "y.test")
        config = tmp_path / "relay.toml"
        config.write_text(
            f'[relay]\nenabled = true\nallow = ["@y.test"]\nallow_networks = ["{WORLD}/32"]\nmx_port = {mta.address[1]}\n'
            f'[relay.dns]\nservers = ["127.0.0.1"]\nport = {dns.address[1]}\n'
        )
        with sink("--config", str(config)) as running:
            yield World(Inbox(running), mta)


def stage(page: Page, name: str) -> Locator:
    """Return a stage by its name."""
    return page.get_by_role("list", name="Stages").locator("li").filter(has=page.locator(".stage-name", has_text=name))


def released(world: World, page: Page, to: str, subject: str = "Into the world") -> None:
    """Write a mail in the page, release it there, and be at its path."""
    world.inbox.open(page)
    expect(page.get_by_role("region", name="Relay")).to_contain_text("The relay is on")
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New mail")
    dialog.get_by_role("textbox", name="From", exact=True).fill("app@x.test")
    dialog.get_by_role("textbox", name="To", exact=True).fill(to)
    dialog.get_by_role("textbox", name="Subject").fill(subject)
    page.keyboard.press("Control+Enter")
    page.locator(".grid [role=row]").filter(has_text=subject).click()
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog", name="Release this mail")
    dialog.get_by_role("button", name=f"+ {to}").click()
    where = dialog.get_by_role("list", name="Where it would go")
    expect(where).to_contain_text(f"10 mx.y.test · {WORLD}:{world.mta.address[1]}")
    dialog.get_by_role("button", name="Release").click()
    expect(page.get_by_role("list", name="Stages")).to_be_visible()


def test_a_deferral_and_its_retry_live(world: World, page: Page) -> None:
    """Put off at first; tried again by hand in another tab; the path follows without being touched."""
    released(world, page, "bob@y.test")
    expect(stage(page, "Result")).to_contain_text("deferred")
    expect(stage(page, "Envelope")).to_contain_text("450")
    expect(page.get_by_role("region", name="Recipients of the way")).to_contain_text("Tried again in ")
    other = page.context.new_page()
    world.inbox.open(other, "/queue")
    other.get_by_role("button", name="Try now: bob@y.test").click()
    expect(other.locator(".job .state")).to_have_text("sent")
    expect(stage(page, "Result")).to_contain_text("sent")
    expect(stage(page, "Data")).to_contain_text("250 2.0.0 Ok: kept")
    expect(page.get_by_role("region", name="Attempts").get_by_role("button")).to_have_count(2)
    [mail] = world.mta.await_mails()
    assert mail.recipients == ("bob@y.test",)


@pytest.mark.long
def test_the_retry_comes_at_its_time(world: World, page: Page) -> None:
    """Nobody does anything: the countdown ends, and the page shows the second attempt."""
    released(world, page, "bob@y.test")
    expect(page.get_by_role("region", name="Attempts")).to_contain_text("Next in ")
    expect(stage(page, "Result")).to_contain_text("sent", timeout=30_000)
    expect(page.get_by_role("region", name="Attempts")).not_to_contain_text("Next ")


def test_a_deferred_mail_is_cancelled(world: World, page: Page) -> None:
    """What was put off is taken out of the queue, and the path says so."""
    released(world, page, "busy@y.test")
    expect(stage(page, "Result")).to_contain_text("deferred")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.get_by_role("button", name="Cancel: busy@y.test").click()
    expect(page.locator(".job .state")).to_have_text("cancelled")
    page.get_by_role("link", name="Into the world").click()
    expect(stage(page, "Result")).to_contain_text("cancelled")


def test_a_bounce_is_read(world: World, page: Page) -> None:
    """A refusal for good makes a report to the sender, one click from the path."""
    released(world, page, "nobody@y.test")
    expect(stage(page, "Result")).to_contain_text("failed")
    page.get_by_role("region", name="Every step").get_by_role("link", name="Read the bounce").click()
    expect(page.get_by_role("tabpanel", name="Text")).to_contain_text("no such user")


def test_paused_nothing_leaves(world: World, page: Page) -> None:
    """Released while paused it waits in the queue; resumed, it goes."""
    world.inbox.open(page)
    banner = page.get_by_role("region", name="Relay")
    banner.get_by_role("button", name="Pause").click()
    expect(banner).to_contain_text("The relay is paused")
    world.inbox.ask("POST", "/v1/messages", {"from": "app@x.test", "to": ["bob@y.test"], "subject": "Waits"})
    id = world.inbox.ask("GET", "/v1/messages")["messages"][0]["id"]
    world.inbox.ask("POST", f"/v1/messages/{id}/release", {"to": ["bob@y.test"]})
    expect(banner).to_contain_text("1 in the queue")
    world.inbox.open(page, "/queue")
    expect(page.locator(".job .state")).to_have_text("queued")
    banner.get_by_role("button", name="Resume").click()
    expect(page.locator(".job .state")).to_have_text("deferred")


def test_what_the_rules_forbid_is_said(world: World, page: Page) -> None:
    """An address that no rule allows: the preview says it, and so does the server when asked all the same."""
    id = world.inbox.ask("POST", "/v1/messages", {"from": "app@x.test", "to": ["eve@z.test"], "subject": "No"})["id"]
    world.inbox.open(page, f"/m/{id}")
    expect(page.get_by_role("region", name="Relay")).to_be_visible()
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="+ eve@z.test").click()
    expect(dialog.get_by_role("list", name="Where it would go")).to_contain_text("not allowed")
    dialog.get_by_role("button", name="Release").click()
    expect(dialog.get_by_role("alert")).to_contain_text("eve@z.test")
