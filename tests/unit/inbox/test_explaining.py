"""Why no mail matched: which message is named first, which condition failed, and what is said of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailcatch.bus import Bus
from mailcatch.ids import new_id
from mailcatch.inbox.accept import Arrival, compose
from mailcatch.inbox.expecting import NONE, Expectation, Progress
from mailcatch.inbox.explaining import NEAREST, Explanation, explain
from mailcatch.model import Envelope, Recipient, Session, TranscriptLine
from mailcatch.search import comparing
from mailcatch.search.grammar import parse
from mailcatch.store.api import Change, Retention, Selection, Store
from mailcatch.store.sqlite import open_store

AT = 1_793_577_600_000
LISTENERS = ("127.0.0.1:1025",)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "mail.db", Bus())
    yield made
    made.close()


def put(
    store: Store, subject: str = "Reset your password", *, rcpt: str = "bob@x.test", head: str = "", text: str = "Hi."
) -> str:
    raw = f"From: app@x.test\r\nTo: {rcpt}\r\nSubject: {subject}\r\n{head}\r\n{text}\r\n".encode()
    new = compose(Arrival(raw, Envelope("app@x.test", (Recipient(rcpt),)), "smtp", AT))
    return store.add(new).result(5).id


def why(store: Store, text: str, **more: object) -> Explanation:
    expectation = Expectation(parse(text, now=AT), within=0.0, **more)  # type: ignore[arg-type]
    return explain(store, Progress(expectation, time.monotonic()), LISTENERS)


SCENARIOS = [
    ("a typo", {"subject": "Reset your pasword"}, 'subject:"Reset your password"', "subject", "1 character differs"),
    ("another word", {"subject": "Welcome"}, 'rcpt:bob@x.test subject:"Reset"', "subject", None),
    ("a plus tag", {"rcpt": "bob+1@x.test"}, "to:bob@x.test", "to", "a plus tag differs: bob+1@x.test"),
    ("no plus tag", {"rcpt": "bob@x.test"}, "to:bob+1@x.test", "to", "a plus tag differs: bob@x.test"),
    ("an address mistyped", {"rcpt": "bbo@x.test"}, "to:bob@x.test", "to", "2 characters differ"),
    ("another domain", {"rcpt": "bob@other.example"}, "to:bob@x.test", "to", None),
    ("a header alone", {"head": "Cc: eve@x.test\r\n"}, "rcpt:eve@x.test", "rcpt", "it is there as Cc only"),
    ("the wrong role", {}, "from:bob@x.test", "from", "it is there as a recipient of the envelope, To only"),
    ("said in the text", {"text": "Your invoice"}, "subject:invoice", "subject", "it is in the text"),
    ("said in the subject", {"subject": "Invoice"}, "text:invoice", "text", "it is in the subject"),
    ("a tag", {}, "tag:nightly", "tag", "there is no tag"),
    ("a size", {}, "larger:1M", "size", None),
    ("an attachment", {}, "has:attachment", "attachment", "there is none"),
    ("another header", {"head": "X-Run: 43\r\n"}, "rcpt:bob@x.test header:X-Run=42", "header[x-run]", "1 character differs"),
    ("no header", {}, "rcpt:bob@x.test header:X-Run=42", "header[x-run]", "there is no header x-run"),
    ("more of a header", {"head": "X-Run: 42; a\r\n"}, "header:X-Run=42", "header[x-run]", "there is more in it; [contains] asks for a part"),
    ("more of a subject", {}, 'subject[eq]:"Reset your"', "subject", "there is more in it; [contains] asks for a part"),
    ("an encoded value", {"subject": "Gr=C3=BC=C3=9Fe"}, 'subject:"=?utf-8?q?Gr=3DC3=3DBC=3DC3=3D9Fe?="', "subject", "it is there decoded: a subject is compared as people read it"),
    ("what is not seen", {"subject": "Re\u200bset"}, 'subject:"Reset"', "subject", "characters that are not seen stand in it"),
    ("in the markup", {"head": "Content-Type: text/html\r\n", "text": "<a href='/reset?token=x'>go</a>"}, "text:token=x rcpt:bob@x.test", "text", "it is in the source of the HTML only: html: and body: look there"),
    ("no code", {}, "code:123456 rcpt:bob@x.test", "code", "there is no code"),
    ("another code", {"text": "Your code is 654321"}, "code:123456 rcpt:bob@x.test", "code", None),
    ("a display name", {"head": "Cc: <eve@y.test> \r\n"}, "cc:eve@x.test", "cc", "1 character differs"),
    ("a pattern", {}, "subject[regex]:^Your rcpt:bob@x.test", "subject", None),
    ("must not", {}, "-subject:password", "subject", "it must not"),
    ("a word", {}, "invoice", "words", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mail", "text", "field", "reason"), [case[1:] for case in SCENARIOS], ids=[case[0] for case in SCENARIOS]
)
def test_the_failing_condition(store: Store, mail: dict[str, str], text: str, field: str, reason: str | None) -> None:
    """Of the message that came nearest."""
    id = put(store, **mail)  # type: ignore[arg-type]
    found = why(store, f"{text} (to:bob* OR from:*@x.test)" if reason is None else text)
    assert found.nearest[0].summary.id == id
    (failing, *_) = [leaf for leaf in found.nearest[0].leaves if not leaf.passed]
    assert (failing.field, failing.why) == (field, reason)


def test_case_never_matters(store: Store) -> None:
    """So nothing is explained by it."""
    put(store, "RESET YOUR PASSWORD", rcpt="Bob@X.Test")
    found = why(store, 'to:bob@x.test subject:"reset your"')
    assert all(leaf.passed for leaf in found.nearest[0].leaves)


def test_before_the_cursor(store: Store) -> None:
    """All is right but the time."""
    id = put(store)
    found = why(store, "to:bob@x.test", since=store.cursor().seq)
    assert found.nearest[0].summary.id == id
    (leaf,) = [leaf for leaf in found.nearest[0].leaves if not leaf.passed]
    assert leaf.field == "since"
    assert "BEFORE the cursor" in (leaf.why or "")


def test_in_another_inbox_and_in_the_bin(store: Store) -> None:
    """Both are said."""
    id = put(store)
    store.change(Selection(ids=(id,)), Change(bin=True)).result(5)
    found = why(store, "to:bob@x.test", inbox="gw0")
    failed = {leaf.field: leaf.why for leaf in found.nearest[0].leaves if not leaf.passed}
    assert failed == {"inbox": "it is only in inbox default", "is": "it is in the Bin"}


@pytest.mark.parametrize(
    ("how", "why_"),
    [
        ("deleted", r"it was deleted at 20\d\d-"),
        ("pruned", r"it was pruned by retention at 20\d\d-"),
        ("expunged", r"it was expunged by a mail program at 20\d\d-"),
    ],
)
def test_what_is_gone(store: Store, how: str, why_: str) -> None:
    """Is judged by what lists showed of it, and named with who removed it and when."""
    id = put(store, text="See header and text.")
    if how == "deleted":
        store.delete(Selection(ids=(id,))).result(5)
    elif how == "pruned":
        store.prune(Retention(max_messages=0), AT).result(5)
    else:
        account = store.open_account("all", "", AT).result(5)
        (number,) = [box.number for box in store.mailboxes(account.number) if box.name == "INBOX"]
        store.drop(number, ((1, 0xFFFF_FFFF),)).result(5)
    put(store, "Something else", rcpt="eve@z.test")
    found = why(store, 'to:bob@x.test subject:reset text:"see header"')
    assert found.nearest[0].summary.id == id
    (leaf,) = [leaf for leaf in found.nearest[0].leaves if not leaf.passed]
    assert (leaf.field, leaf.actual) == ("is", how)
    assert re.match(why_, leaf.why or "")


def test_what_cannot_be_asked_of_what_is_gone(store: Store) -> None:
    """Its header and the rest of its text went with it."""
    id = put(store, text="x" * 300 + " late")
    store.delete(Selection(ids=(id,))).result(5)
    found = why(store, "to:bob@x.test header:X-Run=42 text:late")
    assert [(leaf.field, leaf.why) for leaf in found.nearest[0].leaves if not leaf.passed][:2] == [
        ("header[x-run]", "it is gone with the message"),
        ("text", "it is gone with the message"),
    ]


def test_a_slow_pattern_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It spoils its own condition, not the explanation."""
    put(store)
    monkeypatch.setattr(comparing, "SLOW", -1.0)
    found = why(store, "to:bob@x.test subject[regex]:zzz")
    assert "takes more than" in (found.nearest[0].leaves[1].why or "")


