"""Writing a mail in the browser: it is caught like any other, what is wrong is said at its field, no draft is lost."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.inbox import Inbox, row


def write(page: Page, **fields: str) -> Locator:
    """Open the dialog by its key and fill fields in; give the dialog."""
    page.keyboard.press("c")
    dialog = page.get_by_role("dialog", name="New mail")
    if fields.keys() & {"cc", "bcc"}:
        dialog.get_by_role("button", name="Cc, Bcc").click()
    for name, value in fields.items():
        dialog.get_by_role("textbox", name=name.title(), exact=True).fill(value)
    return dialog


def test_a_mail_is_written_with_files_and_appears(inbox: Inbox, page: Page, tmp_path: Path) -> None:
    """All fields and both ways to attach arrive, and Bcc is named by the envelope alone."""
    report = tmp_path / "report, grün.csv"
    report.write_bytes(b"a;b\r\n\x00\xff")
    inbox.open(page)
    page.get_by_role("button", name="Write a mail").click()
    dialog = page.get_by_role("dialog", name="New mail")
    expect(dialog.get_by_label("To", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    dialog = write(
        page,
        to='"Doe, John" <john@box.example>, bob@box.example',
        cc="carol@box.example",
        bcc="hidden@box.example",
        subject="Grüße 👋",
        text="First line\n.\nlast",
    )
    dialog.get_by_label("Files to attach").set_input_files(report)
    transfer = page.evaluate_handle(
        "() => { const all = new DataTransfer(); all.items.add(new File(['dropped'], 'drop.txt', { type: 'text/plain' })); return all }"
    )
    dialog.dispatch_event("drop", {"dataTransfer": transfer})
    expect(dialog.get_by_role("list", name="Attachments").get_by_role("listitem")).to_have_count(2)
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()
    row(page, "Grüße 👋").click()
    expect(page.get_by_text("only in the envelope")).to_be_visible()
    mail = inbox.message(page.url.rpartition("/m/")[2].partition("/")[0].partition("?")[0])
    assert mail["rcpt_to"] == ["john@box.example", "bob@box.example", "carol@box.example", "hidden@box.example"]
    assert [each["name"] for each in mail["to"]] == ["Doe, John", ""]
    assert mail["bcc"] == []
    assert mail["text"].splitlines() == ["First line", ".", "last"]
    assert [(each["filename"], each["content_type"], each["size"]) for each in mail["attachments"]] == [
        ("report, grün.csv", "text/csv", 7),
        ("drop.txt", "text/plain", 7),
    ]


def test_what_is_wrong_is_said_at_its_field(inbox: Inbox, page: Page) -> None:
    """An address that is none, no recipient at all, and what the server alone refuses."""
    inbox.open(page)
    dialog = write(page, **{"from": "nobody", "subject": "x"})
    dialog.get_by_role("button", name="Send").click()
    sender = dialog.get_by_role("textbox", name="From", exact=True)
    expect(sender).to_have_accessible_description("“nobody” is not an address.")
    expect(sender).to_be_focused()
    expect(dialog.get_by_label("To", exact=True)).to_have_accessible_description(
        "At least one recipient is needed, here, in Cc or in Bcc."
    )
    sender.fill("ada@engine.example")
    expect(dialog.get_by_text("is not an address")).to_have_count(0)
    dialog.get_by_label("To", exact=True).fill("bob@box.example")
    refusal = {
        "type": "https://mailcatch.example/problems/bad-body",
        "detail": "subject: it is too rude.",
        "status": 422,
    }
    answer = json.dumps(refusal)
    page.route(
        "**/v1/messages", lambda route: route.fulfill(status=422, content_type="application/problem+json", body=answer)
    )
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_label("Subject", exact=True)).to_have_accessible_description("it is too rude.")
    page.unroute("**/v1/messages")
    page.route("**/v1/messages", lambda route: route.abort())
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_text("It was not sent. The server did not answer.")).to_be_visible()
    page.unroute("**/v1/messages")
    dialog.get_by_role("button", name="Send").click()
    expect(row(page, "x")).to_be_visible()


def test_a_draft_is_not_lost_by_accident(inbox: Inbox, page: Page) -> None:
    """Esc, a click beside the dialog and a new load keep it; discarding can be undone."""
    inbox.open(page)
    dialog = write(page, to="bob@box.example", bcc="eve@box.example", subject="Half written", text="So far")
    page.mouse.click(5, 400)
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.reload()
    expect(page.get_by_role("status", name="Connection")).to_have_text("Live")
    page.keyboard.press("c")
    text = dialog.get_by_role("textbox", name="Text", exact=True)
    expect(text).to_have_value("So far")
    expect(text).to_be_focused()
    expect(dialog.get_by_label("Bcc", exact=True)).to_have_value("eve@box.example")
    dialog.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Undo").click()
    expect(text).to_have_value("So far")
    dialog.get_by_role("button", name="Discard").click()
    expect(dialog).to_be_hidden()
    page.keyboard.press("c")
    expect(text).to_have_value("")


def test_files_that_do_not_fit_are_refused_at_once(inbox: Inbox, page: Page) -> None:
    """What the server would not take is not read; what was chosen before stays."""
    inbox.open(page)
    dialog = write(page, to="bob@box.example")
    files = dialog.get_by_label("Files to attach")
    files.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    limit = inbox.ask("GET", "/v1/info")["limits"]["max_message_size"]
    transfer = page.evaluate_handle(
        "size => { const all = new DataTransfer(); all.items.add(new File([new Blob([new Uint8Array(size)])], 'big.bin')); return all }",
        limit,
    )
    dialog.dispatch_event("drop", {"dataTransfer": transfer})
    expect(dialog.get_by_role("alert")).to_contain_text("--max-message-size")
    expect(dialog.get_by_role("list", name="Attachments").get_by_role("listitem")).to_have_count(1)
    dialog.get_by_role("button", name="Leave out a.txt").click()
    expect(dialog.get_by_role("alert")).to_have_count(0)