def test_the_nearest_first_and_three_at_most(store: Store) -> None:
    """By how little is missing, then the newest."""
    put(store, "Something else", rcpt="eve@z.test")
    close = put(store, "Reset your pasword")
    far = put(store, "Hello")
    for _ in range(5):
        put(store, "Nothing", rcpt="eve@z.test")
    found = why(store, 'to:bob@x.test subject:"Reset your password"')
    assert [each.summary.id for each in found.nearest][:2] == [close, far]
    assert len(found.nearest) <= NEAREST


def test_what_matched_too_often(store: Store) -> None:
    """Is named, not explained away."""
    put(store)
    expectation = Expectation(parse("to:bob@x.test", now=AT), NONE, 0.0)
    progress = Progress(expectation, time.monotonic(), [each.summary for each in store.newest(1)])
    text = explain(store, progress, LISTENERS).text
    assert text.startswith("1 message matched, none expected\n")
    assert "Matched: #1 'Reset your password' to bob@x.test" in text


def refused(store: Store) -> None:
    lines = [("C", "EHLO x"), ("S", "250 ok"), ("C", "AUTH PLAIN ***"), ("S", "535 5.7.8 user or password is wrong")]
    transcript = tuple(TranscriptLine(n, who, line) for n, (who, line) in enumerate(lines))  # type: ignore[arg-type]
    session = Session(
        new_id(),
        "ESMTP",
        "127.0.0.1:1025",
        "172.18.0.4:5000",
        AT,
        auth_user="apikey",
        rejected=1,
        transcript=transcript,
    )
    store.record(session).result(5)


def test_what_smtp_refused(store: Store) -> None:
    """The code, the command and who it was."""
    refused(store)
    found = why(store, "to:bob@x.test")
    (refusal,) = found.smtp.rejected
    assert (refusal.code, refusal.enhanced, refusal.verb) == (535, "5.7.8", "AUTH")
    assert (refusal.user, refusal.peer) == ("apikey", "172.18.0.4:5000")
    assert "535 5.7.8 user or password is wrong (AUTH, user 'apikey', from 172.18.0.4:5000): session" in found.text


def test_no_connection_at_all(store: Store) -> None:
    """Then the mistake is before mailcatch."""
    found = why(store, "to:bob@x.test")
    assert found.smtp.connections == 0
    assert "0 connections. mailcatch listens on 127.0.0.1:1025" in found.text


def test_the_text_is_for_people(store: Store) -> None:
    """Golden, but for numbers that a clock gives."""
    put(store, "Reset your pasword")
    assert why(store, 'to:bob@x.test subject:"Reset your password"').text == (
        "No mail matched in 0.0 s\n"
        "  to = 'bob@x.test'\n"
        "  subject contains 'reset your password'\n"
        "Nearest of 1 message:\n"
        " 1. #1  to ✓  subject ✗\n"
        "      subject: expected contains 'reset your password'\n"
        "               actual   'Reset your pasword'  (1 character differs)\n"
        "SMTP: 0 connections. mailcatch listens on 127.0.0.1:1025; from inside a\n"
        "container use the host name of the mailcatch service, not localhost. See 'Nothing arrives'."
    )


def test_long_values_cost_little(store: Store) -> None:
    """Neither in the answer nor in time."""
    put(store, "x" * 50_000, text="y" * 500_000)
    begun = time.process_time()
    found = why(store, f"subject:{'z' * 4_000}")
    assert time.process_time() - begun < 2
    assert len(found.nearest[0].leaves[0].actual) <= 200 if found.nearest else True
